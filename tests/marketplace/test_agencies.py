from datetime import UTC, datetime

import pytest
from django.db import connection

from accounts.models import OrganisationState
from core import clock
from core.calendar import day_of
from core.models import Event, Letter
from marketplace import agencies
from marketplace.models import (
    AgencyState,
    Commitment,
    EntryReview,
    Practitioner,
    ReviewState,
)
from tests.cast import seated
from tests.factories import ServiceItemFactory
from tests.marketplace.entries import (
    begun,
    id_number,
    listed,
    paper,
    person,
    scan,
    submitted,
    terms,
    unit,
    whole,
)
from tests.witness import refused

pytestmark = pytest.mark.django_db
FRIDAY = datetime(2026, 11, 20, 7, tzinfo=UTC)  # 15:00 in Beijing


def submit(agency, seat, entry, typed=None):
    typed = seat.organisation.name if typed is None else typed
    return agencies.submit(agency, entry, typed=typed, by=seat, at=clock.now())


def test_a_draft_keeps_what_was_typed_encrypted_and_without_an_event(cast):
    agency = begun(cast.agency)
    events = Event.objects.count()
    typed = {"legal_representative_id": [id_number(1)], "introduction": ["测绘"]}
    agencies.save_draft(agency, "unit", typed, by=cast.agency, at=clock.now())
    agency = agencies.save_draft(agency, "services", {"x": ["1"]}, by=cast.agency, at=clock.now())
    assert agencies.drafted(agency) == {"unit": typed, "services": {"x": ["1"]}}
    assert Event.objects.count() == events
    with connection.cursor() as cursor:
        cursor.execute("SELECT draft FROM marketplace_agency")
        assert id_number(1) not in cursor.fetchone()[0]


def test_a_unit_begins_its_entry_once(cast):
    begun(cast.agency)
    with refused("has begun its entry already"):
        begun(cast.agency)


def test_a_government_body_and_the_operator_cannot_enter(cast):
    with refused("cannot enter as an agency"):
        begun(cast.owner)
    with refused("cannot enter as an agency"):
        begun(cast.operator)


def test_a_submitted_entry_is_whole_signed_and_due(cast):
    agency = submitted(cast.agency)
    assert agency.state == AgencyState.SUBMITTED
    review = agency.reviews.get()
    assert (review.round, review.outcome) == (1, "")
    assert agency.qualifications.get().state == ReviewState.PENDING
    people = agency.practitioners.get()
    assert people.certificates.get().state == ReviewState.PENDING
    commitment = Commitment.objects.get()
    assert commitment.signed_by == cast.agency
    assert cast.agency.organisation.name in commitment.text
    kinds = Letter.objects.values_list("kind", "organisation_code")
    assert ("marketplace/entry-received", cast.agency.organisation.code) in kinds
    assert ("marketplace/entry-submitted", cast.operator.organisation.code) in kinds


def test_no_id_number_is_in_events_reviews_or_letters(cast):
    submitted(cast.agency)
    secrets = {id_number(1), id_number(2), id_number(3)}
    texts = [*Event.objects.values_list("content", flat=True)]
    texts += [str(content) for content in EntryReview.objects.values_list("content", flat=True)]
    texts += [*Letter.objects.values_list("body", flat=True)]
    assert not [text for text in texts if any(number in text for number in secrets)]
    assert Practitioner.objects.get().id_number == id_number(3)


def test_the_review_is_due_after_two_working_days(cast):
    agency = begun(cast.agency)
    due = agencies.review_due(agency, FRIDAY)
    assert day_of(due).isoformat() == "2026-11-25"  # exclusive: the whole of Tuesday is in


def test_an_entry_is_refused_as_it_should_be(cast):
    agency = begun(cast.agency)
    item, retired = ServiceItemFactory(), ServiceItemFactory(retired=True)
    one, other = paper(), person(certificates=())
    cases = {
        "Name one service at least": whole(services=()),
        "A service is named twice": whole(services=(terms(item), terms(item))),
        "is no longer in force": whole(services=(terms(retired),)),
        "A qualification is named twice": whole(qualifications=(one, one)),
        "A practitioner is named twice": whole(practitioners=(other, other)),
    }
    for sentence, entry in cases.items():
        with refused(sentence):
            submit(agency, cast.agency, entry)
    entry = whole()
    with refused("Type the full name"):
        submit(agency, cast.agency, entry, typed="agency")
    type(cast.agency.organisation).objects.filter(pk=cast.agency.organisation_id).update(
        state=OrganisationState.SUBMITTED, verified_at=None
    )
    with refused("has not verified your unit"):
        submit(agency, cast.agency, entry)


def test_an_entry_under_review_is_neither_changed_nor_submitted_again(cast):
    agency = submitted(cast.agency)
    entry = whole()
    with refused("nothing is saved"):
        agencies.save_draft(agency, "unit", {}, by=cast.agency, at=clock.now())
    with refused("cannot become"):
        submit(agency, cast.agency, entry)


