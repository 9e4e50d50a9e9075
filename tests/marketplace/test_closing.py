import json
from datetime import timedelta

import pytest
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from contracts import agreements
from contracts.models import Agreement
from core import clock, outbox
from core.lifecycle import RuleBroken
from core.models import Event, Letter
from marketplace import closing, order_tasks, orders
from marketplace.models import Bid, OrderState, Phase, ServiceOrder
from marketplace.terms import Milestone
from publication.models import Notice
from selection import draws
from selection.methods import verify
from selection.naming import Witnessing
from tests.cast import Cast, seated
from tests.factories import QualificationCategoryFactory, QualificationFactory
from tests.marketplace.ordering import (
    DICE,
    bid,
    close,
    draft,
    enlisted,
    lowest,
    published,
    terms,
    throw,
    witness,
)
from tests.witness import refused, witnessed

AFTER = {"days": 20}


@pytest.fixture
def third(cast):
    return seated("third")


@pytest.fixture
def drawing(cast, later):
    """A draw with two bids, closed, its witness entered: the announced time has come."""
    order = published(cast)
    bid(order, cast.agency)
    bid(order, cast.rival)
    user = witness(order, cast.owner)
    _until(later, order.choose_at)
    return close(order, cast.owner), user


def _until(later, instant):
    later(seconds=(instant - clock.now()).total_seconds() + 1)


def news():
    while outbox.run_once(at=clock.now()):
        pass


def awarded(cast, later, *prices, **changes):
    """An order that went to the lowest of these prices, of the agency first."""
    order = published(cast, lowest(**changes))
    seats = [cast.agency, cast.rival, *(seated(f"bidder-{n}") for n in range(len(prices) - 2))]
    for seat, price in zip(seats, prices, strict=False):
        bid(order, seat, price)
    _until(later, order.open_until)
    return close(order, cast.owner)


# ── close ────────────────────────────────────────────────────────────────────────────────────────


def test_close_is_refused_before_the_deadline_and_twice(cast, later):
    order = published(cast, lowest())
    bid(order, cast.agency, "90000")
    with refused("close the order then"):
        close(order, cast.owner)
    _until(later, order.open_until)
    close(order, cast.owner)
    with refused("load the page again"):
        close(order, cast.owner)


def test_the_lowest_valid_price_wins_and_everything_follows_in_one_deed(cast, later):
    order = awarded(cast, later, "90000.00", "89999.99")
    assert order.state == OrderState.AWARDED
    assert order.winner.bidder == cast.rival.organisation
    assert str(order.amount) == "89999.99"
    assert [bid.place for bid in Bid.objects.order_by("pk")] == [2, 1]
    assert order.phase(clock.now()) == Phase.CONTESTABLE
    result = Notice.objects.get(kind="order-result")
    assert (result.relation, result.follows.kind) == ("result-of", "order-notice")
    text = result.document.text()
    for told in (cast.rival.organisation.name, "89999.99", order.commitment, "放弃" * 0):
        assert told in text
    letter = Notice.objects.get(kind="award-letter")
    assert cast.rival.organisation.name in letter.document.text()
    agreement = Agreement.objects.get()
    assert (agreement.subject_code, agreement.amount) == (order.code, order.amount)
    assert verify(draws.bundle(closing.draw_of(order))) == []
    told = {
        letter.organisation_code: letter.subject
        for letter in Letter.objects.filter(kind="marketplace/order-awarded")
    }
    assert told[cast.rival.organisation.code].startswith("中选")
    assert told[cast.agency.organisation.code].startswith("选取结果")
    assert Event.objects.get(name="order.awarded").public


def test_a_bid_above_the_ceiling_is_invalid_at_the_opening(cast, later):
    order = awarded(cast, later, "180000.01", "180000.00")
    assert order.winner.bidder == cast.rival.organisation
    assert [row.place for row in Bid.objects.order_by("pk")] == [None, 1]
    assert "高于最高限价" in Notice.objects.get(kind="order-result").document.text()


def test_equal_prices_await_the_dice_and_are_drawn(cast, later):
    order = awarded(cast, later, "90000", "90000")
    assert order.state == OrderState.AWAITING_DICE
    user = witness(order, cast.owner)
    _until(later, order.choose_at)
    won = throw(order, user)
    assert won.state == OrderState.AWARDED
    assert won.proof["seed"]
    assert verify(draws.bundle(closing.draw_of(won))) == []


