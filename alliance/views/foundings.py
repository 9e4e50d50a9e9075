"""Doors to a founding on the desk: the lead unit's guided form, and the other units' consent."""

from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import require_seat
from accounts.models import Deed
from accounts.stepup import step_up
from alliance import charters, forms_pdf, founding_papers, official, reviews
from alliance import foundings as rules
from alliance.forms.foundings import (
    REVIEWED,
    STEP_OF,
    STEPS,
    AskForm,
    DeclineForm,
    bound,
    document_of,
)
from alliance.founding_checks import model
from alliance.models import (
    BEING_WRITTEN,
    Alliance,
    Call,
    Founding,
    FoundingState,
    FoundingUnit,
    Officer,
    Post,
    UnitKind,
)
from core import clock
from core.forms import new_once
from core.lifecycle import RuleBroken
from core.models import Upload
from core.once import AlreadyDone
from core.views import asked, autosaved, pdf_response, posted, refusal

UNITS = "units"


@require_seat()
@require_safe
def desk(request):
    """What the unit has to do with alliances: posts, memberships, foundings, consents asked."""
    seat, at = request.seat, clock.now()
    context = {
        "posts": Officer.objects.held_at(at).of(seat).select_related("alliance"),
        "joined": Alliance.objects.joined_by(seat.organisation).select_related("lead"),
        "foundings": Founding.objects.led_by(seat.organisation).select_related("call"),
        "asked": FoundingUnit.objects.asked_of(seat.organisation).select_related(
            "founding__lead", "organisation"
        ),
        "calls": Call.objects.open_at(at).select_related("regulator"),
        "may_join": seat.may(Deed.JOIN_ALLIANCE),
    }
    return render(request, "alliance/desk.html", context)


@require_seat(Deed.JOIN_ALLIANCE)
def begin(request, number):
    """Begin an application for a call: asked once more on GET, so that a link makes no row."""
    call = get_object_or_404(Call.objects.public(), number=number)
    if request.method == "POST":
        try:
            founding = rules.begin(
                call, key=request.POST.get("once", "")[:32], by=request.seat, at=clock.now()
            )
        except AlreadyDone as begun:
            return redirect("alliance:founding-edit", begun.subject_code)
        except RuleBroken as refused:
            refusal(request, refused, about=call)
            return redirect("alliance:desk")
        return redirect("alliance:founding-edit", founding.code)
    return render(request, "alliance/founding-begin.html", {"call": call, "once": new_once()})


@require_seat()
@require_safe
def founding(request, code):
    """One application, for its lead and for who reviews it."""
    found = visible(request, code)
    context = page_of(found, request.seat)
    return render(request, "alliance/founding.html", context)


@require_seat(Deed.JOIN_ALLIANCE)
@require_safe
def edit(request, code):
    """The first step that is not right yet, else the preview."""
    found = _writable(request, code)
    _document, wrong = document_of(found, request.seat)
    if wrong:
        return redirect("alliance:step", code, wrong[0].slug)
    return redirect("alliance:founding-submit", code)


@require_seat(Deed.JOIN_ALLIANCE)
def step(request, code, step):
    found = _writable(request, code)
    if step not in STEPS:
        raise Http404
    kind = STEPS[step]
    if request.method == "POST":
        form = kind(request.POST, request.FILES, by=request.seat, founding=found)
        well = form.is_valid()
        try:
            rules.save_draft(
                found, {**form.typed(), **form.received()}, by=request.seat, at=clock.now()
            )
        except RuleBroken as refused:
            refusal(request, refused, about=found)
            return redirect("alliance:founding", code)
        if "leave" in request.POST:
            return redirect("alliance:founding", code)
        if well:
            return redirect(_after(found, step))
    elif "check" in request.GET:
        form = bound(kind, found, request.seat)
    else:
        form = kind(by=request.seat, founding=found, initial=_initial(found))
    context = {
        "founding": found,
        "form": form,
        "steps": _steps(found, request.seat, step),
        "back": _before(found, step),
        "comments": _comments_on(found, step),
    }
    return render(request, "alliance/founding-step.html", context)


@require_seat(Deed.JOIN_ALLIANCE)
@require_POST
def autosave(request, code, step):
    """What was typed so far, without a word about whether it is right."""
    found = _writable(request, code)
    if step not in STEPS:
        raise Http404
    form = STEPS[step](request.POST, by=request.seat, founding=found)
    return autosaved(request, rules.save_draft, found, form.typed())


@require_seat(Deed.JOIN_ALLIANCE)
def units(request, code):
    """The founding units: asked here, consenting from their own desks."""
    found = _writable(request, code)
    form = AskForm(request.POST or None)
    if form.is_valid():
        unit = form.cleaned_data["unit"]
        kind = UnitKind(form.cleaned_data["kind"] or UnitKind.of(unit))
        try:
            rules.ask(found, unit, kind=kind, by=request.seat, at=clock.now())
        except RuleBroken as refused:
            refusal(request, refused, about=found, form=form)
        else:
            messages.success(request, _("%(unit)s was asked.") % {"unit": unit.name})
            return redirect("alliance:founding-units", code)
    context = {
        "founding": found,
        "form": form,
        "units": found.units.select_related("organisation", "answered_by__user"),
        "checks": rules.checks_of(found, str(found.draft.get("name", "")))[:2],
        "steps": _steps(found, request.seat, UNITS),
        "comments": _comments_on(found, UNITS),
        "next": reverse("alliance:step", args=[code, "charter"]),
        "back": reverse("alliance:step", args=[code, "basis"]),
    }
    return render(request, "alliance/founding-units.html", context)


