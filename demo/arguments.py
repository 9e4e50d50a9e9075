"""Needs of the demo that are argued in public: the client's and another, closed, and one open.

The client's argument bears the dates of its notice, of 2018: published in the afternoon, comments
from nine in the morning after until noon of the fourth working day. The others have its shape.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from accounts.models import Seat
from core import clock, reference
from core.models import CalendarDay
from core.numbering import new_code
from demo import city, travel
from demo.travel import BEIJING, Story
from procurement import arguments, comments, opinions
from procurement.arguments import Terms
from procurement.models import Argument, Need, NeedState
from procurement.opinions import Answer, Person

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SIGNED = "procurement.opinion-scan"


def data() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = reference.read(city.DATA / "arguments.json")
    return found


def long_ago() -> list[Story]:
    """The stories of arguments that bear their real dates: the client's."""
    return [Argued(facts, clock.now()).told() for facts in data() if "begun" in facts]


def all_of(now: datetime) -> list[Story]:
    """The stories of the other arguments, as they have gone until `now`."""
    return [_until(now, Argued(facts, now).told()) for facts in data() if "begun" not in facts]


def _until(now: datetime, story: Story) -> Iterator[datetime]:
    for instant in story:
        if instant > now:
            return
        yield instant


class Argued:
    """One argument of `data/arguments.json` and its people."""

    def __init__(self, facts: dict[str, Any], now: datetime) -> None:
        self.facts, self.now = facts, now
        self.writer, self.approver = city.seat(facts["writer"]), city.seat(facts["approver"])
        self.row = Argument()

    def told(self) -> Story:
        need = Need()
        while need.state != NeedState.PUBLISHED:
            yield max(clock.now() + HOUR, self._first())
            found = Need.objects.filter(title__startswith=self.facts["need"]).first()
            need = found or need
        yield travel.office(max(clock.now(), self._first()))
        self.row = arguments.begin(need, key=new_code(), by=self.writer, at=clock.now())
        opens, closes = self._period()
        arguments.prepare(
            self.row,
            Terms(
                opens_at=opens,
                closes_at=closes,
                procurement_method=self.facts["method"],
                agency_name=self.facts.get("agency", ""),
                agency_contact=self.facts.get("agency_contact", ""),
                contact_name=self.facts.get("contact") or self.writer.user.name,
                contact_phone=self.writer.organisation.contact_phone,
                finding=self.facts["finding"],
            ),
            by=self.writer,
            at=clock.now(),
        )
        yield clock.now() + HOUR
        yield from self._opinions()
        yield self._given("published") or clock.now() + HOUR
        self.row = arguments.publish(self.row, by=self.approver, at=clock.now())
        yield from self._comments(opens)
        if self.facts["ending"] != "closed":
            return
        yield self._given("closed") or travel.office(closes + 20 * HOUR)
        arguments.close(
            self.row,
            conclusion="kept",
            result=self.facts["result"],
            by=self.approver,
            at=clock.now(),
        )

    def _given(self, name: str) -> datetime | None:
        """A real date of the argument, where it bears those."""
        return datetime.fromisoformat(self.facts[name]) if name in self.facts else None

    def _first(self) -> datetime:
        """Open ones are published such that comments are still let in today."""
        if begun := self._given("begun"):
            return begun
        if self.facts["ending"] == "open":
            return travel.working_days_before(self.now, 2)
        days: int = self.facts["days_ago"]
        return self.now - days * DAY

    def _period(self) -> tuple[datetime, datetime]:
        opens, closes = self._given("opens"), self._given("closes")
        if opens and closes:
            return opens, closes
        today = clock.now().astimezone(BEIJING).date()
        calendar = CalendarDay.objects.calendar()
        first, last = (calendar.add_working_days(today, days).on for days in (1, 4))
        return _at(first, 9), _at(last, 12)

    def _opinions(self) -> Story:
        for place, facts in enumerate(self.facts.get("scanned", [])):
            person = Person(
                name=facts["name"], unit=facts["unit"], title=facts["title"], is_head=place == 0
            )
            expert = opinions.name_expert(self.row, person, by=self.writer, at=clock.now())
            lines = {"专家": facts["name"], "项目": self.row.need.title[:40]}
            opinions.enter_scan(
                expert,
                self._answers(facts["answers"]),
                remark="",
                signed_on=clock.now().astimezone(BEIJING).date(),
                scan=city.scan(SIGNED, "专家意见表（签字）.pdf", lines, by=self.writer),
                by=self.writer,
                at=clock.now(),
            )
        for place, key in enumerate(self.facts.get("signing", [])):
            yield clock.now() + 20 * MINUTE
            user = city.user(key)
            unit, title = self.facts["people"][key]
            person = Person(name=user.name, unit=unit, title=title, is_head=place == 0)
            expert = opinions.name_expert(self.row, person, by=self.writer, at=clock.now())
            token = opinions.invite(expert, by=self.writer, at=clock.now())
            expert = opinions.enter(self.row, token, by=user, at=clock.now())
            answers = self._answers({})
            form = opinions.opinion_form(expert, answers, "")
            opinions.sign(
                expert,
                answers,
                remark="",
                typed=user.name,
                digest=form.digest(),
                by=user,
                at=clock.now(),
            )

    def _answers(self, said: dict[str, list[str]]) -> list[Answer]:
        return [
            Answer(topic["key"], *said.get(topic["key"], ["agree", "符合规定，同意。"]))
            for topic in self.row.topics
        ]

    def _comments(self, opens: datetime) -> Story:
        for place, facts in enumerate(self.facts["comments"]):
            yield opens + (3 + 5 * place) * HOUR
            by = _supplier(facts["by"])
            made = comments.comment(
                self.row,
                topic=facts["topic"],
                text=facts["text"],
                contact=by.organisation.contact_phone,
                key=new_code(),
                by=by,
                at=clock.now(),
            )
            if "reply" in facts:
                yield clock.now() + 3 * HOUR
                comments.reply(
                    made,
                    stance=facts["stance"],
                    text=facts["reply"],
                    by=self.writer,
                    at=clock.now(),
                )


def _supplier(key: str) -> Seat:
    unit = next(one for one in city.data()["organisations"] if one["key"] == key)
    return city.seat(unit["people"][0]["key"])


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), BEIJING)
