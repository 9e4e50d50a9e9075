"""Two at once on one agreement."""

from functools import partial

import pytest

from contracts import agreements, deliveries
from contracts.models import Agreement, AgreementState, Deliverable, DeliverableState, Milestone
from core import clock
from core.audit import Clock
from core.lifecycle import RuleBroken
from core.models import Event, Letter
from publication.models import Notice
from tests.contracts import drawing
from tests.factories import SeatFactory
from tests.races.threads import at_once


def events(name):
    return Event.objects.filter(name=name).count()


def test_both_sides_signing_at_the_same_moment_conclude_it_once(database):
    agreement = drawing.drawn_up(database.cast)
    signing = [
        partial(drawing.sign, agreement, seat)
        for seat in (database.cast.approver, database.cast.agency)
    ]
    at_once(signing, threads=2)
    agreement.refresh_from_db()
    assert agreement.state == AgreementState.CONCLUDED
    assert agreement.parties.filter(signed_at=None).count() == 0
    assert events("agreement.signed") == 2
    assert events("agreement.concluded") == Notice.objects.count() == 1


def test_of_8_colleagues_who_sign_for_one_side_one_does(database):
    agreement = drawing.drawn_up(database.cast)
    unit = database.cast.agency.organisation
    seats = SeatFactory.create_batch(8, organisation=unit)
    answers = at_once([partial(drawing.sign, agreement, seat) for seat in seats], threads=8)
    refused = [str(one) for one in answers if isinstance(one, RuleBroken)]
    assert len(refused) == 7
    assert events("agreement.signed") == 1
    assert Letter.objects.filter(kind="contracts/agreement-signed").count() == 2


def test_a_signature_and_a_refusal_at_the_same_moment_do_not_both_stand(database):
    cast = database.cast
    agreement = drawing.drawn_up(cast)
    drawing.sign(agreement, cast.approver)
    decline = partial(
        agreements.decline, agreement, reason="不接受", by=cast.agency, at=clock.now()
    )
    answers = at_once([partial(drawing.sign, agreement, cast.agency), decline], threads=2)
    assert sum(isinstance(one, RuleBroken) for one in answers) == 1
    assert events("agreement.concluded") + events("agreement.declined") == 1


def test_of_4_who_lapse_an_agreement_one_does(database, later):
    agreement = drawing.drawn_up(database.cast)
    later(days=40)
    lapse = partial(agreements.lapse, agreement, by=Clock(), at=clock.now())
    answers = at_once([lapse] * 4, threads=4)
    assert sum(isinstance(one, RuleBroken) for one in answers) == 3
    assert events("agreement.lapsed") == 1


@pytest.fixture
def performed(database) -> Agreement:
    return drawing.concluded(database.cast)


def test_of_4_who_hand_in_for_a_milestone_one_does(database, performed):
    agency = database.cast.agency
    files = [drawing.upload(agency, f"{place}.pdf") for place in range(4)]
    milestone = Milestone.objects.select_related("agreement").get(place=1)
    answers = at_once(
        [
            partial(
                deliveries.hand_in, milestone, note="", uploads=[file], by=agency, at=clock.now()
            )
            for file in files
        ],
        threads=4,
    )
    assert sum(isinstance(one, RuleBroken) for one in answers) == 3
    assert Deliverable.objects.count() == events("delivery.handed-in") == 1


def test_the_last_two_acceptances_at_once_fulfil_it_once(database, performed):
    cast = database.cast
    for place in (1, 2):
        drawing.handed_in(cast, place, performed)
    waiting = Deliverable.objects.select_related("milestone__agreement")
    accept = [
        partial(deliveries.accept, one, opinion="", by=cast.owner, at=clock.now())
        for one in waiting
    ]
    at_once(accept, threads=2)
    performed.refresh_from_db()
    assert performed.state == AgreementState.FULFILLED
    assert events("agreement.fulfilled") == 1


def test_an_acceptance_and_a_return_at_once_do_not_both_stand(database, performed):
    cast = database.cast
    drawing.handed_in(cast, 1, performed)
    deliverable = Deliverable.objects.select_related("milestone__agreement").get()
    accept = partial(deliveries.accept, deliverable, opinion="", by=cast.owner, at=clock.now())
    give_back = partial(
        deliveries.return_, deliverable, reason="缺附表", days=5, by=cast.owner, at=clock.now()
    )
    answers = at_once([accept, give_back], threads=2)
    assert sum(isinstance(one, RuleBroken) for one in answers) == 1
    deliverable.refresh_from_db()
    assert deliverable.state in (DeliverableState.ACCEPTED, DeliverableState.RETURNED)
    assert events("delivery.accepted") + events("delivery.returned") == 1
