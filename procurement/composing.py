"""Composed notices: drafted about a published need, approved by a second person, published."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts import approval
from accounts.models import Deed, Seat, Standing
from core import clock, figures, letters, once, outbox
from core.audit import record
from core.calendar import day_of
from core.lifecycle import RuleBroken, lock, move, part
from core.models import CalendarDay
from core.numbering import new_code
from core.paper import Paper
from core.phrases import instant
from procurement import notice_kinds, notice_papers
from procurement.models import Composition, CompositionState, Need, NeedState
from procurement.notice_kinds import AFFECTS, REASON, TERMINATION, Field, NoticeKind
from publication import notices
from publication.models import SUPERSEDING, Notice, Relation

ALIVE = (NeedState.PUBLISHED, NeedState.SETTLED)


@transaction.atomic(durable=True)
def begin(
    need: Need,
    kind: str,
    *,
    key: str,
    by: Seat,
    at: datetime,
    follows: Notice | None = None,
) -> Composition:
    """Begin a notice of `kind`; one that `follows` another corrects it, or ends it: a termination.

    Refused about what is not published or was ended, of another's kind, and where the notice to
    follow was superseded.
    """
    once.check(key)
    need = lock(need)
    if need.state not in ALIVE:
        raise RuleBroken("This need is not published, or was ended: nothing is announced about it.")
    if not may_compose(notice_kinds.table()[kind], need, by):
        raise RuleBroken("Notices of this kind are published by somebody else.")
    relation, typed = "", {}
    if (follows is None) and kind == TERMINATION:
        raise RuleBroken("Choose the notice that is to be ended.")
    if follows is not None:
        made = _made(follows, need, by)
        relation = Relation.WITHDRAWS if kind == TERMINATION else Relation.CORRECTS
        if relation == Relation.CORRECTS:
            kind = follows.kind
            again = (REASON.name, AFFECTS.name)  # each correction has its own
            typed = {name: text for name, text in made.typed.items() if name not in again}
    composition = Composition.objects.create(
        code=new_code(),
        need=need,
        issuer=by.organisation,
        kind=kind,
        follows=follows,
        relation=relation,
        typed=typed,
        created_by=by,
        saved_at=at,
    )
    once.spend(key, made=composition, at=at)
    record(composition, "composition.begun", by=by, at=at, kind=kind, need=need.number)
    return composition


def _made(follows: Notice, need: Need, by: Seat) -> Composition:
    """How a notice was composed that may be followed: in force, and the unit's own."""
    mine = Composition.objects.filter(notice=follows, need=need, issuer=by.organisation)
    made = mine.exclude(relation=Relation.WITHDRAWS).first()
    if made is None or follows.followers.filter(relation__in=SUPERSEDING).exists():
        raise RuleBroken("This notice was superseded, or was not composed here.")
    return made


@transaction.atomic(durable=True)
def save(composition: Composition, typed: Mapping[str, str], *, by: Seat, at: datetime) -> None:
    """Keep what was typed. Refused once it is submitted."""
    composition = lock(composition, state=CompositionState.DRAFT)
    known = {one.name for one in fields_of(composition)}
    composition.typed = {name: text for name, text in typed.items() if name in known}
    composition.saved_at = at
    composition.save(update_fields=["typed", "saved_at"])


@transaction.atomic(durable=True)
def discard(composition: Composition, *, by: Seat, at: datetime) -> None:
    composition = lock(composition, state=CompositionState.DRAFT)
    record(composition, "composition.discarded", by=by, at=at, kind=composition.kind)
    composition.delete()


@transaction.atomic(durable=True)
def submit(composition: Composition, *, by: Seat, at: datetime) -> Composition:
    """Put it before its approver. Refused while something is missing or a date comes too early."""
    composition = lock(composition, state=CompositionState.DRAFT)
    submitted_at = clock.after_lock()
    _refuse_what_is_wrong(composition, submitted_at)
    move(
        composition,
        CompositionState.SUBMITTED,
        submitted_by=by,
        submitted_at=submitted_at,
        state_reason="",
    )
    record(composition, "composition.submitted", by=by, at=at, kind=composition.kind)
    return composition


