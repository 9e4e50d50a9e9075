"""The public argument of a need: prepared, published with its experts' opinions, closed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction

from accounts import approval
from accounts.models import Deed, Seat
from core import calendar, clock, figures, once, outbox
from core.audit import Actor, record
from core.calendar import Due
from core.figures import Figure
from core.lifecycle import RuleBroken, lock, move
from core.models import CalendarDay
from core.numbering import new_code, yearly
from core.reference import read
from procurement import argument_papers
from procurement.models import (
    Argument,
    ArgumentState,
    Conclusion,
    Need,
    NeedState,
    Opinion,
)
from procurement.proposals import METHODS
from publication import notices
from publication.models import Notice, Relation

SERIES = "GXLZ"  # 公信论证
FIGURES = (
    "argument.comment.working-days",
    "argument.experts.minimum",
    "argument.reply.working-days",
)
DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the notice says beside the need; instants bear their zone."""

    opens_at: datetime | None = None
    closes_at: datetime | None = None
    procurement_method: str = ""
    agency_name: str = ""
    agency_contact: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    finding: str = ""


@cache
def topics() -> list[dict[str, str]]:
    """The topics of an argument, in the order of the client's notice."""
    found: list[dict[str, str]] = read(DATA / "argument-topics.json")["topics"]
    return found


# ── preparing ────────────────────────────────────────────────────────────────────────────────────


@transaction.atomic(durable=True)
def begin(need: Need, *, key: str, by: Seat, at: datetime) -> Argument:
    """Begin to argue a published need. Refused while another argument of it is under way."""
    need = lock(need, state=NeedState.PUBLISHED)
    try:
        with transaction.atomic():
            argument = Argument.objects.create(
                code=new_code(),
                need=need,
                owner=need.owner,
                topics=topics(),
                procurement_method=METHODS.get(need.method, ""),
                contact_name=need.contact,
                contact_phone=need.contact_phone,
                created_by=by,
                created_at=at,
            )
    except IntegrityError as twin:
        if "argument_one_at_a_time_per_need" not in str(twin) and "need_id" not in str(twin):
            raise
        raise RuleBroken("This need is being argued already: go on with that argument.") from twin
    once.spend(key, made=argument, at=at)
    record(argument, "argument.begun", by=by, at=at, need=need.number)
    return argument


@transaction.atomic(durable=True)
def prepare(argument: Argument, terms: Terms, *, by: Actor, at: datetime) -> Argument:
    """Keep what the notice is to say. Refused once it is published."""
    argument = lock(argument, state=ArgumentState.DRAFT)
    if terms.opens_at and terms.closes_at and terms.closes_at <= terms.opens_at:
        raise RuleBroken("Comments end after they begin: choose a later end.")
    columns = asdict(terms)
    for name, value in columns.items():
        setattr(argument, name, value)
    argument.save(update_fields=list(columns))
    return argument


@transaction.atomic(durable=True)
def discard(argument: Argument, *, by: Actor, at: datetime) -> None:
    """Delete an argument that is being prepared. Refused once an expert has signed."""
    argument = lock(argument, state=ArgumentState.DRAFT)
    if Opinion.objects.filter(expert__argument=argument).exists():
        raise RuleBroken("An expert has signed an opinion: it is kept, publish the argument.")
    record(argument, "argument.discarded", by=by, at=at)
    argument.experts.all().delete()
    argument.delete()


# ── publish, withdraw, close ─────────────────────────────────────────────────────────────────────


