"""Staff of a member unit: kept by the unit, behind its delegates, public by consent."""

from datetime import timedelta

import pytest

from alliance import delegates, staff
from alliance.models import DelegateRole, MemberState, StaffPerson
from core import clock
from core.calendar import day_of
from core.models import Event
from tests.factories import AllianceFactory, MemberFactory, SeatFactory
from tests.witness import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def member():
    return MemberFactory(alliance=AllianceFactory())


@pytest.fixture
def seat(member):
    return SeatFactory(organisation=member.organisation)


def entry(**facts):
    return staff.Entry(
        **{
            "name": "陈立",
            "duty": "总工程师",
            "phone": "13800001111",
            "email": "chenli@example.com",
            "acts_from": day_of(clock.now()),
            "group": "标准工作组",
            **facts,
        }
    )


def enter(member, seat, **facts):
    return staff.enter(member, entry(**facts), by=seat, at=clock.now())


def test_an_entry_says_who_acts_and_until_when(member, seat):
    today = day_of(clock.now())
    person = enter(member, seat, until=today + timedelta(days=9))
    assert person.acts_until == today + timedelta(days=10)
    assert person in member.staff.acting_on(today + timedelta(days=9))
    assert person not in member.staff.acting_on(today + timedelta(days=10))
    said = Event.objects.get(name="staff.entered").content
    assert "13800001111" not in str(said)


def test_the_public_reads_of_it_by_consent_only(member, seat):
    today = day_of(clock.now())
    person = enter(member, seat)
    assert staff.published([member], today) == {}
    staff.change(person, entry(consents=True), by=seat, at=clock.now())
    assert staff.published([member], today) == {member.pk: [person]}
    staff.end(person, by=seat, at=clock.now())
    assert staff.published([member], today) == {}


def test_nobody_is_there_twice(member, seat):
    enter(member, seat)
    with refused("%(name)s is on your list already"):
        enter(member, seat)
    other = enter(member, seat, name="王蕾")
    with refused("%(name)s is on your list already"):
        staff.change(other, entry(), by=seat, at=clock.now())


def test_days_are_in_order_and_ends_once(member, seat):
    with refused("The last day lies before the first"):
        enter(member, seat, until=day_of(clock.now()) - timedelta(days=1))
    person = staff.end(enter(member, seat), by=seat, at=clock.now())
    with refused("acts no more already"):
        staff.end(person, by=seat, at=clock.now())


def test_who_left_names_nobody(member, seat):
    member.state, member.left_on = MemberState.LEFT, day_of(clock.now())
    member.save()
    with refused("it names nobody"):
        enter(member, seat)


def test_a_delegate_is_one_of_the_staff(member, seat):
    person = enter(member, seat)
    who = delegates.Person("陈立", "总工程师", "13800001111", "chenli@example.com")
    named = delegates.nominate(member, DelegateRole.CONTACT, who, by=seat, at=clock.now())
    assert named.person == person
    with refused("is your %(role)s: name another first"):
        staff.end(person, by=seat, at=clock.now())
    other = delegates.Person("王蕾", "副院长", "13800002222", "wanglei@example.com")
    later = delegates.nominate(member, DelegateRole.CONTACT, other, by=seat, at=clock.now())
    assert StaffPerson.objects.get(name="王蕾") == later.person
    staff.end(person, by=seat, at=clock.now())
    with refused("is your %(role)s: name another first"):
        staff.end(later.person, by=seat, at=clock.now())
