from datetime import date, timedelta

import pytest

from core import clock
from marketplace import eligibility
from marketplace.eligibility import check, eligible, requirement_of
from tests.factories import (
    AgencyFactory,
    AgencyServiceFactory,
    PractitionerCertificateFactory,
    PractitionerFactory,
    QualificationCategoryFactory,
    QualificationFactory,
    ServiceItemFactory,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


@pytest.fixture
def demand():
    mapping = QualificationCategoryFactory(code="mapping")
    engineer = QualificationCategoryFactory(code="engineer", holder="person", levels=[])
    tree = {"all": [{"qualification": "mapping", "level": "乙级"}, {"staff": "engineer"}]}
    item = ServiceItemFactory()
    return mapping, engineer, item, requirement_of([item], any_item=False, tree=tree)


@pytest.fixture
def agency(demand):
    mapping, engineer, item, _requirement = demand
    agency = AgencyServiceFactory(item=item).agency
    QualificationFactory(agency=agency, category=mapping, level="甲级")
    person = PractitionerFactory(agency=agency)
    PractitionerCertificateFactory(practitioner=person, category=engineer)
    return agency


def test_an_agency_that_has_everything_is_eligible_line_by_line(agency, demand):
    lines = check(agency, demand[-1], TODAY)
    assert [line.ok for line in lines] == [True] * 4
    assert eligible(lines)


def test_an_expired_qualification_stops_new_bids(agency, demand):
    agency.qualifications.update(valid_until=TODAY - timedelta(days=1))
    lines = check(agency, demand[-1], TODAY)
    assert [line.ok for line in lines] == [True, True, False, True]
    assert not eligible(lines)
    assert eligible(check(agency, demand[-1], TODAY - timedelta(days=1)))


@pytest.mark.parametrize(
    ("of", "changes", "failing"),
    [
        ("qualifications", {"ended_at": clock.now()}, 2),
        ("qualifications", {"level": "丙级"}, 2),
        ("practitioners", {"ended_at": clock.now()}, 3),
        ("practitioners", {"state": "pending", "decided_at": None, "decided_by": None}, 3),
        ("services", {"offered_until": clock.now()}, 1),
    ],
)
def test_what_is_given_up_or_not_verified_does_not_count(agency, demand, of, changes, failing):
    getattr(agency, of).update(**changes)
    verdicts = [line.ok for line in check(agency, demand[-1], TODAY)]
    assert [place for place, ok in enumerate(verdicts) if not ok] == [failing]


def test_another_agencys_papers_do_not_count(agency, demand):
    rival = AgencyFactory()
    assert [line.ok for line in check(rival, demand[-1], TODAY)] == [True, False, False, False]


def test_a_unit_that_has_not_entered_is_told_so(demand):
    first, *_rest = check(None, demand[-1], TODAY)
    assert not first.ok


def test_facts_take_as_many_queries_for_many_rows_as_for_one(
    agency, demand, django_assert_num_queries
):
    mapping, engineer, *_rest = demand
    for _ in range(30):
        QualificationFactory(agency=agency, category=mapping)
        person = PractitionerFactory(agency=agency)
        PractitionerCertificateFactory(practitioner=person, category=engineer)
    with django_assert_num_queries(5):
        eligibility.facts_of(agency)
