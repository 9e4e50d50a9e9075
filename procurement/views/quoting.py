"""Doors of suppliers that quote, and of witnesses who throw the dice."""

from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import require_seat, signed_in
from accounts.models import Deed
from accounts.stepup import kept, step_up
from core import clock
from core.lifecycle import RuleBroken
from core.once import AlreadyDone
from core.phrases import instant
from core.views import asked, refusal
from procurement import opening, quotes
from procurement.forms.inquiries import QuoteForm
from procurement.models import Procedure, ProcedureState, Quote
from procurement.views.inquiries import found, open_when_due
from selection.forms import DiceForm


@require_seat(Deed.BID)
@step_up()
def inquiry_quote(request, number):
    procedure = found(number)
    seat, at = request.seat, clock.now()
    reasons = quotes.why_not(procedure, seat.organisation, at)
    form = QuoteForm(
        request.POST or None,
        initial=kept(request),
        procedure=procedure,
        name=seat.organisation.name,
    )
    if form.is_valid():
        typed = form.cleaned_data
        try:
            quote = quotes.quote(
                procedure,
                supplier=seat.organisation,
                price=typed["price"],
                offer=typed["offer"],
                days=typed["days"],
                typed=typed["typed"],
                key=typed["once"],
                by=seat,
                at=clock.now(),
            )
        except AlreadyDone as twin:
            return redirect("procurement:quote-detail", twin.subject_code)
        except RuleBroken as refused:
            refusal(request, refused, about=procedure, form=form)
        else:
            messages.success(
                request, _("Your quote is sealed: %(receipt)s") % {"receipt": quote.receipt}
            )
            return redirect("procurement:quote-detail", quote.code)
    context = {
        "procedure": procedure,
        "form": form,
        "reasons": reasons,
        "is_open": procedure.is_open(at),
        "mine": procedure.quotes.of(seat.organisation).filter(withdrawn_at=None).first(),
    }
    return render(request, "procurement/inquiry-quote.html", context)


@require_seat()
@require_safe
def quote_detail(request, code):
    """The receipt: what was received, when, and the digest of the envelope."""
    quote, at = _mine(request, code), clock.now()
    context = {
        "quote": quote,
        "procedure": quote.procedure,
        "phase": quote.procedure.phase(at),
        "is_open": quote.procedure.is_open(at),
        "may_quote": request.seat.may(Deed.BID),
    }
    return render(request, "procurement/quote-detail.html", context)


@require_seat(Deed.BID)
@step_up()
def quote_withdraw(request, code):
    quote = _mine(request, code)
    return asked(
        request,
        about=quote,
        rule=partial(quotes.withdraw, quote),
        done=_("Your quote is withdrawn; its envelope stays shut."),
        back=reverse("procurement:quote-detail", args=[quote.code]),
        title=_("Withdraw this quote?"),
        text=str(quote.procedure),
        consequences=[
            _("Its envelope will never be opened."),
            _("You may quote anew until %(until)s.")
            % {"until": instant(quote.procedure.open_until)},
        ],
        verb=_("Withdraw the quote"),
        keep=_("Leave it in"),
    )


# ── dice ─────────────────────────────────────────────────────────────────────────────────────────


@signed_in
def inquiry_witness(request, number, token):
    """Where a witness's link leads: he enters once, for good."""
    procedure = get_object_or_404(Procedure.objects.public(), number=number)
    return asked(
        request,
        about=procedure,
        rule=lambda *, by, at: opening.enter(procedure, token, by=request.user, at=at),
        onward=reverse("procurement:inquiry-dice", args=[procedure.code]),
        alone=True,  # without the menu of the desk
        title=_("Be a witness of this inquiry?"),
        text=f"{procedure.number} {procedure}",
        consequences=[
            _("You have no seat at the purchaser, at a supplier that quotes, or at the platform."),
            _("Only where equal prices decide, you throw twenty ten-sided dice and type them in."),
            _("Your name stands in the notice and in the result."),
        ],
        warning=_("The link works once, for the account with which you are signed in."),
        verb=_("Enter as a witness"),
    )


@signed_in
@step_up()
def inquiry_dice(request, code):
    """Where a witness, or the regulator in his stead, types the dice, and another confirms them."""
    procedure = open_when_due(get_object_or_404(Procedure.objects.public(), code=code))
    draw = opening.draw_of(procedure)
    witness = draw.witnesses.standing().filter(user=request.user).first()
    regulator = request.seat is not None and request.seat.may(Deed.THROW_DICE)
    if witness is None and not regulator:
        raise Http404
    form = DiceForm(request.POST or None, initial=kept(request))
    if form.is_valid():
        digits = form.cleaned_data["digits"]
        by = request.user if witness is not None else request.seat
        rule = opening.throw_dice if draw.thrown_at is None else opening.confirm_dice
        try:
            procedure = rule(procedure, digits, by=by, at=clock.now())
        except RuleBroken as refused:
            refusal(request, refused, about=procedure, form=form)
        else:
            if procedure.state != ProcedureState.AWAITING_DICE:
                return redirect("procurement:inquiry-detail", procedure.number)
            return redirect("procurement:inquiry-dice", procedure.code)
    context = {
        "procedure": procedure,
        "draw": draw,
        "form": form,
        "is_awaited": procedure.state == ProcedureState.AWAITING_DICE,
        "may_throw": draw.thrown_at is None and clock.now() >= draw.announced_for,
        "has_thrown": draw.thrower_id == request.user.pk,
        "others": draw.witnesses.standing(),
    }
    return render(request, "procurement/inquiry-dice.html", context)


def _mine(request, code):
    mine = Quote.objects.of(request.seat.organisation)
    return get_object_or_404(
        mine.select_related("procedure__owner", "envelope", "seat__user", "supplier"), code=code
    )
