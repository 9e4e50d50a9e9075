"""Deliverables: handed in for a milestone, accepted by the client, or returned with reasons."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from django.db import transaction

from accounts.models import Seat
from contracts import milestones
from contracts.agreements import tell
from contracts.filing import file_certificate
from contracts.models import (
    Agreement,
    AgreementState,
    ChangeState,
    Deliverable,
    DeliverableState,
    Milestone,
    Side,
)
from core import clock, figures, letters, outbox
from core.audit import Actor, canonical, record
from core.calendar import day_of
from core.lifecycle import RuleBroken, lock, move
from core.models import CalendarDay, Event, Upload
from core.numbering import new_code
from core.uploads import attach


@transaction.atomic(durable=True)
def hand_in(
    milestone: Milestone, *, note: str, uploads: Sequence[Upload], by: Seat, at: datetime
) -> Deliverable:
    """Hand in files for a milestone, late or not: the client decides, and lateness is noted.

    Refused without a file, while an earlier hand-in waits, and once the milestone is accepted.
    """
    agreement = lock(milestone.agreement, state=AgreementState.CONCLUDED)
    milestone = lock(milestone)
    handed_in_at = clock.after_lock()
    if not uploads:
        raise RuleBroken("Add at least one file: the deliverable itself.")
    earlier = list(milestone.deliverables.all())
    if any(one.state == DeliverableState.ACCEPTED for one in earlier):
        raise RuleBroken("This milestone is accepted already: nothing more is to be handed in.")
    if any(one.state == DeliverableState.HANDED_IN for one in earlier):
        raise RuleBroken("A hand-in waits for the client's decision: wait for it first.")
    assert milestone.due_at is not None  # noqa: S101 (set when the agreement was concluded)
    for change in milestone.changes.filter(state=ChangeState.ASKED):
        move(lock(change), ChangeState.WITHDRAWN, decided_at=handed_in_at, decided_by=by)
    calendar, today = CalendarDay.objects.calendar(), day_of(handed_in_at)
    assert agreement.acceptance_days is not None  # noqa: S101 (only two sides have milestones)
    deliverable = Deliverable.objects.create(
        code=new_code(),
        milestone=milestone,
        round=len(earlier) + 1,
        note=note.strip(),
        digest=sha256(
            canonical({"note": note.strip(), "files": [one.sha256 for one in uploads]}).encode()
        ).hexdigest(),
        handed_in_at=handed_in_at,
        handed_in_by=by,
        days_late=milestones.days_late(milestone.due_at, handed_in_at),
        accept_until=calendar.add_working_days(today, agreement.acceptance_days).until(),
    )
    for upload in uploads:
        attach(upload, to=deliverable)
    event = _recorded(agreement, deliverable, "delivery.handed-in", by=by, at=at)
    outbox.emit(event)
    owner = agreement.parties.select_related("organisation").get(side=Side.OWNER)
    letters.post(
        "contracts/delivery-handed-in",
        to=owner.organisation,
        at=handed_in_at,
        link=agreement.get_absolute_url(),
        agreement=agreement,
        milestone=milestone,
        deliverable=deliverable,
    )
    return deliverable


@transaction.atomic(durable=True)
def accept(deliverable: Deliverable, *, opinion: str, by: Seat, at: datetime) -> Deliverable:
    """Accept a hand-in; the last milestone's acceptance fulfils the agreement.

    Refused once it was decided.
    """
    agreement = lock(deliverable.milestone.agreement, state=AgreementState.CONCLUDED)
    deliverable = lock(deliverable, state=DeliverableState.HANDED_IN)
    accepted_at = clock.after_lock()
    move(
        deliverable,
        DeliverableState.ACCEPTED,
        decided_at=accepted_at,
        decided_by=by,
        reason=opinion.strip(),
    )
    file_certificate(deliverable, at=accepted_at)
    outbox.emit(_recorded(agreement, deliverable, "delivery.accepted", by=by, at=at))
    _tell_agency(agreement, deliverable, "delivery-accepted", at=accepted_at)
    accepted = agreement.milestones.filter(deliverables__state=DeliverableState.ACCEPTED)
    if accepted.count() == agreement.milestones.count():
        _fulfil(agreement, by=by, at=at, fulfilled_at=accepted_at)
    return deliverable


@transaction.atomic(durable=True)
def return_(
    deliverable: Deliverable, *, reason: str, days: int, by: Seat, at: datetime
) -> Deliverable:
    """Give a hand-in back with reasons, to be corrected within so many working days.

    A due date that is earlier moves to that day: the time that the client took is not the agency's.
    Refused without reasons, and once it was decided.
    """
    agreement = lock(deliverable.milestone.agreement, state=AgreementState.CONCLUDED)
    milestone = lock(deliverable.milestone)
    deliverable = lock(deliverable, state=DeliverableState.HANDED_IN)
    returned_at = clock.after_lock()
    if not reason.strip():
        raise RuleBroken("Say what is to be corrected: the agency works by it.")
    longest = figures.value("delivery.correction.working-days", day_of(returned_at))
    if not 1 <= days <= longest:
        raise RuleBroken("Give the agency between 1 and %(longest)s working days.", longest=longest)
    move(
        deliverable,
        DeliverableState.RETURNED,
        decided_at=returned_at,
        decided_by=by,
        reason=reason.strip(),
    )
    correction = CalendarDay.objects.calendar().add_working_days(day_of(returned_at), days)
    if milestone.due_at is None or milestone.due_at < correction.until():
        milestone.due_at, milestone.is_provisional = correction.until(), False
    milestone.reminded_at = None
    milestone.save(update_fields=["due_at", "is_provisional", "reminded_at"])
    deliverable.milestone = milestone
    outbox.emit(_recorded(agreement, deliverable, "delivery.returned", by=by, at=at))
    _tell_agency(agreement, deliverable, "delivery-returned", at=returned_at)
    return deliverable


@transaction.atomic(durable=True)
def remind(deliverable: Deliverable, *, by: Actor, at: datetime) -> Deliverable:
    """Write once to the client, shortly before its time to decide is over."""
    agreement = lock(deliverable.milestone.agreement, state=AgreementState.CONCLUDED)
    deliverable = lock(deliverable, state=DeliverableState.HANDED_IN)
    reminded_at = clock.after_lock()
    if deliverable.reminded_at or not milestones.is_near(deliverable.accept_until, reminded_at):
        raise RuleBroken("No reminder is due.")
    deliverable.reminded_at = reminded_at
    deliverable.save(update_fields=["reminded_at"])
    owner = agreement.parties.select_related("organisation").get(side=Side.OWNER)
    letters.post(
        "contracts/delivery-reminder",
        to=owner.organisation,
        at=reminded_at,
        link=agreement.get_absolute_url(),
        agreement=agreement,
        milestone=deliverable.milestone,
        deliverable=deliverable,
    )
    return deliverable


def _fulfil(agreement: Agreement, *, by: Seat, at: datetime, fulfilled_at: datetime) -> None:
    move(agreement, AgreementState.FULFILLED, ended_at=fulfilled_at)
    rounds = Deliverable.objects.filter(milestone__agreement=agreement)
    event = record(
        agreement,
        "agreement.fulfilled",
        by=by,
        at=at,
        public=True,
        number=agreement.number,
        fulfilled_at=fulfilled_at,
        milestones=agreement.milestones.count(),
        late=rounds.filter(days_late__gt=0).count(),
        returned=rounds.filter(state=DeliverableState.RETURNED).count(),
        days_late=sum(rounds.values_list("days_late", flat=True)),
    )
    outbox.emit(event)
    tell(agreement, "agreement-fulfilled", at=fulfilled_at)


def _recorded(
    agreement: Agreement, deliverable: Deliverable, name: str, *, by: Seat, at: datetime
) -> Event:
    """The event of a hand-in or its decision: whose, for what, when due, when it came."""
    milestone = deliverable.milestone
    agency = agreement.parties.select_related("organisation").get(side=Side.AGENCY)
    return record(
        agreement,
        name,
        by=by,
        at=at,
        number=agreement.number,
        agency=agency.organisation.code,
        milestone=milestone.place,
        deliverable=deliverable.code,
        round=deliverable.round,
        digest=deliverable.digest,
        due_at=milestone.due_at,
        handed_in_at=deliverable.handed_in_at,
        days_late=deliverable.days_late,
        accept_until=deliverable.accept_until,
        decided_at=deliverable.decided_at,
        reason=deliverable.reason,
    )


def _tell_agency(
    agreement: Agreement, deliverable: Deliverable, kind: str, *, at: datetime
) -> None:
    agency = agreement.parties.select_related("organisation").get(side=Side.AGENCY)
    letters.post(
        f"contracts/{kind}",
        to=agency.organisation,
        at=at,
        link=agreement.get_absolute_url(),
        agreement=agreement,
        milestone=deliverable.milestone,
        deliverable=deliverable,
    )
