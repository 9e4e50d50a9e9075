"""Doors to amendments: asked for by the unit, decided by the operator."""

from functools import partial

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import amendments as amending
from accounts import registration
from accounts.access import require_seat, staff
from accounts.forms import (
    AmendmentForm,
    ReasonForm,
)
from accounts.models import (
    Amendment,
    AmendmentState,
    Deed,
    OrganisationKind,
)
from core import clock
from core.lifecycle import RuleBroken
from core.models import Upload
from core.once import AlreadyDone
from core.views import asked, refusal


@require_seat(Deed.EDIT_ORGANISATION)
def amendment_ask(request):
    """Ask the operator that name, kind or representative of the unit be changed."""
    organisation = request.seat.organisation
    if not organisation.is_verified or organisation.kind == OrganisationKind.NATURAL_PERSON:
        return redirect("accounts:organisation")
    waiting = organisation.amendments.waiting().first()
    if waiting is not None and request.method == "GET":
        return redirect("accounts:amendment", waiting.code)
    form = AmendmentForm(
        request.POST or None, request.FILES or None, by=request.seat, organisation=organisation
    )
    if form.is_valid():
        try:
            made = amending.ask(
                organisation,
                form.amended(),
                reason=form.cleaned_data["reason"],
                licence=form.cleaned_data["licence"],
                papers=form.cleaned_data["papers"],
                by=request.seat,
                at=clock.now(),
                key=form.cleaned_data["once"],
            )
        except AlreadyDone as twin:
            return redirect("accounts:amendment", twin.subject_code)
        except RuleBroken as refused:
            refusal(request, refused, about=organisation, form=form)
        else:
            told = _("Handed in: the operator decides within %(days)s working days.")
            messages.success(request, told % {"days": registration.promised_days(clock.now())})
            return redirect("accounts:amendment", made.code)
    context = {"form": form, "organisation": organisation}
    return render(request, "accounts/amendment-ask.html", context)


def _amendment(request, code):
    """One of one's own unit; any, for who verifies or supervises."""
    rows = Amendment.objects.select_related(
        "organisation", "licence", "asked_by__user", "decided_by__user"
    )
    if not (request.seat.may(Deed.VERIFY_ORGANISATION) or request.seat.may(Deed.SUPERVISE)):
        rows = rows.filter(organisation=request.seat.organisation)
    return get_object_or_404(rows, code=code)


def _shown_amendment(request, amendment, form):
    papers = Upload.objects.filter(
        subject=Amendment._meta.label_lower, subject_code=amendment.code
    ).exclude(pk=amendment.licence_id)
    waits = amendment.state == AmendmentState.ASKED
    own = amendment.organisation_id == request.seat.organisation_id
    context = {
        "amendment": amendment,
        "organisation": amendment.organisation,
        "papers": papers.order_by("pk"),
        "form": form,
        "may_withdraw": waits and own and request.seat.may(Deed.EDIT_ORGANISATION),
        "may_decide": waits and not own and request.seat.may(Deed.VERIFY_ORGANISATION),
    }
    return render(request, "accounts/amendment.html", context)


@require_seat()
@require_safe
def amendment(request, code):
    return _shown_amendment(request, _amendment(request, code), ReasonForm())


@require_seat(Deed.EDIT_ORGANISATION)
def amendment_withdraw(request, code):
    own = Amendment.objects.filter(organisation=request.seat.organisation)
    found = get_object_or_404(own.select_related("organisation"), code=code)
    return asked(
        request,
        about=found,
        rule=partial(amending.withdraw, found),
        done=_("The request is withdrawn."),
        back=reverse("accounts:amendment", args=[code]),
        title=_("Withdraw the request for a change?"),
        consequences=[_("The unit stays registered as it is; you may ask anew at any time.")],
        verb=_("Withdraw the request"),
        keep=_("Leave it in"),
    )


@staff(Deed.VERIFY_ORGANISATION)
@require_POST
def amendment_grant(request, code):
    found = _amendment(request, code)
    try:
        amending.grant(found, by=request.seat, at=clock.now())
    except RuleBroken as refused:
        refusal(request, refused, about=found)
        return redirect("accounts:amendment", code)
    messages.success(request, _("Granted: %(name)s") % {"name": found.name_after})
    return redirect("accounts:verifications")


@staff(Deed.VERIFY_ORGANISATION)
@require_POST
def amendment_refuse(request, code):
    found = _amendment(request, code)
    form = ReasonForm(request.POST)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            amending.refuse(found, reason=reason, by=request.seat, at=clock.now())
        except RuleBroken as refused:
            refusal(request, refused, about=found, form=form)
        else:
            messages.success(request, _("Refused: %(name)s") % {"name": found.name_before})
            return redirect("accounts:verifications")
    return _shown_amendment(request, found, form)
