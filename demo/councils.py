"""What the councils of the demo's alliances did: meetings in every state, fees, books, leaving."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from accounts.models import Seat
from alliance import ballots, fees, leaving, ledger, meetings, minutes, motions, officers
from alliance.meetings import Call, Proposed
from alliance.models import Alliance, Due, Meeting, Member, Motion, Post
from alliance.models.meetings import VoteChannel
from core import clock
from core.audit import Clock
from core.calendar import SHANGHAI, day_of
from core.models import CalendarDay
from demo import city
from demo.alliances import CALLED, data
from demo.travel import Story

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
BEGUN = 16  # days from a call until its alliance is on the register
PLAN = Proposed(
    "other", "关于审议年度工作计划的议案", "年内建成公共技术平台，研究制定技术规范两项。"
)
BUDGET = Proposed("budget", "关于审议年度经费预算的议案", "收入按会费和资助列计，量入为出。")
BREACH = "未经同意，将联盟共有的接口规范以本单位名义对外发布。"


def all_of(now: datetime) -> list[Story]:
    """The stories, as they have gone until `now`."""
    start = now - CALLED["first"] * DAY + BEGUN * DAY
    told = [_service(start, now), _water(start, now)]
    return [_until(now, story) for story in told]


def _until(now: datetime, story: Story) -> Story:
    for instant in story:
        if instant > now:
            return
        yield instant


class House:
    """One alliance with the people who run it, and its members' seats by place."""

    def __init__(self, key: str) -> None:
        facts = next(one for one in data()["foundings"] if one["key"] == key)
        self.alliance = Alliance.objects.get(name=facts["name"])
        office = {post: city.seat(one) for post, one in facts["officers"].items()}
        self.chair, self.secretary = office["chair"], office["secretary-general"]
        self.accountant, self.cashier = office["accountant"], office["cashier"]
        rows = self.alliance.members.current().select_related("organisation").order_by("number")
        self.members: list[Member] = list(rows)
        self.academic = self.chair  # until somebody is appointed
        self.seats: dict[int, Seat] = {
            one.pk: one.organisation.seats.order_by("pk")[0] for one in self.members
        }

    def call(self, title: str, *proposed: Proposed, days: int = 6, **facts: Any) -> Meeting:
        in_writing = facts.get("channel") == VoteChannel.WRITING
        day = CalendarDay.objects.calendar().add_working_days(day_of(clock.now()), days).on
        hour = _at(day, 10)
        called = Call(
            **{
                "body": "council",
                "channel": VoteChannel.ROOM,
                "title": title,
                "agenda": "\n".join(f"{n}. {one.title}" for n, one in enumerate(proposed, 1)),
                "place": "" if in_writing else "云江市创新大厦三楼会议室",
                "begins_at": clock.now() if in_writing else hour,
                "votes_until": hour if in_writing else None,
                "motions": proposed,
            }
            | facts
        )
        return meetings.call(self.alliance, called, by=self.secretary, at=clock.now())

    def answer(self, meeting: Meeting, number: int) -> None:
        """The first units say that they come."""
        for seating in meeting.seatings.select_related("member").order_by("place")[:number]:
            seat = self.seats[seating.member_id]
            meetings.answer(
                seating, "comes", representative=seat.user.name, by=seat, at=clock.now()
            )

    def open(self, meeting: Meeting, present: int) -> None:
        places = range(1, present + 1)
        meetings.attend(meeting, list(places), by=self.secretary, at=clock.now())
        meetings.open_(meeting, by=self.secretary, at=clock.now())

    def vote(self, motion: Motion, choices: str) -> None:
        """One letter for each unit on the list: + for, - against, o abstain, . none."""
        words = {"+": "for", "-": "against", "o": "abstain"}
        aside = set(motion.recusals.values_list("seating", flat=True))
        seatings = motion.meeting.seatings.select_related("member").order_by("place")
        for seating, letter in zip(seatings, choices, strict=False):
            if letter in words and seating.pk not in aside:
                seat = self.seats[seating.member_id]
                ballots.cast(motion, seating, words[letter], by=seat, at=clock.now())

    def close(self, meeting: Meeting) -> None:
        meetings.close(meeting, by=self.secretary, at=clock.now())

    def sign(self, meeting: Meeting, *, remarks: str, both: bool = True) -> None:
        row = minutes.remark(meeting.minutes, remarks=remarks, by=self.secretary, at=clock.now())
        roles = ((minutes.RECORDER, self.secretary), (minutes.CHAIR, self.chair))
        for role, by in roles if both else roles[:1]:
            minutes.sign(
                row, role=role, typed=minutes.CONSENT, digest=row.digest, by=by, at=clock.now()
            )
            row.refresh_from_db()

    def candidate(self, row: Any) -> Proposed:
        waiting = motions.awaiting(self.alliance)
        return Proposed.of(next(one for one in waiting if one.row.code == row.code))

    def raise_fees(self, start: date, until: date) -> list[Due]:
        at = clock.now()
        lines = fees.preview(self.alliance, period_from=start, period_until=until, at=at)
        return fees.raise_(
            self.alliance,
            period_from=start,
            period_until=until,
            due_on=day_of(at) + 30 * DAY,
            expected=sum((one.amount for one in lines if one.is_due), Decimal(0)),
            by=self.accountant,
            at=at,
        )

    def book(self, **facts: Any) -> None:
        """Entered by the accountant with its voucher, confirmed by the cashier."""
        due = facts.get("due")
        said: dict[str, Any] = {
            "direction": "income",
            "category": "",
            "amount": due.amount if due else Decimal(0),
            "happened_on": day_of(clock.now()),
            "counterparty": due.member.organisation.name if due else "",
            "memo": f"{due.period}会费" if due else "",
            "bank_reference": f"YJ{day_of(clock.now()):%Y%m%d}{due.pk if due else 0:05}",
        } | facts
        movement = ledger.Movement(**said)
        scan = city.scan(
            "alliance.voucher",
            "银行回单.pdf",
            {"对方": movement.counterparty, "金额": f"{movement.amount} 元", "摘要": movement.memo},
            by=self.accountant,
        )
        entry = ledger.enter(
            self.alliance, movement, voucher=scan, by=self.accountant, at=clock.now()
        )
        if not facts.get("memo", "").endswith("（待核）"):
            ledger.confirm(entry, by=self.cashier, at=clock.now())

    def publish(self, start: date, until: date) -> None:
        at = clock.now()
        drawn = ledger.prepare(
            self.alliance, period_from=start, period_until=until, by=self.accountant, at=at
        )
        ledger.publish(drawn, by=self.chair, at=clock.now())

    def apply(self, member: Member, reason: str) -> Any:
        seat = self.seats[member.pk]
        scan = city.scan(
            "alliance.withdrawal",
            "退出联盟申请书.pdf",
            {"单位": member.organisation.name, "申请": f"退出{self.alliance.name}"},
            by=seat,
        )
        return leaving.apply(
            member,
            reason=reason,
            statement="持有的共有技术资料清单已附申请书，无其他共有技术。",
            scan=scan,
            by=seat,
            at=clock.now(),
        )

    def review(self, row: Any) -> None:
        row = leaving.accept(row, by=self.secretary, at=clock.now())
        findings = [
            leaving.Finding(one.key, one.title, one.basis, leaving.FINE, "已与联盟清单核对一致。")
            for one in leaving.checklist()
        ]
        leaving.review(
            row,
            findings,
            opinion="未发现将共有技术据为己有的情形，技术档案已移交，建议同意退出。",
            by=self.academic,
            at=clock.now(),
        )

    def appoint_academic(self) -> None:
        self.academic = self.seats[self.members[-1].pk]
        officers.appoint(
            self.alliance, self.academic, Post.ACADEMIC_CHAIR, by=self.secretary, at=clock.now()
        )


