from datetime import timedelta

import pytest

from contracts import changes
from contracts.models import AgreementState, ChangeState, Milestone
from core import clock
from core.calendar import day_of, end_of
from core.models import Event, Letter
from tests.contracts import drawing
from tests.witness import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def milestone(agreement) -> Milestone:
    return agreement.milestones.get(place=1)


def extend(milestone, seat, days=10, reason="业主资料迟交", at=None):
    until = day_of(milestone.due_at) + timedelta(days=days)
    return changes.ask_extension(
        milestone, until=until, reason=reason, by=seat, at=at or clock.now()
    )


def end(agreement, seat, reason="项目取消"):
    return changes.ask_termination(agreement, reason=reason, by=seat, at=clock.now())


def grant(change, seat):
    return changes.grant(change, by=seat, at=clock.now())


def refuse(change, seat, reason="工期不能后移"):
    return changes.refuse(change, reason=reason, by=seat, at=clock.now())


def test_a_granted_extension_moves_the_due_date_and_keeps_the_old_one(milestone, cast):
    before = milestone.due_at
    change = extend(milestone, cast.agency)
    milestone.refresh_from_db()
    assert milestone.due_at == before  # asking moves nothing

    grant(change, cast.owner)

    milestone.refresh_from_db()
    assert (change.due_before, milestone.due_at) == (before, change.due_after)
    assert milestone.due_at == end_of(day_of(before) + timedelta(days=10))
    assert Letter.objects.filter(kind="contracts/change-decided").count() == 1


def test_an_extension_is_refused_late_shorter_without_reason_and_twice(milestone, cast, later):
    with refused("Choose a day after the present due date"):
        extend(milestone, cast.agency, days=-1)
    with refused("Say why"):
        extend(milestone, cast.agency, reason="")
    extend(milestone, cast.agency)
    with refused("An earlier request waits"):
        extend(milestone, cast.agency)
    later(seconds=(milestone.due_at - clock.now()).total_seconds() + 1)
    with refused("must be asked for before that"):
        extend(milestone, cast.agency)


def test_a_door_called_in_time_does_not_excuse_who_asked_past_the_due_date(milestone, cast, later):
    in_time = clock.now()
    later(seconds=(milestone.due_at - clock.now()).total_seconds() + 1)
    with refused("must be asked for before that"):
        extend(milestone, cast.agency, at=in_time)


def test_an_extension_is_refused_where_nothing_is_to_be_handed_in(agreement, milestone, cast):
    drawing.handed_in(cast, agreement=agreement)
    with refused("Nothing is to be handed in"):
        extend(milestone, cast.agency)


def test_only_the_other_side_answers_and_only_the_asker_withdraws(milestone, cast):
    change = extend(milestone, cast.agency)
    with refused("the other side decides"):
        grant(change, cast.agency)
    with refused("the other side decides"):
        refuse(change, cast.agency)
    with refused("only it may withdraw"):
        changes.withdraw(change, by=cast.owner, at=clock.now())
    with refused("Say why"):
        refuse(change, cast.owner, reason=" ")
    refused_change = refuse(change, cast.owner)
    assert (refused_change.state, refused_change.answer) == (ChangeState.REFUSED, "工期不能后移")
    with refused("by now: load the page again"):
        grant(change, cast.owner)


def test_a_request_can_be_taken_back_and_asked_anew(milestone, cast):
    change = extend(milestone, cast.agency)
    changes.withdraw(change, by=cast.agency, at=clock.now())
    assert extend(milestone, cast.agency).state == ChangeState.ASKED


@pytest.mark.parametrize(("asker", "answerer"), [("agency", "approver"), ("approver", "agency")])
def test_both_sides_consent_ends_the_agreement(agreement, cast, asker, answerer):
    change = end(agreement, getattr(cast, asker))
    with refused("An earlier request to end the agreement waits"):
        end(agreement, getattr(cast, answerer))

    grant(change, getattr(cast, answerer))

    agreement.refresh_from_db()
    assert (agreement.state, agreement.end_reason) == (AgreementState.TERMINATED, "项目取消")
    assert Event.objects.filter(name="agreement.terminated").count() == 1
    assert Letter.objects.filter(kind="contracts/agreement-terminated").count() == 3
    with refused("by now: load the page again"):
        drawing.handed_in(cast, agreement=agreement, uploads=[])


def test_a_refused_end_leaves_the_agreement_as_it_was(agreement, cast):
    refuse(end(agreement, cast.agency), cast.approver)
    agreement.refresh_from_db()
    assert agreement.state == AgreementState.CONCLUDED
    with refused("Say why"):
        end(agreement, cast.agency, reason=" ")


def test_an_agreement_that_nobody_has_signed_cannot_be_ended_by_consent(drawn_up, cast):
    with refused("by now: load the page again"):
        end(drawn_up, cast.agency)
