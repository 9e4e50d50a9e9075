"""Doors of people and organisations."""

from functools import partial

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import escape
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import amendments as amending
from accounts import certificates as wallet
from accounts import disclosure, identity, registration
from accounts import seats as seating
from accounts.access import SESSION_KEY, require_seat, signed_in, staff
from accounts.forms import (
    AmendmentForm,
    CertificateForm,
    ContactsForm,
    InvitationForm,
    ReasonForm,
    RegistrationForm,
    TermsForm,
)
from accounts.models import (
    Amendment,
    AmendmentState,
    Certificate,
    CertificateKind,
    Deed,
    Invitation,
    InvitationState,
    Organisation,
    OrganisationKind,
    OrganisationState,
    Seat,
)
from core import calendar, clock
from core.lifecycle import RuleBroken
from core.models import Upload
from core.once import AlreadyDone
from core.views import asked, public, refusal

VERIFICATION_PAGE = 30


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


# Organisations


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


# Amendments


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


# Seats


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


# Invitations


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


# The wallet


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
