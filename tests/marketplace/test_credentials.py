from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import clock
from core.calendar import day_of
from core.models import Event, Letter
from marketplace import agencies, credentials
from marketplace.eligibility import check, eligible, requirement_of
from marketplace.entry import Profile
from marketplace.models import Qualification, ReviewState
from marketplace.tasks import remind_of_qualifications, step
from tests.factories import (
    PractitionerFactory,
    QualificationCategoryFactory,
    QualificationFactory,
    ServiceItemFactory,
)
from tests.marketplace.entries import id_number, listed, paper, person, submitted, terms
from tests.witness import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def agency(cast):
    return listed(cast.agency, cast.operator)


@pytest.fixture
def handed_in(agency, cast):
    return credentials.add_qualification(
        agency, paper(number="ZZ-9"), by=cast.agency, at=clock.now()
    )


PROFILE = Profile(
    introduction="专注水利工程造价咨询。",
    registered_capital=Decimal("3000000.00"),
    staff_count=42,
    website="https://hengzhun.example",
    quality_measures="三级复核。",
    honours="",
    authorised_phone="13970700799",
)


def test_an_agency_says_anew_what_it_is_and_the_record_keeps_both(agency, cast):
    submitted_text = agency.reviews.get().content["unit"]["introduction"]
    credentials.describe(agency, PROFILE, by=cast.agency, at=clock.now())
    later = replace(PROFILE, introduction="专注水利与市政工程造价咨询。")
    credentials.describe(agency, later, by=cast.agency, at=clock.now())
    agency.refresh_from_db()
    assert (agency.introduction, agency.staff_count) == (later.introduction, 42)
    first, second = Event.objects.filter(name="agency.described").order_by("pk")
    assert first.public
    assert PROFILE.introduction in first.content
    assert later.introduction in second.content
    assert "staff_count" not in second.content  # only what changed
    assert PROFILE.authorised_phone not in first.content
    assert agency.reviews.get().content["unit"]["introduction"] == submitted_text
    with refused("Nothing was changed"):
        credentials.describe(agency, later, by=cast.agency, at=clock.now())


def test_only_a_listed_agency_describes_itself_so(cast):
    waiting = submitted(cast.agency)
    with refused("is “%(now)s”"):
        credentials.describe(waiting, PROFILE, by=cast.agency, at=clock.now())


def test_a_service_is_offered_at_once_and_its_earlier_terms_end(agency, cast):
    item = ServiceItemFactory()
    credentials.offer(agency, terms(item), by=cast.agency, at=clock.now())
    credentials.offer(agency, terms(item, time_limit_days=5), by=cast.agency, at=clock.now())
    assert agency.services.current().get(item=item).time_limit_days == 5
    assert agency.services.filter(item=item).count() == 2
    assert Event.objects.filter(name="service.offered", public=True).count() == 2
    credentials.stop_offering(agency, item, by=cast.agency, at=clock.now())
    assert not agency.services.current().filter(item=item).exists()
    with refused("does not offer this item"):
        credentials.stop_offering(agency, item, by=cast.agency, at=clock.now())
    offer = terms(ServiceItemFactory(retired=True))
    with refused("no longer in force"):
        credentials.offer(agency, offer, by=cast.agency, at=clock.now())


def test_what_is_handed_in_later_counts_only_once_verified(agency, cast):
    category = QualificationCategoryFactory(code="mapping")
    item = agency.services.get().item
    demand = requirement_of([item], any_item=False, tree={"qualification": "mapping"})
    row = credentials.add_qualification(
        agency, paper(category=category), by=cast.agency, at=clock.now()
    )
    today = day_of(clock.now())
    assert not eligible(check(agency, demand, today))
    assert Letter.objects.filter(kind="marketplace/credential-submitted").exists()
    credentials.verify(row, by=cast.operator, at=clock.now())
    assert eligible(check(agency, demand, today))
    assert Event.objects.get(name="credential.verified").public
    credentials.end(row, by=cast.agency, at=clock.now())
    assert not eligible(check(agency, demand, today))


def test_a_returned_qualification_can_be_handed_in_again(agency, handed_in, cast):
    again = paper(category=handed_in.category, number="ZZ-9")
    with refused("on your list already"):
        credentials.add_qualification(agency, again, by=cast.agency, at=clock.now())
    with refused("Give the reason"):
        credentials.return_(handed_in, reason=" ", by=cast.operator, at=clock.now())
    credentials.return_(handed_in, reason="扫描件缺页", by=cast.operator, at=clock.now())
    letter = Letter.objects.get(kind="marketplace/credential-returned")
    assert "扫描件缺页" in letter.body
    credentials.add_qualification(agency, again, by=cast.agency, at=clock.now())
    assert agency.qualifications.pending().get().number == "ZZ-9"


