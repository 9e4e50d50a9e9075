"""Doors of a unit that joins: its invitations, the forms, what was handed in, taking it back."""

from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import require_seat, signed_in
from accounts.models import Deed
from alliance import (
    admission,
    application_papers,
    applications,
    council_papers,
    joining,
    official,
    reviews,
)
from alliance.forms import applications as forms
from alliance.forms.official import OfficialSheet, posted_sheet
from alliance.models import Alliance, Application, ApplicationState, Motion, UnitKind
from alliance.models.meetings import MinutesState
from alliance.voting import Outcome
from core import clock
from core.lifecycle import RuleBroken
from core.models import Scan, Upload
from core.views import asked, autosaved, file_response, pdf_response, posted, refusal

applicant = require_seat(Deed.JOIN_ALLIANCE)


@require_seat()
@require_safe
def applications_own(request):
    """What the unit applies for, and the invitations that wait for its word."""
    at, seat = clock.now(), request.seat
    rows = Application.objects.of(seat.organisation).select_related("alliance")
    context = {
        "applications": rows.order_by("-pk")[:100],
        "invitations": joining.addressed_to(request.user, seat).waiting_at(at)[:50],
    }
    return render(request, "alliance/applications-own.html", context)


@signed_in
def join_invitation(request, code):
    """The letter, and yes or no to it; whose secretariat sent it is led to all of its letters."""
    at, seat = clock.now(), request.seat
    invitation = joining.addressed_to(request.user, seat).filter(code=code).first()
    if invitation is None:
        sent = get_object_or_404(joining.sent_from(seat, at), code=code)
        return redirect("alliance:join-invitations", sent.alliance.number)
    may = seat is not None and seat.may(Deed.JOIN_ALLIANCE)
    form = forms.ReasonForm(request.POST or None)
    if request.method == "POST":
        try:
            if "decline" in request.POST:
                reason = request.POST.get("reason", "")
                joining.decline(invitation, reason=reason, by=request.actor, at=at)
                messages.success(request, _("The secretariat is told that your unit declines."))
                return redirect("alliance:join-invitation", code)
            if not may:
                raise RuleBroken("Act from a seat of your unit that may represent it in alliances.")
            application = joining.accept(invitation, by=seat, at=at)
        except RuleBroken as refused:
            refusal(request, refused, about=invitation)
            return redirect("alliance:join-invitation", code)
        return redirect("alliance:application-edit", application.code)
    context = {
        "invitation": invitation,
        "alliance": invitation.alliance,
        "open": invitation.is_open(at),
        "may": may,
        "form": form,
        "begun": Application.objects.filter(invitation=invitation).first(),
    }
    return render(request, "alliance/join-invitation.html", context)


@applicant
def apply(request, number):
    """Begin without an invitation: asked on GET, so that a link makes no row."""
    alliance = get_object_or_404(Alliance, number=number)
    own = Application.objects.of(request.seat.organisation).filter(alliance=alliance).in_hand()
    if begun := own.first():
        return redirect("alliance:application", begun.code)
    waiting = joining.addressed_to(request.user, request.seat).filter(alliance=alliance)
    if request.method == "GET" and (invitation := waiting.waiting_at(clock.now()).first()):
        return redirect("alliance:join-invitation", invitation.code)
    form = forms.BeginForm(
        request.POST or None, initial={"unit_kind": UnitKind.of(request.seat.organisation)}
    )
    if form.is_bound and form.is_valid():
        kind = form.cleaned_data["unit_kind"]
        try:
            begun = applications.begin(alliance, unit_kind=kind, by=request.seat, at=clock.now())
        except RuleBroken as refused:
            refusal(request, refused, about=alliance, form=form)
        else:
            return redirect("alliance:application-edit", begun.code)
    context = {
        "alliance": alliance,
        "form": form,
        "body": admission.decided_by(alliance, clock.now()),
    }
    return render(request, "alliance/apply.html", context)


@require_seat()
@require_safe
def application_open(request, code):
    """Where letters and the desk lead: each to his own page of the application."""
    application = get_object_or_404(_visible(request), code=code)
    if application.organisation_id == request.seat.organisation_id:
        return redirect("alliance:application", code)
    return redirect("alliance:application-review", application.alliance.number, code)


