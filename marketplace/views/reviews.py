"""Doors to the review of entries, for the operator: the queue, the checks, the decision."""

from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import staff
from accounts.models import Deed
from core import clock
from core.calendar import day_of
from core.lifecycle import RuleBroken
from core.views import asked, refusal
from marketplace import agencies, conditions, credentials, eligibility
from marketplace.forms.reviews import LookForm, ReasonForm, ReturnForm
from marketplace.models import (
    Agency,
    AgencyState,
    AuthorisedPerson,
    EntryReview,
    Practitioner,
    PractitionerCertificate,
    Qualification,
)
from marketplace.views.entry import find_credential

QUEUE = 50
reviewer = staff(Deed.REVIEW_ENTRY)


def _queue():
    open_rounds = EntryReview.objects.filter(outcome="").order_by("due_at", "pk")
    return open_rounds.select_related("agency__organisation")[:QUEUE]


def _credentials():
    """What listed agencies handed in, each kind oldest deadline first."""
    people = Practitioner.objects.pending().filter(agency__state=AgencyState.LISTED)
    papers = Qualification.objects.pending().filter(agency__state=AgencyState.LISTED)
    certificates = PractitionerCertificate.objects.pending().filter(
        practitioner__agency__state=AgencyState.LISTED, practitioner__state="verified"
    )
    authorised = AuthorisedPerson.objects.pending().filter(agency__state=AgencyState.LISTED)
    rows = [
        *authorised.select_related("agency__organisation").order_by("due_at")[:QUEUE],
        *papers.select_related("agency__organisation", "category").order_by("due_at")[:QUEUE],
        *people.select_related("agency__organisation").order_by("due_at")[:QUEUE],
        *certificates.select_related("practitioner__agency__organisation", "category").order_by(
            "due_at"
        )[:QUEUE],
    ]
    return sorted(rows, key=lambda row: (row.due_at, row.code))


@reviewer
@require_safe
def entries(request):
    """What waits for a review: entries, then what listed agencies handed in."""
    context = {"queue": _queue(), "credentials": _credentials()}
    return render(request, "marketplace/entries.html", context)


def _entry(code):
    rows = Agency.objects.exclude(state=AgencyState.DRAFT)
    return get_object_or_404(rows.select_related("organisation__region"), code=code)


@reviewer
@require_safe
def entry_review(request, code):
    return _review(request, _entry(code), ReturnForm())


def _review(request, agency, form, status=200):
    reviews = list(agency.reviews.select_related("submitted_by__user", "decided_by__user"))
    qualifications = agency.qualifications.current().select_related("category", "scan")
    people = agency.practitioners.current().select_related("insurance")
    context = {
        "agency": agency,
        "organisation": agency.organisation,
        "review": reviews[0],
        "earlier": reviews[1:],
        "queue": _queue(),
        "checks": _checks(agency),
        "commitment": agency.commitments.first(),
        "services": agency.services.current().select_related("item").order_by("item__place"),
        "qualifications": qualifications.order_by("pk"),
        "practitioners": people.prefetch_related("certificates__category").order_by("pk"),
        "files": agency.files.filter(ended_at=None).select_related("upload").order_by("pk"),
        "form": form,
        "own": agency.organisation_id == request.seat.organisation_id,
    }
    return render(request, "marketplace/entry-review.html", context, status=status)


def _checks(agency):
    """What the system has checked: each a line with verdict; where a person must look, it says."""
    organisation, on = agency.organisation, day_of(clock.now())
    verified = organisation.state == "verified"
    commitment = agency.commitments.first()
    lines = [
        conditions.Check(
            _("Verified unit with a valid unified code"),
            verified,
            organisation.uscc or "",
        ),
        conditions.Check(
            _("Commitment letter signed by typing the full name"),
            commitment is not None and commitment.typed == organisation.name,
            f"{commitment.version} · SHA-256 {commitment.digest[:16]}…" if commitment else "",
        ),
    ]
    facts = eligibility.facts_as_handed_in(agency)
    for service in agency.services.current().select_related("item").order_by("item__place"):
        item = service.item
        requirement = eligibility.requirement_of([item], any_item=False, tree=item.requirement)
        wanting = [line for line in conditions.check(facts, requirement, on)[2:] if not line.ok]
        text = _("“%(item)s”: the catalogue's qualifications are there") % {"item": item.name}
        reason = " ".join(f"{line.text}：{line.reason}" for line in wanting)
        lines.append(conditions.Check(text, not wanting, reason))
    return lines