def _service(start: datetime, now: datetime) -> Iterator[datetime]:
    """Thirty members under a charter that votes in the room and counts against all."""
    yield start
    house = House("service")
    house.appoint_academic()
    appointed = Proposed("officers", "关于聘任学术委员会主任的议案", "由理事长单位推荐。")
    first = house.call("第一次理事会会议", PLAN, BUDGET, appointed)
    yield start + DAY
    house.answer(first, 24)
    yield first.begins_at + 5 * MINUTE
    house.open(first, 26)
    for motion, choices in zip(
        first.motions.all(), ("+" * 24 + "oo", "+" * 15 + "-" * 6 + "o" * 5, "+" * 26), strict=True
    ):
        house.vote(motion, choices)
    yield first.begins_at + 2 * HOUR
    house.close(first)
    house.sign(first, remarks="会议由理事长主持。预算议案未获通过，秘书处修改后再提请审议。")
    yield start + 14 * DAY
    begun = day_of(clock.now()).replace(day=1)
    dues = house.raise_fees(begun, begun.replace(year=begun.year + 1))
    for place, due in enumerate(dues[:20]):
        yield start + (17 + place // 2) * DAY
        house.book(due=due)
    yield start + 30 * DAY
    house.book(
        direction="expenditure",
        category="本章程规定的业务活动",
        amount=Decimal("12800.00"),
        counterparty="云江市会展服务有限公司",
        memo="理事会会议场地和资料",
    )
    yield start + 32 * DAY
    house.book(
        category="政府补助",
        amount=Decimal("100000.00"),
        counterparty="云江市科技局",
        memo="联盟组建资金支持",
    )
    off = house.call("临时理事会会议", BUDGET)
    yield start + 34 * DAY
    meetings.cancel(
        off, reason="因场地检修，会议改期，议案另行提请审议。", by=house.secretary, at=clock.now()
    )
    month = _next_month(begun)
    yield _at(_next_month(month), 10)
    house.publish(begun, month)
    yield start + 70 * DAY
    late = dues[24]
    fees.ask_waiver(
        late, reason="学会经费由财政核定，本年度未列会费。", by=house.secretary, at=clock.now()
    )
    row = house.apply(house.members[21], "主营业务调整，不再从事政务数据方向。")
    yield start + 75 * DAY
    house.review(row)
    leaving.charge(
        house.members[9],
        breach=BREACH,
        article="章程第二十七条、协议书第四条",
        evidence="公开发布页面的存证材料",
        hearing_at=_at(_working(day_of(now), 6), 14),
        hearing_place="联盟秘书处会议室",
        by=house.secretary,
        at=clock.now(),
    )
    yield now - 2 * DAY
    following = house.call("第二次理事会会议", BUDGET, house.candidate(late), house.candidate(row))
    house.answer(following, 11)
    house.book(
        category="捐赠",
        amount=Decimal("30000.00"),
        counterparty="云江数联信息技术有限公司",
        memo="捐赠款（待核）",
    )


def _water(start: datetime, now: datetime) -> Iterator[datetime]:
    """Twelve members whose charter lets them vote in writing and by proxy."""
    yield start + HOUR
    house = House("water")
    house.appoint_academic()
    appointed = Proposed("officers", "关于选举联盟负责人的议案", "由牵头单位推荐。")
    first = house.call("成立大会暨第一次理事会会议", appointed)
    yield first.begins_at + 5 * MINUTE
    house.open(first, 11)
    house.vote(first.motions.get(), "+++++++++-o")
    yield first.begins_at + 2 * HOUR
    house.close(first)
    house.sign(first, remarks="选举以无记名投票方式进行。")
    yield start + 15 * DAY
    begun = day_of(clock.now()).replace(day=1)
    dues = house.raise_fees(begun, begun.replace(year=begun.year + 1))
    for due in dues[:9]:
        yield clock.now() + DAY
        house.book(due=due)
    yield start + 30 * DAY
    written = house.call("关于年度工作计划的书面表决", PLAN, channel=VoteChannel.WRITING)
    yield clock.now() + DAY
    house.vote(written.motions.get(), "++++++++-o")
    until = written.votes_until or clock.now()
    yield until + MINUTE
    meetings.close(written, by=Clock(), at=clock.now())
    house.sign(written, remarks="", both=False)
    yield start + 45 * DAY
    lapsed = house.call("关于年度预算的书面表决", BUDGET, channel=VoteChannel.WRITING)
    yield clock.now() + DAY
    house.vote(lapsed.motions.get(), "+++++")
    until = lapsed.votes_until or clock.now()
    yield until + MINUTE
    meetings.lapse(lapsed, by=Clock(), at=clock.now())
    row = house.apply(house.members[5], "业务范围变化，不再从事水务方向。")
    yield start + 62 * DAY
    house.review(row)
    yield start + 63 * DAY
    second = house.call("第二次理事会会议", house.candidate(row))
    yield second.begins_at + 5 * MINUTE
    house.open(second, 10)
    house.vote(second.motions.get(), "+" * 10)
    yield second.begins_at + HOUR
    house.close(second)
    house.sign(second, remarks="会议同意该单位退出，并要求按章程履行后续义务。")
    yield clock.now() + 3 * DAY
    row.refresh_from_db()
    leaving.note_certificate(
        row,
        returned_on=day_of(clock.now()),
        note="成员证书原件收回。",
        by=house.secretary,
        at=clock.now(),
    )
    month = _next_month(begun)
    yield max(_at(_next_month(month), 10), clock.now() + HOUR)
    house.publish(begun, month)
    yield now - 3 * DAY
    current = house.call("关于经费预算的书面表决（第二次）", BUDGET, channel=VoteChannel.WRITING)
    yield now - 2 * DAY
    house.vote(current.motions.get(), "+++-+")


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), SHANGHAI)


def _working(day: date, number: int) -> date:
    return CalendarDay.objects.calendar().add_working_days(day, number).on


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
