from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.calendar import Calendar, day_of, end_of, start_of
from core.models import CalendarDay

DAY = timedelta(days=1)
#       Thu 1 Oct – Wed 7 Oct off; Sat 10 Oct and Sun 20 Sep 2026 worked.
GOLDEN_WEEK = {date(2026, 10, day): False for day in range(1, 8)} | {
    date(2026, 9, 20): True,
    date(2026, 10, 10): True,
}
calendar = Calendar(GOLDEN_WEEK, {2026})

days = st.dates(date(2026, 1, 1), date(2026, 12, 31))
calendars = st.builds(
    Calendar, st.dictionaries(days, st.booleans(), max_size=60), st.just({2025, 2026, 2027})
)


@pytest.mark.parametrize(
    ("start", "number", "due"),
    [
        (date(2026, 9, 30), 1, date(2026, 10, 8)),  # over the holiday week
        (date(2026, 10, 8), 2, date(2026, 10, 10)),  # the Saturday is worked
        (date(2026, 10, 10), 1, date(2026, 10, 12)),
        (date(2026, 9, 18), 1, date(2026, 9, 20)),  # the Sunday is worked
        (date(2026, 10, 3), 3, date(2026, 10, 10)),  # the start day is not counted, off or not
    ],
)
def test_working_days_are_counted_from_the_next_day(start, number, due):
    assert calendar.add_working_days(start, number).on == due


@pytest.mark.parametrize(
    ("start", "number", "due"),
    [
        (date(2026, 9, 10), 20, date(2026, 9, 30)),
        (date(2026, 9, 11), 20, date(2026, 10, 8)),  # 1 October rolls over the holiday week
        (date(2026, 9, 30), 10, date(2026, 10, 10)),  # a Saturday that is worked ends it
        (date(2026, 10, 10), 7, date(2026, 10, 19)),  # a Saturday that is not
    ],
)
def test_a_period_in_days_ends_on_a_working_day(start, number, due):
    assert calendar.add_days(start, number).on == due


def test_at_least_includes_the_number_and_falling_short_excludes_it():
    assert calendar.is_at_least(date(2026, 9, 30), date(2026, 10, 9), 2)
    assert not calendar.is_at_least(date(2026, 9, 30), date(2026, 10, 8), 2)
    assert calendar.is_at_least(date(2026, 9, 1), date(2026, 9, 21), 20, working=False)
    assert not calendar.is_at_least(date(2026, 9, 1), date(2026, 9, 20), 20, working=False)


def test_past_the_known_years_a_date_is_provisional():
    assert not calendar.add_working_days(date(2026, 12, 30), 1).provisional
    assert calendar.add_working_days(date(2026, 12, 30), 2).provisional
    assert calendar.add_days(date(2026, 12, 30), 2).provisional
    # It was counted across the gap, even where the end is known again.
    gap = Calendar({}, {2025, 2027})
    assert gap.add_working_days(date(2025, 12, 31), 300).provisional


@pytest.mark.parametrize("count", [calendar.add_days, calendar.add_working_days])
def test_no_period_is_empty(count):
    with pytest.raises(ValueError, match="one day"):
        count(date(2026, 1, 1), 0)


@given(calendars, days, st.integers(1, 40))
def test_so_many_working_days_lie_before_the_end(calendar, start, number):
    due = calendar.add_working_days(start, number)
    assert calendar.is_working(due.on)
    assert calendar.working_days_between(start, due.on) == number
    assert calendar.is_at_least(start, due.on, number)
    assert not calendar.is_at_least(start, due.on - DAY, number)


@given(calendars, days, st.integers(1, 40), st.integers(1, 40))
def test_periods_follow_one_another(calendar, start, first, second):
    middle = calendar.add_working_days(start, first).on
    assert calendar.add_working_days(middle, second) == calendar.add_working_days(
        start, first + second
    )


@given(calendars, days, st.integers(1, 90))
def test_a_period_in_days_rolls_only_over_days_off(calendar, start, number):
    due = calendar.add_days(start, number)
    nominal = start + number * DAY
    assert due.on >= nominal
    assert calendar.is_working(due.on)
    assert not any(calendar.is_working(nominal + n * DAY) for n in range((due.on - nominal).days))


def test_a_day_ends_at_midnight_in_shanghai():
    assert end_of(date(2026, 11, 23)) == datetime(2026, 11, 23, 16, tzinfo=UTC)
    assert day_of(datetime(2026, 11, 23, 15, 59, 59, 999999, UTC)) == date(2026, 11, 23)
    assert day_of(datetime(2026, 11, 23, 16, tzinfo=UTC)) == date(2026, 11, 24)
    assert calendar.add_working_days(date(2026, 11, 20), 1).until() == end_of(date(2026, 11, 23))
    # No fixed +08:00: in the summer of 1988 Shanghai was at +09:00.
    assert start_of(date(1988, 7, 1)).utcoffset() == timedelta(hours=9)
    with pytest.raises(ValueError, match="zone"):
        day_of(datetime(2026, 1, 1))  # noqa: DTZ001  # that is the point


@pytest.mark.django_db
def test_the_table_says_what_the_library_says_of_every_known_day(django_assert_num_queries):
    with django_assert_num_queries(1):
        known = CalendarDay.objects.calendar()
    day = date(2022, 1, 1)
    while day.year < 2027:
        assert known.is_working(day) == chinese_calendar.is_workday(day), day
        assert known.is_known(day)
        day += DAY
    assert not known.is_known(day)
