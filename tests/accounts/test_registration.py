from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import translation

from accounts import registration
from accounts.models import Certificate, Deed, Organisation, OrganisationState, Rank, Seat
from accounts.registration import Contacts, Details
from core import clock
from core.calendar import day_of
from core.models import CalendarDay, Event, Letter, Outbox
from core.once import AlreadyDone
from tests.cast import seated
from tests.factories import UploadFactory, UserFactory, uscc
from tests.witness import refused

DETAILS = Details(
    short_name="衡准",
    region=None,
    address="章贡区长征大道 1 号",
    contact_name="陈宁",
    contact_phone="13970700721",
    contact_email="office@example.com",
    kind="enterprise",
    uscc=uscc(777),
    name="衡准工程咨询有限公司",
    authority="in-person",
    legal_representative="陈宁",
)


def register(user, details=DETAILS, **facts):
    if "licence" not in facts:
        facts["licence"] = UploadFactory()
    return registration.register(details, by=user, at=clock.now(), **facts)


@pytest.fixture
def applicant(cast):
    return UserFactory(name="陈宁", email="chen@example.com")


@pytest.fixture
def organisation(applicant):
    return register(applicant)


def test_whoever_registers_sits_there_first_and_the_verifiers_are_told(organisation, applicant):
    seat = Seat.objects.get(user=applicant)
    assert (seat.rank, seat.organisation) == (Rank.LEGAL_REPRESENTATIVE, organisation)
    assert organisation.state == OrganisationState.SUBMITTED
    paper = Certificate.objects.get()
    assert (paper.kind, paper.number, paper.scan.subject_code) == (
        "licence",
        organisation.uscc,
        paper.code,
    )
    letter = Letter.objects.get(kind="accounts/organisation-submitted")
    assert letter.email == "operator@example.com"
    assert "核验单位：衡准工程咨询有限公司" in letter.subject


def test_until_verified_a_unit_does_nothing_but_keep_its_data(organisation, applicant, cast):
    seat = Seat.objects.get(user=applicant)
    assert not seat.may(Deed.WRITE_ORDER)
    assert seat.may(Deed.EDIT_ORGANISATION)
    registration.verify(organisation, by=cast.operator, at=clock.now())
    seat.organisation.refresh_from_db()
    assert seat.may(Deed.WRITE_ORDER)


def test_verifying_is_public_and_tells_the_unit(organisation, cast):
    verified = registration.verify(organisation, by=cast.operator, at=clock.now())
    assert verified.state == OrganisationState.VERIFIED
    event = Event.objects.get(name="organisation.verified")
    assert event.public
    assert organisation.uscc in event.content
    listening = Outbox.objects.filter(event=event).values_list("consumer", flat=True)
    assert list(listening) == ["search.index"]  # the agency bears this name
    assert Letter.objects.get(kind="accounts/organisation-verified").email == "chen@example.com"
    with refused("by now: load the page again"):
        registration.verify(organisation, by=cast.operator, at=clock.now())


def test_a_licence_is_named_in_chinese_whoever_hands_it_in(applicant):
    with translation.override("en"):
        register(applicant)
    assert Certificate.objects.get().name == "营业执照或统一社会信用代码证书"


def test_a_natural_person_is_verified_without_the_public_reading_the_name(applicant, cast):
    person = register(
        applicant, replace(DETAILS, kind="natural-person", uscc=None, name="陈宁"), licence=None
    )
    registration.verify(person, by=cast.operator, at=clock.now())
    assert not Event.objects.get(name="organisation.verified").public
    twice = replace(DETAILS, kind="natural-person", uscc=None)
    with refused("as a natural person already"):
        register(applicant, twice, licence=None)