@require_seat(Deed.JOIN_ALLIANCE)
@require_POST
def drop(request, code, unit):
    found = _writable(request, code)
    row = get_object_or_404(found.units, code=unit)
    try:
        rules.drop(row, by=request.seat, at=clock.now())
    except RuleBroken as refused:
        refusal(request, refused, about=found)
    return redirect("alliance:founding-units", code)


@require_seat(Deed.JOIN_ALLIANCE)
@step_up()
def submit(request, code):
    """The whole application with both checks; then it is handed in."""
    found = _writable(request, code)
    document, wrong = document_of(found, request.seat)
    if request.method == "POST" and document is not None:
        try:
            rules.submit(found, document, by=request.seat, at=clock.now())
        except RuleBroken as refused:
            refusal(request, refused, about=found)
            return redirect("alliance:founding-submit", code)
        messages.success(request, _("The application is handed in: the registrar reviews it."))
        return redirect("alliance:founding", code)
    context = {
        "founding": found,
        "document": _shown(found, document) if document else None,
        "wrong": wrong,
        "checks": rules.checks_of(found, str(found.draft.get("name", ""))),
        "steps": _steps(found, request.seat, "submit"),
        "waiting": found.units.filter(state="invited").count(),
    }
    return render(request, "alliance/founding-submit.html", context)


@require_seat(Deed.JOIN_ALLIANCE)
def withdraw(request, code):
    found = _writable(request, code)
    return asked(
        request,
        about=found,
        rule=partial(rules.withdraw, found),
        done=_("The application is given up."),
        onward="alliance:desk",
        title=_("Give this application up?"),
        text=str(found),
        warning=_("It cannot be brought back."),
        verb=_("Give it up"),
        danger=True,
    )


@require_seat()
@require_safe
def paper(request, code):
    """The official registration form, filled in with what was typed or handed in."""
    found = visible(request, code)
    version = found.versions.first()
    if version is not None:
        values = version.document
    else:
        units = found.units.filter(state="consented").select_related("organisation")
        names = [found.lead.name, *(unit.organisation.name for unit in units)]
        values = {**found.draft, "units": [{"name": name} for name in names]}
    form = official.load(official.FOUNDING)
    filled = version.submitted_at if version else clock.now()
    values = {**values, "filled_on": f"{localtime(filled):%Y-%m-%d}"}
    sheet = forms_pdf.Sheet(
        form,
        official.normal(form, values),
        words=dict(founding_papers.words_for(found.call, found.number or "")),
    )
    return pdf_response(forms_pdf.draw(sheet), f"申报登记表-{found.number or found.code}.pdf")


@require_seat(Deed.JOIN_ALLIANCE)
@step_up()
def consent(request, code):
    """A unit says yes from its own desk."""
    unit = _invited(request, code)
    if request.method == "POST":
        try:
            rules.consent(unit, by=request.seat, at=clock.now())
        except RuleBroken as refused:
            refusal(request, refused, about=unit)
        else:
            messages.success(request, _("Your unit founds the alliance."))
        return redirect("alliance:desk")
    return render(request, "alliance/consent.html", {"unit": unit, "founding": unit.founding})


@require_seat(Deed.JOIN_ALLIANCE)
def decline(request, code):
    unit = _invited(request, code)
    return asked(
        request,
        about=unit,
        form=DeclineForm(posted(request)),
        rule=partial(rules.decline, unit),
        done=_("The lead unit was told."),
        onward="alliance:desk",
        title=_("Do not found this alliance?"),
        text=str(unit.founding),
        verb=_("Decline"),
    )


# ── who may see what ─────────────────────────────────────────────────────────────────────────────


def visible(request, code):
    """The lead's own; for who registers alliances all that were handed in for its calls."""
    rows = Founding.objects.select_related(
        "call__regulator", "call__region", "lead__region", "alliance", "submitted_by__user"
    )
    found = get_object_or_404(rows, code=code)
    seat = request.seat
    if found.lead_id == seat.organisation_id:
        return found
    may = seat.may(Deed.REGISTER_ALLIANCE) and found.call.regulator_id == seat.organisation_id
    if may and found.number:
        return found
    raise Http404