@transaction.atomic(durable=True)
def return_(composition: Composition, *, reason: str, by: Seat, at: datetime) -> Composition:
    """Send it back to its writer. Refused without a reason, and to the writer."""
    composition = lock(composition, state=CompositionState.SUBMITTED)
    _refuse_unless_second(composition, by, at)
    if not reason.strip():
        raise RuleBroken("Say what is to be corrected: the writer reads it.")
    writer = composition.submitted_by
    move(
        composition,
        CompositionState.DRAFT,
        submitted_by=None,
        submitted_at=None,
        state_reason=reason.strip(),
    )
    record(composition, "composition.returned", by=by, at=at, reason=reason.strip())
    letters.post(
        "procurement/notice-returned",
        to=writer,  # type: ignore[arg-type]  # there is one where it was submitted
        at=at,
        link=composition.get_absolute_url(),
        composition=composition,
        called=kind_of(composition).title,
        reason=reason.strip(),
    )
    return composition


@transaction.atomic(durable=True)
def publish(composition: Composition, *, by: Seat, at: datetime) -> Composition:
    """Publish it as a numbered notice. Refused to its writer, and where a date comes too early now.

    The minimums are counted from this very day, whatever they were when it was submitted.
    """
    composition = lock(composition, state=CompositionState.SUBMITTED)
    _refuse_unless_second(composition, by, at)
    published_at = clock.after_lock()
    need = lock(composition.need)
    if need.state not in ALIVE:
        raise RuleBroken("This need is not published, or was ended: nothing is announced about it.")
    _refuse_what_is_wrong(composition, published_at)
    notice = _published(composition, published_at, by, at)
    move(composition, CompositionState.PUBLISHED, published_by=by, notice=notice)
    outbox.emit(
        record(
            composition,
            "composition.published",
            by=by,
            at=at,
            public=True,
            kind=composition.kind,
            need=need.number,
            notice=notice.number,
        )
    )
    return composition


@part
def _published(composition: Composition, published_at: datetime, by: Seat, at: datetime) -> Notice:
    kind, need = kind_of(composition), composition.need
    paper = paper_of(composition, published_at)
    given = {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in facts_of(composition).items()
        if value is not None
    }
    known = figures.on(day_of(published_at), need.region)
    periods = notice_kinds.stated(kind, published_at, known, CalendarDay.objects.calendar())
    stated: dict[str, Any] = {
        "need": need.number,
        "owner": need.owner.name,
        "title": need.title,
        "budget": f"{need.budget:.2f}",
        "contact": need.contact,
        **{name: f"{one:.2f}" if isinstance(one, Decimal) else one for name, one in given.items()},
        **({"periods": {label: limit.until for label, limit in periods}} if periods else {}),
    }
    if composition.relation == Relation.CORRECTS and composition.follows:
        return notices.correct(
            composition.follows,
            title=paper.title,
            paper=paper,
            reason=stated.pop(REASON.name),
            facts=stated,
            by=by,
            at=at,
        )
    if composition.relation == Relation.WITHDRAWS and composition.follows:
        return notices.withdraw(
            composition.follows,
            kind=kind.name,
            title=paper.title,
            paper=paper,
            reason=stated.pop("reason"),
            facts=stated,
            by=by,
            at=at,
        )
    return notices.publish(
        kind.name,
        about=need,
        title=paper.title,
        paper=paper,
        by=by,
        at=at,
        issuer=composition.issuer.name,
        facts=stated,
    )


# ── what others share ────────────────────────────────────────────────────────────────────────────


def kind_of(composition: Composition) -> NoticeKind:
    return notice_kinds.table()[composition.kind]


def fields_of(composition: Composition) -> tuple[Field, ...]:
    """What its form asks; of a correction the reason first."""
    return kind_of(composition).asked(corrects=composition.relation == Relation.CORRECTS)


def facts_of(composition: Composition) -> dict[str, Any]:
    """What was typed, read; None where nothing was."""
    return {
        one.name: one.read(composition.typed.get(one.name, "")) for one in fields_of(composition)
    }


