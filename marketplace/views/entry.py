"""Doors to an agency's entry, for the unit itself: the draft, what was handed in, what it has."""

from functools import partial

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.access import require_seat
from accounts.models import Deed
from core import clock
from core.calendar import day_of
from core.lifecycle import RuleBroken
from core.views import asked, autosaved, refusal
from marketplace import agencies, conditions, credentials, eligibility
from marketplace.entry import SECTIONS, Entry
from marketplace.forms import entry as forms
from marketplace.models import (
    Agency,
    AgencyState,
    AuthorisedPerson,
    Practitioner,
    PractitionerCertificate,
    Qualification,
    ReviewState,
    ServiceItem,
)

applicant = require_seat(Deed.APPLY_ENTRY)
OPEN = (AgencyState.DRAFT, AgencyState.RETURNED)
LABELS = {
    "unit": gettext_lazy("Unit and authorised person"),
    "services": gettext_lazy("Services offered"),
    "qualifications": gettext_lazy("Qualifications"),
    "practitioners": gettext_lazy("Practitioners"),
}
HINTS = {
    "services": gettext_lazy("Your own conditions, process, time limit and fee are published."),
    "qualifications": gettext_lazy(
        "Certificates of the unit. Leave this empty where your services need none."
    ),
    "practitioners": gettext_lazy(
        "One row a certificate: two certificates of one person are two rows with one ID number."
    ),
}


def own(request):
    """The agency of the seat's unit, or 404."""
    return get_object_or_404(
        Agency.objects.of(request.seat.organisation).select_related("organisation__region")
    )


@applicant
@require_safe
def entry(request):
    """Where the unit's entry stands, and what it can do now."""
    agency = (
        Agency.objects.of(request.seat.organisation).select_related("organisation__region").first()
    )
    if agency is None:
        barred = request.seat.organisation.kind in agencies.BARRED
        return render(request, "marketplace/entry-begin.html", {"barred": barred})
    if agency.state == AgencyState.LISTED:
        return render(request, "marketplace/entry-listed.html", _listed(agency))
    context = {"agency": agency, "review": agency.reviews.first()}
    if agency.state in OPEN:
        context["steps"] = _steps(agency, request.seat, here=None)
    return render(request, "marketplace/entry.html", context)


def _listed(agency):
    practitioners = agency.practitioners.current().prefetch_related("certificates__category")
    return {
        "agency": agency,
        "today": day_of(clock.now()),
        "services": agency.services.current().select_related("item").order_by("item__place"),
        "qualifications": agency.qualifications.current()
        .select_related("category", "scan")
        .order_by("pk"),
        "practitioners": practitioners.order_by("pk"),
        "authorised": agency.authorised_persons.current()
        .exclude(state=ReviewState.VERIFIED)
        .order_by("pk")
        .last(),
    }


@applicant
@require_POST
def entry_begin(request):
    try:
        agencies.begin(request.seat.organisation, by=request.seat, at=clock.now())
    except RuleBroken as refused:
        refusal(request, refused, about=request.seat.organisation)
        return redirect("marketplace:entry")
    return redirect("marketplace:entry-section", "unit")


@applicant
def entry_section(request, section):
    """One section: shown as it was left, kept whatever is typed."""
    agency = own(request)
    if agency.state not in OPEN:
        return redirect("marketplace:entry")
    if request.method == "POST":
        form = forms.sheet(section, request.seat, request.POST, request.FILES)
        more = "more" in request.POST
        kept = forms.typed(form, more=more)
        if not request.accepts("text/html"):
            return autosaved(request, agencies.save_draft, agency, section, kept)
        try:
            agencies.save_draft(agency, section, kept, by=request.seat, at=clock.now())
        except RuleBroken as refused:
            refusal(request, refused, about=agency)
            return redirect("marketplace:entry")
        if more:
            return redirect("marketplace:entry-section", section)
        if "later" in request.POST:
            return redirect("marketplace:entry")
        if form.is_valid():
            return redirect(*_next(section))
    else:
        form = forms.from_draft(section, request.seat, agencies.drafted(agency).get(section))
        if "check" not in request.GET:
            form = forms.without_errors(form)
    review = agency.reviews.first()
    context = {
        "agency": agency,
        "section": section,
        "label": LABELS[section],
        "hint": HINTS.get(section, ""),
        "form" if section == "unit" else "formset": form,
        "comment": review.comments.get(section, "") if review else "",
        "steps": _steps(agency, request.seat, here=section),
    }
    return render(request, "marketplace/entry-section.html", context)


def _next(section):
    place = SECTIONS.index(section) + 1
    if place == len(SECTIONS):
        return ("marketplace:entry-submit",)
    return ("marketplace:entry-section", SECTIONS[place])