@require_seat()
@require_safe
def application(request, code):
    """Where the unit's application stands."""
    found = _own(request, code)
    versions = list(found.versions.select_related("submitted_by__user"))
    context = {
        "application": found,
        "stages": stages(found),
        "versions": versions,
        "comments": _told(found) if found.state == ApplicationState.RETURNED else [],
        "may": request.seat.may(Deed.JOIN_ALLIANCE),
        "compare": len(versions) > 1,
        "vote": _vote(found),
    }
    return render(request, "alliance/application.html", context)


def _vote(application):
    """How the body voted, and what its published minutes say beside the numbers."""
    decided = Motion.objects.about(application).decided()
    motion = decided.select_related("meeting__minutes").order_by("-decided_at", "-pk").first()
    if motion is None or motion.outcome is None:
        return None
    minutes = motion.meeting.minutes
    return {
        "meeting": motion.meeting,
        "numbers": council_papers.numbers_in_words(Outcome.from_json(motion.outcome or {})),
        "remarks": minutes.remarks if minutes.state == MinutesState.PUBLISHED else "",
    }


def stages(application):
    """The course of an application, as its page shows it."""
    state = application.state
    place = {"draft": 0, "returned": 1, "submitted": 1, "forwarded": 2}.get(state, 3)
    if state == ApplicationState.WITHDRAWN:
        place = 4
    body = application.deciding_body_name or admission.decided_by(application.alliance, clock.now())
    told = [
        (_("Fill in, stamp and hand in"), application.submitted_at),
        (_("Review by the secretariat"), application.forwarded_at),
        (_("Decision of the body: %(body)s") % {"body": body or "—"}, application.decided_at),
        (_("Result"), None),
    ]
    found = []
    for number, (label, when) in enumerate(told):
        done = number < place or (place == 3 and number == 3)
        found.append(
            {
                "label": label,
                "text": f"{localtime(when):%Y-%m-%d %H:%M}" if when else "",
                "state": "done" if done else "now" if number == place else "todo",
            }
        )
    found[3]["text"] = application.get_state_display() if place == 3 else ""
    return found


def _told(application):
    labels = applications.labels(application)
    return [
        {"label": labels.get(field, field), "field": field, "text": one.text}
        for field, some in reviews.by_field(application).items()
        for one in some
    ]


# ── filling in ───────────────────────────────────────────────────────────────────────────────────


@applicant
@require_safe
def application_edit(request, code):
    """The first step that is not right yet."""
    found = _writable(request, code)
    for step in _steps(found, ""):
        if step["state"] != "done":
            return redirect(step["href"])
    return redirect("alliance:application-submit", code)


def _sheet(application, key, data=None, **shown):
    values, sources = applications.prefilled(application, key)
    words = applications.words(application.alliance)
    return OfficialSheet(
        official.load(key), data, values=values, sources=sources, words=words, **shown
    )


def _forms(application):
    """What each form would hand in now: as typed, else as known."""
    return {
        key: _sheet(application, key).typed() for key in applications.FORMS[application.unit_kind]
    }


@applicant
def application_form(request, code, key):
    """One official form: shown as it was left, kept whatever is typed."""
    found = _writable(request, code)
    if key not in applications.FORMS[found.unit_kind]:
        raise Http404
    here = reverse("alliance:application-form", args=[code, key])
    if request.method == "POST":
        sheet = _sheet(found, key, request.POST, drop=request.POST.get("drop", ""))
        try:
            applications.save_draft(found, key, sheet.typed(), by=request.seat, at=clock.now())
        except RuleBroken as refused:
            refusal(request, refused, about=found)
            return redirect("alliance:application", code)
        if more := request.POST.get("more", ""):
            return redirect(f"{here}?more={more}#{more}")
        if drop := request.POST.get("drop", ""):
            return redirect(f"{here}#{drop.rpartition('-')[0]}")
        if "leave" in request.POST:
            return redirect("alliance:application", code)
        if sheet.is_valid():
            return redirect(_after(found, key))
    elif "check" in request.GET:
        values, sources = applications.prefilled(found, key)
        sheet = posted_sheet(
            official.load(key),
            official.normal(official.load(key), values),
            sources=sources,
            words=applications.words(found.alliance),
        )
    else:
        sheet = _sheet(found, key, more=request.GET.get("more", ""))
    comments = reviews.by_field(found)
    context = {
        "application": found,
        "form": sheet,
        "key": key,
        "title": sheet.schema.titled(applications.words(found.alliance)),
        "steps": _steps(found, key),
        "comments": [
            {"label": sheet.schema.fields[name.partition(".")[2]].title, "text": one.text}
            for name, some in comments.items()
            if name.startswith(f"{key}.")
            for one in some
        ],
    }
    return render(request, "alliance/application-form.html", context)