def page_of(found, seat):
    """What the page of an application shows, to its lead and to its reviewer."""
    versions = list(found.versions.select_related("submitted_by__user"))
    changed = _changed(versions[1].document, versions[0].document) if len(versions) > 1 else []
    is_lead = found.lead_id == seat.organisation_id
    said = reviews.by_field(found, unsettled=False)
    return {
        "founding": found,
        "document": _shown(found, versions[0].document) if versions else None,
        "versions": versions,
        "changed": changed,
        "units": found.units.select_related("organisation"),
        "checks": rules.checks_of(found, found.name or str(found.draft.get("name", ""))),
        "comments": [(REVIEWED.get(field, ""), rows) for field, rows in said.items()],
        "is_lead": is_lead,
        "may_review": not is_lead and found.state == FoundingState.SUBMITTED,
        "may_write": is_lead and found.state in BEING_WRITTEN and seat.may(Deed.JOIN_ALLIANCE),
    }


def _writable(request, code):
    found = visible(request, code)
    if found.lead_id != request.seat.organisation_id or found.state not in BEING_WRITTEN:
        raise Http404
    return found


def _invited(request, code):
    rows = FoundingUnit.objects.select_related("founding__lead", "founding__call", "organisation")
    return get_object_or_404(
        rows.exclude(state="declined"),
        code=code,
        organisation=request.seat.organisation,
        founding__state__in=BEING_WRITTEN,
    )


# ── pieces ───────────────────────────────────────────────────────────────────────────────────────


def _shown(found, document):
    """A document as the page tells it: groups of labels and values, tables and files."""
    form = official.load(official.FOUNDING)
    contacts = [
        (field.title, official.shown(field, document.get(field.name, "")))
        for section in form.sections
        for field in section.fields
        if section.key == "contact"
    ]
    codes = [code for held in document.get("files", {}).values() for code in held]
    uploads = {upload.code: upload for upload in Upload.objects.filter(code__in=codes)}
    seats = {
        seat.code: seat.user.name
        for seat in found.lead.seats.filter(
            code__in=document.get("officers", {}).values()
        ).select_related("user")
    }
    template = charters.templates()[document["charter"]]
    return {
        "name": document["name"],
        "fields": rules.field_labels(document),
        "introduction": document.get("introduction", ""),
        "contacts": contacts,
        "charter": template,
        "fees": [
            (template.terms["levels"][key]["label"], fee)
            for key, fee in document.get("fees", {}).items()
            if key in template.terms["levels"]
        ],
        "officers": [
            (Post(post).label, seats.get(code, ""))
            for post, code in document.get("officers", {}).items()
        ],
        "experts": document.get("experts", []),
        "necessity": [
            (part["label"], document.get("necessity", {}).get(part["key"], ""))
            for part in model()["outline"]
        ],
        "plan": document.get("plan", []),
        "budget": document.get("budget", []),
        "supplement": document.get("supplement", ""),
        "files": [
            (
                material["label"],
                material.get("source", ""),
                [
                    uploads[code]
                    for code in document.get("files", {}).get(material["key"], [])
                    if code in uploads
                ],
            )
            for material in found.call.materials
        ],
    }


def _changed(old, new):
    """The parts that say something else than in the version before."""
    return [label for part, label in REVIEWED.items() if _part(old, part) != _part(new, part)]


def _part(document, part):
    names = {
        "name": ("name", "fields", "field_other", "introduction", "short_name"),
        "contacts": tuple(
            f"{who}_{what}"
            for who in ("head", "liaison")
            for what in ("name", "unit", "phone", "email")
        ),
        "charter": ("charter", "fees", "officers"),
        "files": ("files", "supplement"),
    }.get(part, (part,))
    return [document.get(name) for name in names]


def _initial(found):
    initial = dict(found.draft)
    for name, held in found.draft.items():
        if name.endswith("-held") and held:
            initial[name.removesuffix("-held")] = list(Upload.objects.filter(code__in=held))
    return initial


def _comments_on(found, slug):
    said = reviews.by_field(found)
    return [
        (REVIEWED[field], rows)
        for field, rows in said.items()
        if field and STEP_OF.get(field) == slug
    ]


def _order():
    """The steps with the units between the first and the second."""
    first, *others = STEPS
    return [first, UNITS, *others]


def _address(found, slug):
    if slug == UNITS:
        return reverse("alliance:founding-units", args=[found.code])
    return reverse("alliance:step", args=[found.code, slug])


def _steps(found, seat, current):
    """The steps as components/steps.html shows them."""
    shown = []
    for slug in _order():
        if slug == UNITS:
            done, label = found.units.filter(state="consented").exists(), _("Founding units")
        else:
            form = bound(STEPS[slug], found, seat)
            label = STEPS[slug].heading
            done = any(found.draft.get(name) for name in form.fields) and form.is_valid()
        state = "now" if slug == current else "done" if done else "todo"
        shown.append({"label": label, "href": _address(found, slug), "state": state})
    last = reverse("alliance:founding-submit", args=[found.code])
    state = "now" if current == "submit" else "todo"
    return [*shown, {"label": _("Check and hand in"), "href": last, "state": state}]


def _after(found, slug):
    order = _order()
    place = order.index(slug) + 1
    if place == len(order):
        return reverse("alliance:founding-submit", args=[found.code])
    return _address(found, order[place])


def _before(found, slug):
    order = _order()
    place = order.index(slug)
    return _address(found, order[place - 1]) if place else ""
