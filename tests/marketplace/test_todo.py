from datetime import timedelta

import pytest

from core import clock
from core.calendar import day_of
from marketplace import agencies, todo
from marketplace.models import Qualification
from tests.factories import QualificationFactory
from tests.marketplace.entries import begun, listed, submitted, whole

pytestmark = pytest.mark.django_db


def waiting(seat):
    rows = [row for source in todo.waiting_for(seat, clock.now()) for row in source]
    return [(kind, title) for kind, title, _about, _due in rows]


def drafts(seat):
    return [row[0] for source in todo.drafts_of(seat, clock.now()) for row in source]


def test_an_entry_waits_for_the_unit_or_for_the_operator(cast):
    agency = begun(cast.agency)
    assert drafts(cast.agency) == ["entry-finish"]
    assert drafts(cast.rival) == []
    assert waiting(cast.agency) == []
    agency = submit(agency, cast)
    assert waiting(cast.operator) == [("entry-review", cast.agency.organisation.name)]
    assert waiting(cast.agency) == waiting(cast.regulator) == []
    agencies.return_(agency, reason="补正", comments={}, by=cast.operator, at=clock.now())
    assert waiting(cast.operator) == []
    assert waiting(cast.agency) == [("entry-correct", cast.agency.organisation.name)]


def submit(agency, cast):
    name = cast.agency.organisation.name
    return agencies.submit(agency, whole(), typed=name, by=cast.agency, at=clock.now())


def test_an_entry_under_review_is_one_thing_however_many_papers_it_has(cast):
    submitted(cast.agency)
    assert len(waiting(cast.operator)) == 1


def test_what_a_listed_agency_hands_in_waits_for_the_operator(cast):
    agency = listed(cast.agency, cast.operator)
    assert waiting(cast.operator) == []
    pending = {"state": "pending", "decided_at": None, "decided_by": None}
    row = QualificationFactory(agency=agency, **pending)
    assert waiting(cast.operator) == [("credential-review", str(row.category))]


def test_a_qualification_that_ends_soon_waits_for_its_unit(cast):
    agency = listed(cast.agency, cast.operator)
    today = day_of(clock.now())
    Qualification.objects.filter(agency=agency).update(valid_until=today + timedelta(days=90))
    ((kind, _title),) = waiting(cast.agency)
    assert kind == "qualification-expiring"
    assert waiting(cast.rival) == []
    ((*_facts, due),) = [
        row for source in todo.waiting_for(cast.agency, clock.now()) for row in source
    ]
    assert day_of(due - timedelta.resolution) == today + timedelta(days=90)
    Qualification.objects.filter(agency=agency).update(valid_until=today + timedelta(days=91))
    assert waiting(cast.agency) == []
