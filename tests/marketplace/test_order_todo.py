"""What of the orders waits for whom."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import clock
from marketplace import orders
from marketplace.closing import draw_of
from marketplace.order_todo import drafts_of, waiting_for
from tests.cast import seated
from tests.marketplace import ordering
from tests.marketplace.ordering import bid, close, draft, published, submitted, terms


def kinds(seat, source=waiting_for):
    rows = [row for rows in source(seat, clock.now()) for row in rows]
    return sorted((kind, about) for kind, _title, about, _due in rows)


def until(later, instant):
    later(seconds=(instant - clock.now()).total_seconds() + 1)


def test_a_draft_waits_for_its_writer_as_a_draft(cast):
    order = draft(cast.owner)
    assert kinds(cast.owner, drafts_of) == [("order-draft", order.code)]
    assert kinds(cast.owner) == kinds(cast.approver) == kinds(cast.agency, drafts_of) == []


def test_a_submitted_order_waits_for_a_second_person_only(cast):
    order = submitted(cast)
    assert kinds(cast.approver) == [("order-approve", order.code)]
    assert kinds(cast.owner) == kinds(cast.operator) == kinds(cast.rival) == []


def test_an_order_of_an_owner_with_one_person_waits_for_the_operator(cast):
    alone = seated("alone", kind="university")
    order = orders.submit(draft(alone), terms(), by=alone, at=clock.now())
    assert kinds(cast.operator) == [("order-approve", order.code)]
    assert kinds(alone) == []


def test_a_returned_order_waits_for_its_writer(cast):
    order = submitted(cast)
    orders.return_(order, reason="请补充", by=cast.approver, at=clock.now())
    assert kinds(cast.owner) == [("order-correct", order.code)]


@pytest.fixture
def frozen(cast, later):
    """A draw whose list is frozen; its announced time has come."""
    order = published(cast)
    for seat in (cast.agency, cast.rival):
        bid(order, seat)
    until(later, order.choose_at)
    return close(order, cast.owner)


def test_dice_wait_for_the_owner_and_later_for_the_regulator(frozen, cast, later):
    assert kinds(cast.owner) == [("order-witness", frozen.code)]
    assert kinds(cast.regulator) == []
    until(later, draw_of(frozen).regulator_from)
    assert kinds(cast.regulator) == [("order-throw", frozen.code)]


def test_a_finished_service_waits_for_its_evaluation(cast):
    order = ordering.completed(cast)
    assert kinds(cast.owner) == [("order-evaluate", order.code)]


def test_each_source_is_one_query_that_the_desk_can_join(cast):
    submitted(cast)
    with CaptureQueriesContext(connection) as captured:
        for rows in waiting_for(cast.approver, clock.now()):
            list(rows)
    assert len(captured) <= 5
