"""Inquiries 询价: drafted from a settled need, submitted, published by a second person."""

from collections.abc import Mapping
from copy import copy
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from accounts import approval
from accounts.models import Deed, OrganisationState, Seat
from core import calendar, clock, figures, letters, once, outbox
from core.audit import Actor, record
from core.lifecycle import RuleBroken, lock, move, part
from core.models import CalendarDay
from core.numbering import new_code, yearly
from core.paper import Paper
from procurement import archives, inquiry_guard, inquiry_papers
from procurement.document import Block, Table, texts
from procurement.inquiry_terms import Amendable, Consequences, Milestone, Terms, consequences
from procurement.models import Need, NeedState, NeedVersion, Procedure, ProcedureState
from publication import notices
from publication.models import Notice, Relation
from selection import draws, witnesses

SERIES = "GXXJ"  # 公信询价
LONGEST_DELIVERY, LONGEST_TEXT = 1_000, 3_000  # days, letters
AT_ONCE = "交付并通过验收"  # the one stage of whoever named none


# ── drafts ───────────────────────────────────────────────────────────────────────────────────────


@transaction.atomic(durable=True)
def begin(need: Need, *, key: str, by: Seat, at: datetime) -> Procedure:
    """Begin the inquiry that buys a settled need.

    Refused where the standards or the method's own conditions forbid an inquiry, and while the need
    has another procedure.
    """
    need = lock(need, state=NeedState.SETTLED)
    inquiry_guard.check(need)
    version = need.versions.order_by("-version")[0]
    if need.budget is None or need.region is None:
        raise RuntimeError(f"need {need.number} was published without budget or region")
    try:
        with transaction.atomic():
            procedure = Procedure.objects.create(
                code=new_code(),
                need=need,
                version=version,
                owner=need.owner,
                draft=_prefilled(version),
                draft_saved_at=at,
                title=need.title,
                kind=need.kind,
                region=need.region,
                budget=need.budget,
                funding=need.funding,
                created_by=by,
            )
    except IntegrityError as twin:
        if "procurement_procedure" not in str(twin) and "one_at_a_time" not in str(twin):
            raise
        raise RuleBroken("This need has a procedure already: go on with that one.") from twin
    once.spend(key, made=procedure, at=at)
    record(procedure, "procedure.begun", by=by, at=at, need=need.number)
    return procedure


@transaction.atomic(durable=True)
def save_draft(
    procedure: Procedure, typed: Mapping[str, Any], *, by: Actor, at: datetime
) -> Procedure:
    """Keep what was typed, right or wrong: no deed, so no event. Refused once it is submitted."""
    procedure = lock(procedure)
    if ProcedureState.SUBMITTED not in procedure.MOVES.get(ProcedureState(procedure.state), ()):
        raise RuleBroken(
            "This inquiry is “%(now)s”: what you typed was not kept.",
            now=procedure.get_state_display(),
        )
    procedure.draft = {**procedure.draft, **typed}
    procedure.draft_saved_at = at
    procedure.save(update_fields=["draft", "draft_saved_at"])
    return procedure


@transaction.atomic(durable=True)
def discard(procedure: Procedure, *, by: Actor, at: datetime) -> None:
    """Delete a draft that nobody else has seen. Refused once it was submitted."""
    procedure = lock(procedure, state=ProcedureState.DRAFT)
    record(procedure, "procedure.discarded", by=by, at=at)
    procedure.delete()


# ── submit, return, publish, withdraw ────────────────────────────────────────────────────────────


@transaction.atomic(durable=True)
def submit(procedure: Procedure, terms: Terms, *, by: Seat, at: datetime) -> Procedure:
    """Put an inquiry before its approver.

    Refused where the guard forbids it, where amounts or dates contradict each other, and while the
    owner is not verified.
    """
    procedure = lock(procedure)
    if ProcedureState.SUBMITTED not in procedure.MOVES.get(ProcedureState(procedure.state), ()):
        move(procedure, ProcedureState.SUBMITTED)  # refuses, in its own words
    submitted_at = clock.after_lock()
    if procedure.owner.state != OrganisationState.VERIFIED:
        raise RuleBroken("Your unit is not verified yet: submit the inquiry once it is.")
    follows = what_follows(procedure, submitted_at)
    check(procedure, terms, follows)
    inquiry_guard.check(procedure.need)
    move(
        procedure,
        ProcedureState.SUBMITTED,
        **_columns(terms, follows),
        submitted_by=by,
        submitted_at=submitted_at,
        state_reason="",
    )
    record(procedure, "procedure.submitted", by=by, at=at, title=procedure.title)
    return procedure


