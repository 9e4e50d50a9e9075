"""Alliances with a council, an office and books, as tests of meetings and fees want them."""

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal

import pytest

from accounts.models import Seat
from alliance import ballots, leaving, meetings, motions
from alliance.meetings import Call, Proposed
from alliance.models import Alliance, Charter, Meeting, Member, Post
from alliance.models.meetings import VoteChannel
from alliance.terms import CharterTerms
from core import clock
from core.calendar import SHANGHAI, day_of
from core.lifecycle import RuleBroken
from core.models import CalendarDay
from tests.factories import (
    AllianceFactory,
    CharterFactory,
    MemberFactory,
    OfficerFactory,
    OrganisationFactory,
    SeatFactory,
    UploadFactory,
)
from tests.witness import refused

RULE = {
    "quorum": [2, 3],
    "quorum_inclusive": False,
    "majority": [1, 2],
    "majority_inclusive": False,
    "base": "all",
    "notice_working_days": 5,
    "proxies_per_person": 1,
    "channels": ["room", "writing"],
}
MATTERS = (
    "admission",
    "expulsion",
    "withdrawal",
    "charter-change",
    "officers",
    "level-change",
    "fees",
    "budget",
    "dissolution",
)


def terms(**changes):
    """Terms with a council and a standing council, fees of 12,000 and 6,000 yuan a year."""
    rule = {**RULE, **changes}
    return {
        "bodies": {
            "council": {"name": "理事会", "article": "20"},
            "standing": {"name": "常务理事会", "article": "20.5"},
            "academic": {"name": "学术委员会", "article": "21"},
        },
        "votes": {
            "ordinary": {"body": "council", "rule": rule},
            "standing": {"body": "standing", "rule": rule},
        },
        "matters": {
            matter: {"vote": "ordinary", "alternatives": ["standing"]}
            if matter == "withdrawal"
            else {"vote": "ordinary"}
            for matter in MATTERS
        },
        "levels": {
            "chair": {"label": "理事长单位", "fee": "12000"},
            "member": {"label": "理事单位", "fee": "6000"},
        },
        "dues": {"grace_days": 30, "proration": "month", "article": "25"},
        "leaving": {"decided_by": "withdrawal", "review": "academic", "duties": ["保守技术秘密"]},
        "income": {"items": ["成员单位年费", "捐赠", "政府补助"], "article": "25"},
        "expenditure": {"items": ["会议活动"], "article": "26"},
    }


