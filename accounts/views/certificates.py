"""Doors to the certificate wallet."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import certificates as wallet
from accounts.access import require_seat
from accounts.forms import (
    CertificateForm,
)
from accounts.models import (
    Certificate,
    Deed,
)
from core import clock
from core.lifecycle import RuleBroken
from core.once import AlreadyDone
from core.views import refusal


@require_seat()
@require_safe
def certificates(request):
    today = localdate(clock.now())
    papers = Certificate.objects.of(request.seat.organisation).current().select_related("scan")
    rows = [
        {"certificate": paper, "meaning": _meaning(paper, today), "left": paper.days_left(today)}
        for paper in papers.order_by("valid_until", "pk")
    ]
    context = {"rows": rows, "may_edit": request.seat.may(Deed.EDIT_ORGANISATION)}
    return render(request, "accounts/certificates.html", context)


def _meaning(certificate, today):
    left = certificate.days_left(today)
    if left is None or left > 90:
        return "done"
    return "fail" if left < 0 else "soon"


@require_seat(Deed.EDIT_ORGANISATION)
def certificate_enter(request):
    form = CertificateForm(request.POST or None, request.FILES or None, by=request.seat)
    if form.is_valid():
        organisation = request.seat.organisation
        try:
            wallet.enter(
                organisation,
                form.entry(),
                scan=form.cleaned_data["scan"],
                by=request.seat,
                at=clock.now(),
                key=form.cleaned_data["once"],
            )
        except AlreadyDone:
            return redirect("accounts:certificates")
        except RuleBroken as refused:
            refusal(request, refused, about=organisation, form=form)
        else:
            messages.success(request, _("Kept in the wallet."))
            return redirect("accounts:certificates")
    return render(request, "accounts/certificate-enter.html", {"form": form})


def _certificate(request, code):
    own = Certificate.objects.of(request.seat.organisation).select_related("organisation", "scan")
    return get_object_or_404(own, code=code)


@require_seat(Deed.EDIT_ORGANISATION)
def certificate_replace(request, code):
    certificate = _certificate(request, code)
    form = CertificateForm(
        request.POST or None,
        request.FILES or None,
        by=request.seat,
        initial=CertificateForm.initial_of(certificate) | {"issued_on": None, "valid_until": None},
    )
    if form.is_valid():
        scan = form.cleaned_data["scan"]
        try:
            wallet.replace(certificate, form.entry(), scan=scan, by=request.seat, at=clock.now())
        except RuleBroken as refused:
            refusal(request, refused, about=certificate, form=form)
        else:
            messages.success(request, _("Replaced."))
            return redirect("accounts:certificates")
    context = {"form": form, "certificate": certificate}
    return render(request, "accounts/certificate-replace.html", context)


@require_seat(Deed.EDIT_ORGANISATION)
def certificate_put_away(request, code):
    certificate = _certificate(request, code)
    if request.method != "POST":
        return render(request, "accounts/certificate-put-away.html", {"certificate": certificate})
    try:
        wallet.put_away(certificate, by=request.seat, at=clock.now())
    except RuleBroken as refused:
        refusal(request, refused, about=certificate)
    else:
        messages.success(request, _("Put away."))
    return redirect("accounts:certificates")
