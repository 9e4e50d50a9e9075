"""Experts of an argument: named, invited; their opinions, signed for good or come on paper."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts.models import Organisation, Seat, Standing, User
from core import calendar, clock, letters, uploads
from core.audit import Actor, record
from core.lifecycle import RuleBroken, lock
from core.models import Upload
from core.numbering import new_code
from procurement import argument_papers
from procurement.models import (
    Argument,
    ArgumentState,
    Expert,
    Manner,
    Opinion,
    Verdict,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An expert as the owner names him."""

    name: str
    unit: str
    title: str
    phone: str = ""
    email: str = ""
    is_head: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What an expert says of one topic."""

    topic: str
    verdict: str
    text: str = ""


@transaction.atomic(durable=True)
def name_expert(argument: Argument, person: Person, *, by: Actor, at: datetime) -> Expert:
    """Name an expert. Refused twice, and once the argument is published."""
    argument = lock(argument, state=ArgumentState.DRAFT)
    if argument.experts.filter(name=person.name, unit=person.unit).exists():
        raise RuleBroken("This expert is named already.")
    if person.is_head and argument.experts.filter(is_head=True).exists():
        raise RuleBroken("The group has its head already: name this expert as a member.")
    expert = argument.experts.create(code=new_code(), named_at=at, **asdict(person))
    record(argument, "expert.named", by=by, at=at, expert=expert.code)
    return expert


@transaction.atomic(durable=True)
def drop_expert(expert: Expert, *, by: Actor, at: datetime) -> None:
    """Take an expert off. Refused once he has signed, or the argument is published."""
    argument = lock(expert.argument, state=ArgumentState.DRAFT)
    expert = lock(expert)
    if Opinion.objects.filter(expert=expert).exists():
        raise RuleBroken("This expert has signed: the opinion is kept.")
    record(argument, "expert.dropped", by=by, at=at, expert=expert.code)
    expert.delete()


@transaction.atomic(durable=True)
def invite(expert: Expert, *, by: Actor, at: datetime) -> str:
    """A link's token for an expert, told this once; an earlier one ends. Refused once used."""
    argument = lock(expert.argument, state=ArgumentState.DRAFT)
    expert = lock(expert)
    if expert.entered_at is not None:
        raise RuleBroken("This expert has entered already: no new link is needed.")
    if Opinion.objects.filter(expert=expert).exists():
        raise RuleBroken("The opinion of this expert is there already, from a scan.")
    token = secrets.token_urlsafe(24)
    expert.token_hash = _hashed(token)
    expert.save(update_fields=["token_hash"])
    record(argument, "expert.invited", by=by, at=at, expert=expert.code)
    return token


def find_expert(token: str) -> Expert | None:
    """Whom a link invites; None for a link that never was or was replaced."""
    invited = Expert.objects.select_related("argument__need", "argument__owner")
    return invited.filter(token_hash=_hashed(token)).first()


@transaction.atomic(durable=True)
def enter(argument: Argument, token: str, *, by: User, at: datetime) -> Expert:
    """Let in, for good, whoever holds an expert's link.

    Refused where somebody else has used it, and to who has, or had since, a seat at the owner or at
    the operator.
    """
    argument = lock(argument)
    expert = find_expert(token)
    if expert is None or expert.argument_id != argument.pk:
        raise RuleBroken("This link invites no expert of this argument: ask for a new one.")
    expert = lock(expert)
    entered_at = clock.after_lock()
    if expert.entered_at is not None:
        if expert.user_id == by.pk:
            return expert
        raise RuleBroken("This link was used by somebody else: tell the owner of the need.")
    if argument.state != ArgumentState.DRAFT:
        raise RuleBroken("This argument is published: no opinion is let in any more.")
    if argument.experts.filter(user=by).exists():
        raise RuleBroken("You are an expert of this argument already.")
    _refuse_involved(argument, by, expert.named_at, entered_at)
    expert.user, expert.entered_at = by, entered_at
    expert.save(update_fields=["user", "entered_at"])
    record(argument, "expert.entered", by=by, at=at, expert=expert.code)
    return expert


