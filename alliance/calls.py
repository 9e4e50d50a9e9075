"""Calls 征集 for alliances: written by the regulator, published by a second person as a notice."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import approval
from accounts.models import Deed, Organisation, Seat
from alliance import founding_papers
from alliance.founding_checks import model
from alliance.models import Call, CallState
from core import clock, outbox
from core.audit import record
from core.lifecycle import RuleBroken, lock, move
from core.models import Region
from core.numbering import new_code, yearly
from publication import notices

SERIES = "GXZJ"  # 公信征集


@dataclass(frozen=True)
class Wanted:
    """What a call says; the shapes are those of the row's columns."""

    title: str
    region: Region
    principles: str
    fields: list[str]
    figures: dict[str, int]
    conditions: list[dict[str, str]]
    materials: list[dict[str, str]]
    support: str
    contact: str
    open_until: datetime


def suggested(regulator: Organisation) -> dict[str, Any]:
    """What the client's call said, for the next one to begin with."""
    said = model()
    region = regulator.region
    return {
        **{name: said[name] for name in ("principles", "fields", "figures", "support")},
        "title": said["title"].replace("{region}", region.name if region else ""),
        "conditions": [dict(one) for one in said["conditions"]],
        "materials": [dict(one) for one in said["materials"]],
    }


@transaction.atomic(durable=True)
def write(wanted: Wanted, *, call: Call | None = None, by: Seat, at: datetime) -> Call:
    """Keep a call as a draft, anew or in place of what the draft said. Refused once published."""
    facts = {**asdict(wanted), "region": wanted.region, "written_by": by, "written_at": at}
    if call is None:
        call = Call.objects.create(code=new_code(), regulator=by.organisation, **facts)
    else:
        call = lock(call, state=CallState.DRAFT)
        for name, value in facts.items():
            setattr(call, name, value)
        call.save(update_fields=list(facts))
    record(call, "call.written", by=by, at=at, title=call.title)
    return call


@transaction.atomic(durable=True)
def publish(call: Call, *, by: Seat, at: datetime) -> Call:
    """Number the call and publish it.

    Refused to who wrote it last where the regulator has a second person, and once its own deadline
    has passed.
    """
    call = lock(call, state=CallState.DRAFT)
    published_at = clock.after_lock()
    if not may_publish(call, by, published_at):
        raise RuleBroken("A second person of your unit publishes it, who did not write it last.")
    if call.open_until is None or call.open_until <= published_at:
        raise RuleBroken("The deadline has passed: choose a later one.")
    number = yearly(SERIES, published_at, 3)
    move(call, CallState.PUBLISHED, number=number, published_by=by, published_at=published_at)
    notice = notices.publish(
        "alliance-call",
        about=call,
        title=call.title,
        paper=founding_papers.call(call),
        by=by,
        at=at,
        issuer=call.regulator.name,
        facts={
            "call": number,
            "fields": list(call.fields),
            "conditions": founding_papers.conditions(call),
            "materials": [one["label"] for one in call.materials],
            "open_until": call.open_until,
        },
    )
    outbox.emit(
        record(
            call,
            "call.published",
            by=by,
            at=at,
            public=True,
            number=number,
            notice=notice.number,
            open_until=call.open_until,
        )
    )
    return call


@transaction.atomic(durable=True)
def discard(call: Call, *, by: Seat, at: datetime) -> None:
    """Delete a draft. Refused once published."""
    call = lock(call, state=CallState.DRAFT)
    record(call, "call.discarded", by=by, at=at, title=call.title)
    call.delete()


def may_publish(call: Call, seat: Seat, at: datetime) -> bool:
    """Whether the seat is the second person, or the only one that the regulator has."""
    return approval.is_second(
        seat, writer=call.written_by, of=call.regulator, deed=Deed.REGISTER_ALLIANCE, at=at
    ) or (
        seat.organisation_id == call.regulator_id
        and seat.may(Deed.REGISTER_ALLIANCE)
        and approval.is_alone(call.regulator, at)
    )