def may_compose(kind: NoticeKind, need: Need, seat: Seat) -> bool:
    """Whether such a notice is the seat's to write: the owner's, or the supervisor's."""
    if seat.organisation.standing == Standing.REGULATOR:
        return kind.by != "purchaser" and seat.may(Deed.SUPERVISE)
    own = seat.organisation_id == need.owner_id
    return own and kind.by != "regulator" and seat.may(Deed.RUN_PROCEDURE, need.budget)


def may_announce(need: Need, seat: Seat) -> bool:
    """Whether the seat may compose any notice about the need as it stands."""
    kinds = notice_kinds.table().values()
    return need.state in ALIVE and any(may_compose(kind, need, seat) for kind in kinds)


def may_approve(composition: Composition, seat: Seat, at: datetime) -> bool:
    """Whether the seat is the second person of the issuer."""
    supervised = composition.issuer.standing == Standing.REGULATOR
    return approval.is_second(
        seat,
        writer=composition.submitted_by,
        of=composition.issuer,
        deed=Deed.SUPERVISE if supervised else Deed.APPROVE_NEED,
        amount=None if supervised else composition.need.budget,
        at=at,
    )


def composed(need: Need, issuer: Any) -> list[Notice]:
    """The issuer's composed notices about a need that are in force: those to correct or end."""
    mine = Composition.objects.filter(need=need, issuer=issuer, notice__isnull=False)
    found = Notice.objects.filter(pk__in=mine.values("notice")).exclude(relation="withdraws")
    return list(found.in_force().in_list().order_by("pk"))


def late(composition: Composition, at: datetime) -> list[Any]:
    """The limits that a publication at that instant would miss."""
    known = figures.on(day_of(at), composition.need.region)
    kind, table = kind_of(composition), CalendarDay.objects.calendar()
    facts = facts_of(composition)
    if any(facts[one.start] is None for one in kind.due):
        return []
    return notice_kinds.late(kind, facts, at, known, table)


def paper_of(composition: Composition, at: datetime) -> Paper:
    """The very notice that this would become at that instant."""
    kind, need = kind_of(composition), composition.need
    known = figures.on(day_of(at), need.region)
    return notice_papers.notice(
        kind,
        need,
        composition.issuer.name,
        facts_of(composition),
        stated=notice_kinds.stated(kind, at, known, CalendarDay.objects.calendar()),
        follows=composition.follows,
        corrects=composition.relation == Relation.CORRECTS,
        on=day_of(at),
    )


def _refuse_what_is_wrong(composition: Composition, at: datetime) -> None:
    kind, facts = kind_of(composition), facts_of(composition)
    missing = [
        one.label
        for one in fields_of(composition)
        if not one.optional and facts[one.name] in (None, "")
    ]
    if missing:
        raise RuleBroken(
            "This notice must state: %(missing)s. Fill that in, then publish.",
            missing="、".join(missing),
        )
    follows = composition.follows
    if follows is not None and follows.followers.filter(relation__in=SUPERSEDING).exists():
        raise RuleBroken("This notice was superseded, or was not composed here.")
    known = figures.on(day_of(at), composition.need.region)
    table = CalendarDay.objects.calendar()
    first = _announced_on(composition)
    for one in notice_kinds.broken(kind, facts, at, known, table, announced_on=first):
        raise RuleBroken(
            "“%(field)s” comes too early: at least %(amount)s by %(source)s, hence not before "
            "%(until)s.",
            field=one.field.label,
            amount=one.limit.amount,
            source=one.limit.figure.source.partition("：")[0],
            until=instant(one.limit.until),
        )


def _announced_on(composition: Composition) -> date | None:
    """The day of the notice that a correction, or a chain of them, began with."""
    if composition.relation != Relation.CORRECTS or composition.follows is None:
        return None
    return day_of(notices.first(composition.follows).published_at)


def _refuse_unless_second(composition: Composition, by: Seat, at: datetime) -> None:
    if not may_approve(composition, by, at):
        raise RuleBroken("A notice is approved by a second person of its issuer.")
