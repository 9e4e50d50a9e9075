"""Doors of those who bid, and of those who throw the dice."""

from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import require_seat, signed_in
from accounts.models import Deed
from accounts.stepup import kept, step_up
from core import clock
from core.lifecycle import RuleBroken
from core.once import AlreadyDone
from core.phrases import instant
from core.views import asked, refusal
from marketplace import bids, closing, eligibility, witnessing
from marketplace.forms.order_deeds import BidForm
from marketplace.models import Bid, OrderState, ServiceOrder
from marketplace.views.orders import close_when_due
from selection.forms import DiceForm, WitnessesForm
from selection.models import Witness


@require_seat(Deed.BID)
@step_up()
def order_bid(request, number):
    order = _open_to_see(number)
    seat, at = request.seat, clock.now()
    checks = bids.checks(order, seat.organisation, at)
    form = BidForm(
        request.POST or None, initial=kept(request), order=order, name=seat.organisation.name
    )
    if form.is_valid():
        typed = form.cleaned_data
        try:
            bid = bids.bid(
                order,
                bidder=seat.organisation,
                price=typed.get("price"),
                typed=typed["typed"],
                key=typed["once"],
                by=seat,
                at=clock.now(),
            )
        except AlreadyDone as twin:
            return redirect("marketplace:bid-detail", twin.subject_code)
        except RuleBroken as refused:
            refusal(request, refused, about=order, form=form)
        else:
            messages.success(
                request, _("Your bid is sealed: %(receipt)s") % {"receipt": bid.receipt}
            )
            return redirect("marketplace:bid-detail", bid.code)
    context = {
        "order": order,
        "form": form,
        "checks": checks,
        "may_bid": eligibility.eligible(checks) and order.is_open(at),
        "is_open": order.is_open(at),
        "mine": order.bids.of(seat.organisation).filter(withdrawn_at=None).first(),
    }
    return render(request, "marketplace/order-bid.html", context)


@require_seat()
@require_safe
def bid_detail(request, code):
    """The receipt: what was received, when, and the digest of the envelope."""
    bid = _mine(request, code)
    at = clock.now()
    context = {
        "bid": bid,
        "order": bid.order,
        "phase": bid.order.phase_shown(at),
        "is_open": bid.order.is_open(at),
        "may_bid": request.seat.may(Deed.BID),
    }
    return render(request, "marketplace/bid-detail.html", context)


@require_seat(Deed.BID)
@step_up()
def bid_withdraw(request, code):
    bid = _mine(request, code)
    return asked(
        request,
        about=bid,
        rule=partial(bids.withdraw, bid),
        done=_("Your bid is withdrawn; its envelope stays shut."),
        back=reverse("marketplace:bid-detail", args=[bid.code]),
        title=_("Withdraw this bid?"),
        text=str(bid.order),
        consequences=[
            _("Its envelope will never be opened."),
            _("You may bid anew until %(until)s.") % {"until": instant(bid.order.open_until)},
        ],
        verb=_("Withdraw the bid"),
        keep=_("Leave it in"),
    )


# ── dice ─────────────────────────────────────────────────────────────────────────────────────────


@require_seat(Deed.SUPERVISE)
def order_witnesses(request, code):
    """Where a regulator names witnesses of an order paid by public money."""
    paid = ServiceOrder.objects.public().filter(public_funds__gt=0).select_related("owner")
    order = get_object_or_404(paid.select_related("region"), code=code)
    named = list(Witness.objects.standing().filter(draw__number=order.number))
    form = WitnessesForm(request.POST or None, named=named, limit=witnessing.limit(order))
    if form.is_valid():
        try:
            links = witnessing.change(
                order,
                leaving=form.cleaned_data["leaving"],
                coming=form.coming,
                reason=form.cleaned_data["reason"],
                by=request.seat,
                at=clock.now(),
            )
        except RuleBroken as refused:
            refusal(request, refused, about=order, form=form)
        else:
            return _invited(request, order, links)
    context = {
        "order": order,
        "form": form,
        "named": named,
        "may_change": witnessing.may_change(order, clock.now()),
    }
    return render(request, "marketplace/order-witnesses.html", context)


