"""Doors to seats: the list, invitations, changing and revoking."""

from django.conf import settings
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import seats as seating
from accounts.access import SESSION_KEY, require_seat, signed_in
from accounts.forms import (
    InvitationForm,
    ReasonForm,
    TermsForm,
)
from accounts.models import (
    Deed,
    Invitation,
    InvitationState,
    Seat,
)
from core import calendar, clock
from core.lifecycle import RuleBroken
from core.once import AlreadyDone
from core.views import public, refusal


@require_seat()
@require_safe
def seats(request):
    """Who acts for the organisation: shown to everybody who does."""
    now = clock.now()
    organisation = request.seat.organisation
    every = organisation.seats.select_related("user", "granted_by__user", "organisation")
    rows = list(every.exclude(held_until__lte=now).order_by("held_from", "pk"))
    ended = every.filter(held_until__lte=now).order_by("-held_until")[:20]
    sent = organisation.invitations.filter(state=InvitationState.SENT)
    grants = request.seat.may(Deed.GRANT_SEAT)
    ranks = seating.GRANTS[request.seat.rank] if grants else frozenset()
    context = {
        "rows": [{"seat": seat, "deeds": _labels(seat.scope())} for seat in rows],
        "ended": ended,
        "invitations": sent.select_related("invited_by__user").order_by("sent_at"),
        "ranks": ranks,
        "now": now,
    }
    return render(request, "accounts/seats.html", context)


def _labels(deeds):
    return [deed.label for deed in Deed if deed in deeds]


@require_seat(Deed.GRANT_SEAT)
def invite(request):
    form = InvitationForm(request.POST or None, giver=request.seat)
    if form.is_valid():
        try:
            made = seating.invite(
                request.seat.organisation,
                email=form.cleaned_data["email"],
                terms=form.offered(),
                by=request.seat,
                at=clock.now(),
                key=form.cleaned_data["once"],
            )
        except AlreadyDone:
            return redirect("accounts:seats")
        except RuleBroken as refused:
            refusal(request, refused, about=request.seat.organisation, form=form)
        else:
            messages.success(request, _("Invited: %(email)s") % {"email": made.email})
            return redirect("accounts:seats")
    return render(request, "accounts/invite.html", {"form": form})


def _seat(request, code):
    own = Seat.objects.filter(organisation=request.seat.organisation)
    return get_object_or_404(own.select_related("user", "organisation"), code=code)


@require_seat(Deed.GRANT_SEAT)
def seat_change(request, code):
    seat = _seat(request, code)
    initial = {
        "rank": seat.rank,
        "deeds": seat.deeds,
        "amount_ceiling": seat.amount_ceiling,
        "held_until": calendar.day_of(seat.held_until) if seat.held_until else None,
    }
    form = TermsForm(request.POST or None, giver=request.seat, initial=initial)
    if form.is_valid():
        try:
            seating.change(seat, terms=form.terms(), by=request.seat, at=clock.now())
        except RuleBroken as refused:
            refusal(request, refused, about=seat, form=form)
        else:
            messages.success(request, _("Changed: %(name)s") % {"name": seat.user.name})
            return redirect("accounts:seats")
    return render(request, "accounts/seat-change.html", {"form": form, "changed": seat})


@require_seat()
def seat_revoke(request, code):
    """One's own seat, or one that may be granted; asks first."""
    seat = _seat(request, code)
    own = seat.pk == request.seat.pk
    form = None if own else ReasonForm(request.POST or None)
    if request.method == "POST" and (form is None or form.is_valid()):
        reason = form.cleaned_data["reason"] if form else ""
        try:
            seating.revoke(seat, reason=reason, by=request.seat, at=clock.now())
        except RuleBroken as refused:
            refusal(request, refused, about=seat, form=form)
            if own:
                return redirect("accounts:seats")
        else:
            if own:
                messages.success(request, _("You gave up the seat."))
                return redirect(settings.LOGIN_REDIRECT_URL)
            messages.success(request, _("Revoked: %(name)s") % {"name": seat.user.name})
            return redirect("accounts:seats")
    context = {"form": form, "revoked": seat, "own": own}
    return render(request, "accounts/seat-revoke.html", context)


@public
@require_safe
def invitation(request, code):
    """What is offered: shown to whoever holds the letter, answered by the addressee."""
    every = Invitation.objects.select_related("organisation", "invited_by__user")
    found = get_object_or_404(every, code=code)
    now = clock.now()
    user = request.user
    context = {
        "invitation": found,
        "deeds": _labels(found.deeds),
        "waits": found.state == InvitationState.SENT and now < found.open_until,
        "mine": user.is_authenticated and user.email.lower() == found.email.lower(),
    }
    return render(request, "accounts/invitation.html", context)


def _addressed(request, code):
    mine = Invitation.objects.addressed_to(request.user)
    return get_object_or_404(mine.select_related("organisation", "invited_by__user"), code=code)


@signed_in
@require_POST
def invitation_accept(request, code):
    found = _addressed(request, code)
    try:
        seat = seating.accept(found, by=request.user, at=clock.now())
    except RuleBroken as refused:
        refusal(request, refused, about=found)
        return redirect("accounts:invitation", code)
    request.session[SESSION_KEY] = seat.code
    messages.success(request, _("You act for %(unit)s now.") % {"unit": seat.organisation.name})
    return redirect(settings.LOGIN_REDIRECT_URL)


@signed_in
@require_POST
def invitation_decline(request, code):
    found = _addressed(request, code)
    try:
        seating.decline(found, by=request.user, at=clock.now())
    except RuleBroken as refused:
        refusal(request, refused, about=found)
    return redirect("accounts:invitation", code)


@require_seat(Deed.GRANT_SEAT)
@require_POST
def invitation_withdraw(request, code):
    own = Invitation.objects.filter(organisation=request.seat.organisation)
    found = get_object_or_404(own.select_related("organisation"), code=code)
    try:
        seating.withdraw(found, by=request.seat, at=clock.now())
    except RuleBroken as refused:
        refusal(request, refused, about=found)
    else:
        messages.success(request, _("Withdrawn: %(email)s") % {"email": found.email})
    return redirect("accounts:seats")
