"""What became of each order of the demo, told by its owner's, agencies' and witnesses' deeds.

A story yields the instant before which it does not go on, and ends where its order stands today.
"""

import secrets
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import Organisation, Seat
from contracts import agreements, deliveries
from contracts.models import Agreement, Milestone
from core import clock, reference
from core.audit import Clock
from core.calendar import Calendar
from core.models import CalendarDay
from core.numbering import new_code
from credit.models import Scheme
from demo import city
from demo.travel import Story
from marketplace import bids, closing, evaluations, orders, witnessing
from marketplace.models import OrderState, ServiceOrder
from marketplace.terms import Milestone as Stage
from marketplace.terms import Terms
from selection.naming import Witnessing

BEIJING = ZoneInfo("Asia/Shanghai")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# Who writes, who approves (the operator's reviewer where the owner is one person), who signs.
STAFF = {
    "water": ("ma", "yu", "yu"),
    "university": ("bai", "jiang", "jiang"),
    "biotech": ("gu", "tang", "gu"),
}
SIGNERS = {"hengzhun": "chenguo"}
UNSENT = ("draft", "submitted", "returned")


def all_of(now: datetime) -> list[Story]:
    """The stories, as they have gone until `now`."""
    calendar = CalendarDay.objects.calendar()
    orders_told = [_until(now, Order(facts, calendar, now).told()) for facts in facts_of_orders()]
    changes = [_until(now, _change(facts, now)) for facts in city.data()["amendments"]]
    return orders_told + changes


def _change(facts: dict[str, Any], now: datetime) -> Story:
    yield now - 20 * HOUR
    city.ask_change(facts)


def facts_of_orders() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = reference.read(city.DATA / "orders.json")
    return found


def _until(now: datetime, story: Story) -> Story:
    for instant in story:
        if instant > now:
            return
        yield instant


