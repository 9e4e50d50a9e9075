from datetime import timedelta

import pytest
from django.db import transaction

from core import clock
from selection import draws, sealing, witnesses
from selection.methods import Entry, Frozen
from selection.models import Draw, Envelope
from tests.cast import Cast

NUMBER = "GXDD-2026-00001"


@pytest.fixture
def rule():
    """Parts run within a rule: `with rule():`."""
    return lambda: transaction.atomic(durable=True)


@pytest.fixture
def order_draw(cast: Cast, rule) -> Draw:
    """Committed for an order of the owner's, the dice announced for tomorrow; two witnesses."""
    with rule():
        draw = draws.commit(
            NUMBER,
            owner=cast.owner.organisation,
            announced_for=clock.now() + timedelta(days=1),
            regulator_days=1,
            failure_days=3,
            confirmation_minutes=30,
            at=clock.now(),
        )
        people = [{"name": "王岚", "phone": "13900000001"}, {"name": "李放"}]
        witnesses.name(draw, people, limit=3, at=clock.now())
    return draw


def sealed(seat, price, rule) -> Envelope:
    with rule():
        return sealing.seal(
            {"price": price},
            order_number=NUMBER,
            bidder=seat.organisation.uscc,
            at=clock.now(),
        )


def facts(draw: Draw, *envelopes: Envelope, method: str = "draw", **terms) -> Frozen:
    return Frozen(
        order=draw.number,
        method=method,
        notice="a0" * 32,
        commitment=draw.commitment,
        **{
            "winners": 1,
            "reserves": 0,
            "needed": 1,
            "ceiling": None,
            "floor": None,
            "frozen_at": clock.now(),
            **terms,
        },
        entries=tuple(Entry(one.bidder, f"机构{one.bidder}", one.digest) for one in envelopes),
    )


def frozen(draw: Draw, rule, *envelopes: Envelope, **terms) -> Draw:
    made = facts(draw, *envelopes, **terms)
    with rule():
        return draws.freeze(draw, made, at=made.frozen_at)