def test_too_few_bids_fail_the_order_with_a_linked_notice_and_letters(cast, later):
    order = published(cast)
    bid(order, cast.agency)
    _until(later, order.open_until)
    failed = close(order, cast.owner)
    notice = Notice.objects.get(kind="order-failure")
    assert failed.state == OrderState.FAILED
    assert "不足 2 家（共 1 家报名，1 家符合要求）" in failed.state_reason
    assert (notice.relation, notice.follows.kind) == ("result-of", "order-notice")
    assert cast.agency.organisation.name in notice.document.text()
    letters = Letter.objects.filter(kind="marketplace/order-failed")
    assert letters.filter(organisation_code=cast.agency.organisation.code).exists()
    assert letters.filter(organisation_code=cast.owner.organisation.code).exists()


def test_an_order_without_bids_fails(cast, later):
    order = published(cast, lowest())
    _until(later, order.open_until)
    assert close(order, cast.owner).state == OrderState.FAILED
    assert "没有机构报名" in Notice.objects.get(kind="order-failure").document.text()


def test_valid_prices_too_few_fail_the_order(cast, later):
    failed = awarded(cast, later, "190000", "200000")
    assert failed.state == OrderState.FAILED
    assert "有效报价不足 1 家（共 2 家报名，0 家报价有效）" in failed.state_reason


def test_eligibility_is_judged_as_the_register_stands_at_the_deadline(cast, later):
    category = QualificationCategoryFactory()
    demand = {"qualification": category.code}
    order = published(cast, lowest(requirement=demand))
    for seat, days in ((cast.agency, 3), (cast.rival, 90)):
        agency = enlisted(seat.organisation)
        last_day = (clock.now() + timedelta(days=days)).date()
        QualificationFactory(agency=agency, category=category, valid_until=last_day)
    bid(order, cast.agency, "80000")
    bid(order, cast.rival, "90000")
    _until(later, order.open_until)
    close(order, cast.owner)
    order.refresh_from_db()
    loser = Bid.objects.get(bidder=cast.agency.organisation)
    assert order.winner.bidder == cast.rival.organisation
    assert (loser.eligible, loser.place, loser.price) == (False, None, None)
    assert any(not check["ok"] and check["reason"] for check in loser.checks)
    loser.envelope.refresh_from_db()
    assert loser.envelope.opened_at is None


def test_a_withdrawn_bid_is_not_on_the_list(cast, later):
    from marketplace import bids

    order = published(cast, lowest())
    gone = bid(order, cast.agency, "80000")
    bid(order, cast.rival, "90000")
    bids.withdraw(gone, by=cast.agency, at=clock.now())
    _until(later, order.open_until)
    close(order, cast.owner)
    assert [one.uscc for one in closing.draw_of(order).facts.entries] == [
        cast.rival.organisation.uscc
    ]


def test_the_frozen_list_is_public_before_the_dice_and_holds_the_envelopes(drawing):
    order, _ = drawing
    event = Event.objects.get(name="order.closed")
    entries = json.loads(event.content)["facts"]["entries"]
    assert event.public
    assert order.state == OrderState.AWAITING_DICE
    assert {one["envelope"] for one in entries} == set(
        Bid.objects.values_list("envelope__digest", flat=True)
    )


def test_the_stages_of_the_order_become_the_contracts_milestones(cast, later):
    stages = (Milestone("初稿", 20, 30), Milestone("审核报告", 45, 70))
    awarded(cast, later, "99999.99", "100000", stages=stages)
    milestones = Agreement.objects.get().milestones.order_by("place")
    assert [str(one.amount) for one in milestones] == ["30000.00", "69999.99"]


# ── dice ─────────────────────────────────────────────────────────────────────────────────────────


def test_the_witness_throws_and_the_order_is_awarded_to_the_first_ticket(drawing):
    order, user = drawing
    won = throw(order, user)
    draw = closing.draw_of(won)
    assert won.state == OrderState.AWARDED
    assert (draw.dice, draw.thrown_as) == (DICE, "witness")
    assert won.winner.bidder.uscc == won.proof["winners"][0]
    assert str(won.amount) == "180000.00"
    assert verify(draws.bundle(draw)) == []
    assert draw.secret in Notice.objects.get(kind="order-result").document.text()


def test_dice_count_once_and_are_twenty_digits_of_a_witness(drawing, cast):
    order, user = drawing
    with refused("Type the twenty digits"):
        throw(order, user, "1234")
    with refused("Only a witness of the order"):
        throw(order, cast.stranger)
    throw(order, user)
    with refused("load the page again"):
        throw(order, user)


