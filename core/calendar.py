"""Working days and periods as the law counts them, from a table of what each year's notice says.

The day something happens is not counted; 以上, 以内 include their number and 不足 excludes it; a
period that ends on a day off ends with the first working day after it (民法典 201, 203;
财政部令第87号 85, 86). Days off are decided by the State Council year by year: past the last year
that is known a date is provisional. Days are those of Asia/Shanghai.
"""

from calendar import monthrange
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Due:
    """The last day of a period; provisional where it rests on days off not yet announced."""

    on: date
    provisional: bool = False

    def until(self) -> datetime:
        """The exclusive end: the instant at which the day is over."""
        return end_of(self.on)


class Calendar:
    """`days`: which days differ from the week's custom (True: worked); `years`: those known."""

    def __init__(self, days: Mapping[date, bool], years: Collection[int]) -> None:
        self._days, self._years = dict(days), frozenset(years)

    def is_known(self, day: date) -> bool:
        return day.year in self._years

    def is_working(self, day: date) -> bool:
        return self._days.get(day, day.weekday() < 5)

    def add_working_days(self, start: date, number: int) -> Due:
        """The last of `number` working days 工作日 after `start`."""
        if number < 1:
            raise ValueError("a period has one day at least")
        day, provisional = start, False
        while number:
            day += DAY
            provisional |= not self.is_known(day)
            number -= self.is_working(day)
        return Due(day, provisional)

    def add_days(self, start: date, number: int) -> Due:
        """The last of `number` days 日 after `start`, or the first working day from there on."""
        if number < 1:
            raise ValueError("a period has one day at least")
        day = start + number * DAY
        provisional = not self.is_known(day)
        while not self.is_working(day):
            day += DAY
            provisional |= not self.is_known(day)
        return Due(day, provisional)

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days lie after `start`, up to and with `end`."""
        return sum(self.is_working(start + n * DAY) for n in range(1, (end - start).days + 1))

    def is_at_least(self, start: date, end: date, number: int, *, working: bool = True) -> bool:
        """Whether `number` days or more (不少于, 以上) lie between; 不足 is the contrary."""
        if working:
            return self.working_days_between(start, end) >= number
        return (end - start).days >= number


def day_of(instant: datetime) -> date:
    """The day in Asia/Shanghai on which an aware instant falls."""
    if instant.tzinfo is None:
        raise ValueError("an instant bears its zone")
    return instant.astimezone(SHANGHAI).date()


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or before; the month's last where it has none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return day.replace(year=year, month=month + 1, day=min(day.day, monthrange(year, month + 1)[1]))


def start_of(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def end_of(day: date) -> datetime:
    """The exclusive end of a day: the first instant of the next. What comes then is late."""
    return start_of(day + DAY)
