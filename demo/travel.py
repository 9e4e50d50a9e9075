"""The demo's clock: rules are called as if it were then. Only a rehearsal may."""

import heapq
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from core import clock, outbox
from core.models import CalendarDay

BEIJING = ZoneInfo("Asia/Shanghai")
# What a story yields: the instant before which it does not go on.
Story = Iterator[datetime]


def to(instant: datetime) -> None:
    """Set the clock of rules and database to `instant`; it goes on from there."""
    if not settings.REHEARSAL:
        raise ImproperlyConfigured("the demo is built in a rehearsal: REHEARSAL=1")
    settings.CLOCK_OFFSET += instant - clock.now()


def home() -> None:
    settings.CLOCK_OFFSET = timedelta()


def office(instant: datetime) -> datetime:
    """The instant, or nine in the morning of the next working day where no office is open then."""
    calendar, local = CalendarDay.objects.calendar(), instant.astimezone(BEIJING)
    day = local.date()
    if calendar.is_working(day) and 9 <= local.hour < 16:
        return instant
    if local.hour >= 16 or not calendar.is_working(day):
        day = calendar.add_working_days(day, 1).on
    return datetime.combine(day, time(9), BEIJING)


def working_days_before(instant: datetime, number: int) -> datetime:
    """Nine in the morning of the working day so many working days before."""
    calendar, day = CalendarDay.objects.calendar(), instant.astimezone(BEIJING).date()
    while number:
        day -= timedelta(days=1)
        number -= calendar.is_working(day)
    return datetime.combine(day, time(9), BEIJING)


def carry() -> None:
    """Let every consumer act on what waits, as the worker would have by then."""
    while outbox.run_once(at=clock.now()):
        pass


def tell(stories: Iterable[Story], *, told: Callable[[int], None]) -> None:
    """Go through all stories in the order of time, so that numbers follow the calendar."""
    waiting: list[tuple[datetime, int, Story]] = []
    for place, story in enumerate(stories):
        if instant := next(story, None):
            heapq.heappush(waiting, (instant, place, story))
    steps = 0
    while waiting:
        instant, place, story = heapq.heappop(waiting)
        to(max(instant, clock.now()))
        following = next(story, None)
        carry()
        steps += 1
        told(steps)
        if following is not None:
            heapq.heappush(waiting, (following, place, story))
    home()
