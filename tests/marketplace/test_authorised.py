"""A listed agency names another authorised person; the operator looks, then he counts."""

import pytest
from django.urls import reverse

from core import clock
from core.models import Event, Letter
from marketplace import credentials
from marketplace.entry import Authorised
from marketplace.models import AuthorisedPerson, ReviewState
from tests.cast import signed_in
from tests.marketplace.entries import id_number, listed, picture, scan
from tests.witness import refused

pytestmark = pytest.mark.django_db
FILE = "marketplace.entry-file"


@pytest.fixture
def agency(cast):
    return listed(cast.agency, cast.operator)


def authorised(cast, **changes):
    papers = {name: scan(cast.agency, FILE) for name in AuthorisedPerson.FILES}
    known = {"name": "罗静", "phone": "13970700123", "id_number": id_number(77)}
    return Authorised(**(known | papers | changes))


def asked(agency, cast, person=None):
    person = person or authorised(cast)
    return credentials.replace_authorised(agency, person, by=cast.agency, at=clock.now())


def test_the_present_one_stays_until_the_new_one_is_verified(agency, cast):
    before = agency.authorised_name
    kinds = set(AuthorisedPerson.FILES.values())
    files = set(agency.files.filter(ended_at=None).values_list("pk", flat=True))
    row = asked(agency, cast)
    agency.refresh_from_db()
    assert agency.authorised_name == before
    assert Letter.objects.filter(kind="marketplace/credential-submitted").exists()
    credentials.verify(row, by=cast.operator, at=clock.now())
    agency.refresh_from_db()
    assert (agency.authorised_name, agency.authorised_phone) == ("罗静", "13970700123")
    assert agency.authorised_id == id_number(77)
    now = agency.files.filter(ended_at=None)
    assert {(one.kind, one.upload_id) for one in now.exclude(pk__in=files)} == {
        (kind, getattr(row, f"{name}_id")) for name, kind in row.FILES.items()
    }
    assert {one.kind for one in now.filter(pk__in=files)}.isdisjoint(kinds)
    told = Event.objects.filter(subject_code=agency.code).values_list("content", flat=True)
    assert not any(id_number(77) in one for one in told)
    with refused("name another one in the stead"):
        credentials.end(row, by=cast.agency, at=clock.now())


def test_one_request_waits_at_a_time_and_the_present_person_is_none(agency, cast):
    present = authorised(cast, id_number=agency.authorised_id)
    with refused("This is your authorised person already"):
        asked(agency, cast, present)
    row = asked(agency, cast)
    other = authorised(cast, name="他人")
    with refused("An earlier request waits"):
        asked(agency, cast, other)
    credentials.end(row, by=cast.agency, at=clock.now())
    assert asked(agency, cast, other).state == ReviewState.PENDING


def test_a_returned_request_changes_nothing_and_says_why(agency, cast):
    row = asked(agency, cast)
    with refused("Nobody reviews what his own unit handed in"):
        credentials.verify(row, by=cast.agency, at=clock.now())
    credentials.return_(row, reason="授权书未盖章", by=cast.operator, at=clock.now())
    agency.refresh_from_db()
    assert agency.authorised_name != "罗静"
    page = signed_in(cast.agency.user).get(reverse("marketplace:entry")).content.decode()
    assert "授权书未盖章" in page
    credentials.verify(asked(agency, cast), by=cast.operator, at=clock.now())
    page = signed_in(cast.agency.user).get(reverse("marketplace:entry")).content.decode()
    assert "授权书未盖章" not in page
    assert "罗静" in page


def test_it_is_handed_in_and_looked_at_through_the_pages(agency, cast):
    browser, reviewer = signed_in(cast.agency.user), signed_in(cast.operator.user)
    here = reverse("marketplace:authorised-replace")
    refused_page = browser.post(here, {"name": "罗静", "phone": "1", "id_number": "1"})
    assert refused_page.status_code == 200
    assert not AuthorisedPerson.objects.exists()
    sent = {"name": "罗静", "phone": "13970700123", "id_number": id_number(77)}
    sent |= {name: picture(f"{name}.png") for name in AuthorisedPerson.FILES}
    assert browser.post(here, sent).url == reverse("marketplace:entry")
    row = AuthorisedPerson.objects.get()
    assert "罗静" in browser.get(reverse("marketplace:entry")).content.decode()
    review = reverse("marketplace:credential-review", args=[row.code])
    assert row.name in reviewer.get(reverse("marketplace:entries")).content.decode()
    page = reviewer.get(review).content.decode()
    assert agency.authorised_name in page
    assert id_number(77) not in page
    scan_shown = reviewer.get(row.id_card.get_absolute_url())
    assert b"".join(scan_shown).startswith(b"\x89PNG")
    look = {"of": row.code, "column": "id_number"}
    shown = reviewer.post(reverse("marketplace:id-number", args=[agency.code]), look)
    assert id_number(77) in shown.content.decode()
    reviewer.post(review, {"verify": "1"})
    agency.refresh_from_db()
    assert agency.authorised_name == "罗静"
