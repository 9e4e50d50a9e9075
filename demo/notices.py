"""Notices that no inquiry writes: composed by hand about needs that are bought elsewhere.

Each of the kinds is there, one with its correction, one ended, one under approval, one a draft.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from accounts.models import Seat
from core import clock, reference
from core.models import CalendarDay
from core.numbering import new_code
from demo import city, travel, wanted
from demo.travel import BEIJING, Story
from procurement import composing, needs, notice_kinds
from procurement.models import Composition, Need

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WRITERS = {"water": "ma", "university": "bai"}
SETTLED = "按内控制度已经单位会议研究，不需公开论证。"


def all_of(now: datetime) -> list[Story]:
    """The stories of these needs, as they have gone until `now`."""
    found: list[dict[str, Any]] = reference.read(city.DATA / "notices.json")
    return [_until(now, Announced(facts, now).told()) for facts in found]


def _until(now: datetime, story: Story) -> Iterator[datetime]:
    for instant in story:
        if instant > now:
            return
        yield instant


class Announced:
    """A need of `data/notices.json`, its notices and who writes and approves them."""

    def __init__(self, facts: dict[str, Any], now: datetime) -> None:
        self.facts = facts
        self.writer = city.seat(WRITERS[facts["owner"]])
        self.approver = city.seat(facts["approver"])
        self.began = travel.office(now - facts["days_ago"] * DAY - HOUR)
        self.made: list[Composition] = []

    def told(self) -> Story:
        yield self.began
        need = wanted.submitted(self.facts, by=self.writer, year=self.began.year)
        yield self.began + HOUR
        need = needs.publish(need, by=self.approver, at=clock.now())
        yield self.began + 2 * HOUR
        need = needs.settle(need, reason=SETTLED, by=self.approver, at=clock.now())
        for facts in self.facts["notices"]:
            yield travel.office(self.began + facts["day"] * DAY)
            writer = city.seat(facts["writer"]) if "writer" in facts else self.writer
            made = self._written(need, facts, by=writer)
            if facts.get("ending") == "draft":
                continue
            made = composing.submit(made, by=writer, at=clock.now())
            if facts.get("ending") == "submitted":
                continue
            yield clock.now() + 2 * HOUR
            approver = city.seat(facts.get("approver", self.facts["approver"]))
            self.made.append(composing.publish(made, by=approver, at=clock.now()))

    def _written(self, need: Need, facts: dict[str, Any], *, by: Seat) -> Composition:
        place = facts.get("corrects", facts.get("ends"))
        made = composing.begin(
            need,
            facts["kind"],
            key=new_code(),
            by=by,
            at=clock.now(),
            follows=None if place is None else self.made[place].notice,
        )
        today = clock.now().astimezone(BEIJING).date()
        fields = {one.name: one.kind for one in notice_kinds.table()[facts["kind"]].fields}
        typed = {
            name: _day(value, today, fields[name]) if isinstance(value, list) else value
            for name, value in facts["typed"].items()
        }
        composing.save(made, {**made.typed, **typed}, by=by, at=clock.now())
        made.refresh_from_db()
        return made


def _day(told: list[int], today: date, kind: str) -> str:
    """So many days from today, moved on to a working day: a date, or an instant of that day."""
    days, hour, minute = (*told, 0, 0)[:3]
    day, calendar = today + days * DAY, CalendarDay.objects.calendar()
    while days > 0 and not calendar.is_working(day):
        day += DAY
    if kind == "date":
        return day.isoformat()
    return datetime.combine(day, time(hour, minute), BEIJING).isoformat()