def test_refusing_needs_a_reason_and_the_unit_may_hand_in_again(organisation, applicant, cast):
    with refused("Say what is wrong"):
        registration.refuse(organisation, reason="  ", by=cast.operator, at=clock.now())
    registration.refuse(organisation, reason="执照已过期", by=cast.operator, at=clock.now())
    assert "执照已过期" in Letter.objects.get(kind="accounts/organisation-refused").body
    seat = Seat.objects.get(user=applicant)
    older = Certificate.objects.get()

    again = registration.resubmit(
        organisation,
        replace(DETAILS, name="衡准咨询有限公司"),
        licence=UploadFactory(),
        by=seat,
        at=clock.now(),
    )

    assert (again.state, again.name) == (OrganisationState.SUBMITTED, "衡准咨询有限公司")
    assert again.state_reason == ""
    older.refresh_from_db()
    assert older.superseded_by is not None
    with refused("by now: load the page again"):
        registration.resubmit(organisation, DETAILS, by=seat, at=clock.now())


def test_a_code_is_registered_once(organisation, cast):
    other, licence = UserFactory(), UploadFactory()
    with refused("is registered with this code already"):
        register(other, licence=licence)
    registration.verify(organisation, by=cast.operator, at=clock.now())
    with refused("is registered with this code already"):
        register(other, licence=licence)


def test_resubmitting_under_anothers_code_is_refused(organisation, applicant, cast):
    registration.refuse(organisation, reason="代码有误", by=cast.operator, at=clock.now())
    taken = replace(DETAILS, uscc=cast.agency.organisation.uscc)
    with refused("is registered with this code already"):
        registration.resubmit(
            organisation, taken, by=Seat.objects.get(user=applicant), at=clock.now()
        )


def test_whoever_took_anothers_code_first_does_not_keep_its_owner_out(
    organisation, applicant, cast
):
    registration.refuse(organisation, reason="冒用", by=cast.operator, at=clock.now())
    owner = UserFactory()
    taken_over = register(owner)
    assert taken_over == organisation
    now = clock.now()
    assert list(Seat.objects.held_at(now).filter(organisation=organisation)) == [
        Seat.objects.get(user=owner)
    ]
    assert Certificate.objects.of(organisation).current().count() == 1
    assert Organisation.objects.filter(uscc=DETAILS.uscc).count() == 1


def test_a_form_sent_twice_makes_one_unit(applicant):
    register(applicant, key="k1")
    with pytest.raises(AlreadyDone):
        register(applicant, replace(DETAILS, uscc=uscc(778)), key="k1")
    assert not Organisation.objects.filter(uscc=uscc(778)).exists()


def test_nobody_decides_on_his_own_unit(cast, applicant):
    own = register(cast.operator.user)
    for deed, facts in ((registration.verify, {}), (registration.refuse, {"reason": "x"})):
        with refused("somebody else must decide on it"):
            deed(own, by=cast.operator, at=clock.now(), **facts)


def test_keeping_contacts_records_what_changed_and_no_personal_data(cast):
    contacts = Contacts("新简称", None, "新地址", "吴越", "13970700722", "wu@example.com")
    registration.keep(cast.agency.organisation, contacts, by=cast.agency, at=clock.now())
    event = Event.objects.get(name="organisation.kept")
    assert "contact_phone" in event.content
    assert "13970700722" not in event.content
    registration.keep(cast.agency.organisation, contacts, by=cast.agency, at=clock.now())
    assert Event.objects.filter(name="organisation.kept").count() == 1


def test_only_the_operators_verifiers_are_written_to(cast):
    seated("second", standing="operator", rank=Rank.OPERATOR, deeds=[Deed.REVIEW_ENTRY])
    written = list(registration.Verifiers().letter_recipients(clock.now()))
    assert [one.email for one in written] == ["operator@example.com"]


def test_an_id_number_is_stored_encrypted_and_stands_in_no_event(applicant):
    number = "11010519491231002X"
    details = replace(DETAILS, kind="natural-person", uscc=None, id_number=number)
    person = register(applicant, details, licence=None)
    person.refresh_from_db()
    assert person.id_number == number
    with connection.cursor() as cursor:
        cursor.execute("SELECT id_number FROM accounts_organisation WHERE id = %s", [person.pk])
        assert number not in cursor.fetchone()[0]
    assert not Event.objects.filter(content__contains=number).exists()


def test_the_operator_has_three_working_days(organisation):
    calendar = CalendarDay.objects.calendar()
    day = day_of(organisation.submitted_at)
    last_day = day_of(organisation.verify_until - timedelta(microseconds=1))
    assert calendar.working_days_between(day, last_day) == 3
