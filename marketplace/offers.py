"""What a seat can do about an order now: verbs with their addresses, the foremost first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Deed, Seat
from contracts.models import Agreement, AgreementState
from marketplace import witnessing
from marketplace.models import Bid, OrderState, ServiceOrder
from marketplace.orders import may_approve


@dataclass(frozen=True)
class Offer:
    """A deed with where it is done; `hint` says about what, `until` by when."""

    verb: Any
    href: str
    hint: Any = ""
    until: datetime | None = None


def public(order: ServiceOrder, seat: Seat | None, mine: Bid | None, at: datetime) -> list[Offer]:
    """What the order's public page offers to who looks at it."""
    return [
        *_bidding(order, seat, mine, at),
        *_draw(order),
        *(_contract(order, seat) if seat else ()),
        *(_own(order, seat) if seat else ()),
    ]


def desk(order: ServiceOrder, seat: Seat, at: datetime) -> list[Offer]:
    """What the desk's page of the order offers."""
    own = seat.organisation_id == order.owner_id
    return [
        *(_writing(order, seat) if own else ()),
        *_approving(order, seat, at),
        *(_running(order, seat, at) if own else ()),
        *_witnesses(order, seat, at),
        *_dice(order, seat),
        *(_evaluating(order, seat) if own else ()),
        *_draw(order),
        *_contract(order, seat),
    ]


def _bidding(
    order: ServiceOrder, seat: Seat | None, mine: Bid | None, at: datetime
) -> Iterator[Offer]:
    if not order.is_open(at):
        if mine is not None:
            yield Offer(_("See your receipt"), _to("bid-detail", mine.code))
        return
    until = order.open_until
    if seat is None:
        yield Offer(_("Sign in to bid"), _to("order-bid", order.number), until=until)
    elif seat.may(Deed.BID) and seat.organisation_id != order.owner_id:
        if mine is None or mine.withdrawn_at is not None:
            yield Offer(_("Bid under seal"), _to("order-bid", order.number), until=until)
        else:
            yield Offer(_("See your receipt"), _to("bid-detail", mine.code))
            yield Offer(_("Replace the bid"), _to("order-bid", order.number), until=until)
            yield Offer(_("Withdraw the bid"), _to("bid-withdraw", mine.code), until=until)


def _writing(order: ServiceOrder, seat: Seat) -> Iterator[Offer]:
    if order.state in (OrderState.DRAFT, OrderState.RETURNED) and seat.may(Deed.WRITE_ORDER):
        verb = _("Go on writing") if order.state == OrderState.DRAFT else _("Correct the order")
        yield Offer(verb, _to("order-edit", order.code))
        if order.state == OrderState.DRAFT:
            yield Offer(_("Delete the draft"), _to("order-discard", order.code))


def _approving(order: ServiceOrder, seat: Seat, at: datetime) -> Iterator[Offer]:
    if order.state == OrderState.SUBMITTED and may_approve(order, seat, at):
        yield Offer(_("Publish the notice"), _to("order-publish", order.code))
        yield Offer(_("Return for correction"), _to("order-return", order.code))


def _running(order: ServiceOrder, seat: Seat, at: datetime) -> Iterator[Offer]:
    if order.state not in (OrderState.PUBLISHED, OrderState.AWAITING_DICE):
        return
    if order.state == OrderState.PUBLISHED and not order.is_open(at):
        yield Offer(_("Freeze the list now"), _to("order-close", order.code))
    if seat.may(Deed.APPROVE_ORDER):
        yield Offer(_("End the order"), _to("order-withdraw", order.code))


def _witnesses(order: ServiceOrder, seat: Seat, at: datetime) -> Iterator[Offer]:
    if seat.may(Deed.SUPERVISE) and witnessing.may_change(order, at):
        verb = _("Name or replace witnesses")
        yield Offer(verb, _to("order-witnesses", order.code), until=order.open_until)


def _dice(order: ServiceOrder, seat: Seat) -> Iterator[Offer]:
    if order.state == OrderState.AWAITING_DICE and seat.may(Deed.THROW_DICE):
        yield Offer(_("Throw the dice"), _to("order-dice", order.code))


def _evaluating(order: ServiceOrder, seat: Seat) -> Iterator[Offer]:
    if order.state == OrderState.COMPLETED and seat.may(Deed.EVALUATE):
        until = order.evaluate_until
        yield Offer(_("Evaluate the service"), _to("order-evaluate", order.code), until=until)


def _draw(order: ServiceOrder) -> Iterator[Offer]:
    if order.closed_at is not None:
        verb = _("See how it was chosen") if order.proof else _("See the frozen list")
        yield Offer(verb, _to("order-draw", order.number))


def _contract(order: ServiceOrder, seat: Seat) -> Iterator[Offer]:
    if order.winner_id is not None:
        for agreement in Agreement.objects.about(order).of(seat.organisation).order_by("-pk")[:1]:
            unsigned = agreement.state == AgreementState.DRAWN_UP
            yield Offer(
                _("Sign the contract") if unsigned else _("See the contract"),
                agreement.get_absolute_url(),
                until=agreement.sign_until if unsigned else None,
            )


def _own(order: ServiceOrder, seat: Seat) -> Iterator[Offer]:
    if seat.organisation_id == order.owner_id:
        yield Offer(_("See it on your desk"), _to("desk-order", order.code))


def _to(name: str, *arguments: Any) -> str:
    return reverse(f"marketplace:{name}", args=arguments)