def _steps(agency, seat, *, here):
    """The steps, with what is done and what is to be corrected."""
    typed = agencies.drafted(agency)
    last = agency.reviews.first()
    comments = last.comments if last else {}
    steps = []
    for section in SECTIONS:
        done = section in typed and _is_complete(section, seat, typed[section])
        state = "now" if section == here else "done" if done else "todo"
        href = reverse("marketplace:entry-section", args=[section])
        comment = comments.get(section, "")
        label = LABELS[section]
        steps.append({"label": label, "href": href, "state": state, "comment": comment})
    state = "now" if here == "submit" else "todo"
    href = reverse("marketplace:entry-submit")
    steps.append({"label": _("Check, commit and submit"), "href": href, "state": state})
    return steps


def _is_complete(section, seat, typed):
    return forms.from_draft(section, seat, typed).is_valid()


@applicant
def entry_submit(request):
    """Everything once more, the commitment letter, and the deed."""
    agency = own(request)
    if agency.state not in OPEN:
        return redirect("marketplace:entry")
    typed = agencies.drafted(agency)
    sheets = {
        section: forms.from_draft(section, request.seat, typed.get(section)) for section in SECTIONS
    }
    faults = [
        {"label": LABELS[section], "section": section, "count": _faults(sheet)}
        for section, sheet in sheets.items()
        if not _is_filled(section, sheet)
    ]
    whole = None if faults else _whole(sheets)
    name = ""
    if request.method == "POST":
        name = request.POST.get("typed", "")
        if whole is None:
            messages.error(request, _("Correct the sections named below first."))
        else:
            try:
                agencies.submit(agency, whole, typed=name, by=request.seat, at=clock.now())
            except RuleBroken as refused:
                refusal(request, refused, about=agency)
            else:
                text = _("Handed in: the operator reviews it until the day named below.")
                messages.success(request, text)
                return redirect("marketplace:entry")
    context = {
        "agency": agency,
        "faults": faults,
        "entry": whole,
        "typed": name,
        "commitment": agencies.COMMITMENT,
        "outlook": _outlook(whole) if whole else [],
        "due_at": agencies.review_due(agency, clock.now()),
        "steps": _steps(agency, request.seat, here="submit"),
    }
    return render(request, "marketplace/entry-submit.html", context)


def _is_filled(section, sheet):
    if not sheet.is_bound:
        return section in ("qualifications", "practitioners")
    return sheet.is_valid()


def _faults(sheet):
    if not sheet.is_bound:
        return 0
    if hasattr(sheet, "forms"):
        return sheet.total_error_count()
    return sum(len(errors) for errors in sheet.errors.values())


def _whole(sheets):
    def filled(section):
        return sheets[section].filled() if sheets[section].is_bound else []

    people = sheets["practitioners"]
    return Entry(
        unit=sheets["unit"].unit(),
        services=tuple(form.terms() for form in filled("services")),
        qualifications=tuple(form.paper() for form in filled("qualifications")),
        practitioners=tuple(people.individuals()) if people.is_bound else (),
    )


def _outlook(whole):
    """For each service, whether the papers of this entry meet what its catalogue item demands."""
    on = day_of(clock.now())
    facts = eligibility.facts_of_entry(whole)
    for terms in whole.services:
        requirement = eligibility.requirement_of(
            [terms.item], any_item=False, tree=terms.item.requirement
        )
        # The first lines say that it is listed and offers the item: not the question here.
        checks = conditions.check(facts, requirement, on)[2:]
        yield {"item": terms.item, "checks": checks}


# After listing.


def _adding(request, form, template, add, *, done, **context):
    """A form that hands in one thing of a listed agency."""
    agency = context["agency"]
    if form.is_bound and form.is_valid():
        try:
            add(form)
        except RuleBroken as refused:
            refusal(request, refused, about=agency, form=form)
        else:
            messages.success(request, done)
            return redirect("marketplace:entry")
    return render(request, template, {"form": form, **context})


def _listed_own(request):
    agency = own(request)
    return get_object_or_404(Agency.objects.listed().select_related("organisation"), pk=agency.pk)


@applicant
def profile_edit(request):
    """What the public reads of the agency, kept up to date by itself."""
    agency = _listed_own(request)
    initial = forms.ProfileForm.initial_of(agency)
    form = forms.ProfileForm(request.POST or None, initial=initial)

    def add(form):
        credentials.describe(agency, form.profile(), by=request.seat, at=clock.now())

    return _adding(
        request,
        form,
        "marketplace/credential-add.html",
        add,
        done=_("Saved: your public page shows it from now on."),
        agency=agency,
        title=_("Edit the introduction and the contact"),
        verb=_("Save and publish"),
        hint=_("It is public at once. What you said before stays in the record."),
    )


