"""Changes: a later due date, or the end of the agreement: one side asks, the other grants."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.models import Seat
from contracts.agreements import tell
from contracts.models import (
    Agreement,
    AgreementState,
    Change,
    ChangeKind,
    ChangeState,
    Deliverable,
    DeliverableState,
    Milestone,
    Party,
    Side,
)
from core import clock, letters, outbox
from core.audit import record
from core.calendar import end_of
from core.lifecycle import RuleBroken, lock, move
from core.numbering import new_code


@transaction.atomic(durable=True)
def ask_extension(
    milestone: Milestone, *, until: date, reason: str, by: Seat, at: datetime
) -> Change:
    """Ask the client to let a milestone be due at the end of the day `until`.

    Refused once the due date is past, for a day that is no later, without a reason, while an
    earlier request waits, and where nothing is to be handed in.
    """
    agreement = lock(milestone.agreement, state=AgreementState.CONCLUDED)
    milestone = lock(milestone)
    asked_at = clock.after_lock()
    if not Milestone.objects.awaited().filter(pk=milestone.pk).exists():
        raise RuleBroken("Nothing is to be handed in for this milestone: its date stays.")
    assert milestone.due_at is not None  # noqa: S101 (set when the agreement was concluded)
    if asked_at >= milestone.due_at:
        raise RuleBroken(
            "It was due until %(until)s: a later date must be asked for before that.",
            until=milestone.due_at,
        )
    if end_of(until) <= milestone.due_at:
        raise RuleBroken("Choose a day after the present due date.")
    if milestone.changes.filter(state=ChangeState.ASKED).exists():
        raise RuleBroken("An earlier request waits for the client's answer.")
    return _ask(
        agreement,
        kind=ChangeKind.EXTENSION,
        milestone=milestone,
        due_before=milestone.due_at,
        due_after=end_of(until),
        reason=reason,
        by=by,
        at=at,
        asked_at=asked_at,
    )


@transaction.atomic(durable=True)
def ask_termination(agreement: Agreement, *, reason: str, by: Seat, at: datetime) -> Change:
    """Ask the other side to end the agreement by consent.

    Refused without a reason, while either side's earlier request waits, and to partners of a joint
    agreement, who leave it by the rules of what unites them.
    """
    agreement = lock(agreement, state=AgreementState.CONCLUDED)
    if agreement.is_joint:
        raise RuleBroken("A joint agreement has no other side: leave what it founded instead.")
    asked_at = clock.after_lock()
    waiting = agreement.changes.filter(kind=ChangeKind.TERMINATION, state=ChangeState.ASKED)
    if waiting.exists():
        raise RuleBroken("An earlier request to end the agreement waits for an answer.")
    return _ask(
        agreement,
        kind=ChangeKind.TERMINATION,
        milestone=None,
        due_before=None,
        due_after=None,
        reason=reason,
        by=by,
        at=at,
        asked_at=asked_at,
    )


@transaction.atomic(durable=True)
def grant(change: Change, *, by: Seat, at: datetime) -> Change:
    """Agree, as the other side: the due date moves, or the agreement ends.

    Refused to the side that asked, once it was decided, and for a milestone handed in since.
    """
    agreement = lock(change.agreement, state=AgreementState.CONCLUDED)
    change = lock(change, state=ChangeState.ASKED)
    granted_at = clock.after_lock()
    _answering(agreement, change, by)
    move(change, ChangeState.GRANTED, decided_at=granted_at, decided_by=by)
    if change.kind == ChangeKind.EXTENSION:
        assert change.milestone is not None  # noqa: S101 (by constraint)
        milestone = lock(change.milestone)
        milestone.due_at, milestone.is_provisional = change.due_after, False
        milestone.reminded_at = None
        milestone.save(update_fields=["due_at", "is_provisional", "reminded_at"])
    record(agreement, "change.granted", by=by, at=at, **_facts(change))
    if change.kind == ChangeKind.TERMINATION:
        _terminate(agreement, change, by=by, at=at, ended_at=granted_at)
    else:
        _tell_asker(agreement, change, at=granted_at)
    return change


@transaction.atomic(durable=True)
def refuse(change: Change, *, reason: str, by: Seat, at: datetime) -> Change:
    """Disagree, as the other side, with a reason. Refused to the side that asked, and twice."""
    agreement = lock(change.agreement, state=AgreementState.CONCLUDED)
    change = lock(change, state=ChangeState.ASKED)
    refused_at = clock.after_lock()
    _answering(agreement, change, by)
    if not reason.strip():
        raise RuleBroken("Say why: the other side must be able to answer it.")
    move(change, ChangeState.REFUSED, decided_at=refused_at, decided_by=by, answer=reason.strip())
    record(agreement, "change.refused", by=by, at=at, **_facts(change))
    _tell_asker(agreement, change, at=refused_at)
    return change


@transaction.atomic(durable=True)
def withdraw(change: Change, *, by: Seat, at: datetime) -> Change:
    """Take a request back. Refused to the other side, and once it was answered."""
    agreement = lock(change.agreement, state=AgreementState.CONCLUDED)
    change = lock(change, state=ChangeState.ASKED)
    withdrawn_at = clock.after_lock()
    if _party(agreement, by).side != change.side:
        raise RuleBroken("The other side asked for this: only it may withdraw the request.")
    move(change, ChangeState.WITHDRAWN, decided_at=withdrawn_at, decided_by=by)
    record(agreement, "change.withdrawn", by=by, at=at, **_facts(change))
    return change


def _ask(
    agreement: Agreement,
    *,
    kind: ChangeKind,
    milestone: Milestone | None,
    due_before: datetime | None,
    due_after: datetime | None,
    reason: str,
    by: Seat,
    at: datetime,
    asked_at: datetime,
) -> Change:
    if not reason.strip():
        raise RuleBroken("Say why: the other side decides by it.")
    side = Side(_party(agreement, by).side)
    change = Change.objects.create(
        code=new_code(),
        agreement=agreement,
        kind=kind,
        milestone=milestone,
        due_before=due_before,
        due_after=due_after,
        reason=reason.strip(),
        side=side,
        asked_at=asked_at,
        asked_by=by,
    )
    record(agreement, "change.asked", by=by, at=at, **_facts(change))
    other = agreement.parties.select_related("organisation").get(side=side.other)
    letters.post(
        "contracts/change-asked",
        to=other.organisation,
        at=asked_at,
        link=agreement.get_absolute_url(),
        agreement=agreement,
        change=change,
        asking=by.organisation,
    )
    return change


def _terminate(
    agreement: Agreement, change: Change, *, by: Seat, at: datetime, ended_at: datetime
) -> None:
    move(agreement, AgreementState.TERMINATED, ended_at=ended_at, end_reason=change.reason)
    accepted = Deliverable.objects.filter(
        milestone__agreement=agreement, state=DeliverableState.ACCEPTED
    )
    event = record(
        agreement,
        "agreement.terminated",
        by=by,
        at=at,
        public=True,
        number=agreement.number,
        terminated_at=ended_at,
        asked_by=change.side,
        milestones=agreement.milestones.count(),
        accepted=accepted.count(),
    )
    outbox.emit(event)
    tell(agreement, "agreement-terminated", at=ended_at)


def _answering(agreement: Agreement, change: Change, by: Seat) -> None:
    if _party(agreement, by).side == change.side:
        raise RuleBroken("Your unit asked for this: the other side decides.")


def _party(agreement: Agreement, by: Seat) -> Party:
    return agreement.parties.get(organisation=by.organisation)


def _facts(change: Change) -> dict[str, Any]:
    return {
        "change": change.code,
        "kind": change.kind,
        "side": change.side,
        "milestone": change.milestone.place if change.milestone else None,
        "due_before": change.due_before,
        "due_after": change.due_after,
        "reason": change.reason,
        "answer": change.answer,
    }


def _tell_asker(agreement: Agreement, change: Change, *, at: datetime) -> None:
    asker = agreement.parties.select_related("organisation").get(side=change.side)
    letters.post(
        "contracts/change-decided",
        to=asker.organisation,
        at=at,
        link=agreement.get_absolute_url(),
        agreement=agreement,
        change=change,
    )
