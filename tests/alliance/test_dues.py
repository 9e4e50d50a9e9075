from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alliance.dues import PRORATIONS, months_later, owed, parts

YEAR = (date(2026, 1, 1), date(2027, 1, 1))


@pytest.mark.parametrize(
    ("proration", "joined_on", "amount", "count"),
    [
        ("month", date(2025, 3, 1), "8000.00", 12),
        ("month", date(2026, 1, 31), "8000.00", 12),
        ("month", date(2026, 2, 1), "7333.33", 11),
        ("month", date(2026, 7, 15), "4000.00", 6),
        ("month", date(2026, 12, 31), "666.67", 1),
        ("day", date(2026, 12, 31), "21.92", 1),
        ("day", date(2026, 1, 1), "8000.00", 365),
        ("none", date(2026, 12, 31), "8000.00", 1),
        ("month", date(2027, 1, 1), "0.00", 0),
        ("none", date(2027, 1, 1), "0.00", 0),
    ],
)
def test_who_joins_in_the_course_of_a_period_owes_from_its_own_month_or_day(
    proration, joined_on, amount, count
):
    found = owed(Decimal(8000), *YEAR, joined_on=joined_on, proration=proration)
    assert str(found.amount) == amount
    assert found.parts == count


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 12, 1), 12, date(2027, 12, 1)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_months_last(day, months, later):
    assert months_later(day, months) == later


@pytest.mark.parametrize(
    "facts",
    [
        (Decimal(1), date(2026, 1, 1), date(2026, 1, 1), "month"),
        (Decimal(-1), *YEAR, "month"),
        (Decimal(1), *YEAR, "week"),
    ],
)
def test_what_is_no_period_or_fee_is_refused(facts):
    fee, start, until, proration = facts
    with pytest.raises(ValueError, match=r"a period|a fee"):
        parts(fee, start, until, proration=proration)


fees = st.decimals(0, 1_000_000, places=2)
starts = st.dates(date(2020, 1, 1), date(2035, 12, 31))
lengths = st.integers(1, 800).map(lambda days: timedelta(days=days))
prorations = st.sampled_from(PRORATIONS)


@given(fees, starts, lengths, prorations)
def test_parts_add_up_are_never_negative_and_leave_no_day_out(fee, start, length, proration):
    cut = parts(fee, start, start + length, proration=proration)
    assert sum(one.amount for one in cut) == fee
    assert min(one.amount for one in cut) >= 0
    assert cut[0].start == start
    assert cut[-1].until == start + length
    assert all(one.until == two.start for one, two in pairwise(cut))
    assert all(one.start < one.until for one in cut)


@given(fees, starts, lengths, prorations, st.integers(-400, 900), st.integers(0, 400))
def test_who_joins_later_never_owes_more_nor_more_than_the_fee(
    fee, start, length, proration, offset, delay
):
    joined_on = start + timedelta(days=offset)
    facts = {"proration": proration}
    earlier = owed(fee, start, start + length, joined_on=joined_on, **facts)
    later = owed(fee, start, start + length, joined_on=joined_on + timedelta(days=delay), **facts)
    assert 0 <= later.amount <= earlier.amount <= earlier.fee == fee
    assert earlier.is_whole <= (earlier.amount == fee)


@given(fees, starts, st.integers(1, 36), prorations, st.integers(0, 35))
def test_what_is_owed_and_what_is_not_are_the_whole_fee(fee, start, months, proration, gone):
    until = months_later(start, months)
    joined_on = months_later(start, min(gone, months - 1))
    cut = parts(fee, start, until, proration=proration)
    missed = sum((one.amount for one in cut if one.until <= joined_on), Decimal(0))
    assert owed(fee, start, until, joined_on=joined_on, proration=proration).amount + missed == fee