@applicant
@require_POST
def application_autosave(request, code, key):
    """What was typed so far, without a word about whether it is right."""
    found = _writable(request, code)
    if key not in applications.FORMS[found.unit_kind]:
        raise Http404
    typed = _sheet(found, key, request.POST).typed()
    return autosaved(request, applications.save_draft, found, key, typed)


@applicant
def application_materials(request, code):
    found = _writable(request, code)
    files = _files(found)
    levels = applications.askable(found.alliance, clock.now())
    if request.method == "POST":
        form = forms.MaterialsForm(request.POST, request.FILES, by=request.seat, levels=levels)
        well = form.is_valid()
        kept = {
            name: [one.code for one in form.fields[name].widget.held]
            for name in (applications.LICENCE, applications.OTHER)
        }
        asked = {name: form.cleaned_data.get(name, "") for name in ("level", "industry")}
        if _keep_files(request, found, kept, **asked):
            if "leave" in request.POST:
                return redirect("alliance:application", code)
            if well:
                return redirect("alliance:application-submit", code)
    else:
        initial = {**files, **_asked(found)}
        form = forms.MaterialsForm(by=request.seat, initial=initial, levels=levels)
    context = {"application": found, "form": form, "steps": _steps(found, "materials")}
    return render(request, "alliance/application-materials.html", context)


def _asked(application):
    """What the official forms do not ask, as it was typed beside the files."""
    kept = application.draft.get("files", {})
    return {name: kept.get(name, "") for name in ("level", "industry")}


def _files(application):
    files = forms.known_files(application)
    if "files" not in application.draft:
        files[applications.LICENCE] = applications.licences(application.organisation)
    return files


def _keep_files(request, application, kept, **facts):
    current = application.draft.get("files", {})
    if applications.LICENCE not in current and applications.LICENCE not in kept:
        own = applications.licences(application.organisation)
        current = {**current, applications.LICENCE: [one.code for one in own]}
    try:
        applications.save_draft(
            application, "files", {**current, **kept, **facts}, by=request.seat, at=clock.now()
        )
    except RuleBroken as refused:
        refusal(request, refused, about=application)
        return False
    return True


@applicant
def application_submit(request, code):
    """Print, stamp, upload, hand in: the last step."""
    found = _writable(request, code)
    values = _forms(found)
    digest = applications.printed_digest(found, values)
    wrong = applications.faults(found, values)
    form = forms.StampedForm(
        request.POST or None,
        request.FILES or None,
        by=request.seat,
        initial={"stamped": _files(found)[applications.STAMPED]},
    )
    stamped_for = found.draft.get("files", {}).get("stamped_for", "")
    if request.method == "POST":
        well = form.is_valid()
        codes = [one.code for one in form.fields["stamped"].widget.held]
        if codes != found.draft.get("files", {}).get(applications.STAMPED):
            stamped_for = digest  # a scan that is new is of the forms as they are now
        if _keep_files(request, found, {applications.STAMPED: codes}, stamped_for=stamped_for):
            if "leave" in request.POST:
                return redirect("alliance:application", code)
            found.refresh_from_db()
            if well and _handed_in(request, found, values, stamped_for, form):
                return redirect("alliance:application", code)
    labels = {one.key: one.titled(applications.words(found.alliance)) for one in _schemas(found)}
    context = {
        "application": found,
        "form": form,
        "wrong": [
            {"key": key, "label": labels[key], "count": count} for key, count in wrong.items()
        ],
        "lacks_licence": not _files(found)[applications.LICENCE],
        "stale": bool(stamped_for) and stamped_for != digest,
        "digest": digest,
        "steps": _steps(found, "submit"),
    }
    return render(request, "alliance/application-submit.html", context)


def _handed_in(request, application, values, stamped_for, form):
    handed = applications.Handed(values, _files(application), **_asked(application))
    try:
        applications.submit(
            application, handed, stamped_for=stamped_for, by=request.seat, at=clock.now()
        )
    except RuleBroken as refused:
        refusal(request, refused, about=application, form=form)
        return False
    messages.success(request, _("Handed in: the secretariat reviews it now."))
    return True


def _schemas(application):
    return applications.forms_of(application)