@require_seat(Deed.WRITE_ORDER, Deed.APPROVE_ORDER, Deed.SUPERVISE)
@require_POST
def order_invite(request, code, witness):
    """A one-time link for a witness, shown this once to who named him."""
    own = Witness.objects.invited_by(request.seat.organisation)
    row = get_object_or_404(own, code=witness)
    order = get_object_or_404(ServiceOrder.objects.public(), code=code, number=row.draw.number)
    try:
        token = closing.invite(order, row, by=request.seat, at=clock.now())
    except RuleBroken as refused:
        refusal(request, refused, about=order)
        return redirect("marketplace:desk-order", order.code)
    return _invited(request, order, [(row, token)])


def _invited(request, order, links):
    """The links, shown this once."""
    links = [(row, request.build_absolute_uri(_link(order.number, token))) for row, token in links]
    return render(request, "marketplace/order-invite.html", {"order": order, "links": links})


def _link(number, token):
    return reverse("marketplace:order-witness", args=[number, token])


@signed_in
def order_witness(request, number, token):
    """Where a witness's link leads: he enters once, for good."""
    order = get_object_or_404(ServiceOrder.objects.public(), number=number)
    return asked(
        request,
        about=order,
        rule=lambda *, by, at: closing.enter(order, token, by=request.user, at=at),
        onward=reverse("marketplace:order-dice", args=[order.code]),
        alone=True,  # without the menu of the desk
        title=_("Be a witness of this selection?"),
        text=f"{order.number} {order}",
        consequences=[
            _("You have no seat at the owner, at an agency that bids, or at the platform."),
            _("You throw twenty ten-sided dice, or see them thrown, and type in what they show."),
            _("Your name stands in the notice and in the result."),
        ],
        warning=_("The link works once, for the account with which you are signed in."),
        verb=_("Enter as a witness"),
    )


@signed_in
@step_up()
def order_dice(request, code):
    """Where a witness, or the regulator in his stead, types the dice, and another confirms them."""
    order = close_when_due(get_object_or_404(ServiceOrder.objects.public(), code=code))
    draw = closing.draw_of(order)
    witness = draw.witnesses.standing().filter(user=request.user).first()
    regulator = request.seat is not None and request.seat.may(Deed.THROW_DICE)
    if witness is None and not regulator:
        raise Http404
    form = DiceForm(request.POST or None, initial=kept(request))
    if form.is_valid():
        digits = form.cleaned_data["digits"]
        by = request.user if witness is not None else request.seat
        rule = closing.throw_dice if draw.thrown_at is None else closing.confirm_dice
        try:
            order = rule(order, digits, by=by, at=clock.now())
        except RuleBroken as refused:
            refusal(request, refused, about=order, form=form)
        else:
            if order.state != OrderState.AWAITING_DICE:
                return redirect("marketplace:order-draw", order.number)
            return redirect("marketplace:order-dice", order.code)
    context = {
        "order": order,
        "draw": draw,
        "form": form,
        "is_awaited": order.state == OrderState.AWAITING_DICE,
        "may_throw": draw.thrown_at is None and clock.now() >= draw.announced_for,
        "has_thrown": draw.thrower_id == request.user.pk,
        "others": draw.witnesses.standing(),
    }
    return render(request, "marketplace/order-dice.html", context)


def _open_to_see(number):
    orders = ServiceOrder.objects.public().select_related("owner", "region")
    return get_object_or_404(orders.prefetch_related("items", "avoidances"), number=number)


def _mine(request, code):
    mine = Bid.objects.of(request.seat.organisation)
    return get_object_or_404(
        mine.select_related("order__owner", "envelope", "seat__user", "bidder"), code=code
    )