def test_dice_are_not_thrown_before_the_announced_time(cast, later):
    order = published(cast)
    bid(order, cast.agency)
    bid(order, cast.rival)
    user = witness(order, cast.owner)
    _until(later, order.open_until)
    order = close(order, cast.owner)
    with refused("throw them then"):
        throw(order, user)


def test_another_witness_confirms_before_the_order_is_awarded(cast, later):
    two = (Witnessing("周建国", "13800000001"), Witnessing("吴越", "13800000002"))
    order = published(cast, terms(witnesses=two))
    bid(order, cast.agency)
    bid(order, cast.rival)
    first, second = (witness(order, cast.owner, place) for place in (0, 1))
    _until(later, order.choose_at)
    order = throw(close(order, cast.owner), first)
    assert order.state == OrderState.AWAITING_DICE
    assert closing.draw_of(order).secret is None
    with refused("not confirmed yet"):
        closing.award(order, by=cast.owner, at=clock.now())
    with refused("not the digits"):
        closing.confirm_dice(order, DICE[::-1], by=second, at=clock.now())
    with refused("the result is fixed"):
        orders.withdraw(order, reason="不满意", by=cast.owner, at=clock.now())
    order = closing.confirm_dice(order, DICE, by=second, at=clock.now())
    assert order.state == OrderState.AWARDED


def test_a_witness_who_does_not_confirm_in_time_holds_nothing_up(cast, later):
    two = (Witnessing("周建国", "13800000001"), Witnessing("吴越", "13800000002"))
    order = published(cast, terms(witnesses=two))
    bid(order, cast.agency)
    bid(order, cast.rival)
    first = witness(order, cast.owner)
    _until(later, order.choose_at)
    order = throw(close(order, cast.owner), first)
    in_vain = clock.now()
    order_tasks.settle_dice()
    assert ServiceOrder.objects.get().state == OrderState.AWAITING_DICE
    later(minutes=30)
    closing.award(order, by=cast.owner, at=in_vain)
    assert ServiceOrder.objects.get().state == OrderState.AWARDED


def test_the_regulator_throws_when_no_witness_has_come(drawing, cast, later):
    order, _ = drawing
    with refused("A regulator throws only"):
        throw(order, cast.regulator)
    _until(later, closing.draw_of(order).regulator_from)
    won = throw(order, cast.regulator)
    assert won.state == OrderState.AWAITING_DICE  # the named witness may still confirm
    later(minutes=30)
    order_tasks.settle_dice()
    assert ServiceOrder.objects.get().state == OrderState.AWARDED


def test_an_order_whose_dice_nobody_throws_fails_after_its_time(drawing, cast, later):
    order, user = drawing
    in_time = clock.now()
    with refused("The dice may be thrown until"):
        closing.fail(order, by=cast.owner, at=in_time)
    _until(later, closing.draw_of(order).fails_at)
    with refused("Nobody threw the dice in time"):
        closing.throw_dice(order, DICE, by=user, at=in_time)
    order_tasks.settle_dice()
    order.refresh_from_db()
    assert order.state == OrderState.FAILED
    assert "3 个工作日" in order.state_reason


def test_who_has_a_stake_is_no_witness_and_a_link_works_once(cast, later):
    order = published(cast)
    from selection.models import Witness

    row = Witness.objects.get()
    token = closing.invite(order, row, by=cast.owner, at=clock.now())
    with refused("Who has a seat at the owner"):
        closing.enter(order, token, by=cast.owner.user, at=clock.now())
    with refused("This link invites no witness"):
        closing.enter(order, "wrong", by=cast.stranger, at=clock.now())
    closing.enter(order, token, by=cast.stranger, at=clock.now())
    with refused("no new link is needed"):
        closing.invite(order, row, by=cast.owner, at=clock.now())
    orders.withdraw(order, reason="项目暂缓", by=cast.owner, at=clock.now())
    with refused("needs no witness"):
        closing.invite(order, row, by=cast.owner, at=clock.now())
    with refused("needs no witness"):
        closing.enter(order, token, by=cast.stranger, at=clock.now())


# ── the clock ────────────────────────────────────────────────────────────────────────────────────


def test_the_clock_closes_what_is_due_and_one_that_fails_holds_up_no_other(cast, later, caplog):
    broken, well = published(cast, lowest()), published(cast, lowest())
    bid(well, cast.agency, "90000")
    Notice.objects.model._base_manager.filter(subject_code=broken.code)  # stays: immutable
    ServiceOrder.objects.filter(pk=broken.pk).update(code="GONE")  # a bug: its notice is lost
    _until(later, well.open_until)
    order_tasks.close_due_orders()
    states = dict(ServiceOrder.objects.values_list("pk", "state"))
    assert states == {broken.pk: OrderState.PUBLISHED, well.pk: OrderState.AWARDED}
    assert "was not closed" in caplog.text