@transaction.atomic(durable=True)
def publish(argument: Argument, *, by: Seat, at: datetime) -> Argument:
    """Number the argument, publish its notice and the experts' opinions.

    Refused to whoever prepared it where the owner has a second person, with fewer experts or a
    shorter time for comments than the figures in force ask for, and while an opinion is missing.
    """
    need = lock(argument.need, state=NeedState.PUBLISHED)
    argument = lock(argument, state=ArgumentState.DRAFT)
    argument.need = need
    published_at = clock.after_lock()
    if not may_publish(argument, by, published_at):
        raise RuleBroken("A second person of the owner publishes it, who did not prepare it.")
    follows = what_follows(argument, published_at)
    check(argument, follows, published_at)
    experts = list(argument.experts.select_related("opinion"))
    version = need.versions.order_by("-version")[0]
    move(
        argument,
        ArgumentState.PUBLISHED,
        number=yearly(SERIES, published_at),
        version=version,
        published_by=by,
        published_at=published_at,
        reply_until=follows.reply.until(),
        figures={name: asdict(figure) for name, figure in follows.figures.items()},
    )
    notice = notices.publish(
        "argument-notice",
        about=argument,
        title=argument_papers.notice_title(argument),
        paper=argument_papers.notice(argument),
        follows=_notice_of_need(need),
        relation=Relation.FOLLOWS if _notice_of_need(need) else None,
        by=by,
        at=at,
        issuer=argument.owner.name,
        facts=_facts(argument),
    )
    notices.publish(
        "argument-opinions",
        about=argument,
        title=argument_papers.opinions_title(argument),
        paper=argument_papers.opinions(argument, experts),
        follows=notice,
        relation=Relation.FOLLOWS,
        by=by,
        at=at,
        issuer=argument.owner.name,
        facts={
            "argument": argument.number,
            "experts": [{"name": one.name, "unit": one.unit} for one in experts],
            "finding": argument.finding,
            "opinions": [one.opinion.digest for one in experts],
        },
    )
    outbox.emit(
        record(
            argument,
            "argument.published",
            by=by,
            at=at,
            public=True,
            number=argument.number,
            need=need.number,
            notice=notice.number,
            digest=notice.digest,
            opens_at=argument.opens_at,
            closes_at=argument.closes_at,
        )
    )
    return argument


@transaction.atomic(durable=True)
def withdraw(argument: Argument, *, reason: str, by: Seat, at: datetime) -> Argument:
    """End an argument before its result, by a notice that follows its own. The need stays.

    Refused without a reason.
    """
    argument = lock(argument, state=ArgumentState.PUBLISHED)
    if not reason.strip():
        raise RuleBroken("State the reason: it is published.")
    move(argument, ArgumentState.WITHDRAWN, state_reason=reason.strip())
    notice = notices.withdraw(
        notice_of(argument),
        kind="argument-withdrawal",
        title=argument_papers.withdrawal_title(argument),
        paper=argument_papers.withdrawal(argument, clock.after_lock()),
        reason=argument.state_reason,
        by=by,
        at=at,
        facts={"argument": argument.number},
    )
    outbox.emit(
        record(
            argument,
            "argument.withdrawn",
            by=by,
            at=at,
            public=True,
            reason=argument.state_reason,
            notice=notice.number,
        )
    )
    return argument


@transaction.atomic(durable=True)
def close(argument: Argument, *, conclusion: str, result: str, by: Seat, at: datetime) -> Argument:
    """Publish what came of the argument; where the need stands, it is settled.

    Refused before comments end, while one is unanswered, and without the result in words.
    """
    need = lock(argument.need, state=NeedState.PUBLISHED)
    argument = lock(argument, state=ArgumentState.PUBLISHED)
    argument.need = need
    closed_at = clock.after_lock()
    if argument.closes_at is not None and closed_at < argument.closes_at:
        raise RuleBroken(
            "Comments are let in until %(until)s: close the argument then.",
            until=argument.closes_at,
        )
    if count := argument.comments.unanswered().count():
        raise RuleBroken("%(count)s comments are not answered yet: answer each.", count=count)
    if conclusion not in Conclusion.values or not result.strip():
        raise RuleBroken("Say what comes of the argument: it is published.")
    if conclusion == Conclusion.KEPT and not _is_newest(argument):
        raise RuleBroken("The need was corrected since: conclude that it is revised.")
    move(
        argument,
        ArgumentState.CLOSED,
        conclusion=conclusion,
        result=result.strip(),
        closed_by=by,
        closed_at=closed_at,
    )
    comments = list(argument.comments.select_related("reply"))
    notice = notices.publish(
        "argument-result",
        about=argument,
        title=argument_papers.result_title(argument),
        paper=argument_papers.result(argument, comments, closed_at),
        follows=notice_of(argument),
        relation=Relation.RESULT_OF,
        by=by,
        at=at,
        issuer=argument.owner.name,
        facts={
            "argument": argument.number,
            "conclusion": conclusion,
            "result": argument.result,
            "comments": len(comments),
        },
    )
    if conclusion == Conclusion.KEPT:
        move(need, NeedState.SETTLED, settled_at=closed_at)
        record(need, "need.settled", by=by, at=at, public=True, argument=argument.number)
    outbox.emit(
        record(
            argument,
            "argument.closed",
            by=by,
            at=at,
            public=True,
            conclusion=conclusion,
            comments=len(comments),
            notice=notice.number,
            digest=notice.digest,
        )
    )
    return argument


