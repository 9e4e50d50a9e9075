from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from core import clock
from marketplace.models import Agency, EntryReview, Qualification
from tests.factories import (
    AgencyFactory,
    AgencyServiceFactory,
    PractitionerCertificateFactory,
    QualificationFactory,
    SeatFactory,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"state": "elsewhere", "listed_at": None}, "agency_state_known"),
        ({"submitted_at": None}, "agency_submitted_at_iff_no_draft"),
        ({"state": "returned"}, "agency_listed_at_iff_listed"),
    ],
)
def test_what_an_agency_can_never_be(changes, constraint):
    agency = AgencyFactory()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Agency.objects.filter(pk=agency.pk).update(**changes)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"state": "elsewhere"}, "qualification_state_known"),
        ({"decided_at": None}, "qualification_decided_iff_not_pending"),
        ({"state": "returned"}, "qualification_returned_with_reason"),
        ({"valid_until": date(2020, 1, 1)}, "qualification_ends_after_issue"),
    ],
)
def test_what_a_qualification_can_never_be(changes, constraint):
    row = QualificationFactory()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Qualification.objects.filter(pk=row.pk).update(**changes)


def test_an_agency_offers_an_item_once_at_a_time():
    first = AgencyServiceFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        AgencyServiceFactory(agency=first.agency, item=first.item)
    first.offered_until = clock.now()
    first.save()
    AgencyServiceFactory(agency=first.agency, item=first.item)
    assert Agency.objects.offering(first.item).get() == first.agency


def test_one_review_of_an_entry_is_open_at_a_time():
    agency, seat, now = AgencyFactory(), SeatFactory(), clock.now()
    facts = {
        "agency": agency,
        "content": {},
        "digest": "0" * 64,
        "submitted_at": now,
        "submitted_by": seat,
        "due_at": now + timedelta(days=2),
    }
    EntryReview.objects.create(round=1, **facts)
    with pytest.raises(IntegrityError), transaction.atomic():
        EntryReview.objects.create(round=2, **facts)


def test_a_certificate_is_valid_through_the_day_that_is_printed_on_it():
    row = PractitionerCertificateFactory(valid_until=date(2026, 12, 31))
    rows = type(row).objects
    assert rows.valid_on(date(2026, 12, 31)).exists()
    assert row.is_valid(date(2026, 12, 31))
    assert not rows.valid_on(date(2027, 1, 1)).exists()
    assert not row.is_valid(date(2027, 1, 1))