def test_what_was_decided_is_not_decided_again(handed_in, cast):
    credentials.verify(handed_in, by=cast.operator, at=clock.now())
    with refused("cannot become"):
        credentials.return_(handed_in, reason="x", by=cast.operator, at=clock.now())
    credentials.end(handed_in, by=cast.agency, at=clock.now())
    with refused("was given up meanwhile"):
        credentials.end(handed_in, by=cast.agency, at=clock.now())


def test_nobody_verifies_for_his_own_unit(handed_in, cast):
    with refused("Nobody reviews"):
        credentials.verify(handed_in, by=cast.agency, at=clock.now())
    with refused("Nobody reviews"):
        credentials.return_(handed_in, reason="x", by=cast.agency, at=clock.now())


def test_a_person_comes_with_all_certificates_and_gets_more(agency, cast):
    new = person(name="王敏", id_number=id_number(8))
    row = credentials.add_practitioner(agency, new, by=cast.agency, at=clock.now())
    more = paper(category=QualificationCategoryFactory(holder="person"), number="ZC-2")
    with refused("by now"):
        credentials.add_certificate(row, more, by=cast.agency, at=clock.now())
    credentials.verify(row, by=cast.operator, at=clock.now())
    assert row.certificates.get().state == ReviewState.VERIFIED
    with refused("This person is on your list already"):
        credentials.add_practitioner(agency, new, by=cast.agency, at=clock.now())
    second = credentials.add_certificate(row, more, by=cast.agency, at=clock.now())
    with refused("on your list already"):
        credentials.add_certificate(row, more, by=cast.agency, at=clock.now())
    credentials.verify(second, by=cast.operator, at=clock.now())
    credentials.end(row, by=cast.agency, at=clock.now())
    assert not row.certificates.filter(ended_at=None).exists()
    third = paper(number="ZC-3")
    with refused("no longer on your list"):
        credentials.add_certificate(row, third, by=cast.agency, at=clock.now())


def test_a_returned_person_takes_the_certificates_along(agency, cast):
    new = person(name="王敏", id_number=id_number(8))
    row = credentials.add_practitioner(agency, new, by=cast.agency, at=clock.now())
    credentials.return_(row, reason="社保记录不足三个月", by=cast.operator, at=clock.now())
    assert row.certificates.get().state == ReviewState.RETURNED
    credentials.add_practitioner(agency, new, by=cast.agency, at=clock.now())


def test_a_person_moves_to_another_agency_once_struck_off(agency, cast):
    rival = submitted(cast.rival)  # with the same person
    credentials.end(agency.practitioners.get(), by=cast.agency, at=clock.now())
    agencies.admit(rival, by=cast.operator, at=clock.now())


def test_nothing_is_added_before_listing(cast):
    agency = submitted(cast.agency)
    new, offer = paper(), terms()
    with refused("by now"):
        credentials.add_qualification(agency, new, by=cast.agency, at=clock.now())
    with refused("by now"):
        credentials.offer(agency, offer, by=cast.agency, at=clock.now())


@given(st.integers(-400, 400), st.lists(st.integers(1, 120), min_size=1, max_size=4))
def test_a_reminder_comes_at_the_nearest_step_and_never_after_the_end(left, steps):
    today = date(2026, 11, 23)
    due = step(today + timedelta(days=left), today, steps)
    reached = [each for each in steps if 0 <= left <= each]
    assert due == (min(reached) if reached else None)


def test_an_agency_is_reminded_once_a_step(agency, cast, later):
    today = day_of(clock.now())
    row = agency.qualifications.get()
    Qualification.objects.filter(pk=row.pk).update(valid_until=today + timedelta(days=31))
    letters = Letter.objects.filter(kind="marketplace/qualification-expiring")
    for days, count in ((0, 1), (0, 1), (1, 2), (10, 2), (14, 3), (30, 3)):
        later(days=days)
        remind_of_qualifications()
        assert letters.count() == count


def test_who_handed_in_a_renewed_one_is_not_reminded(agency, cast):
    today = day_of(clock.now())
    row = agency.qualifications.get()
    Qualification.objects.filter(pk=row.pk).update(valid_until=today + timedelta(days=5))
    assert Qualification.objects.expiring(today).exists()
    renewed = paper(category=row.category, number="ZZ-2")
    new = credentials.add_qualification(agency, renewed, by=cast.agency, at=clock.now())
    assert not Qualification.objects.expiring(today).exists()
    credentials.return_(new, reason="看不清", by=cast.operator, at=clock.now())
    assert Qualification.objects.expiring(today).exists()


def test_the_same_step_is_not_reminded_twice(agency, cast):
    row = agency.qualifications.get()
    credentials.remind(row, days=30, by=cast.operator, at=clock.now())
    with refused("was reminded already"):
        credentials.remind(row, days=90, by=cast.operator, at=clock.now())


def test_rows_of_others_are_not_touched(agency, cast):
    foreign = QualificationFactory()
    stranger = PractitionerFactory()
    credentials.end(agency.qualifications.get(), by=cast.agency, at=clock.now())
    foreign.refresh_from_db()
    stranger.refresh_from_db()
    assert foreign.ended_at is None
    assert stranger.ended_at is None
