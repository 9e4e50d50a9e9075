"""What the councils of the demo's alliances did: meetings in every state, fees, books, leaving."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from accounts.models import Seat
from alliance import (
    ballots,
    fees,
    leaving,
    ledger,
    levels,
    meetings,
    membership_tasks,
    minutes,
    motions,
    officers,
)
from alliance.meetings import Call, Proposed
from alliance.models import (
    Alliance,
    Application,
    ApplicationState,
    Due,
    LevelChange,
    Meeting,
    Member,
    Motion,
    Post,
)
from alliance.models.meetings import Seating, VoteChannel
from contracts import agreements
from contracts.models import Agreement
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
REVISED = Proposed(
    "budget", "关于审议修改后的年度经费预算的议案", "会议费压缩三成，增列标准研究经费。"
)
REPORT = Proposed("other", "关于审议年度工作报告的议案", "公共技术平台上线，形成技术规范一项。")
ACCOUNTS = Proposed("budget", "关于审议上年度经费决算的议案", "收支情况已公布，结余转入下年度。")
NEXT_BUDGET = Proposed(
    "budget", "关于审议下年度经费预算的议案", "安排标准研究、平台运行和创新活动三项支出。"
)
DEMONSTRATION = Proposed(
    "other", "关于开展漏损控制示范的议案", "在城东片区开展分区计量和漏损控制示范。"
)
AFTERWARDS = (
    "会议听取了年度工作报告。新成员应在三十日内签署协议书；"
    "退出单位交回成员证书，并按章程继续履行保密义务。"
)
NOT_YET = (
    "多数理事单位认为：该单位的数据中台产品尚无水务行业应用案例，"
    "与联盟公共技术平台的衔接方案不明确。建议补充水务领域案例和衔接方案后再行申请。"
)
EXCUSE = "该规范系我单位员工误用旧版模板发布，已于当日撤下，愿意书面致歉并接受培训。"
BREACH = "未经同意，将联盟共有的接口规范以本单位名义对外发布。"


def all_of(now: datetime) -> list[Story]:
    """The stories, as they have gone until `now`."""
    start = begun(now)
    told = [
        _service(start, now),
        _water(start, now),
        _service_books(start, now),
        _water_books(start),
    ]
    return [_until(now, story) for story in told]


def begun(now: datetime) -> datetime:
    """When the alliances of the first call begin to work."""
    return now - CALLED["first"] * DAY + BEGUN * DAY


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
        self.seats: dict[int, Seat] = {}
        for one in self.members:
            self.take_in(one)

    def take_in(self, member: Member) -> None:
        """Know who acts for a member."""
        self.seats[member.pk] = member.organisation.seats.order_by("pk")[0]

    @property
    def others(self) -> list[Member]:
        """All but the lead unit."""
        return [one for one in self.members if one.organisation_id != self.alliance.lead_id]

    def key(self, member: Member) -> str:
        """Its unit's key in the data."""
        return keys()[member.organisation.uscc or ""]

    def member(self, key: str) -> Member:
        return next(one for one in self.members if self.key(one) == key)

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
            seat = self.seat(seating)
            meetings.answer(
                seating, "comes", representative=seat.user.name, by=seat, at=clock.now()
            )

    def seat(self, seating: Seating) -> Seat:
        """Who acts for the unit, be it a member that joined since."""
        if seating.member_id not in self.seats:
            self.take_in(seating.member)
        return self.seats[seating.member_id]

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
                seat = self.seat(seating)
                ballots.cast(motion, seating, words[letter], by=seat, at=clock.now())

    def decide(self, meeting: Meeting, *choices: str) -> None:
        """The votes about each motion, in their order."""
        for motion, letters in zip(meeting.motions.all(), choices, strict=True):
            self.vote(motion, letters)

    def write(self, meeting: Meeting, *choices: str) -> Iterator[datetime]:
        """Votes in writing come in, and the clock ends it when their time is over."""
        yield clock.now() + DAY
        self.decide(meeting, *choices)
        yield (meeting.votes_until or clock.now()) + MINUTE
        quorate = all(ballots.counted(one).quorate for one in meeting.motions.all())
        end = meetings.close if quorate else meetings.lapse
        end(meeting, by=Clock(), at=clock.now())

    def unite(self, agreement: Agreement, *, with_: Seat) -> None:
        """A new member and the lead unit sign their agreement."""
        for by in (with_, self.chair):
            agreement.refresh_from_db()
            agreements.sign(
                agreement,
                typed=agreements.CONSENT,
                digest=agreement.digest,
                by=by,
                at=clock.now(),
            )

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
            "amount": due.rest if due else Decimal(0),
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

    def rise(self, member: Member) -> LevelChange:
        """It asks for the level next to the top, from a month later on."""
        by = self.seats[member.pk]
        change = levels.apply(
            member,
            to_level="vice-chair",
            reason="近两年牵头一门式受理平台标准，捐赠创新活动经费，愿意承担副理事长单位的义务。",
            wanted_on=day_of(clock.now()) + 30 * DAY,
            by=by,
            at=clock.now(),
        )
        opinion = "该单位履行义务良好，无欠费，建议同意。"
        return levels.forward(change, opinion=opinion, by=self.secretary, at=clock.now())

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
    house.decide(first, "+" * 24 + "oo", "+" * 15 + "-" * 6 + "o" * 5, "+" * 26)
    yield first.begins_at + 2 * HOUR
    house.close(first)
    house.sign(first, remarks="会议由理事长主持。预算议案未获通过，秘书处修改后再提请审议。")
    yield start + 32 * DAY
    off = house.call("临时理事会会议", BUDGET)
    yield start + 34 * DAY
    meetings.cancel(
        off, reason="因场地检修，会议改期，议案另行提请审议。", by=house.secretary, at=clock.now()
    )
    yield start + 40 * DAY
    second = house.call("第二次理事会会议", REVISED)
    yield second.begins_at + 5 * MINUTE
    house.open(second, 27)
    house.decide(second, "+" * 23 + "--oo")
    yield second.begins_at + HOUR
    house.close(second)
    house.sign(second, remarks="修改后的预算压缩了会议费，增加了标准研究经费。")
    yield now - 75 * DAY
    gone = house.apply(house.member("m20"), "企业整体并入外地集团，不再独立开展业务。")
    yield now - 70 * DAY
    house.review(gone)
    yield now - 60 * DAY
    rising = house.rise(house.member("m02"))
    yield now - 58 * DAY
    new = _applied("衡准工程咨询有限公司")
    asked = [house.candidate(one) for one in (new, gone, rising)]
    annual = house.call("年度理事会会议", REPORT, ACCOUNTS, *asked)
    yield now - 57 * DAY
    house.answer(annual, 25)
    yield annual.begins_at + 5 * MINUTE
    house.open(annual, 28)
    house.decide(annual, "+" * 28, "+" * 25 + "-oo", "+" * 24 + "--oo", "+" * 28, "+" * 27 + "o")
    yield annual.begins_at + 2 * HOUR
    house.close(annual)
    house.sign(annual, remarks=AFTERWARDS)
    yield clock.now() + 3 * DAY
    new.refresh_from_db()
    for agreement in Agreement.objects.about(new.member):
        house.unite(agreement, with_=city.seat("chenguo"))
    yield now - 30 * DAY
    membership_tasks.change_levels()
    yield now - 25 * DAY
    row = house.apply(house.member("m21"), "主营业务调整，不再从事政务数据方向。")
    yield now - 20 * DAY
    house.review(row)
    late = Due.objects.unpaid().filter(member=house.member("m30")).latest("period_from")
    fees.ask_waiver(
        late, reason="学会经费由财政核定，本年度未列会费。", by=house.secretary, at=clock.now()
    )
    yield now - 4 * DAY
    charged = leaving.charge(
        house.member("m10"),
        breach=BREACH,
        article="章程第二十七条、协议书第四条",
        evidence="公开发布页面的存证材料",
        hearing_at=_at(_working(day_of(now), 6), 14),
        hearing_place="联盟秘书处会议室",
        by=house.secretary,
        at=clock.now(),
    )
    yield now - 2 * DAY
    leaving.state(charged, statement=EXCUSE, by=house.seats[charged.member_id], at=clock.now())
    asked = [house.candidate(one) for one in (late, _applied("云江医学院"), row)]
    following = house.call("第三次理事会会议", NEXT_BUDGET, *asked)
    house.answer(following, 11)
    house.book(
        category="捐赠",
        amount=Decimal("30000.00"),
        counterparty="云江数联信息技术有限公司",
        memo="捐赠款（待核）",
    )