# ── what becomes of the contract ─────────────────────────────────────────────────────────────────


def sign(agreement, seat):
    agreements.sign(agreement, typed="同意签署", digest=agreement.digest, by=seat, at=clock.now())


def test_the_last_signature_puts_the_order_under_contract(cast, later):
    order = awarded(cast, later, "90000", "80000")
    agreement = Agreement.objects.get()
    sign(agreement, cast.approver)
    sign(agreement, cast.rival)
    order.refresh_from_db()
    assert order.phase(clock.now()) == Phase.CONTESTABLE
    news()
    order.refresh_from_db()
    assert order.state == OrderState.CONTRACTED


def test_a_winner_who_declines_makes_way_for_the_next_reserve(cast, later):
    order = awarded(cast, later, "90000", "80000")
    first = Agreement.objects.get()
    agreements.decline(first, reason="人手不足", by=cast.rival, at=clock.now())
    news()
    order.refresh_from_db()
    assert order.state == OrderState.AWARDED
    assert order.winner.bidder == cast.agency.organisation
    assert str(order.amount) == "90000.00"
    assert Bid.objects.get(bidder=cast.rival.organisation).decline_reason == "人手不足"
    again = Notice.objects.filter(kind="order-result").last()
    assert (again.relation, again.follows.kind) == ("follows", "order-result")
    assert "放弃中选（人手不足）" in again.document.text()
    second = Agreement.objects.exclude(pk=first.pk).get()
    agreements.decline(second, reason="也不行", by=cast.agency, at=clock.now())
    news()
    order.refresh_from_db()
    assert (order.state, order.winner) == (OrderState.FAILED, None)
    assert "没有可以递补" in order.state_reason


def test_an_owner_who_declines_fails_the_order(cast, later):
    order = awarded(cast, later, "90000", "80000")
    agreements.decline(Agreement.objects.get(), reason="项目取消", by=cast.approver, at=clock.now())
    news()
    order.refresh_from_db()
    assert order.state == OrderState.FAILED
    assert Bid.objects.exclude(declined_at=None).count() == 0


def test_a_contract_that_the_winner_lets_lapse_passes_on(cast, later):
    order = awarded(cast, later, "90000", "80000")
    agreement = Agreement.objects.get()
    sign(agreement, cast.approver)
    _until(later, agreement.sign_until)
    agreements.lapse(agreement, by=cast.operator, at=clock.now())
    news()
    order.refresh_from_db()
    assert order.winner.bidder == cast.agency.organisation


# ── walks ────────────────────────────────────────────────────────────────────────────────────────

DEEDS = {
    "submit": lambda order, cast: orders.submit(order, terms(), by=cast.owner, at=clock.now()),
    "return": lambda order, cast: orders.return_(
        order, reason="改", by=cast.approver, at=clock.now()
    ),
    "publish": lambda order, cast: orders.publish(order, by=cast.approver, at=clock.now()),
    "bid": lambda order, cast: bid(order, cast.agency),
    "rival bids": lambda order, cast: bid(order, cast.rival),
    "withdraw": lambda order, cast: orders.withdraw(
        order, reason="停", by=cast.owner, at=clock.now()
    ),
    "close": lambda order, cast: close(order, cast.owner),
    "throw": lambda order, cast: throw(order, cast.regulator),
    "award": lambda order, cast: closing.award(order, by=cast.owner, at=clock.now()),
    "fail": lambda order, cast: closing.fail(order, by=cast.owner, at=clock.now()),
    "wait": lambda order, cast: None,
}


class WalkTests(TestCase):
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(st.sampled_from(list(DEEDS)), max_size=14))
    def test_no_walk_leaves_the_moves_and_no_refusal_leaves_a_trace(self, walk):
        cast, passed = Cast.assembled(), timedelta()
        for seat in (cast.agency, cast.rival):
            enlisted(seat.organisation)
        order = draft(cast.owner)
        for deed in ["submit", *walk]:
            passed += timedelta(days=4) * (deed == "wait")
            state = order.state
            with override_settings(CLOCK_OFFSET=passed), witnessed() as database:
                try:
                    DEEDS[deed](order, cast)
                except RuleBroken:
                    assert database.is_as_it_was()
            order.refresh_from_db()
            assert order.state == state or order.state in ServiceOrder.MOVES[state]