@transaction.atomic(durable=True)
def return_(procedure: Procedure, *, reason: str, by: Seat, at: datetime) -> Procedure:
    """Send an inquiry back to whoever wrote it. Refused without a reason, and to the writer."""
    procedure = lock(procedure, state=ProcedureState.SUBMITTED)
    _refuse_unless_second(procedure, by, clock.after_lock())
    if not reason.strip():
        raise RuleBroken("Say what is to be corrected: the writer reads it.")
    move(procedure, ProcedureState.RETURNED, state_reason=reason.strip())
    record(procedure, "procedure.returned", by=by, at=at, reason=procedure.state_reason)
    letters.post(
        "procurement/inquiry-returned",
        to=procedure.submitted_by,  # type: ignore[arg-type]  # filled iff no draft, by constraint
        at=at,
        link=procedure.get_absolute_url(),
        procedure=procedure,
    )
    return procedure


@transaction.atomic(durable=True)
def publish(procedure: Procedure, *, by: Seat, at: datetime) -> Procedure:
    """Number the inquiry, commit to the draw of its ties, and publish its notice.

    Refused to whoever submitted it; where the guard forbids it; and when, published now, it would
    let in quotes for fewer working days than the figures in force ask for.
    """
    procedure = lock(procedure, state=ProcedureState.SUBMITTED)
    published_at = clock.after_lock()
    _refuse_unless_second(procedure, by, published_at)
    follows = what_follows(procedure, published_at)
    assert procedure.open_until is not None  # noqa: S101 (submitted, by constraint)
    assert procedure.choose_at is not None  # noqa: S101
    _refuse_too_early(procedure.open_until, follows)
    inquiry_guard.check(procedure.need)
    number = yearly(SERIES, published_at)
    kept = {name: asdict(figure) for name, figure in follows.figures.items()}
    draw = draws.commit(
        number,
        owner=procedure.owner,
        announced_for=procedure.choose_at,
        regulator_days=int(kept["witness.absence.working-days"]["value"]),
        failure_days=int(kept["witness.failure.working-days"]["value"]),
        confirmation_minutes=int(kept["witness.confirmation.minutes"]["value"]),
        at=published_at,
    )
    limit = int(kept["witness.maximum"]["value"])
    witnesses.name(draw, procedure.witnesses, limit=limit, at=published_at)
    move(
        procedure,
        ProcedureState.PUBLISHED,
        number=number,
        owner_name=procedure.owner.name,
        published_by=by,
        published_at=published_at,
        commitment=draw.commitment,
        quotes_needed=follows.quotes_needed,
        figures=kept,
    )
    need_notice = Notice.objects.about(procedure.need).in_force().last()
    notice = notices.publish(
        "inquiry-notice",
        about=procedure,
        title=inquiry_papers.notice_title(procedure),
        paper=inquiry_papers.notice(procedure),
        follows=need_notice,
        relation=Relation.FOLLOWS if need_notice else None,
        by=by,
        at=at,
        issuer=procedure.owner_shown,
        facts=inquiry_papers.facts_of(procedure),
    )
    outbox.emit(
        record(
            procedure,
            "procedure.published",
            by=by,
            at=at,
            public=True,
            number=number,
            need=procedure.need.number,
            notice=notice.number,
            digest=notice.digest,
            commitment=procedure.commitment,
            open_until=procedure.open_until,
        )
    )
    return procedure


@transaction.atomic(durable=True)
def withdraw(procedure: Procedure, *, reason: str, by: Actor, at: datetime) -> Procedure:
    """End an inquiry before anybody is chosen, by a notice that follows its own.

    Envelopes that are shut stay shut for good. Refused without a reason.
    """
    procedure = lock(procedure)
    if not reason.strip():
        raise RuleBroken("State the reason: it is published.")
    withdrawn_at = clock.after_lock()
    move(
        procedure,
        ProcedureState.WITHDRAWN,
        state_reason=reason.strip(),
        **archives.ended(procedure, withdrawn_at),
    )
    notice = notices.withdraw(
        notice_of(procedure),
        kind="inquiry-withdrawal",
        title=inquiry_papers.withdrawal_title(procedure),
        paper=inquiry_papers.withdrawal(procedure, withdrawn_at),
        reason=procedure.state_reason,
        by=by,
        at=at,
        facts={"procedure": procedure.number},
    )
    outbox.emit(
        record(
            procedure,
            "procedure.withdrawn",
            by=by,
            at=at,
            public=True,
            reason=procedure.state_reason,
            notice=notice.number,
        )
    )
    archives.ask(procedure, by=by, at=at)
    tell_suppliers(procedure, "procurement/inquiry-withdrawn", at=at)
    return procedure


# ── what other modules share ─────────────────────────────────────────────────────────────────────


def what_follows(procedure: Procedure, at: datetime) -> Consequences:
    """What the figures in force make of this inquiry, were it published at that instant."""
    day = calendar.day_of(at)
    in_force = figures.on(day, region=procedure.region)
    return consequences(in_force, CalendarDay.objects.calendar(), day)


