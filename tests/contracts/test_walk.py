"""Whatever both sides do, in any order: no walk leaves the moves, no refusal leaves a trace."""

from datetime import timedelta
from decimal import Decimal

from django.test import override_settings
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from contracts import agreements, changes, deliveries
from contracts.models import (
    Agreement,
    AgreementState,
    Change,
    ChangeState,
    Deliverable,
    DeliverableState,
)
from core import clock
from core.audit import Clock
from core.calendar import day_of
from core.lifecycle import RuleBroken
from core.models import Upload
from tests.cast import Cast
from tests.contracts import drawing
from tests.witness import witnessed


def hand_in(agreement, cast, place):
    milestone = agreement.milestones.get(place=place)
    files = Upload.objects.filter(subject="")[:1]  # received before, by a door
    return deliveries.hand_in(milestone, note="", uploads=files, by=cast.agency, at=clock.now())


def last_deliverable(state=DeliverableState.HANDED_IN):
    found = Deliverable.objects.filter(state=state).last()
    if found is None:
        raise RuleBroken("Nothing was handed in.")
    return found


def last_change():
    found = Change.objects.filter(state=ChangeState.ASKED).first()
    if found is None:
        raise RuleBroken("Nothing was asked.")
    return found


def extend(agreement, cast):
    milestone = agreement.milestones.get(place=1)
    until = day_of(milestone.due_at or clock.now()) + timedelta(days=20)
    return changes.ask_extension(
        milestone, until=until, reason="补充资料", by=cast.agency, at=clock.now()
    )


DEEDS = {
    "owner signs": lambda one, cast: drawing.sign(one, cast.approver),
    "agency signs": lambda one, cast: drawing.sign(one, cast.agency),
    "agency declines": lambda one, cast: agreements.decline(
        one, reason="不接受", by=cast.agency, at=clock.now()
    ),
    "lapse": lambda one, cast: agreements.lapse(one, by=Clock(), at=clock.now()),
    "hand in 1": lambda one, cast: hand_in(one, cast, 1),
    "hand in 2": lambda one, cast: hand_in(one, cast, 2),
    "accept": lambda one, cast: deliveries.accept(
        last_deliverable(), opinion="", by=cast.owner, at=clock.now()
    ),
    "return": lambda one, cast: deliveries.return_(
        last_deliverable(), reason="缺附表", days=3, by=cast.owner, at=clock.now()
    ),
    "extend": extend,
    "end": lambda one, cast: changes.ask_termination(
        one, reason="项目取消", by=cast.approver, at=clock.now()
    ),
    "owner grants": lambda one, cast: changes.grant(
        last_change(), by=cast.approver, at=clock.now()
    ),
    "agency grants": lambda one, cast: changes.grant(last_change(), by=cast.agency, at=clock.now()),
    "refuse": lambda one, cast: changes.refuse(
        last_change(), reason="不同意", by=cast.owner, at=clock.now()
    ),
    "wait": lambda one, cast: None,
}
SIGNED = ["owner signs", "agency signs"]


class Walk(TestCase):
    @settings(max_examples=40, deadline=None)
    @given(
        st.one_of(st.just([]), st.just(SIGNED)),
        st.lists(st.sampled_from(list(DEEDS)), max_size=12),
    )
    def test_no_walk_leaves_the_moves(self, before, walk):
        cast = Cast.assembled()
        agreement, passed = drawing.drawn_up(cast), timedelta()
        for name in ("a.pdf", "b.pdf", "c.pdf", "d.pdf"):
            drawing.upload(cast.agency, name)
        for deed in [*before, *walk]:
            passed += timedelta(days=13) * (deed == "wait")
            state = agreement.state
            with override_settings(CLOCK_OFFSET=passed), witnessed() as database:
                try:
                    DEEDS[deed](agreement, cast)
                except RuleBroken:
                    assert database.is_as_it_was()
            agreement.refresh_from_db()
            assert agreement.state == state or agreement.state in Agreement.MOVES.get(state, ())
            self.check(agreement)

    def check(self, agreement):
        milestones = list(agreement.milestones.all())
        assert sum(one.amount for one in milestones) == agreement.amount == Decimal(80000)
        is_signed = all(one.signed_at for one in agreement.parties.all())
        assert is_signed == (agreement.concluded_at is not None)
        assert all((one.due_at is not None) == is_signed for one in milestones)
        accepted = Deliverable.objects.filter(state=DeliverableState.ACCEPTED).count()
        assert (accepted == len(milestones)) == (agreement.state == AgreementState.FULFILLED)
