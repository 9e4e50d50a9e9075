"""What became of each inquiry of the demo, from its need to the archive; one in every state."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from accounts.models import Seat
from contracts import agreements, changes, deliveries
from contracts.models import Agreement
from core import clock, reference
from core.audit import Clock
from core.models import CalendarDay
from core.numbering import new_code
from credit.models import Scheme
from demo import city, travel, wanted
from demo.travel import BEIJING, Story
from procurement import corrections, inquiries, needs, opening, performance, quotes, witnessing
from procurement.forms.corrections import typed_of
from procurement.inquiry_terms import Terms
from procurement.models import Need, Procedure, ProcedureState
from selection.models import Witness
from selection.naming import Witnessing

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# Who writes and examines, who approves, assesses and signs.
STAFF = {"water": ("ma", "yu"), "university": ("bai", "jiang")}
SIGNERS = {"hengzhun": "chenguo"}
WITNESS = "qian"
INQUIRY = {"method": "inquiry", "departure": "服务内容明确、供应充足，按内控制度采用询价。"}
# Endings whose deadline is counted back from today: how many working days ago quotes were opened.
LONGER = 4  # working days for which quotes are let in after a correction
LATELY = {"awarded": 3, "half-signed": 5, "awaiting-dice": 1, "opened": 1}


def all_of(now: datetime) -> list[Story]:
    """The stories of the inquiries, as they have gone until `now`."""
    found: list[dict[str, Any]] = reference.read(city.DATA / "inquiries.json")
    return [_until(now, Bought(facts, now).told()) for facts in found]


def _until(now: datetime, story: Story) -> Iterator[datetime]:
    for instant in story:
        if instant > now:
            return
        yield instant


class Bought:
    """One inquiry of `data/inquiries.json` and its people."""

    def __init__(self, facts: dict[str, Any], now: datetime) -> None:
        self.facts, self.now, self.ending = facts, now, facts["ending"]
        self.writer, self.approver = map(city.seat, STAFF[facts["owner"]])
        self.began = travel.office(now - facts["days_ago"] * DAY - HOUR)
        self.row = Procedure()

    def told(self) -> Story:
        need = Need()
        yield self.began
        need = wanted.submitted({**INQUIRY, **self.facts}, by=self.writer, year=self.began.year)
        yield self.began + HOUR
        need = needs.publish(need, by=self.approver, at=clock.now())
        yield self.began + 2 * HOUR
        reason = "金额在限额标准以下，服务内容通用，按内控制度不需论证。"
        need = needs.settle(need, reason=reason, by=self.approver, at=clock.now())
        yield self.began + 3 * HOUR
        self.row = inquiries.begin(need, key=new_code(), by=self.writer, at=clock.now())
        if self.ending == "draft":
            return
        open_until = self._deadline()
        yield self.began + 5 * HOUR
        terms = self._terms(open_until)
        self.row = inquiries.submit(self.row, terms, by=self.writer, at=clock.now())
        if self.ending == "submitted":
            return
        yield self.began + 7 * HOUR
        if self.ending == "returned":
            reason = self.facts["reason"]
            inquiries.return_(self.row, reason=reason, by=self.approver, at=clock.now())
            return
        self.row = inquiries.publish(self.row, by=self.approver, at=clock.now())
        yield from self._witnessed()
        yield from self._quoted(open_until)
        yield from self._corrected()
        assert self.row.open_until is not None  # noqa: S101 (it is published)
        open_until = self.row.open_until
        if self.ending == "withdrawn":
            yield open_until - 20 * HOUR
            reason = self.facts["reason"]
            inquiries.withdraw(self.row, reason=reason, by=self.approver, at=clock.now())
            return
        yield open_until + MINUTE
        self.row = opening.close(self.row, by=Clock(), at=clock.now())
        if self.ending in ("opened", "failed"):
            return
        yield travel.office(clock.now() + 3 * HOUR)
        self._examine()
        if self.row.state == ProcedureState.AWARDED:
            yield from self._performed()

    def _deadline(self) -> datetime:
        today = self.now.astimezone(BEIJING).date()
        if self.ending == "open-last-day":
            soon = (self.now + 5 * HOUR).astimezone(BEIJING)
            return soon.replace(minute=0, second=0, microsecond=0) + HOUR
        if self.ending == "open":  # one that is corrected was to close tomorrow
            left = 1 if "correction" in self.facts else LONGER
            return _at(CalendarDay.objects.calendar().add_working_days(today, left).on, 17)
        if (days := LATELY.get(self.ending)) is not None:
            return travel.working_days_before(self.now, days)
        began = self.began.astimezone(BEIJING).date()
        return _at(CalendarDay.objects.calendar().add_working_days(began, 5).on, 17)

    def _terms(self, open_until: datetime) -> Terms:
        facts, owner = self.facts, self.writer.organisation
        return Terms(
            content="；".join(facts["content"]) + "。",
            qualifications="符合《政府采购法》第二十二条规定的条件。",
            ceiling=Decimal(facts["ceiling"]) if "ceiling" in facts else None,
            delivery_days=facts["days"],
            delivery_place=f"{owner.name}指定的地点",
            acceptance="按采购内容逐项核对成果，合格的出具验收单。",
            payment="验收合格并收到发票之日起30日内一次付清。",
            open_until=open_until,
            choose_at=open_until + 2 * HOUR,
            witnesses=(_witnessing(WITNESS),),
            contact_name=self.writer.user.name,
            contact_phone=owner.contact_phone,
            complaint_phone="0000-12345",
        )

    def _witnessed(self) -> Story:
        """The owner's witness enters; where told, the regulator names another beside him."""
        yield clock.now() + 20 * MINUTE
        row = Witness.objects.get(draw__number=self.row.number)
        token = opening.invite(self.row, row, by=self.writer, at=clock.now())
        opening.enter(self.row, token, by=city.user(WITNESS), at=clock.now())
        if (told := self.facts.get("witness")) is None:
            return
        yield clock.now() + 2 * HOUR
        ((_witness, token),) = witnessing.change(
            self.row,
            leaving=[],
            coming=[_witnessing(told["comes"])],
            reason=told["reason"],
            by=city.seat("ding"),
            at=clock.now(),
        )
        self.row.refresh_from_db()
        yield clock.now() + 20 * MINUTE
        opening.enter(self.row, token, by=city.user(told["comes"]), at=clock.now())

    def _quoted(self, open_until: datetime) -> Story:
        for place, (key, price) in enumerate(self.facts["quotes"].items(), start=1):
            yield min(clock.now() + (4 + place) * HOUR, open_until - (5 - place) * MINUTE)
            self._quote(key, price, place)

    def _quote(self, key: str, price: str, place: int) -> None:
        by = _supplier(key)
        quotes.quote(
            self.row,
            supplier=by.organisation,
            price=Decimal(price),
            offer=f"按采购需求全部响应，由{by.organisation.name}自行实施。",
            days=max(5, self.facts["days"] - place),
            typed=by.organisation.name,
            key=new_code(),
            by=by,
            at=clock.now(),
        )

    def _corrected(self) -> Story:
        """The notice reads otherwise and the deadline moves; some replace their sealed quotes."""
        told = self.facts.get("correction")
        if told is None:
            return
        days = told.get("days_ago")
        yield travel.office(clock.now() + HOUR if days is None else self.now - days * DAY)
        began = corrections.begin(
            self.row, typed_of(self.row), key=new_code(), by=self.writer, at=clock.now()
        )
        changed = {"contact_phone": told.get("contact_phone", self.row.contact_phone)}
        if "content" in told:
            day = max(clock.now(), self.row.open_until or clock.now())
            last = CalendarDay.objects.calendar().add_working_days(
                day.astimezone(BEIJING).date(), LONGER - 1
            )
            until = _at(last.on, 17)
            changed |= {
                "content": "；".join(told["content"]) + "。",
                "open_until": until,
                "choose_at": until + 2 * HOUR,
            }
        terms = replace(corrections.terms_of(self.row), **changed)
        row = corrections.submit(began, terms, told["reason"], by=self.writer, at=clock.now())
        if told.get("is_submitted"):
            return
        yield clock.now() + 2 * HOUR
        corrections.publish(row, by=self.approver, at=clock.now())
        self.row.refresh_from_db()
        for place, (key, price) in enumerate(told.get("replaces", {}).items(), start=1):
            yield clock.now() + 3 * HOUR
            self._quote(key, price, place)

    def _examine(self) -> None:
        invalid = {
            _supplier(key).organisation_id: reason
            for key, reason in self.facts.get("invalid", {}).items()
        }
        verdicts = {
            quote.code: invalid.get(quote.supplier_id, "") for quote in self.row.quotes.standing()
        }
        self.row = opening.examine(self.row, verdicts, by=self.writer, at=clock.now())

    def _performed(self) -> Story:
        if self.ending == "awarded":
            return
        agreement = Agreement.objects.about(self.row).get()
        supplier = self._winner(agreement)
        yield travel.office(clock.now() + 20 * HOUR)
        self._sign(agreement, supplier)
        if self.ending == "half-signed":
            return
        yield travel.office(clock.now() + 20 * HOUR)
        self._sign(agreement, self.approver)
        if self.ending == "contracted":
            return
        if self.ending == "broken-off":
            yield clock.now() + 10 * DAY
            reason = self.facts["reason"]
            change = changes.ask_termination(
                agreement, reason=reason, by=self.approver, at=clock.now()
            )
            yield clock.now() + DAY
            changes.grant(change, by=supplier, at=clock.now())
            yield clock.now() + MINUTE
            return
        yield clock.now() + (self.facts["days"] - 3) * DAY
        lines = {"项目": self.facts["title"]}
        handed = deliveries.hand_in(
            agreement.milestones.get(),
            note="按合同约定提交，请验收。",
            uploads=[city.scan("contracts.deliverable", "成果报告.pdf", lines, by=supplier)],
            by=supplier,
            at=clock.now(),
        )
        yield clock.now() + 2 * DAY
        deliveries.accept(handed, opinion="成果符合要求。", by=self.writer, at=clock.now())
        yield clock.now() + DAY
        if self.ending == "assessed":
            self._assess()

    def _sign(self, agreement: Agreement, by: Seat) -> None:
        agreement.refresh_from_db()
        typed = by.organisation.name
        agreements.sign(agreement, typed=typed, digest=agreement.digest, by=by, at=clock.now())

    def _winner(self, agreement: Agreement) -> Seat:
        sides = set(agreement.parties.values_list("organisation__uscc", flat=True))
        found = (one for one in city.data()["organisations"] if one.get("agency"))
        return _supplier(next(one["key"] for one in found if one["uscc"] in sides))

    def _assess(self) -> None:
        self.row.refresh_from_db()
        scheme = Scheme.objects.in_force(clock.now().astimezone(BEIJING).date())
        codes = [one.code for one in scheme.rules.dimensions]
        marks = dict(zip(codes, self.facts["marks"], strict=True))
        remark = self.facts["remark"]
        performance.assess(self.row, marks=marks, remark=remark, by=self.approver, at=clock.now())


def _supplier(key: str) -> Seat:
    unit = next(one for one in city.data()["organisations"] if one["key"] == key)
    return city.seat(SIGNERS.get(key, unit["people"][0]["key"]))


def _witnessing(key: str) -> Witnessing:
    told = next(one for one in city.data()["witnesses"] if one["key"] == key)
    return Witnessing(told["name"], told["phone"], f"{key}@yunjiang.example")


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), BEIJING)