@applicant
def service_offer(request, slug=None):
    """Offer a service, or the same one on new terms."""
    agency = _listed_own(request)
    initial = None
    if slug:
        current = get_object_or_404(agency.services.current(), item__code=slug)
        initial = {
            name: getattr(current, name)
            for name in ("item", "conditions", "process", "time_limit_days", "fee_basis", "fee")
        }
    form = forms.ServiceForm(request.POST or None, initial=initial)

    def add(form):
        credentials.offer(agency, form.terms(), by=request.seat, at=clock.now())

    return _adding(
        request,
        form,
        "marketplace/credential-add.html",
        add,
        done=_("The service is offered in public from now on."),
        agency=agency,
        title=_("Offer a service"),
        verb=_("Offer the service"),
        hint=_("It is public at once. Earlier terms of the same service end."),
    )


@applicant
def service_stop(request, slug):
    agency = _listed_own(request)
    item = get_object_or_404(ServiceItem, agency_services__in=agency.services.current(), code=slug)
    return asked(
        request,
        about=agency,
        rule=partial(credentials.stop_offering, agency, item),
        back=reverse("marketplace:entry"),
        title=_("Stop offering “%(item)s”?") % {"item": item.name},
        consequences=[
            _("The service leaves your public page at once."),
            _("You cannot bid for new orders of it; bids and contracts under way go on."),
        ],
        verb=_("Stop offering"),
    )


@applicant
def qualification_add(request):
    agency = _listed_own(request)
    form = forms.PaperForm(request.POST or None, request.FILES or None, by=request.seat)

    def add(form):
        credentials.add_qualification(agency, form.paper(), by=request.seat, at=clock.now())

    return _adding(
        request,
        form,
        "marketplace/credential-add.html",
        add,
        done=_("Handed in: it counts once the operator has verified it."),
        agency=agency,
        title=_("Add a qualification"),
        verb=_("Hand in the qualification"),
    )


@applicant
def practitioner_add(request):
    agency = _listed_own(request)
    form = forms.PractitionerForm(request.POST or None, request.FILES or None, by=request.seat)

    def add(form):
        credentials.add_practitioner(agency, form.individual(), by=request.seat, at=clock.now())

    return _adding(
        request,
        form,
        "marketplace/credential-add.html",
        add,
        done=_("Handed in: it counts once the operator has verified it."),
        agency=agency,
        title=_("Add a practitioner"),
        verb=_("Hand in the practitioner"),
    )


@applicant
def certificate_add(request, code):
    agency = _listed_own(request)
    person = get_object_or_404(agency.practitioners.verified(), code=code)
    form = forms.CertificateForm(request.POST or None, request.FILES or None, by=request.seat)

    def add(form):
        credentials.add_certificate(person, form.paper(), by=request.seat, at=clock.now())

    return _adding(
        request,
        form,
        "marketplace/credential-add.html",
        add,
        done=_("Handed in: it counts once the operator has verified it."),
        agency=agency,
        title=_("Add a certificate of %(name)s") % {"name": person.name},
        verb=_("Hand in the certificate"),
    )


@applicant
def authorised_replace(request):
    """Name another authorised person; the present one stays until the operator has looked."""
    agency = _listed_own(request)
    form = forms.AuthorisedForm(request.POST or None, request.FILES or None, by=request.seat)

    def add(form):
        person = form.authorised()
        credentials.replace_authorised(agency, person, by=request.seat, at=clock.now())

    return _adding(
        request,
        form,
        "marketplace/credential-add.html",
        add,
        done=_("Handed in: it counts once the operator has verified it."),
        agency=agency,
        title=_("Replace the authorised person"),
        verb=_("Hand in the authorised person"),
    )


@applicant
def credential_end(request, code):
    """Give up a qualification or certificate, strike off a person: asked first."""
    agency = _listed_own(request)
    row = find_credential(code, agency=agency)
    return asked(
        request,
        about=agency,
        rule=partial(credentials.end, row),
        back=reverse("marketplace:entry"),
        title=_("Take “%(row)s” off your list?") % {"row": row},
        consequences=[
            _("It leaves your public page at once and counts for no new bid."),
            _("Bids and contracts under way go on; the history keeps it."),
        ],
        warning=_("This cannot be undone: adding it again is a new review."),
        verb=_("Take it off"),
        danger=True,
    )


def find_credential(code, **of):
    """What is current of this code and reviewed alone, or 404."""
    for model in (Qualification, Practitioner, AuthorisedPerson):
        row = model.objects.current().filter(code=code, **of).first()
        if row is not None:
            return row
    certificates = PractitionerCertificate.objects.current().filter(code=code, **_within(of))
    return get_object_or_404(certificates)


def _within(of):
    return {f"practitioner__{name}": value for name, value in of.items()}
