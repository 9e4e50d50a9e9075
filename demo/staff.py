"""Who acts for member units in the demo's alliances, and who wants another level there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime

from alliance import charters, fees, levels, staff
from alliance.models import Member
from core import clock
from core.calendar import day_of
from demo.councils import DAY, House
from demo.travel import Story

GROUPS = ("标准工作组", "数据共享工作组", "应用推广工作组", "人才培训工作组")
PEOPLE = (
    ("罗一鸣", "研发总监", "高级工程师", "政务数据治理"),
    ("沈佳怡", "产品经理", "", "一门式受理"),
    ("邵文涛", "副主任", "教授", "公共服务评价"),
    ("贺晓晴", "标准化主管", "工程师", "标准研制"),
    ("潘立新", "市场总监", "", "应用推广"),
    ("尹思源", "培训主管", "讲师", "职业培训"),
)


def all_of(now: datetime) -> list[Story]:
    """The stories, as they have gone until `now`."""
    return [told(key, now) for key in ("service", "water")]


def told(key: str, now: datetime) -> Iterator[datetime]:
    yield now - 40 * DAY
    house = House(key)
    for place, facts in enumerate(PEOPLE):
        _enter(house, house.others[place % len(house.others)], place, facts)
    yield now - 5 * DAY
    free = [one for one in house.others if _may_change(one)]
    wanted = _free_level(free[0], day_of(now)) if free else ""
    if not wanted:
        return
    levels.apply(
        free[0],
        to_level=wanted,
        reason="近一年牵头完成两项联盟标准，承担公共技术平台运维，愿意承担更高等级的义务。",
        wanted_on=day_of(now),
        by=house.seats[free[0].pk],
        at=clock.now(),
    )
    yield now - 2 * DAY
    if len(free) > 1:
        levels.propose(
            free[1],
            to_level=wanted,
            reason="该单位连续两年承办联盟创新活动，为公共平台提供测试环境。",
            wanted_on=day_of(now),
            by=house.secretary,
            at=clock.now(),
        )


def _enter(house: House, member: Member, place: int, facts: tuple[str, ...]) -> None:
    name, duty, title, expertise = facts
    entry = staff.Entry(
        name=name,
        duty=duty,
        phone=f"1390000{5100 + place + member.alliance_id * 10}",
        email=f"staff{place}@{house.key(member)}.example",
        title=title,
        expertise=expertise,
        group=GROUPS[place % len(GROUPS)],
        acts_from=day_of(clock.now()),
        consents=place % 2 == 0,
    )
    staff.enter(member, entry, by=house.seats[member.pk], at=clock.now())


def _may_change(member: Member) -> bool:
    """A representative who asks, no fees unpaid, no other change of its level."""
    member.refresh_from_db()
    return (
        levels.representative(member) is not None
        and not fees.arrears(member)
        and not member.level_changes.exists()
    )


def _free_level(member: Member, on: date) -> str:
    """The charter's next level that still has a place; empty where there is none."""
    terms = charters.terms(member.alliance, on)
    taken = Counter(member.alliance.members.current().values_list("level", flat=True))
    for key, _label in reversed(levels.choices(member, on)):
        places = terms.levels[key].places
        if places is None or taken[key] < places:
            return key
    return ""
