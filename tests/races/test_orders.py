"""Many at once on one order."""

from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from time import sleep

import pytest

from contracts.models import Agreement
from core import clock
from core.lifecycle import RuleBroken
from core.models import Event, Letter
from core.numbering import new_code
from marketplace import bids, closing, orders, witnessing
from marketplace.models import Bid, Evaluation, OrderState, ServiceOrder
from publication.models import Notice
from selection.models import Draw, Envelope, Witness
from selection.naming import Witnessing
from tests.factories import AgencyFactory, AgencyServiceFactory, SeatFactory
from tests.marketplace import ordering
from tests.marketplace.ordering import DICE, evaluate, lowest, published, submitted
from tests.races.threads import at_once


def refusals(answers):
    return sum(isinstance(one, RuleBroken) for one in answers)


def until(later, instant):
    later(seconds=(instant - clock.now()).total_seconds() + 1)


def test_100_bidders_across_the_closing_second(database, later):
    """Who was told “received” is on the list, nobody else is, and nobody was late."""
    cast = database.cast
    order = published(cast, lowest())
    item = ordering.item()
    agencies = AgencyFactory.create_batch(100)
    for agency in agencies:
        AgencyServiceFactory(agency=agency, item=item)
    # The clock stands two seconds before the deadline when the first of them sets out.
    later(seconds=(order.open_until - clock.now()).total_seconds() - 2)

    def bid(place, bidder):
        wait_until(order.open_until + timedelta(milliseconds=15 * (place - 60)))
        return bids.bid(
            order,
            bidder=bidder,
            price=Decimal(1000 - place),  # the later the cheaper: one late bid would win
            typed=bidder.name,
            key=new_code(),
            by=cast.agency,
            at=clock.now(),
        )

    def close():
        wait_until(order.open_until - timedelta(milliseconds=20))
        for _ in range(2000):
            try:
                return closing.close(order, by=cast.owner, at=clock.now())
            except RuleBroken:
                sleep(0.002)
        return pytest.fail("the order was never closed")

    deeds = [partial(bid, place, agency.organisation) for place, agency in enumerate(agencies)]
    closed, *answers = at_once([close, *deeds], threads=24)

    acknowledged = {answer.code for answer in answers if isinstance(answer, Bid)}
    listed = closing.draw_of(closed).facts.entries
    assert 0 < len(acknowledged) < 100
    assert set(Bid.objects.values_list("code", flat=True)) == acknowledged
    assert {one.uscc for one in listed} == set(Bid.objects.values_list("bidder__uscc", flat=True))
    digests = set(Envelope.objects.values_list("digest", flat=True))
    assert {one.envelope for one in listed} == digests
    assert all(bid.received_at < order.open_until for bid in Bid.objects.all())
    assert all(envelope.opened_at for envelope in Envelope.objects.all())
    cheapest = min(Bid.objects.values_list("price", flat=True))
    assert closed.amount == cheapest


def test_of_8_who_close_an_order_one_does(database, later):
    order = published(database.cast, lowest())
    ordering.bid(order, database.cast.agency, "90000")
    until(later, order.open_until)

    close = partial(closing.close, order, by=database.cast.owner, at=clock.now())
    answers = at_once([close] * 8, threads=8)

    assert refusals(answers) == 7
    assert Notice.objects.filter(kind="order-result").count() == 1
    assert Agreement.objects.count() == Event.objects.filter(name="order.awarded").count() == 1


def test_two_approvers_publish_one_notice_with_one_number(database):
    cast = database.cast
    order = submitted(cast)
    second = SeatFactory(organisation=cast.owner.organisation)
    seats = (cast.approver, second)
    publish = [partial(orders.publish, order, by=seat, at=clock.now()) for seat in seats]
    assert refusals(at_once(publish * 3, threads=6)) == 5
    assert ServiceOrder.objects.get().number.endswith("-00001")
    assert Notice.objects.count() == Draw.objects.count() == 1


def test_a_double_click_seals_one_bid(database):
    cast = database.cast
    order = published(cast, lowest())
    ordering.enlisted(cast.agency.organisation)
    bid = partial(ordering.bid, order, cast.agency, "90000", key="once")
    assert refusals(at_once([bid] * 6, threads=6)) == 5
    assert Bid.objects.count() == Envelope.objects.count() == 1
    assert Letter.objects.filter(kind="marketplace/bid-received").count() == 1


def test_two_throws_at_the_same_moment_count_once(database, later):
    cast = database.cast
    order = published(cast)
    for seat in (cast.agency, cast.rival):
        ordering.bid(order, seat)
    witness = ordering.witness(order, cast.owner)
    until(later, order.choose_at)
    order = ordering.close(order, cast.owner)
    throws = [
        partial(closing.throw_dice, order, digits, by=witness, at=clock.now())
        for digits in (DICE, DICE[::-1])
    ]
    assert refusals(at_once(throws * 2, threads=4)) == 3
    order.refresh_from_db()
    assert order.state == OrderState.AWARDED
    assert Event.objects.filter(name="order.dice-thrown").count() == 1
    assert Agreement.objects.count() == Notice.objects.filter(kind="award-letter").count() == 1


def test_a_witness_is_replaced_once_and_by_nobody_once_the_list_is_frozen(database, later):
    cast = database.cast
    order = published(cast, ordering.terms(public_funds=Decimal(100)))
    (old,) = Witness.objects.values_list("code", flat=True)

    def change(name, phone):
        return witnessing.change(
            order,
            leaving=[old],
            coming=[Witnessing(name, phone)],
            reason="应当回避",
            by=cast.regulator,
            at=clock.now(),
        )

    changes = [partial(change, name, f"1380000002{name}") for name in "123456"]
    assert refusals(at_once(changes, threads=6)) == 5
    assert Witness.objects.standing().count() == 1
    assert Notice.objects.filter(kind="order-notice").count() == 2
    (old,) = Witness.objects.standing().values_list("code", flat=True)
    until(later, order.open_until)
    deeds = [partial(closing.close, order, by=cast.owner, at=clock.now())]
    assert refusals(at_once([*deeds, *changes[:3]], threads=4)) == 3
    in_force = Notice.objects.filter(kind="order-notice").last()
    assert closing.draw_of(order).facts.notice == in_force.digest


def test_a_closing_and_a_withdrawal_at_the_same_moment_do_not_both_stand(database, later):
    cast = database.cast
    order = published(cast, lowest())
    ordering.bid(order, cast.agency, "90000")
    until(later, order.open_until)
    deeds = [
        partial(closing.close, order, by=cast.owner, at=clock.now()),
        partial(orders.withdraw, order, reason="项目暂缓", by=cast.approver, at=clock.now()),
    ]
    assert refusals(at_once(deeds, threads=2)) == 1
    order.refresh_from_db()
    assert (order.state == OrderState.AWARDED) == (Agreement.objects.count() == 1)


def test_of_two_who_evaluate_one_does(database):
    cast = database.cast
    order = ordering.completed(cast)
    assert refusals(at_once([partial(evaluate, order, cast.owner)] * 4, threads=4)) == 3
    assert Evaluation.objects.count() == 1


def wait_until(instant: datetime) -> None:
    sleep(max(0, (instant - clock.now()).total_seconds()))