# ── what other modules share ─────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Consequences:
    """What the figures in force make of an argument, were it published on that day."""

    experts: int
    earliest: Due  # comments are let in until the end of this day at least
    days: int
    reply: Due
    reply_days: int
    figures: dict[str, Figure]


def what_follows(argument: Argument, at: datetime) -> Consequences:
    today = calendar.day_of(at)
    in_force = figures.on(today, region=argument.need.region)
    days, reply_days = (
        int(in_force[f"argument.{name}.working-days"].value) for name in ("comment", "reply")
    )
    table = CalendarDay.objects.calendar()
    closing = calendar.day_of(argument.closes_at) if argument.closes_at else today
    return Consequences(
        experts=int(in_force["argument.experts.minimum"].value),
        earliest=table.add_working_days(today, days),
        days=days,
        reply=table.add_working_days(closing, reply_days),
        reply_days=reply_days,
        figures={name: in_force[name] for name in FIGURES},
    )


def check(argument: Argument, follows: Consequences, at: datetime) -> None:
    """Refuse to publish what is not whole, or too short."""
    if argument.opens_at is None or argument.closes_at is None:
        raise RuleBroken("Say from when until when comments are let in.")
    if argument.opens_at < at:
        raise RuleBroken("Comments begin after the notice is published: choose a later time.")
    if argument.closes_at < follows.earliest.until():
        raise RuleBroken(
            "Published today, comments must be let in for %(days)s working days, through "
            "%(earliest)s: choose a later end.",
            days=follows.days,
            earliest=follows.earliest.on,
        )
    if not argument.contact_name or not argument.contact_phone:
        raise RuleBroken("Name a contact person and a phone: comments may come in writing.")
    experts = list(argument.experts.all())
    if len(experts) < follows.experts:
        raise RuleBroken("Name %(count)s experts at least.", count=follows.experts)
    signed = Opinion.objects.filter(expert__argument=argument).count()
    if signed < len(experts):
        raise RuleBroken(
            "%(count)s experts have not signed their opinion yet.", count=len(experts) - signed
        )
    if not argument.finding.strip():
        raise RuleBroken("Write down what the expert group finds: it is published.")


def may_publish(argument: Argument, seat: Seat, at: datetime) -> bool:
    """Whether the seat is the second person, or the only one that the owner has."""
    if seat.organisation_id != argument.owner_id or not seat.may(Deed.APPROVE_NEED):
        return False
    if argument.created_by.user_id != seat.user_id:
        return True
    return approval.is_alone(argument.owner, at)


def notice_of(argument: Argument) -> Notice:
    """The notice in force of a published argument."""
    return notices.newest_of(argument, "argument-notice")


def _is_newest(argument: Argument) -> bool:
    newest = argument.need.versions.order_by("-version").first()
    return newest is not None and newest.pk == argument.version_id


def _notice_of_need(need: Need) -> Notice | None:
    return Notice.objects.about(need).in_force().last()


def _facts(argument: Argument) -> dict[str, Any]:
    need = argument.need
    return {
        "argument": argument.number,
        "need": need.number,
        "owner": argument.owner.name,
        "agency": argument.agency_name,
        "title": need.title,
        "budget": need.budget,
        "method": argument.procurement_method,
        "topics": argument.topics,
        "opens_at": argument.opens_at,
        "closes_at": argument.closes_at,
        "contact": argument.contact_name,
        "figures": argument.figures,
    }
