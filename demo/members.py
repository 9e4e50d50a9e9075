"""The members of the demo's alliances: certificates and their yearly check, delegates, entries in
the directory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from typing import Any

from alliance import certificates, delegates, directory, membership_tasks
from alliance.delegates import Person
from alliance.models import DelegateRole, Member, MemberState, Officer, Post
from alliance.models.membership import Delegate
from core import clock, reference
from demo import city
from demo.councils import DAY, House, begun
from demo.travel import Story

RANKS = {
    "enterprise": "总经理",
    "university": "副校长",
    "institute": "院长",
    "association": "会长",
}
# Whose papers for the certificate came late, so that it is to be checked now; whose check is over.
LATE = {
    "service": ("m04", "m08", "m12", "m19", "m25", "m30"),
    "water": ("m15", "m19"),
}
EXPIRED = {"service": ("m06", "m21"), "water": ("m16",)}
UNLISTED = ("m20", "m21")  # they have not consented
WAITING = ("m07", "m30")  # whose new representatives nobody has confirmed yet
REFUSED = "职称证明与推荐的专业方向不一致，请补充材料或另行推荐。"


@cache
def data() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = reference.read(city.DATA / "members.json")
    return found


def all_of(now: datetime) -> list[Story]:
    """The stories, as they have gone until `now`."""
    return [told("service", now), told("water", now)]


def told(key: str, now: datetime) -> Iterator[datetime]:
    start = begun(now)
    yield start + 12 * DAY
    house = House(key)
    late = [house.member(one) for one in LATE[key]]
    founders = [one for one in house.members if one not in late]
    _issue(house, founders)
    yield start + 15 * DAY
    for one in house.members:
        _name(house, one, DelegateRole.CONTACT)
    yield start + 18 * DAY
    named = [_name(house, one, DelegateRole.COUNCIL) for one in house.others]
    named += [_name(house, one, DelegateRole.ACADEMIC) for one in _with_experts(house)]
    yield start + 20 * DAY
    chair = Officer.objects.get(
        alliance=house.alliance, post=Post.ACADEMIC_CHAIR, held_until=None
    ).seat
    for person in named:
        own = chair.organisation_id == person.member.organisation_id
        by = chair if person.role == DelegateRole.ACADEMIC and not own else house.secretary
        delegates.confirm(person, by=by, at=clock.now())
    yield start + 24 * DAY
    for one in house.members:
        if house.key(one) not in UNLISTED:
            _list(house, one)
    yield now - 345 * DAY
    _issue(house, late)
    yield now - 118 * DAY
    membership_tasks.remind_of_checks()
    for place, days in enumerate((100, 92, 84)):
        yield now - days * DAY
        checked = [one for one in founders if house.key(one) not in EXPIRED[key]][place::3]
        _issue(house, checked)
    yield now - 30 * DAY
    membership_tasks.remind_of_checks()
    if key == "service":
        yield from _lately(house, chair, now)


def _lately(house: House, chair: Any, now: datetime) -> Iterator[datetime]:
    """New names: two wait for the secretariat, one for the committee, one was refused."""
    yield now - 12 * DAY
    expert = Person(
        "曹海涛", "副校长", "13900004025", "m25@yunjiang.example", "副教授", "职业技能评价"
    )
    wanting = _nominate(house, house.member("m25"), DelegateRole.ACADEMIC, expert)
    yield now - 10 * DAY
    delegates.refuse(wanting, reason=REFUSED, by=chair, at=clock.now())
    yield now - 6 * DAY
    entered = house.alliance.members.current().exclude(pk__in=[one.pk for one in house.members])
    for one in entered.select_related("organisation"):
        house.take_in(one)
        _name(house, one, DelegateRole.CONTACT)
        _list(house, one)
        _name(house, one, DelegateRole.COUNCIL)
    yield now - 4 * DAY
    for key in WAITING:
        facts = data()[key]["contact"]
        person = Person(facts[0], facts[1], "13900004100", f"{key}.office@yunjiang.example")
        _nominate(house, house.member(key), DelegateRole.COUNCIL, person)
    yield now - 3 * DAY
    expert = Person(
        "石海川", "总工程师", "13900004010", "m10@yunjiang.example", "高级工程师", "流程引擎"
    )
    _nominate(house, house.member("m10"), DelegateRole.ACADEMIC, expert)


def _issue(house: House, members: Iterable[Member]) -> None:
    for one in members:
        one.refresh_from_db(fields=["state"])
        if one.state == MemberState.ADMITTED:
            certificates.issue(one, by=house.secretary, at=clock.now())


def _with_experts(house: House) -> list[Member]:
    return [one for one in house.others if "expert" in data()[house.key(one)]]


def _name(house: House, member: Member, role: DelegateRole) -> Delegate:
    key = house.key(member)
    facts, seat = data()[key], house.seats[member.pk]
    phone, email = f"1390000{4000 + member.pk}", f"{role}.{key}@yunjiang.example"
    if role == DelegateRole.CONTACT:
        name, duty = facts["contact"]
        person = Person(name, duty, phone, email)
    elif role == DelegateRole.COUNCIL:
        person = Person(seat.user.name, RANKS[member.unit_kind], phone, email)
    else:
        name, duty, title, expertise = facts["expert"]
        person = Person(name, duty, phone, email, title, expertise)
    return _nominate(house, member, role, person)


def _nominate(house: House, member: Member, role: DelegateRole, person: Person) -> Delegate:
    return delegates.nominate(member, role, person, by=house.seats[member.pk], at=clock.now())


def _list(house: House, member: Member) -> None:
    facts = data()[house.key(member)]
    directory.show(
        member,
        **{name: facts[name] for name in ("business", "fields", "products", "website")},
        by=house.seats[member.pk],
        at=clock.now(),
    )
