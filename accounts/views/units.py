"""Doors of people and their units: registering, contacts, what is masked, the seat acted from."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.html import escape
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import disclosure, identity, keys, registration
from accounts.access import SESSION_KEY, require_seat, signed_in
from accounts.forms import (
    ContactsForm,
    RegistrationForm,
)
from accounts.models import (
    Certificate,
    CertificateKind,
    Deed,
    OrganisationKind,
    OrganisationState,
    Seat,
    User,
)
from core import clock
from core.lifecycle import RuleBroken
from core.once import AlreadyDone
from core.views import refusal


@signed_in
@require_POST
def switch_seat(request):
    """Act from another of one's own seats, from the next request on."""
    own = Seat.objects.held_at(clock.now()).filter(user=request.user)
    seat = get_object_or_404(own, code=request.POST.get("seat", ""))
    request.session[SESSION_KEY] = seat.code
    onward = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(onward, {request.get_host()}, request.is_secure()):
        return redirect(onward)
    return redirect(settings.LOGIN_REDIRECT_URL)


@signed_in
@require_POST
def switch_keys(request):
    """Have lists listen to keys, or no longer: for this person, wherever he signs in."""
    own = User.objects.get(pk=request.user.pk)
    keys.switch(own, on=request.POST.get("on") == "1", by=own, at=clock.now())
    onward = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(onward, {request.get_host()}, request.is_secure()):
        return redirect(onward)
    return redirect(settings.LOGIN_REDIRECT_URL)


@signed_in
def register(request):
    form = RegistrationForm(
        request.POST or None,
        request.FILES or None,
        by=request.user,
        initial={
            "contact_name": request.user.name,
            "contact_phone": request.user.phone,
            "contact_email": request.user.email,
        },
    )
    if form.is_valid():
        try:
            made = registration.register(
                form.details(),
                licence=form.cleaned_data["licence"],
                authorisation=form.cleaned_data["authorisation"],
                by=request.user,
                at=clock.now(),
                key=form.cleaned_data["once"],
            )
        except AlreadyDone:
            return redirect("accounts:organisation")
        except RuleBroken as refused:
            refusal(request, refused, about=request.user, form=form)
        else:
            return _handed_in(request, form, made.seats.get(user=request.user, held_until=None))
    return render(request, "accounts/register.html", {"form": form})


@require_seat(Deed.EDIT_ORGANISATION)
def resubmit(request):
    organisation = request.seat.organisation
    if organisation.state != OrganisationState.REFUSED:
        return redirect("accounts:organisation")
    form = RegistrationForm(
        request.POST or None,
        request.FILES or None,
        by=request.seat,
        initial=RegistrationForm.initial_of(organisation),
        has_licence=_licences(organisation).exists(),
    )
    if form.is_valid():
        try:
            registration.resubmit(
                organisation,
                form.details(),
                licence=form.cleaned_data["licence"],
                authorisation=form.cleaned_data["authorisation"],
                by=request.seat,
                at=clock.now(),
            )
        except RuleBroken as refused:
            refusal(request, refused, about=organisation, form=form)
        else:
            return _handed_in(request, form, request.seat)
    context = {"form": form, "organisation": organisation}
    return render(request, "accounts/register.html", context)


def _handed_in(request, form, seat):
    request.session[SESSION_KEY] = seat.code
    days = registration.promised_days(clock.now())
    told = _("Handed in: the operator verifies it within %(days)s working days.")
    messages.success(request, told % {"days": days})
    if form.warns:
        messages.warning(
            request,
            _(
                "The organisation code within your code does not pass its own check (GB 11714), as"
                " with some older ones: compare it with the licence once more."
            ),
        )
    return redirect("accounts:organisation")


def _licences(organisation):
    papers = Certificate.objects.of(organisation).current()
    return papers.filter(kind__in=[CertificateKind.LICENCE, CertificateKind.AUTHORISATION])


@require_seat()
@require_safe
def organisation(request):
    organisation = request.seat.organisation
    context = {
        "organisation": organisation,
        "papers": _licences(organisation).select_related("scan"),
        "amendments": organisation.amendments.all()[:20],
        "may_edit": request.seat.may(Deed.EDIT_ORGANISATION),
        "may_amend": request.seat.may(Deed.EDIT_ORGANISATION)
        and organisation.is_verified
        and organisation.kind != OrganisationKind.NATURAL_PERSON
        and not organisation.amendments.waiting().exists(),
        "inner_fits": not organisation.uscc or identity.inner_fits(organisation.uscc),
    }
    return render(request, "accounts/organisation.html", context)


@require_seat(Deed.EDIT_ORGANISATION)
def contacts(request):
    organisation = request.seat.organisation
    form = ContactsForm(request.POST or None, initial=ContactsForm.initial_of(organisation))
    if form.is_valid():
        registration.keep(organisation, form.contacts(), by=request.seat, at=clock.now())
        messages.success(request, _("Saved."))
        return redirect("accounts:organisation")
    context = {"form": form, "organisation": organisation}
    return render(request, "accounts/contacts.html", context)


@require_seat()
@require_POST
def show(request, kind, code, field):
    """A masked value in full, recorded: beside its button, or above the page without a script."""
    if kind not in disclosure.DISCLOSED or field not in disclosure.DISCLOSED[kind][2]:
        raise Http404
    model, allowed, _fields = disclosure.DISCLOSED[kind]
    row = get_object_or_404(model._default_manager.all(), code=code)
    if not allowed(request.seat, row):
        raise Http404
    value = disclosure.show(row, field, by=request.seat, at=clock.now())
    if request.htmx:
        return HttpResponse(escape(value))
    messages.info(request, value)
    onward = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(onward, {request.get_host()}, request.is_secure()):
        return redirect(onward)
    return redirect(settings.LOGIN_REDIRECT_URL)
