"""Corrections 更正 of a running inquiry: drafted, submitted, published by a second person.

A correction is the next version of the inquiry's notice, which it supersedes. Quotes that are
sealed already stay valid as they are; whoever wants may withdraw or replace his until the new
deadline.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import Seat
from core import clock, figures, letters, once, outbox
from core.audit import Actor, record
from core.calendar import day_of
from core.lifecycle import RuleBroken, lock, move
from core.models import CalendarDay
from core.numbering import new_code
from core.paper import Paper
from procurement import correction_papers, inquiries, inquiry_papers
from procurement.inquiry_terms import AFFECTING, AMENDABLE, Amendable, milestones
from procurement.models import Correction, CorrectionState, Procedure
from publication import notices, periods
from publication.periods import Limit
from selection import draws

PERIOD = "inquiry.clarification"


@transaction.atomic(durable=True)
def begin(
    procedure: Procedure, typed: Mapping[str, str], *, key: str, by: Seat, at: datetime
) -> Correction:
    """Begin the correction of an open inquiry, with its terms as they stand `typed` out.

    Refused once its quotes are due, and while another correction is under way.
    """
    procedure = lock(procedure)
    _refuse_unless_open(procedure, clock.after_lock())
    try:
        with transaction.atomic():
            correction = Correction.objects.create(
                code=new_code(),
                procedure=procedure,
                typed=dict(typed),
                saved_at=at,
                created_by=by,
            )
    except IntegrityError as twin:
        if "one_at_a_time" not in str(twin) and "procurement_correction" not in str(twin):
            raise
        raise RuleBroken("This inquiry is being corrected already: go on with that one.") from twin
    once.spend(key, made=correction, at=at)
    record(correction, "correction.begun", by=by, at=at, procedure=procedure.number)
    return correction


@transaction.atomic(durable=True)
def save(
    correction: Correction, typed: Mapping[str, str], *, by: Actor, at: datetime
) -> Correction:
    """Keep what was typed, right or wrong: no deed, so no event. Refused once it is submitted."""
    correction = lock(correction, state=CorrectionState.DRAFT)
    correction.typed = {**correction.typed, **typed}
    correction.saved_at = at
    correction.save(update_fields=["typed", "saved_at"])
    return correction


@transaction.atomic(durable=True)
def discard(correction: Correction, *, by: Actor, at: datetime) -> None:
    """Delete a draft, also one that came to nothing. Refused while it is under approval."""
    correction = lock(correction, state=CorrectionState.DRAFT)
    record(correction, "correction.discarded", by=by, at=at)
    correction.delete()


@transaction.atomic(durable=True)
def submit(
    correction: Correction, terms: Amendable, reason: str, *, by: Seat, at: datetime
) -> Correction:
    """Put a correction before its approver.

    Refused without a reason, where nothing changes or terms contradict each other, where a deadline
    comes earlier or leaves suppliers less time than the law does, and once quotes are due.
    """
    procedure = lock(correction.procedure)
    correction = lock(correction, state=CorrectionState.DRAFT)
    submitted_at = clock.after_lock()
    if not reason.strip():
        raise RuleBroken("State the reason: it is published.")
    terms = normal(terms)
    check(procedure, terms, submitted_at)
    move(
        correction,
        CorrectionState.SUBMITTED,
        reason=reason.strip(),
        terms=terms.to_json(),
        submitted_by=by,
        submitted_at=submitted_at,
        state_reason="",
    )
    record(correction, "correction.submitted", by=by, at=at, procedure=procedure.number)
    return correction


@transaction.atomic(durable=True)
def return_(correction: Correction, *, reason: str, by: Seat, at: datetime) -> Correction:
    """Send a correction back to its writer. Refused without a reason, and to the writer."""
    procedure = lock(correction.procedure)
    correction = lock(correction, state=CorrectionState.SUBMITTED)
    _refuse_unless_second(procedure, correction, by, clock.after_lock())
    if not reason.strip():
        raise RuleBroken("Say what is to be corrected: the writer reads it.")
    writer = correction.submitted_by
    move(
        correction,
        CorrectionState.DRAFT,
        terms=None,
        submitted_by=None,
        submitted_at=None,
        state_reason=reason.strip(),
    )
    record(correction, "correction.returned", by=by, at=at, reason=reason.strip())
    letters.post(
        "procurement/correction-returned",
        to=writer,  # type: ignore[arg-type]  # there is one where it was submitted
        at=at,
        link=correction.get_absolute_url(),
        procedure=procedure,
        reason=reason.strip(),
    )
    return correction


@transaction.atomic(durable=True)
def publish(correction: Correction, *, by: Seat, at: datetime) -> Correction:
    """Change the inquiry, move its draw on, and publish the notice that takes the place of the
    present one.

    Refused to whoever submitted it, once quotes are due, and where, published now, it would leave
    suppliers less time than the law does.
    """
    procedure = lock(correction.procedure)
    correction = lock(correction, state=CorrectionState.SUBMITTED)
    published_at = clock.after_lock()
    _refuse_unless_second(procedure, correction, by, published_at)
    before, after = terms_of(procedure), Amendable.from_json(correction.terms or {})
    check(procedure, after, published_at)
    _amend(procedure, after, published_at)
    if after.choose_at != before.choose_at:
        draws.postpone(
            draws.of(procedure.number or ""),
            after.choose_at,
            regulator_days=_kept(procedure, "witness.absence.working-days"),
            failure_days=_kept(procedure, "witness.failure.working-days"),
        )
    corrected = inquiries.notice_of(procedure)
    changes = changes_of(before, after)
    notice = notices.correct(
        corrected,
        title=inquiry_papers.notice_title(procedure, corrects=True),
        paper=_paper(procedure, correction, before, after, published_at),
        reason=correction.reason,
        facts={**inquiry_papers.facts_of(procedure), "changes": changes},
        by=by,
        at=at,
    )
    move(
        correction,
        CorrectionState.PUBLISHED,
        published_by=by,
        published_at=published_at,
        notice=notice,
    )
    outbox.emit(
        record(
            procedure,
            "procedure.corrected",
            by=by,
            at=at,
            public=True,
            reason=correction.reason,
            changed=sorted(changes),
            open_until=procedure.open_until,
            notice=notice.number,
            digest=notice.digest,
        )
    )
    inquiries.tell_suppliers(
        procedure,
        "procurement/inquiry-corrected",
        at=at,
        notice=notice,
        corrected=corrected,
        reason=correction.reason,
        changed=correction_papers.named(changes),
        moved=after.open_until != before.open_until,
    )
    return correction


# ── what others share ────────────────────────────────────────────────────────────────────────────


def terms_of(procedure: Procedure) -> Amendable:
    """What of a published inquiry may be corrected, as it stands."""
    kept = {name: getattr(procedure, name) for name in AMENDABLE}
    return Amendable(**kept | {"stages": milestones(procedure.stages)})


def normal(terms: Amendable) -> Amendable:
    """The terms as a procedure keeps them: with a stage where none was told."""
    return replace(terms, stages=inquiries.staged(terms))


def limit(procedure: Procedure, at: datetime) -> Limit:
    """Until when quotes are let in at least, where a change published then affects them."""
    day = day_of(at)
    known = figures.on(day, region=procedure.region)
    return periods.get(PERIOD).limit(known, CalendarDay.objects.calendar(), day)


def check(procedure: Procedure, terms: Amendable, at: datetime) -> None:
    """Refuse what is no correction, contradicts itself or comes too late.

    A deadline that was announced moves on and never back: somebody may have planned by it.
    """
    _refuse_unless_open(procedure, at)
    before = terms_of(procedure)
    changed = before.changed(terms)
    if not changed:
        raise RuleBroken("Nothing is changed: change a term or a deadline, or delete the draft.")
    inquiries.check_sums(procedure, terms)
    if terms.open_until < before.open_until:
        raise RuleBroken(
            "Quotes are announced to be let in until %(until)s: that moves on, never back.",
            until=before.open_until,
        )
    if terms.choose_at < before.choose_at:
        raise RuleBroken(
            "The decision is announced for %(when)s: that moves on, never back.",
            when=before.choose_at,
        )
    least = limit(procedure, at)
    if set(changed) & set(AFFECTING) and not least.allows(terms.open_until):
        raise RuleBroken(
            "What is changed affects the quotes: published today, they must be let in for "
            "%(amount)s more by %(source)s, through %(until)s. Move the deadline on.",
            amount=least.amount,
            source=least.figure.source.partition("：")[0],
            until=least.on,
        )


def previewed(
    procedure: Procedure, correction: Correction, terms: Amendable, reason: str, at: datetime
) -> Paper:
    """The very notice that this correction would become; nothing is written."""
    before, after = terms_of(procedure), normal(terms)
    shown, told = copy(procedure), copy(correction)
    told.reason = reason
    _set(shown, after)
    return _paper(shown, told, before, after, at)


def changes_of(before: Amendable, after: Amendable) -> dict[str, dict[str, Any]]:
    """What reads otherwise, before and after, as the notice states it for machines."""
    old, new = before.to_json(), after.to_json()
    return {name: {"before": old[name], "after": new[name]} for name in before.changed(after)}


def may_approve(correction: Correction, seat: Seat, at: datetime) -> bool:
    """Whether the seat is the second person, as it would be for the inquiry itself."""
    writer = correction.submitted_by
    return writer is not None and inquiries.may_approve(
        correction.procedure, seat, at, writer=writer
    )


# ── steps ────────────────────────────────────────────────────────────────────────────────────────


def _amend(procedure: Procedure, terms: Amendable, at: datetime) -> None:
    _set(procedure, terms)
    procedure.corrected_at = at
    procedure.save(update_fields=[*AMENDABLE, "corrected_at"])


def _set(procedure: Procedure, terms: Amendable) -> None:
    kept = {name: getattr(terms, name) for name in AMENDABLE}
    for name, value in (kept | {"stages": terms.to_json()["stages"]}).items():
        setattr(procedure, name, value)


def _paper(
    procedure: Procedure,
    correction: Correction,
    before: Amendable,
    after: Amendable,
    at: datetime,
) -> Paper:
    changed = before.changed(after)
    told = correction_papers.corrected(
        inquiries.notice_of(procedure),
        before,
        after,
        reason=correction.reason,
        limit=limit(procedure, at) if set(changed) & set(AFFECTING) else None,
        commitment=procedure.commitment,
        at=at,
    )
    return inquiry_papers.notice(procedure, correction=told, signed_at=at)


def _kept(procedure: Procedure, figure: str) -> int:
    return int(procedure.figures[figure]["value"])


def _refuse_unless_open(procedure: Procedure, at: datetime) -> None:
    if not procedure.is_open(at):
        raise RuleBroken(
            "A notice is corrected while quotes are let in only: this inquiry is “%(now)s”.",
            now=str(procedure.phase(at).label),
        )


def _refuse_unless_second(
    procedure: Procedure, correction: Correction, by: Seat, at: datetime
) -> None:
    if not inquiries.may_approve(procedure, by, at, writer=correction.submitted_by):
        raise RuleBroken(
            "A correction is approved by a second person of the owner, or by the operator where "
            "the owner has one person only: ask such a person."
        )