@dataclass
class Council:
    """An alliance of some units, the chair's first, with a seat for each and its officers."""

    alliance: Alliance
    charter: Charter
    members: list[Member]
    seats: list[Seat]
    secretary: Seat
    chair: Seat
    accountant: Seat
    cashier: Seat
    academic: Seat

    @classmethod
    def of(cls, units=6, **rule):
        return cls.under(terms(**rule), units)

    @classmethod
    def under(cls, written, units=6):
        CharterTerms.from_json(written)  # what the form would have refused is no charter here
        lead = OrganisationFactory(name="云江水务集团有限公司")
        alliance = AllianceFactory(lead=lead)
        charter = CharterFactory(alliance=alliance, terms=written)
        members = [MemberFactory(alliance=alliance, organisation=lead, level="chair")]
        members += [MemberFactory(alliance=alliance) for _ in range(units - 1)]
        seats = [SeatFactory(organisation=member.organisation) for member in members]
        office = {
            post: OfficerFactory(
                alliance=alliance, post=post, seat=SeatFactory(organisation=lead)
            ).seat
            for post in (
                Post.SECRETARY_GENERAL,
                Post.ACCOUNTANT,
                Post.CASHIER,
                Post.ACADEMIC_CHAIR,
            )
        }
        OfficerFactory(alliance=alliance, post=Post.CHAIR, seat=seats[0])
        return cls(
            alliance,
            charter,
            members,
            seats,
            secretary=office[Post.SECRETARY_GENERAL],
            chair=seats[0],
            accountant=office[Post.ACCOUNTANT],
            cashier=office[Post.CASHIER],
            academic=office[Post.ACADEMIC_CHAIR],
        )

    def call(self, *proposed, channel=VoteChannel.ROOM, days=5, by=None, **facts):
        """A meeting at 10 in the morning, with as many working days of notice."""
        calendar, now = CalendarDay.objects.calendar(), clock.now()
        day = calendar.add_working_days(day_of(now), days).on
        hour = datetime.combine(day, time(10), SHANGHAI)
        in_writing = channel == VoteChannel.WRITING
        called = Call(
            **{
                "body": "council",
                "channel": channel,
                "title": "第一次理事会会议",
                "agenda": "一、审议议案",
                "place": "" if in_writing else "云江市水务大厦三楼",
                "begins_at": now if in_writing else hour,
                "votes_until": hour if in_writing else None,
                "motions": proposed or (Proposed("other", "关于年度工作计划的议案"),),
            }
            | facts
        )
        return meetings.call(self.alliance, called, by=by or self.secretary, at=now)

    def vote(self, motion, *choices):
        """The first units' votes in their order; None votes not."""
        for seating, seat, choice in zip(
            motion.meeting.seatings.all(), self.seats, choices, strict=False
        ):
            if choice:
                ballots.cast(motion, seating, choice, by=seat, at=clock.now())

    def begin(self, meeting: Meeting, later, present=None):
        """The hour comes, who is there is noted, and the meeting is opened."""
        until(later, meeting.begins_at)
        places = range(1, (present or len(self.members)) + 1)
        meetings.attend(meeting, list(places), by=self.secretary, at=clock.now())
        return meetings.open_(meeting, by=self.secretary, at=clock.now())

    def close(self, meeting):
        return meetings.close(meeting, by=self.secretary, at=clock.now())

    def candidate(self, row):
        found = motions.awaiting(self.alliance)
        return Proposed.of(next(one for one in found if one.row.code == row.code))

    def decide(self, row, later, *choices):
        """The row goes through a meeting in the room, where these votes are cast."""
        meeting = self.call(self.candidate(row))
        self.begin(meeting, later)
        motion = meeting.motions.get()
        free = motion.meeting.seatings.exclude(recusals__motion=motion)
        by_unit = {seat.organisation_id: seat for seat in self.seats}
        for seating, choice in zip(free, choices, strict=False):
            seat = by_unit[seating.member.organisation_id]
            ballots.cast(motion, seating, choice, by=seat, at=clock.now())
        self.close(meeting)
        row.refresh_from_db()
        return motion


@contextmanager
def refused_with(sentence, **values):
    """As `refused`, and with these values in the sentence."""
    with refused(sentence):
        try:
            yield
        except RuleBroken as broken:
            if not values.items() <= broken.values.items():
                pytest.fail(f"refused with {broken.values}")
            raise


def until(later, instant):
    later(seconds=(instant - clock.now()).total_seconds() + 1)


def voucher(seat):
    return UploadFactory(purpose="alliance.voucher", user_code=seat.user.code, name="回单.pdf")


def applied(council, place=2):
    """The unit's application to leave."""
    seat = council.seats[place]
    scan = UploadFactory(purpose="alliance.withdrawal", user_code=seat.user.code)
    return leaving.apply(
        council.members[place],
        reason="经营方向调整",
        statement="未持有联盟共有技术",
        scan=scan,
        by=seat,
        at=clock.now(),
    )


def findings(result=leaving.FINE):
    return [
        leaving.Finding(one.key, one.title, one.basis, result, "已核对")
        for one in leaving.checklist()
    ]


def reviewed(council, place=2):
    row = leaving.accept(applied(council, place), by=council.secretary, at=clock.now())
    return leaving.review(
        row, findings(), opinion="未发现遗留问题，建议同意。", by=council.academic, at=clock.now()
    )


def charged(council, place=3, days=5):
    day = CalendarDay.objects.calendar().add_working_days(day_of(clock.now()), days).on
    return leaving.charge(
        council.members[place],
        breach="擅自使用联盟标识从事商业宣传",
        article="章程第二十七条",
        evidence="宣传册照片",
        hearing_at=datetime.combine(day, time(14), SHANGHAI),
        hearing_place="秘书处会议室",
        by=council.secretary,
        at=clock.now(),
    )


YEAR = timedelta(days=365)
FEE = Decimal(6000)
