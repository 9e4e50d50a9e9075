"""Who is the second person: another of the same unit, else the operator where there is none."""

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts import approval
from accounts.models import Deed
from core import clock
from tests.cast import seated

pytestmark = pytest.mark.django_db


def is_second(seat, cast, **more):
    known = {"writer": cast.owner, "of": cast.owner.organisation, "deed": Deed.APPROVE_ORDER}
    return approval.is_second(seat, **(known | {"at": clock.now()} | more))


def test_another_person_of_the_unit_is_the_second(cast):
    assert is_second(cast.approver, cast)


def test_the_writer_is_not_whatever_seat_he_acts_from(cast):
    assert not is_second(cast.owner, cast)
    again = seated("second", rank=cast.approver.rank)
    again.user = cast.owner.user
    assert not is_second(again, cast, of=again.organisation)


def test_nobody_is_while_nobody_submitted(cast):
    assert not is_second(cast.approver, cast, writer=None)


def test_other_units_are_not_and_neither_is_who_may_not_or_not_so_much(cast):
    assert not is_second(cast.agency, cast)
    assert not is_second(cast.owner, cast, writer=cast.approver)  # may write, not approve
    cast.approver.amount_ceiling = Decimal(100)
    assert is_second(cast.approver, cast, amount=Decimal(100))
    assert not is_second(cast.approver, cast, amount=Decimal("100.01"))


def test_the_operator_is_only_where_the_unit_has_one_person(cast):
    may = {"reviewer": Deed.REVIEW_ORDER}
    assert not is_second(cast.operator, cast, **may)
    cast.approver.held_until = clock.now() - timedelta(seconds=1)
    cast.approver.save(update_fields=["held_until"])
    assert is_second(cast.operator, cast, **may)
    assert not is_second(cast.operator, cast)