def _service_books(start: datetime, now: datetime) -> Iterator[datetime]:
    """Two years of fees, the second of which some pay late and some not yet; published accounts."""
    yield start + 14 * DAY
    house = House("service")
    first = day_of(clock.now()).replace(day=1)
    second = first.replace(year=first.year + 1)
    for place, due in enumerate(house.raise_fees(first, second)):
        yield start + (17 + place // 3) * DAY
        house.book(due=due)
    work = "本章程规定的业务活动"
    for days, moved in (
        (30, _moved("-", work, "12800", "云江市会展服务有限公司", "理事会会议场地和资料")),
        (33, _moved("+", "政府补助", "100000", "云江市科技局", "联盟组建资金支持")),
        (120, _moved("-", work, "46000", "云江理工学院", "数据治理规范研究")),
        (210, _moved("+", "捐赠", "20000", "云江政通软件股份有限公司", "创新活动捐赠")),
        (260, _moved("-", work, "31500", "云江启明测评技术有限公司", "公共平台测评")),
    ):
        yield start + days * DAY
        house.book(**moved)
    yield start + 339 * DAY
    dues = house.raise_fees(second, second.replace(year=second.year + 1))
    for place, due in enumerate(dues[:24]):
        late = 45 if place >= 21 else 0  # after the due day, within the grace
        yield start + (342 + place // 3 + late) * DAY
        house.book(due=due)
    yield _at(second + 8 * DAY, 10)
    house.publish(first, second)
    yield start + 391 * DAY
    house.book(due=dues[25], amount=Decimal("1200.00"))
    yield now - 26 * DAY
    more = Due.objects.unpaid().get(member=house.member("m02"))
    house.book(due=more, amount=Decimal("3000.00"))
    yield now - 12 * DAY
    more.refresh_from_db()
    house.book(due=more)


def _water(start: datetime, now: datetime) -> Iterator[datetime]:
    """Twelve members whose charter lets them vote in writing and by proxy."""
    yield start + HOUR
    house = House("water")
    house.appoint_academic()
    appointed = Proposed("officers", "关于选举联盟负责人的议案", "由牵头单位推荐。")
    first = house.call("成立大会暨第一次理事会会议", appointed)
    yield first.begins_at + 5 * MINUTE
    house.open(first, 12)
    house.decide(first, "+++++++++-+o")
    yield first.begins_at + 2 * HOUR
    house.close(first)
    house.sign(first, remarks="选举以无记名投票方式进行。")
    yield start + 30 * DAY
    written = house.call("关于年度工作计划的书面表决", PLAN, channel=VoteChannel.WRITING)
    yield from house.write(written, "++++++++-o")
    house.sign(written, remarks="反对意见建议把漏损控制示范提前到上半年，秘书处予以采纳。")
    yield start + 45 * DAY
    lapsed = house.call("关于年度预算的书面表决", BUDGET, channel=VoteChannel.WRITING)
    yield from house.write(lapsed, "+++++")
    row = house.apply(house.member("m17"), "业务范围变化，不再从事水务方向。")
    yield start + 62 * DAY
    house.review(row)
    yield start + 63 * DAY
    second = house.call("第二次理事会会议", house.candidate(row), REVISED)
    yield second.begins_at + 5 * MINUTE
    house.open(second, 11)
    house.decide(second, "+" * 11, "+" * 11)
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
    yield now - 47 * DAY
    wanted = house.candidate(_applied("云江数联信息技术有限公司"))
    third = house.call("关于新成员入盟的书面表决", wanted, channel=VoteChannel.WRITING)
    yield from house.write(third, "+--+-+--o--")
    house.sign(third, remarks=NOT_YET)
    yield now - 24 * DAY
    fourth = house.call("第三次理事会会议", DEMONSTRATION)
    yield fourth.begins_at + 5 * MINUTE
    house.open(fourth, 10)
    house.decide(fourth, "+" * 9 + "o")
    yield fourth.begins_at + HOUR
    house.close(fourth)
    house.sign(fourth, remarks="示范点由城东水厂提供，三个月内完成。", both=False)
    yield now - 3 * DAY
    current = house.call("关于经费预算的书面表决", NEXT_BUDGET, channel=VoteChannel.WRITING)
    yield now - 2 * DAY
    house.decide(current, "+++-+")


def _water_books(start: datetime) -> Iterator[datetime]:
    """Fees of two years, accounts published by the half-year."""
    yield start + 15 * DAY
    house = House("water")
    first = day_of(clock.now()).replace(day=1)
    second = first.replace(year=first.year + 1)
    half = (first + timedelta(days=183)).replace(day=1)
    for place, due in enumerate(house.raise_fees(first, second)):
        yield start + (16 + place) * DAY
        house.book(due=due)
    work = "围绕联盟科技创新开展的相关活动"
    for days, moved in (
        (34, _moved("+", "组建资金支持", "80000", "云江市水务局", "公共技术平台支持")),
        (90, _moved("-", work, "5600", "云江市会展服务有限公司", "水务技术交流会")),
    ):
        yield start + days * DAY
        house.book(**moved)
    yield _at(half + 8 * DAY, 10)
    house.publish(first, half)
    yield start + 340 * DAY
    dues = house.raise_fees(second, second.replace(year=second.year + 1))
    for place, due in enumerate(dues[:10]):
        late = 42 if place >= 8 else 0
        yield start + (343 + place + late) * DAY
        house.book(due=due)
    yield _at(second + 8 * DAY, 10)
    house.publish(half, second)


def _moved(sign: str, category: str, amount: str, other: str, memo: str) -> dict[str, Any]:
    return {
        "direction": "income" if sign == "+" else "expenditure",
        "category": category,
        "amount": Decimal(f"{amount}.00"),
        "counterparty": other,
        "memo": memo,
    }


def _applied(name: str) -> Application:
    """The unit's application that waits for a body."""
    return Application.objects.get(organisation__name=name, state=ApplicationState.FORWARDED)


@cache
def keys() -> dict[str, str]:
    """The key of each unit in the data, by its 统一社会信用代码."""
    units = [*data()["units"], *city.data()["organisations"]]
    return {one["uscc"]: one["key"] for one in units}


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), SHANGHAI)


def _working(day: date, number: int) -> date:
    return CalendarDay.objects.calendar().add_working_days(day, number).on
