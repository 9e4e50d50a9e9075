"""Many at once on one entry."""

from functools import partial

from core import clock
from core.lifecycle import RuleBroken
from core.models import Event, Letter
from marketplace import agencies, catalogue, credentials
from marketplace.models import Agency, AgencyState, Practitioner, ServiceItem
from tests.marketplace.entries import listed, paper, submitted, whole
from tests.races.threads import at_once


def refusals(answers):
    return sum(isinstance(one, RuleBroken) for one in answers)


def test_a_double_click_begins_one_entry(database):
    seat = database.cast.agency
    begin = partial(agencies.begin, seat.organisation, by=seat, at=clock.now())
    assert refusals(at_once([begin] * 6, threads=6)) == 5
    assert Agency.objects.count() == 1
    assert Event.objects.filter(name="entry.begun").count() == 1


def test_of_six_reviewers_one_decides(database):
    cast = database.cast
    agency = submitted(cast.agency)
    by = {"by": cast.operator, "at": clock.now()}
    admit = partial(agencies.admit, agency, **by)
    send_back = partial(agencies.return_, agency, reason="补正", comments={}, **by)
    assert refusals(at_once([admit, send_back] * 3, threads=6)) == 5
    review = agency.reviews.get()
    agency.refresh_from_db()
    assert agency.state == review.outcome
    assert Event.objects.filter(name__in=["agency.listed", "entry.returned"]).count() == 1
    told = Letter.objects.filter(
        kind__in=["marketplace/entry-listed", "marketplace/entry-returned"]
    )
    assert told.count() == 1


def test_one_person_comes_onto_one_of_two_lists(database):
    cast = database.cast
    entry = whole()
    both = [submitted(cast.agency, entry), submitted(cast.rival, entry)]
    deeds = [partial(agencies.admit, one, by=cast.operator, at=clock.now()) for one in both]
    assert refusals(at_once(deeds, threads=2)) == 1
    assert Practitioner.objects.verified().count() == 1
    assert Agency.objects.filter(state=AgencyState.LISTED).count() == 1


def test_one_certificate_is_handed_in_once(database):
    cast = database.cast
    agency = listed(cast.agency, cast.operator)
    again = paper(number="ZZ-9")
    add = partial(credentials.add_qualification, agency, again, by=cast.agency, at=clock.now())
    assert refusals(at_once([add] * 4, threads=4)) == 3
    assert agency.qualifications.pending().count() == 1


def test_two_editors_make_one_version(database):
    cast = database.cast
    item = ServiceItem.objects.get(code="audit")
    deeds = [
        partial(
            catalogue.revise,
            item,
            {"name": name},
            seen=1,
            note="改名",
            by=cast.operator,
            at=clock.now(),
        )
        for name in ("审计服务", "财务审计")
    ]
    assert refusals(at_once(deeds, threads=2)) == 1
    assert [version.number for version in item.versions.all()] == [2, 1]
