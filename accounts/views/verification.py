"""Doors of the operator who verifies units."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import identity, registration
from accounts.access import staff
from accounts.forms import (
    ReasonForm,
)
from accounts.models import (
    Amendment,
    Certificate,
    Deed,
    Organisation,
    OrganisationState,
)
from core import clock
from core.lifecycle import RuleBroken
from core.views import refusal

VERIFICATION_PAGE = 30


@staff(Deed.VERIFY_ORGANISATION)
@require_safe
def verifications(request):
    """The queue, oldest first."""
    waiting = Organisation.objects.filter(state=OrganisationState.SUBMITTED)
    waiting = waiting.select_related("region").order_by("submitted_at", "pk")
    changes = Amendment.objects.waiting().select_related("organisation").order_by("asked_at", "pk")
    context = {
        "organisations": waiting[:VERIFICATION_PAGE],
        "count": waiting.count(),
        "amendments": changes[:VERIFICATION_PAGE],
    }
    return render(request, "accounts/verifications.html", context)


def _verification(request, organisation, form):
    now = clock.now()
    context = {
        "organisation": organisation,
        "papers": Certificate.objects.of(organisation).current().select_related("scan"),
        "seats": organisation.seats.held_at(now).select_related("user"),
        "inner_fits": not organisation.uscc or identity.inner_fits(organisation.uscc),
        "form": form,
        "waits": organisation.state == OrganisationState.SUBMITTED,
    }
    return render(request, "accounts/verification.html", context)


@staff(Deed.VERIFY_ORGANISATION)
@require_safe
def verification(request, code):
    organisation = get_object_or_404(Organisation.objects.select_related("region"), code=code)
    return _verification(request, organisation, ReasonForm())


@staff(Deed.VERIFY_ORGANISATION)
@require_POST
def organisation_verify(request, code):
    organisation = get_object_or_404(Organisation, code=code)
    try:
        registration.verify(organisation, by=request.seat, at=clock.now())
    except RuleBroken as refused:
        refusal(request, refused, about=organisation)
        return redirect("accounts:verification", code)
    messages.success(request, _("Verified: %(name)s") % {"name": organisation.name})
    return redirect("accounts:verifications")


@staff(Deed.VERIFY_ORGANISATION)
@require_POST
def organisation_refuse(request, code):
    organisation = get_object_or_404(Organisation.objects.select_related("region"), code=code)
    form = ReasonForm(request.POST)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            registration.refuse(organisation, reason=reason, by=request.seat, at=clock.now())
        except RuleBroken as refused:
            refusal(request, refused, about=organisation, form=form)
        else:
            messages.success(request, _("Sent back: %(name)s") % {"name": organisation.name})
            return redirect("accounts:verifications")
    return _verification(request, organisation, form)