class Order:
    """One order of `data/orders.json` and its people."""

    def __init__(self, facts: dict[str, Any], calendar: Calendar, now: datetime) -> None:
        self.facts, self.calendar, self.now = facts, calendar, now
        writer, approver, signer = STAFF[facts["owner"]]
        self.writer, self.approver, self.signer = map(city.seat, (writer, approver, signer))
        self.began, self.open_until = self._dates()
        self.choose_at = self.open_until + 30 * MINUTE
        self.row = ServiceOrder()
        self.witnesses: list[str] = list(facts["witnesses"])  # who witnesses it today

    def _dates(self) -> tuple[datetime, datetime]:
        """The writing and the deadline; some endings fix the deadline and count back from it."""
        ending, days = self.facts["ending"], self.facts["open_days"]
        today = self.now.astimezone(BEIJING).date()
        if ending == "open-last-day":
            soon = (self.now + 5 * HOUR).astimezone(BEIJING)
            until = soon.replace(minute=0, second=0, microsecond=0) + HOUR
            return _at(self._before(until.date(), days), 9), until
        if ending in ("awaiting-dice", "contestable"):
            last = self._before(today, 1)
            return _at(self._before(last, days), 9), _at(last, 17)
        start = today - timedelta(days=self.facts["days_ago"])
        while not self.calendar.is_working(start):
            start -= DAY
        return _at(start, 9), _at(self.calendar.add_working_days(start, days).on, 17)

    def _before(self, day: date, number: int) -> date:
        """The working day from which `number` working days lead to `day`, or the last before it."""
        while number or not self.calendar.is_working(day):
            day -= DAY
            number -= self.calendar.is_working(day) and number > 0
        return day

    def told(self) -> Story:
        yield self.began
        self.row = orders.begin(
            self.writer.organisation, key=new_code(), by=self.writer, at=clock.now()
        )
        orders.save_draft(self.row, self._typed(), by=self.writer, at=clock.now())
        if self.facts["ending"] == "draft":
            return
        yield self.began + HOUR
        self.row = orders.submit(self.row, self._terms(), by=self.writer, at=clock.now())
        if self.facts["ending"] == "submitted":
            return
        yield self.began + 3 * HOUR
        if self.facts["ending"] == "returned":
            reason = self.facts["reason"]
            orders.return_(self.row, reason=reason, by=self.approver, at=clock.now())
            return
        self.row = orders.publish(self.row, by=self.approver, at=clock.now())
        yield from self._bidding()
        if self.facts["ending"] == "withdrawn":
            yield self.open_until - DAY
            reason = self.facts["reason"]
            orders.withdraw(self.row, reason=reason, by=self.approver, at=clock.now())
            return
        yield self.open_until + MINUTE
        self.row = closing.close(self.row, by=Clock(), at=clock.now())
        if self.row.state == OrderState.AWAITING_DICE and self.facts["ending"] != "awaiting-dice":
            yield from self._dice()
        self.row.refresh_from_db()
        if self.row.state == OrderState.AWARDED:
            yield from self._contract()

    def _bidding(self) -> Story:
        yield from self._change_of_witnesses()
        for key in self.facts["witnesses"]:
            if key not in self.witnesses:
                continue
            yield clock.now() + 20 * MINUTE
            draw = closing.draw_of(self.row)
            name = city.user(key).name
            witness = draw.witnesses.get(name=name)
            token = closing.invite(self.row, witness, by=self.writer, at=clock.now())
            closing.enter(self.row, token, by=city.user(key), at=clock.now())
        for place, (key, price) in enumerate(self.facts["bidders"].items(), start=1):
            yield self.began + (4 + 9 * place) * HOUR
            by = _signer(key)
            bids.bid(
                self.row,
                bidder=by.organisation,
                price=None if price is None else Decimal(price),
                typed=by.organisation.name,
                key=new_code(),
                by=by,
                at=clock.now(),
            )

    def _change_of_witnesses(self) -> Story:
        """Public money: the regulator names another, who enters by the link of the letter."""
        told = self.facts.get("change_of_witnesses")
        if told is None:
            return
        yield clock.now() + 2 * HOUR
        left = closing.draw_of(self.row).witnesses.get(name=city.user(told["leaves"]).name)
        ((_witness, token),) = witnessing.change(
            self.row,
            leaving=[left.code],
            coming=[_witnessing(told["comes"])],
            reason=told["reason"],
            by=city.seat("ding"),
            at=clock.now(),
        )
        self.witnesses.remove(told["leaves"])
        self.witnesses.append(told["comes"])
        yield clock.now() + 20 * MINUTE
        closing.enter(self.row, token, by=city.user(told["comes"]), at=clock.now())

    def _dice(self) -> Story:
        yield self.choose_at + 4 * MINUTE
        first, *others = map(city.user, self.witnesses)
        digits = "".join(secrets.choice("0123456789") for _ in range(20))
        closing.throw_dice(self.row, digits, by=first, at=clock.now())
        for other in others:
            yield clock.now() + 3 * MINUTE
            closing.confirm_dice(self.row, digits, by=other, at=clock.now())

    def _contract(self) -> Story:
        contest_until = self.row.contest_until
        assert contest_until is not None  # noqa: S101 (an awarded order has it)
        yield contest_until + 10 * HOUR
        agreement = Agreement.objects.get(subject_code=self.row.code)
        agency = _signer(self._agency(agreement))
        self._sign(agreement, agency)
        if self.facts["ending"] == "half-signed":
            return
        yield clock.now() + 20 * HOUR
        self._sign(agreement, self.signer)
        yield from self._service(agreement, agency)

    def _sign(self, agreement: Agreement, by: Seat) -> None:
        agreement.refresh_from_db()
        agreements.sign(
            agreement,
            typed=by.organisation.name,
            digest=agreement.digest,
            by=by,
            at=clock.now(),
        )

    def _agency(self, agreement: Agreement) -> str:
        sides = set(agreement.parties.values_list("organisation__uscc", flat=True))
        found = (one for one in city.data()["organisations"] if one.get("agency"))
        return str(next(one["key"] for one in found if one["uscc"] in sides))

    def _service(self, agreement: Agreement, agency: Seat) -> Story:
        for milestone in agreement.milestones.order_by("place"):
            yield self._hand_in_at(milestone)
            name, lines = f"{milestone.title}（成果）.pdf", {"项目": self.facts["title"]}
            files = [city.scan("contracts.deliverable", name, lines, by=agency)]
            handed_in = deliveries.hand_in(
                milestone, note="按合同约定提交，请验收。", uploads=files, by=agency, at=clock.now()
            )
            if self.facts["ending"] == "handed-in":
                return
            yield clock.now() + 2 * DAY
            deliveries.accept(
                handed_in, opinion="成果符合合同要求，同意验收。", by=self.signer, at=clock.now()
            )
            if self.facts["ending"] == "first-stage":
                return
        if self.facts["ending"] == "evaluated":
            yield clock.now() + DAY
            self._evaluate()

    def _hand_in_at(self, milestone: Milestone) -> datetime:
        milestone.refresh_from_db()
        assert milestone.due_at is not None  # noqa: S101 (the agreement is concluded)
        if self.facts["ending"] == "handed-in":
            return self.now - 30 * HOUR
        return max(clock.now() + HOUR, milestone.due_at - 10 * DAY)

    def _evaluate(self) -> None:
        self.row.refresh_from_db()
        scheme = Scheme.objects.in_force(clock.now().astimezone(BEIJING).date())
        codes = [one.code for one in scheme.rules.dimensions]
        marks = dict(zip(codes, _cycled(self.facts["scores"], len(codes)), strict=True))
        evaluations.evaluate(
            self.row, marks=marks, comment=self.facts["comment"], by=self.signer, at=clock.now()
        )

    def _terms(self) -> Terms:
        facts, owner = self.facts, self.writer.organisation
        return Terms(
            title=facts["title"],
            project_code=facts["project_code"],
            administrative_item=facts["administrative_item"],
            scale=facts["scale"],
            region=_region(owner),
            regime=facts["regime"],
            public_funds=Decimal(facts["public_funds"]),
            budget=Decimal(facts["budget"]),
            price=_amount(facts.get("price")),
            ceiling=_amount(facts.get("ceiling")),
            items=tuple(facts["items"]),
            items_needed="all",
            content=facts["content"],
            service_days=facts["service_days"],
            stages=tuple(
                Stage(title, days, Decimal(percent)) for title, days, percent in facts["stages"]
            ),
            method=facts["method"],
            open_until=self.open_until,
            choose_at=self.choose_at,
            witnesses=tuple(map(_witnessing, facts["witnesses"])),
            contact_name=self.signer.user.name,
            contact_phone=owner.contact_phone,
            complaint_phone="0000-12345",
        )

    def _typed(self) -> dict[str, Any]:
        """What the form would have kept of a draft so far."""
        return {
            "title": self.facts["title"],
            "budget": self.facts["budget"],
            "regime": self.facts["regime"],
            "method": self.facts["method"],
        }


def _signer(key: str) -> Seat:
    unit = next(one for one in city.data()["organisations"] if one["key"] == key)
    return city.seat(SIGNERS.get(key, unit["people"][0]["key"]))


def _witnessing(key: str) -> Witnessing:
    told = next(one for one in city.data()["witnesses"] if one["key"] == key)
    return Witnessing(told["name"], told["phone"], f"{key}@yunjiang.example")


def _region(owner: Organisation) -> str:
    return owner.region.code if owner.region else city.PROVINCE


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _cycled(scores: list[int], length: int) -> Iterator[int]:
    return (scores[place % len(scores)] for place in range(length))


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), BEIJING)
