"""Staff of a member unit: kept by the unit, behind its delegates, public by consent."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from alliance import delegates, staff
from alliance.models import DelegateRole, MemberState, Post, StaffPerson
from core import clock
from core.calendar import day_of
from core.models import Event
from tests.cast import signed_in
from tests.factories import AllianceFactory, MemberFactory, OfficerFactory, SeatFactory
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


# ── pages ────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def secretary(member):
    seat = SeatFactory(organisation=member.alliance.lead)
    OfficerFactory(alliance=member.alliance, seat=seat, post=Post.SECRETARY)
    return seat


def at(name, member, *args):
    return reverse(f"alliance:{name}", args=[member.alliance.number, *args])


def test_the_list_asks_as_much_for_many_as_for_one(member, seat, secretary):
    enter(member, seat)
    client = signed_in(secretary.user)
    client.get(at("staff", member))
    with CaptureQueriesContext(connection) as one:
        client.get(at("staff", member))
    for place in range(30):
        other = MemberFactory(alliance=member.alliance)
        enter(other, SeatFactory(organisation=other.organisation), name=f"人{place}")
    with CaptureQueriesContext(connection) as many:
        page = client.get(at("staff", member))
    assert len(page.context["rows"]) == 20
    assert len(many) == len(one)
    onward = client.get(at("staff", member) + page.context["page"].next)
    assert len(onward.context["rows"]) == 11


def test_a_telephone_number_is_masked_until_it_is_shown_and_that_is_recorded(
    member, seat, secretary
):
    person = enter(member, seat)
    client = signed_in(secretary.user)
    page = client.get(at("staff", member)).content.decode()
    assert "138****1111" in page
    assert person.phone not in page
    shown = client.post(
        at("staff-show", member, person.code), headers={"HX-Request": "true"}
    ).content.decode()
    assert shown == person.phone
    assert Event.objects.filter(name="personal-data.shown").count() == 1


def test_what_is_exported_is_recorded_too(member, seat, secretary):
    enter(member, seat)
    enter(member, seat, name="王蕾", phone="13800002222")
    sheet = load_workbook(
        BytesIO(signed_in(secretary.user).get(at("staff-export", member) + "?q=王蕾").content)
    ).active
    assert [cell.value for cell in sheet["C"]] == ["姓名", "王蕾"]
    own = signed_in(seat.user).get(at("staff-own-export", member))
    assert load_workbook(BytesIO(own.content)).active.max_row == 3
    assert Event.objects.filter(name="staff.exported").count() == 2


def test_the_unit_keeps_its_list(member, seat):
    client = signed_in(seat.user)
    typed = {
        "name": "王蕾",
        "duty": "副院长",
        "phone": "13800002222",
        "email": "w@example.com",
        "group": "标准工作组",
        "acts_from": day_of(clock.now()),
        "consents": "on",
    }
    client.post(at("staff-enter", member), typed)
    person = StaffPerson.objects.get()
    assert "王蕾" in client.get(at("staff-own", member)).content.decode()
    form = client.get(at("staff-change", member, person.code)).context["form"]
    assert (form.initial["name"], form.initial["consents"]) == ("王蕾", True)
    public = Client().get(reverse("alliance:members", args=[member.alliance.number]))
    assert "标准工作组" in public.content.decode()
    assert "13800002222" not in public.content.decode()
    client.post(at("staff-end", member, person.code))
    public = Client().get(reverse("alliance:members", args=[member.alliance.number]))
    assert "标准工作组" not in public.content.decode()