def _steps(application, here):
    """The steps of the guided form, with what is done."""
    values = _forms(application)
    wrong = applications.faults(application, values)
    files = _files(application)
    steps = []
    for form in _schemas(application):
        href = reverse("alliance:application-form", args=[application.code, form.key])
        done = form.key not in wrong and form.key in application.draft
        label = form.title.replace("{alliance}", "").replace("{union}", "")
        steps.append({"label": label, "href": href, "done": done, "key": form.key})
    for key, label, done in (
        ("materials", _("Materials"), bool(files[applications.LICENCE])),
        ("submit", _("Stamp and hand in"), False),
    ):
        href = reverse(f"alliance:application-{key}", args=[application.code])
        steps.append({"label": label, "href": href, "done": done, "key": key})
    for step in steps:
        step["state"] = "now" if step["key"] == here else "done" if step["done"] else "todo"
    return steps


def _after(application, key):
    keys = list(applications.FORMS[application.unit_kind])
    place = keys.index(key) + 1
    if place < len(keys):
        return reverse("alliance:application-form", args=[application.code, keys[place]])
    return reverse("alliance:application-materials", args=[application.code])


# ── papers, and giving up ────────────────────────────────────────────────────────────────────────


@require_seat()
@require_safe
def application_pdf(request, code):
    """The official forms: a version that was handed in, else the draft as it stands."""
    found = get_object_or_404(_visible(request), code=code)
    asked = request.GET.get("version", "")
    version = found.versions.filter(version=asked).first() if asked.isdecimal() else None
    own = found.organisation_id == request.seat.organisation_id
    if version is None and (not own or not found.is_writable):
        version = found.versions.first()
    pdf = application_papers.draw(found, version, draft=_forms(found) if version is None else {})
    return pdf_response(pdf, f"{found.number or found.code}.pdf")


@require_seat()
@require_safe
def application_file(request, code, upload):
    """A file that was handed in, the wallet's scans too, to whoever sees the application."""
    found = get_object_or_404(_visible(request), code=code)
    held = {
        one["code"]
        for version in found.versions.all()
        for some in version.content["files"].values()
        for one in some
    }
    file = get_object_or_404(Upload, code=upload) if upload in held else None
    if file is None or file.scan in (Scan.INFECTED, Scan.PENDING):
        raise Http404
    return file_response(file)


@require_seat()
@require_safe
def application_compare(request, code):
    """Two versions side by side: by default the last two."""
    found = get_object_or_404(_visible(request), code=code)
    versions = {str(one.version): one for one in found.versions.all()}
    if len(versions) < 2:
        raise Http404
    newest = max(versions, key=int)
    new = versions.get(request.GET.get("new", ""), versions[newest])
    default = versions.get(str(new.version - 1)) or versions[min(versions, key=int)]
    old = versions.get(request.GET.get("old", ""), default)
    context = {
        "application": found,
        "versions": sorted(versions.values(), key=lambda one: one.version),
        "old": old,
        "new": new,
        "compared": admission.compared(old, new),
    }
    return render(request, "alliance/application-compare.html", context)


@applicant
def application_discard(request, code):
    found = _own(request, code)
    if found.state != ApplicationState.DRAFT:
        raise Http404
    return asked(
        request,
        about=found,
        rule=partial(applications.discard, found),
        done=_("The draft was deleted."),
        back=reverse("alliance:application", args=[code]),
        onward="alliance:applications-own",
        title=_("Delete this draft?"),
        text=found.alliance.name,
        warning=_("It cannot be brought back."),
        verb=_("Delete the draft"),
        danger=True,
    )


@applicant
def application_withdraw(request, code):
    found = _own(request, code)
    return asked(
        request,
        about=found,
        form=forms.ReasonForm(posted(request)),
        rule=partial(applications.withdraw, found),
        done=_("The application was withdrawn."),
        back=reverse("alliance:application", args=[code]),
        title=_("Withdraw this application?"),
        text=f"{found.alliance.name} {found.number or ''}",
        consequences=[
            _("The secretariat is told; what was handed in stays in the record."),
            _("You may apply anew at any time."),
        ],
        verb=_("Withdraw the application"),
        danger=True,
    )


# ── who may see what ─────────────────────────────────────────────────────────────────────────────


def _visible(request):
    rows = Application.objects.visible_to(request.seat, clock.now())
    return rows.select_related("alliance", "organisation")


def _own(request, code):
    rows = Application.objects.of(request.seat.organisation)
    return get_object_or_404(
        rows.select_related("alliance", "organisation", "member", "invitation"), code=code
    )


def _writable(request, code):
    """Draft or returned; every other one leads to its page by 404 here."""
    found = _own(request, code)
    if not found.is_writable:
        raise Http404
    return found
