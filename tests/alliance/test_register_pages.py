"""The pages of the register of alliances and of their officers."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from alliance.models import Officer, Post
from core import cache, clock
from core.models import Event
from tests.alliance import founding_doors as doors
from tests.alliance.pages import page, text
from tests.factories import AllianceFactory, MemberFactory, OfficerFactory, SeatFactory


def test_the_register_is_searched_filtered_and_turned(db):
    for place in range(25):
        AllianceFactory(name=f"云江市第{place}技术创新联盟")
    other = AllianceFactory(name="从化区生物3D打印技术创新联盟", fields=["biology", "materials"])
    MemberFactory(alliance=other)
    first = page("alliances")
    assert len(first.context["page"]) == 20
    assert page("alliances", q="3D打印").context["page"].rows == [other]
    assert page("alliances", q=other.lead.name).context["page"].rows == [other]
    found = page("alliances", field="biology")
    assert found.context["page"].rows == [other]
    assert "1 家" in text(found)
    assert "新材料" in text(found)
    assert page("alliances", field="materials").context["page"].rows == [other]
    both = page("alliances", field=["biology", "materials"])
    assert both.context["page"].rows == [other]
    assert page("alliances", field="energy").context["page"].rows == []
    assert "没有符合全部条件的联盟" in text(page("alliances", q="没有"))
    assert (
        len(
            Client().get(reverse("alliance:alliances") + first.context["page"].next).context["page"]
        )
        == 6
    )


def queries(name, *args, client=None):
    page(name, *args, client=client)  # the first one of a process finds its site
    cache.clear()
    with CaptureQueriesContext(connection) as captured:
        assert page(name, *args, client=client).status_code == 200
    return len(captured)


def test_the_register_asks_the_same_of_the_database_for_many(db):
    AllianceFactory()
    few = queries("alliances")
    for alliance in AllianceFactory.create_batch(15):
        MemberFactory(alliance=alliance)
    assert queries("alliances") == few


def test_an_alliance_shows_who_is_in_office_and_its_bodies(cast):
    alliance = doors.chartered(cast)
    shown = text(page("detail", alliance.number))
    assert cast.agency.user.name in shown
    assert "秘书长" in shown
    assert "专家组" in shown
    assert page("detail", "GXLM-1999-001").status_code == 404


def test_a_page_of_an_alliance_asks_the_same_for_many_members(cast):
    alliance = doors.chartered(cast)
    few = queries("detail", alliance.number)
    MemberFactory.create_batch(20, alliance=alliance)
    assert queries("detail", alliance.number) == few


def test_the_secretary_general_appoints_and_relieves(cast, lead):
    alliance = doors.chartered(cast)
    other = SeatFactory(organisation=cast.agency.organisation)
    address = reverse("alliance:officers", args=[alliance.number])
    lead.post(address, {"post": "accountant", "seat": other.code})
    officer = Officer.objects.get(post=Post.ACCOUNTANT)
    shown = lead.post(address, {"post": "cashier", "seat": other.code})
    assert "会计不得兼任出纳" in text(shown)
    assert Event.objects.filter(name="deed.refused").exists()
    lead.post(reverse("alliance:officer-relieve", args=[alliance.number, officer.code]))
    officer.refresh_from_db()
    assert officer.held_until


def test_an_officer_of_another_alliance_is_nobody_here(cast, lead):
    doors.chartered(cast)
    other = OfficerFactory(post=Post.SECRETARY)
    assert page("officers", other.alliance.number, client=lead).status_code == 404


def test_a_post_ends_with_its_seat(cast, lead):
    alliance = doors.chartered(cast)
    Officer.objects.update(held_until=clock.now())
    assert page("officers", alliance.number, client=lead).status_code == 404
