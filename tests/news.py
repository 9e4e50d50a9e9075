"""Small news of the tests' own: a seat is praised, and a consumer writes its holder a letter."""

from datetime import datetime

from django.db import transaction

from accounts.models import Seat
from core import outbox
from core.audit import record
from core.lifecycle import lock, part
from core.models import Event, Letter
from core.numbering import new_code

EVENT, CONSUMER = "seat.praised", "tests.tell_holder"


@transaction.atomic(durable=True)
def praise(seat: Seat, *, at: datetime) -> Event:
    """A rule as rules are: lock, write, record, emit."""
    seat = lock(seat)
    event = record(seat, EVENT, by=seat, at=at, reason="及时")
    outbox.emit(event)
    return event


@part
def tell_holder(event: Event, *, at: datetime) -> None:
    seat = Seat.objects.select_related("user").get(code=event.subject_code)
    Letter.objects.create(
        code=new_code(),
        user_code=seat.user.code,
        kind="tests/praised",
        subject="表扬",
        body=event.name,
        posted_at=at,
    )


def listen(consumer=tell_holder) -> None:
    outbox.listen(EVENT, CONSUMER, consumer)