@reviewer
def entry_admit(request, code):
    """Pass the entry: asked first, since it goes public and cannot be undone."""
    agency = _entry(code)
    return asked(
        request,
        about=agency,
        rule=partial(agencies.admit, agency),
        done=_("Listed in public: the unit has a letter."),
        back=reverse("marketplace:entry-review", args=[code]),
        onward="marketplace:entries",
        title=_("List “%(name)s” in public?") % {"name": agency.organisation.name},
        consequences=[
            _("Its public page appears at once, and it may bid for orders."),
            _("Every qualification and practitioner of the entry counts as verified."),
            _("The unit has a letter."),
        ],
        warning=_("This cannot be undone."),
        verb=_("Pass: list it"),
    )


@reviewer
@require_POST
def entry_return(request, code):
    agency = _entry(code)
    form = ReturnForm(request.POST)
    if form.is_valid():
        try:
            agencies.return_(
                agency,
                reason=form.cleaned_data["reason"],
                comments=form.comments(),
                by=request.seat,
                at=clock.now(),
            )
        except RuleBroken as refused:
            refusal(request, refused, about=agency, form=form)
        else:
            messages.success(request, _("Returned: the unit has a letter with every point."))
            return redirect("marketplace:entries")
    return _review(request, agency, form)


@reviewer
@require_POST
def id_number(request, code):
    """An ID number, shown once: who looked at which and when is recorded."""
    agency = _entry(code)
    form = LookForm(request.POST)
    if not form.is_valid():
        raise Http404
    of, column = form.cleaned_data["of"], form.cleaned_data["column"]
    row = agency
    if of != agency.code:
        row = agency.authorised_persons.filter(code=of).first()
        row = row or get_object_or_404(agency.practitioners, code=of)
    if not hasattr(row, column):
        raise Http404
    number = agencies.reveal(agency, row, column, by=request.seat, at=clock.now())
    context = {"number": number, "agency": agency}
    return render(request, "marketplace/id-number.html", context)


@reviewer
def credential_review(request, code):
    """One thing that a listed agency handed in later: looked at, then verified or returned."""
    row = find_credential(code)
    agency = credentials.agency_of(row)
    if agency.state != AgencyState.LISTED:
        raise Http404
    form = ReasonForm(request.POST if "return" in request.POST else None)
    if request.method == "POST":
        try:
            if "verify" in request.POST:
                credentials.verify(row, by=request.seat, at=clock.now())
                messages.success(request, _("Verified: it counts from now on."))
                return redirect("marketplace:entries")
            if form.is_valid():
                reason = form.cleaned_data["reason"]
                credentials.return_(row, reason=reason, by=request.seat, at=clock.now())
                messages.success(request, _("Returned: the unit has a letter with every point."))
                return redirect("marketplace:entries")
        except RuleBroken as refused:
            bound = form if form.is_bound else None
            refusal(request, refused, about=agency, form=bound)
    person = row if isinstance(row, Practitioner) else None
    authorised = row if isinstance(row, AuthorisedPerson) else None
    context = {
        "row": row,
        "agency": agency,
        "person": person,
        "authorised": authorised,
        "certificates": person.certificates.current().select_related("category", "scan")
        if person
        else [row]
        if authorised is None
        else [],
        "credentials": _credentials(),
        "form": form,
        "own": agency.organisation_id == request.seat.organisation_id,
    }
    return render(request, "marketplace/credential-review.html", context)
