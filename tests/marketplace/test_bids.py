from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from core import clock
from core.models import Event, Letter
from marketplace import bids, orders
from marketplace.models import Bid
from marketplace.terms import Avoided
from selection.models import Envelope
from tests.factories import QualificationCategoryFactory, QualificationFactory
from tests.marketplace.ordering import bid, enlisted, lowest, published, terms
from tests.witness import refused


@pytest.fixture
def order(cast):
    """A draw that is open for bids."""
    enlisted(cast.agency.organisation)
    enlisted(cast.rival.organisation)
    return published(cast)


@pytest.fixture
def priced(cast):
    """An order for the lowest price, open for bids."""
    enlisted(cast.agency.organisation)
    return published(cast, lowest())


def withdraw(row, seat, at=None):
    return bids.withdraw(row, by=seat, at=at or clock.now())


def test_a_bid_is_sealed_and_its_receipt_bears_the_digest(priced, cast):
    made = bid(priced, cast.agency, "98765.43")
    envelope = Envelope.objects.get()
    assert made.price is None
    assert "98765.43" not in str(list(Bid.objects.values()))
    assert "98765.43" not in "".join(Event.objects.values_list("content", flat=True))
    assert b"98765.43" not in bytes(envelope.ciphertext)
    letter = Letter.objects.get(kind="marketplace/bid-received")
    assert envelope.digest in letter.body
    assert made.receipt in letter.subject
    assert "98765.43" not in letter.body
    assert not Event.objects.get(name="bid.received").public


def test_a_second_bid_replaces_the_first_in_the_same_row(priced, cast):
    first = bid(priced, cast.agency, "98000")
    again = bid(priced, cast.agency, "97000")
    assert (again.pk, again.code) == (first.pk, first.code)
    assert again.envelope.replaces == first.envelope
    assert Event.objects.filter(name="bid.replaced").count() == 1


def test_a_double_click_makes_one_bid(priced, cast):
    bid(priced, cast.agency, "98000", key="once")
    with refused("This form was sent already"):
        bid(priced, cast.agency, "98000", key="once")


def test_a_bid_may_be_withdrawn_and_made_anew(order, cast):
    made = bid(order, cast.agency)
    gone = withdraw(made, cast.agency)
    assert gone.withdrawn_at
    assert not order.bids.standing().exists()
    with refused("was withdrawn already"):
        withdraw(made, cast.agency)
    assert bid(order, cast.agency).withdrawn_at is None


def test_bidding_ends_at_the_deadline_whatever_the_door_says(order, cast, later):
    made = bid(order, cast.agency)
    in_time = clock.now()
    later(days=20)
    with refused("Bids were let in until"):
        bid(order, cast.rival, at=in_time)
    with refused("Bids were let in until"):
        withdraw(made, cast.agency, at=in_time)


def test_the_deadline_itself_is_late(order, cast, later):
    later(seconds=(order.open_until - clock.now()).total_seconds())
    with refused("Bids were let in until"):
        bid(order, cast.agency)


def test_bidding_wants_the_units_name_typed_and_a_price(priced, cast):
    with refused("Type your unit's full name"):
        bid(priced, cast.agency, "98000", typed="agency")
    with refused("State your price"):
        bid(priced, cast.agency)
    with refused("above zero"):
        bid(priced, cast.agency, "0")


def test_who_must_keep_away_does_not_bid_and_is_told_why(cast):
    avoided = cast.agency.organisation
    enlisted(avoided)
    given = terms(avoided=(Avoided(avoided.uscc, avoided.name, "参与了可行性研究"),))
    order = published(cast, given)
    with refused("You cannot bid for this order"):
        bid(order, cast.agency)
    assert any("参与了可行性研究" in why for why in bids.why_not(order, avoided, clock.now()))


def test_the_owner_does_not_bid_for_its_own_order(order, cast):
    enlisted(cast.owner.organisation)
    with refused("You cannot bid for this order"):
        bid(order, cast.owner)


def test_a_unit_without_entry_or_with_an_expired_qualification_does_not_bid(cast):
    category = QualificationCategoryFactory()
    order = published(cast, terms(requirement={"qualification": category.code, "level": "乙级"}))
    assert bids.why_not(order, cast.rival.organisation, clock.now())
    agency = enlisted(cast.agency.organisation)
    expired = clock.now().date() - timedelta(days=1)
    QualificationFactory(agency=agency, category=category, level="甲级", valid_until=expired)
    with refused("You cannot bid for this order"):
        bid(order, cast.agency)
    QualificationFactory(agency=agency, category=category, level="甲级")
    assert bid(order, cast.agency).pk


def test_a_commitment_asks_for_no_qualification(cast):
    category = QualificationCategoryFactory()
    demand = {"qualification": category.code}
    order = published(cast, terms(requirement=demand, commitment_only=True))
    assert bid(order, cast.agency).pk


def test_a_withdrawn_order_lets_no_bids_in(order, cast):
    orders.withdraw(order, reason="项目暂缓", by=cast.owner, at=clock.now())
    with refused("bids are not let in"):
        bid(order, cast.agency)


def test_the_database_holds_one_bid_for_each_organisation_and_no_free_ones(order, cast):
    made = bid(order, cast.agency)
    twin = Bid.objects.get(pk=made.pk)
    twin.pk, twin.code = None, "TWIN"
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        Bid.objects.update(price=Decimal(0))
    with pytest.raises(IntegrityError), transaction.atomic():
        Bid.objects.update(withdrawn_at=clock.now(), eligible=True)


def test_a_bid_above_the_ceiling_is_sealed_all_the_same(priced, cast):
    assert bid(priced, cast.agency, "999999").pk