def check(procedure: Procedure, terms: Terms, follows: Consequences) -> None:
    """Refuse terms that contradict each other or the figures."""
    check_sums(procedure, terms)
    most = int(follows.figures["witness.maximum"].value)
    if not 1 <= len(terms.witnesses) <= most:
        raise RuleBroken(
            "Name at least one witness and at most %(limit)s: their dice decide between equal "
            "prices.",
            limit=most,
        )
    if len({one.phone for one in terms.witnesses}) < len(terms.witnesses):
        raise RuleBroken("Each witness needs a phone of his own.")
    _refuse_too_early(terms.open_until, follows)


def check_sums(procedure: Procedure, terms: Terms | Amendable) -> None:
    """Refuse amounts, shares, days and instants that contradict each other."""
    if terms.ceiling is not None and terms.ceiling > procedure.budget:
        raise RuleBroken(
            "The ceiling of %(ceiling)s yuan is above the budget of %(budget)s yuan: lower it.",
            ceiling=terms.ceiling,
            budget=procedure.budget,
        )
    if not 1 <= terms.delivery_days <= LONGEST_DELIVERY:
        raise RuleBroken("Give between 1 and %(most)s days of delivery.", most=LONGEST_DELIVERY)
    if terms.stages and sum(one.percent for one in terms.stages) != 100:
        raise RuleBroken("The shares of the stages do not add up to 100: correct them.")
    if any(one.days > terms.delivery_days for one in terms.stages):
        raise RuleBroken("A stage ends after the days of delivery: give it fewer days.")
    if terms.choose_at < terms.open_until:
        raise RuleBroken("The decision comes after the deadline for quotes: choose a later time.")


def previewed(procedure: Procedure, terms: Terms, at: datetime) -> Paper:
    """The very notice that these terms would become; nothing is written."""
    shown = copy(procedure)
    for name, value in _columns(terms, what_follows(procedure, at)).items():
        setattr(shown, name, value)
    return inquiry_papers.notice(shown)


def notice_of(procedure: Procedure) -> Notice:
    """The notice in force of a published inquiry."""
    return notices.newest_of(procedure, "inquiry-notice")


@part
def tell_suppliers(procedure: Procedure, kind: str, *, at: datetime, **facts: Any) -> None:
    """Write to everybody whose quote stands."""
    for quote in procedure.quotes.standing().select_related("supplier"):
        letters.post(
            kind,
            to=quote.supplier,
            at=at,
            link=procedure.get_absolute_url(),
            procedure=procedure,
            quote=quote,
            **facts,
        )


def may_approve(
    procedure: Procedure, seat: Seat, at: datetime, *, writer: Seat | None = None
) -> bool:
    """Whether the seat is the second person: another of the owner's, or the operator's reviewer.

    `writer`: who submitted, where it is not the inquiry itself but its correction.
    """
    return approval.is_second(
        seat,
        writer=writer or procedure.submitted_by,
        of=procedure.owner,
        deed=Deed.APPROVE_NEED,
        amount=procedure.budget,
        reviewer=Deed.REVIEW_ORDER,
        at=at,
    )


def _refuse_unless_second(procedure: Procedure, by: Seat, at: datetime) -> None:
    if not may_approve(procedure, by, at):
        raise RuleBroken(
            "An inquiry is approved by a second person of the owner, or by the operator where the "
            "owner has one person only: ask such a person."
        )


def _refuse_too_early(open_until: datetime, follows: Consequences) -> None:
    if open_until < follows.earliest.until():
        raise RuleBroken(
            "Published today, quotes must be let in for %(days)s working days, through "
            "%(earliest)s: choose a later deadline.",
            days=follows.response_days,
            earliest=follows.earliest.on,
        )


def _prefilled(version: NeedVersion) -> dict[str, str]:
    """What the need says already, for the form; the owner shortens it."""
    document = version.content
    sections = {
        "content": ("content", "quantities"),
        "qualifications": ("qualifications",),
        "acceptance": ("acceptance",),
        "payment": ("payment",),
    }
    return {
        field: "\n".join(
            text
            for key in keys
            if key in document
            for block in document[key].blocks
            for text in _lines(block)
        )[:LONGEST_TEXT]
        for field, keys in sections.items()
    }


def _lines(block: Block) -> tuple[str, ...]:
    """A block as lines of plain text: a row of a table is one line."""
    if isinstance(block, Table):
        return tuple("　".join(row) for row in block.rows)
    return texts(block)


def staged(terms: Terms | Amendable) -> tuple[Milestone, ...]:
    """The stages; where none are told, all is delivered and paid at once."""
    return terms.stages or (Milestone(AT_ONCE, terms.delivery_days, Decimal(100)),)


def _columns(terms: Terms, follows: Consequences) -> dict[str, Any]:
    kept = asdict(terms)
    return {
        **kept,
        "witnesses": [asdict(one) for one in terms.witnesses],
        "stages": [
            {"title": one.title, "days": one.days, "percent": str(one.percent)}
            for one in staged(terms)
        ],
        "quotes_needed": follows.quotes_needed,
    }
