"""Bids of agencies: sealed while the order is open, replaced or withdrawn until its deadline."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.formats import localize
from django.utils.timezone import localtime
from django.utils.translation import gettext

from accounts.models import Organisation, Seat
from core import clock, letters, once
from core.audit import record
from core.calendar import day_of
from core.lifecycle import RuleBroken, lock
from core.money import yuan
from core.numbering import new_code
from credit import ratings
from marketplace import eligibility
from marketplace.models import Agency, Bid, Method, Needed, ServiceOrder
from selection import sealing


@transaction.atomic(durable=True)
def bid(
    order: ServiceOrder,
    *,
    bidder: Organisation,
    price: Decimal | None,
    typed: str,
    key: str,
    by: Seat,
    at: datetime,
) -> Bid:
    """Seal the agency's bid: its price, or its commitment to the fixed one. One row an agency.

    An earlier bid of its own is replaced. Refused late, to whoever must keep away or does not meet
    the requirements, without the unit's name typed out, and twice for one `key`. Whether the price
    keeps within the ceiling is judged when the envelope is opened.
    """
    order = lock(order)  # the right to bid depends on the order's state
    received_at = clock.after_lock()
    _refuse_unless_open(order, received_at)
    if typed.strip() != bidder.name:
        raise RuleBroken("Type your unit's full name, %(name)s, to confirm.", name=bidder.name)
    if order.method == Method.LOWEST and price is None:
        raise RuleBroken("State your price: the lowest one wins.")
    if price is not None and price <= 0:
        raise RuleBroken("State a price above zero.")
    if reasons := why_not(order, bidder, received_at):
        raise RuleBroken("You cannot bid for this order. %(reasons)s", reasons=" ".join(reasons))
    asked = yuan(price) if order.method == Method.LOWEST and price is not None else order.price
    envelope = sealing.seal(
        {"price": f"{asked:.2f}", "typed": typed.strip()},
        order_number=order.number or "",
        bidder=bidder.uscc or "",
        at=received_at,
    )
    mine = order.bids.filter(bidder=bidder).first()
    replaced = mine is not None and mine.withdrawn_at is None
    if mine is None:
        mine = Bid(code=new_code(), order=order, bidder=bidder)
    mine.seat, mine.envelope, mine.received_at, mine.withdrawn_at = by, envelope, received_at, None
    mine.save()
    once.spend(key, made=mine, at=at)
    name = "bid.replaced" if replaced else "bid.received"
    record(mine, name, by=by, at=at, order=order.number, envelope=envelope.digest)
    letters.post(
        "marketplace/bid-received",
        to=bidder,
        at=at,
        link=order.get_absolute_url(),
        order=order,
        bid=mine,
        replaced=replaced,
    )
    return mine


@transaction.atomic(durable=True)
def withdraw(bid: Bid, *, by: Seat, at: datetime) -> Bid:
    """Take a bid back: its envelope will never be opened. Refused late, and twice."""
    order = lock(bid.order)
    withdrawn_at = clock.after_lock()
    _refuse_unless_open(order, withdrawn_at)
    bid = lock(bid)
    if bid.withdrawn_at is not None:
        raise RuleBroken("This bid was withdrawn already.")
    sealing.withdraw(bid.envelope, at=withdrawn_at)
    bid.withdrawn_at = withdrawn_at
    bid.save(update_fields=["withdrawn_at"])
    record(bid, "bid.withdrawn", by=by, at=at, order=order.number, envelope=bid.envelope.digest)
    letters.post(
        "marketplace/bid-withdrawn",
        to=bid.bidder,
        at=at,
        link=order.get_absolute_url(),
        order=order,
        bid=bid,
    )
    return bid


def checks(order: ServiceOrder, bidder: Organisation, at: datetime) -> list[eligibility.Check]:
    """Whether a unit meets the order's requirements at that instant, line by line."""
    agency = Agency.objects.filter(organisation=bidder).first()
    lines = [_keeps_away(order, bidder), _is_barred(bidder, at)]
    return [*lines, *eligibility.check(agency, requirement_of(order), on=day_of(at))]


def requirement_of(order: ServiceOrder) -> eligibility.Requirement:
    """What the order demands: its services, and its own demand where a commitment is not enough."""
    return eligibility.requirement_of(
        order.items.all(),
        any_item=order.items_needed == Needed.ANY,
        tree=None if order.commitment_only else order.requirement,
    )


def why_not(order: ServiceOrder, bidder: Organisation, at: datetime) -> list[str]:
    """The reasons for which a unit cannot bid; none where it can."""
    return [f"{line.text}: {line.reason}" for line in checks(order, bidder, at) if not line.ok]


def _keeps_away(order: ServiceOrder, bidder: Organisation) -> eligibility.Check:
    text = gettext("Need not keep away from this order")
    if bidder.pk == order.owner_id:
        return eligibility.Check(text, False, gettext("The unit is the owner of this order."))
    for avoidance in order.avoidances.all():
        if avoidance.uscc == bidder.uscc:
            reason = gettext("It must keep away: %(reason)s") % {"reason": avoidance.reason}
            return eligibility.Check(text, False, reason)
    return eligibility.Check(text, True, gettext("It is not named among those."))


def _is_barred(bidder: Organisation, at: datetime) -> eligibility.Check:
    text = gettext("Not barred from bidding")
    for bar in ratings.bars(bidder, at)[:1]:
        until = localize(localtime(bar.until))
        reason = gettext("Barred until %(until)s: %(why)s") % {"until": until, "why": bar.title}
        return eligibility.Check(text, False, reason)
    return eligibility.Check(text, True, gettext("Its credit record bars it from nothing."))


def _refuse_unless_open(order: ServiceOrder, at: datetime) -> None:
    if not order.is_open(at):
        if order.open_until is not None and at >= order.open_until:
            raise RuleBroken(
                "Bids were let in until %(until)s: find another order.", until=order.open_until
            )
        raise RuleBroken(
            "This order is “%(now)s”: bids are not let in.", now=order.get_state_display()
        )