def test_a_passed_entry_is_listed_at_once_with_all_that_it_has(cast):
    agency = listed(cast.agency, cast.operator)
    assert agency.state == AgencyState.LISTED
    assert agency.draft == ""
    assert agency.qualifications.get().state == ReviewState.VERIFIED
    people = agency.practitioners.get()
    assert people.state == people.certificates.get().state == ReviewState.VERIFIED
    assert agency.reviews.get().outcome == "listed"
    assert Event.objects.get(name="agency.listed").public
    assert Letter.objects.filter(kind="marketplace/entry-listed").exists()


def test_only_a_submitted_entry_is_decided_and_once(cast):
    agency = begun(cast.agency)
    with refused("cannot become"):
        agencies.admit(agency, by=cast.operator, at=clock.now())
    agency = listed(cast.rival, cast.operator)
    with refused("cannot become"):
        agencies.admit(agency, by=cast.operator, at=clock.now())
    with refused("cannot become"):
        agencies.return_(agency, reason="x", comments={}, by=cast.operator, at=clock.now())


def test_nobody_reviews_what_his_own_unit_handed_in(cast):
    agency = submitted(cast.agency)
    with refused("Nobody reviews"):
        agencies.admit(agency, by=cast.agency, at=clock.now())
    with refused("Nobody reviews"):
        agencies.return_(agency, reason="x", comments={}, by=cast.agency, at=clock.now())


def test_a_return_needs_its_reason(cast):
    agency = submitted(cast.agency)
    with refused("Give the reason"):
        agencies.return_(agency, reason="  ", comments={}, by=cast.operator, at=clock.now())


def test_a_returned_entry_is_corrected_and_submitted_again(cast):
    agency = submitted(cast.agency)
    comments = {"qualifications": "甲级证书扫描件不清晰", "services": " ", "strange": "x"}
    agencies.return_(
        agency, reason="资质证书看不清", comments=comments, by=cast.operator, at=clock.now()
    )
    first = agency.reviews.get()
    assert first.comments == {"qualifications": "甲级证书扫描件不清晰"}
    letter = Letter.objects.get(kind="marketplace/entry-returned")
    assert "资质证书看不清" in letter.body
    assert "【资质证书】甲级证书扫描件不清晰" in letter.body
    agency.refresh_from_db()
    agencies.save_draft(agency, "unit", {"introduction": ["新"]}, by=cast.agency, at=clock.now())
    kept = scan(cast.agency)
    entry = whole(cast.agency, qualifications=(paper(scan=kept, number="ZZ-2"),))
    agency = submit(agency, cast.agency, entry)
    assert agency.reviews.first().round == 2
    assert agency.qualifications.current().get().number == "ZZ-2"
    assert agency.qualifications.count() == 2  # the first round's stays, ended
    assert agency.services.current().count() == 1
    agencies.return_(agency, reason="再看", comments={}, by=cast.operator, at=clock.now())
    again = submit(agency, cast.agency, entry)  # the same file belongs to the same agency
    agency = agencies.admit(again, by=cast.operator, at=clock.now())
    assert agency.qualifications.verified().get().number == "ZZ-2"
    assert [review.outcome for review in agency.reviews.all()] == ["listed", "returned", "returned"]


def test_a_practitioner_is_on_one_agencys_list(cast):
    listed(cast.agency, cast.operator)
    agency = submitted(cast.rival)  # with the same person
    with refused("is on an agency's list already"):
        agencies.admit(agency, by=cast.operator, at=clock.now())


def test_another_agencys_file_is_not_taken(cast):
    stolen = scan(cast.agency)
    listed(cast.agency, cast.operator, qualifications=(paper(scan=stolen),))
    agency = begun(cast.rival)
    entry = whole(qualifications=(paper(scan=stolen),), practitioners=())
    with refused("belongs to something else"):
        submit(agency, cast.rival, entry)


def test_every_look_at_an_id_number_is_recorded(cast):
    agency = submitted(cast.agency)
    row = agency.practitioners.get()
    number = agencies.reveal(agency, row, "id_number", by=cast.operator, at=clock.now())
    assert number == id_number(3)
    event = Event.objects.get(name="entry.id-number-read")
    assert not event.public
    assert row.code in event.content
    assert number not in event.content


def test_letters_go_to_reviewers_only(cast):
    other = seated("handler", standing="operator", rank="operator", deeds=["order.review"])
    submitted(cast.agency)
    kinds = Letter.objects.filter(organisation_code=other.organisation.code)
    assert not kinds.exists()


def test_a_file_of_an_entry_is_read_by_whom_it_concerns(cast, rf):
    agency = submitted(cast.agency)
    upload = agency.files.get().upload
    request = rf.get("/")
    readers = {}
    for name in ("agency", "rival", "owner", "operator", "regulator"):
        request.seat = getattr(cast, name)
        readers[name] = agencies.may_read(upload, request)
    request.seat = None
    readers["nobody"] = agencies.may_read(upload, request)
    assert readers == {
        "agency": True,
        "rival": False,
        "owner": False,
        "operator": True,
        "regulator": True,
        "nobody": False,
    }


def test_the_unit_says_what_it_is(cast):
    agency = submitted(cast.agency, unit=unit(staff_count=7))
    assert (agency.staff_count, agency.authorised_name) == (7, "许文")
    assert agency.reviews.get().content["unit"]["staff_count"] == 7