def _refuse_involved(argument: Argument, user: User, since: datetime, at: datetime) -> None:
    held = Q(held_until=None) | Q(held_until__gt=since)
    seats = Seat.objects.filter(held, user=user, held_from__lte=at)
    places = Organisation.objects.filter(seats__in=seats)
    if places.filter(Q(pk=argument.owner_id) | Q(standing=Standing.OPERATOR)).exists():
        raise RuleBroken("Who has a seat at the owner or at the operator is no expert here.")


@transaction.atomic(durable=True)
def sign(
    expert: Expert,
    answers: Sequence[Answer],
    *,
    remark: str,
    typed: str,
    digest: str,
    by: User,
    at: datetime,
) -> Opinion:
    """Sign, as the expert himself, the form with this digest; for good.

    Refused to anybody else, without his name typed out, on another text, twice, and while a topic
    is left out.
    """
    argument = lock(expert.argument, state=ArgumentState.DRAFT)
    expert = lock(expert)
    signed_at = clock.after_lock()
    if expert.user_id != by.pk:
        raise RuleBroken("Only the expert himself signs, with the account that used the link.")
    form = _form(expert, answers, remark)
    if form.digest() != digest:
        raise RuleBroken("The text you confirmed is not that of this form: read it again.")
    if typed.strip() != expert.name:
        raise RuleBroken("Type your name, %(name)s, to sign.", name=expert.name)
    opinion = _written(
        expert,
        answers,
        remark=remark,
        paper=form.to_json(),
        digest=digest,
        manner=Manner.ONLINE,
        typed=typed.strip(),
        signed_on=calendar.day_of(signed_at),
        signed_at=signed_at,
    )
    record(argument, "opinion.signed", by=by, at=at, expert=expert.code, digest=digest)
    letters.post(
        "procurement/opinion-signed",
        to=argument.owner,
        at=at,
        link=argument.get_absolute_url(),
        argument=argument,
        expert=expert,
    )
    return opinion


@transaction.atomic(durable=True)
def enter_scan(
    expert: Expert,
    answers: Sequence[Answer],
    *,
    remark: str,
    signed_on: date,
    scan: Upload,
    by: Seat,
    at: datetime,
) -> Opinion:
    """Enter, for the owner, an opinion that the expert signed on paper; the notice says so.

    Refused for a day to come, twice, and while a topic is left out.
    """
    argument = lock(expert.argument, state=ArgumentState.DRAFT)
    expert = lock(expert)
    entered_at = clock.after_lock()
    if signed_on > calendar.day_of(entered_at):
        raise RuleBroken("The paper is signed on a day to come: look at its date again.")
    form = _form(expert, answers, remark)
    opinion = _written(
        expert,
        answers,
        remark=remark,
        paper=form.to_json(),
        digest=form.digest(),
        manner=Manner.SCAN,
        signed_on=signed_on,
        signed_at=entered_at,
        entered_by=by,
    )
    uploads.attach(scan, to=opinion)
    record(
        argument,
        "opinion.entered",
        by=by,
        at=at,
        expert=expert.code,
        digest=opinion.digest,
        scan=scan.sha256,
    )
    return opinion


def _form(expert: Expert, answers: Sequence[Answer], remark: str) -> Any:
    wanted = [topic["key"] for topic in expert.argument.topics]
    if [answer.topic for answer in answers] != wanted:
        raise RuleBroken("Say something of every topic.")
    if any(one.verdict != Verdict.AGREE and not one.text.strip() for one in answers):
        raise RuleBroken("Say what is to be amended, or why you do not agree.")
    return argument_papers.opinion_form(expert, _plain(answers), remark.strip())


def opinion_form(expert: Expert, answers: Sequence[Answer], remark: str) -> Any:
    """The very form that these answers would become; nothing is written."""
    return _form(expert, answers, remark)


def _written(expert: Expert, answers: Sequence[Answer], *, remark: str, **facts: Any) -> Opinion:
    if Opinion.objects.filter(expert=expert).exists():
        raise RuleBroken("The opinion of this expert is there already: it is never changed.")
    return Opinion.objects.create(
        code=new_code(), expert=expert, answers=_plain(answers), remark=remark.strip(), **facts
    )


def _plain(answers: Sequence[Answer]) -> list[dict[str, str]]:
    return [
        {"topic": one.topic, "verdict": one.verdict, "text": one.text.strip()} for one in answers
    ]


def _hashed(token: str) -> str:
    return sha256(token.encode()).hexdigest()
