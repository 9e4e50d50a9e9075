"""Doors to credit: the public page of an agency, what recomputes it, the rules, and the hearing."""

import csv
import json
from io import BytesIO, StringIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from django.contrib import messages
from django.db.models import Exists, OuterRef, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.access import require_seat
from accounts.models import Deed, Organisation, OrganisationKind, Standing
from core import clock, paging
from core.calendar import day_of
from core.lifecycle import RuleBroken
from core.models import Upload
from core.once import AlreadyDone
from core.paging import Order
from core.views import public, refusal
from credit import chart, facts, ratings, scoring
from credit.forms import AnnulForm, CorrectForm, FilterForm, FindingForm, StatementForm
from credit.models import Fact, Scheme, Statement

RATED = {"new": Order(gettext_lazy("newest first"), "-verified_at", "-pk")}
FACTS = {"new": Order(gettext_lazy("newest first"), "-entered_at", "-pk")}


@public
@require_safe
def index(request):
    """The units that have a record, with their levels."""
    form = FilterForm(request.GET)
    rows = _rated().filter(Exists(Fact.objects.filter(organisation=OuterRef("pk"))))
    words = form.cleaned_data["q"].strip() if form.is_valid() else ""
    if words:
        rows = rows.filter(Q(name__icontains=words) | Q(uscc=words.upper()))
    page = paging.page(rows, RATED, request.GET)
    rated = ratings.of_many(page.rows, clock.now())
    context = {
        "form": form,
        "page": page,
        "rows": [(row, rated[row.pk]) for row in page.rows],
        "scheme": Scheme.objects.on(day_of(clock.now())),
        "words": words,
    }
    return render(request, "credit/index.html", context)


def _rated():
    """Units that can have a record: verified, and no natural persons."""
    units = Organisation.objects.verified().filter(standing=Standing.PARTICIPANT)
    return units.exclude(kind=OrganisationKind.NATURAL_PERSON)


@public
@require_safe
def agency(request, code):
    """Every point of a unit's score, with its basis, and how it will change."""
    organisation = get_object_or_404(_rated(), code=code)
    at = clock.now()
    rating = ratings.of(organisation, at)
    if rating is None:
        return redirect("credit:index")  # which says why nobody is rated
    shown = _shown(organisation, rating, at)
    context = {
        "organisation": organisation,
        "rating": rating,
        "scheme": rating.scheme,
        "lines": shown,
        "outlook": ratings.outlook(organisation, at),
        "course": chart.drawn(
            ratings.course(organisation, at),
            [(one.code, one.begins) for one in rating.scheme.levels],
            floor=rating.scheme.floor,
        ),
        "bars": ratings.bars(organisation, at),
        "at": at,
    }
    return render(request, "credit/agency.html", context)


def _shown(organisation, rating, at):
    """The lines with their facts; of a discredit whose publication is over, the bare points."""
    rows = Fact.objects.filter(code__in=[line.entry.code for line in rating.lines])
    by_code = {fact.code: fact for fact in rows.select_related("scheme")}
    shown = []
    for line in rating.lines:
        fact = by_code[line.entry.code]
        until = fact.published_until()
        hidden = until is not None and until <= at
        shown.append({"line": line, "fact": fact, "hidden": hidden})
    return shown


def _public_entries(organisation, rating, at):
    for one in _shown(organisation, rating, at):
        entry = one["line"].entry
        if one["hidden"]:
            entry = scoring.Entry(
                code=entry.code,
                kind="",
                title=HIDDEN,
                basis="国办发〔2025〕22号",
                points=entry.points,
                occurred_at=entry.occurred_at,
                effective_at=entry.effective_at,
            )
        yield entry


HIDDEN = "公示期已满的事项"


def _csv(entries):
    table = StringIO()
    writer = csv.writer(table)
    writer.writerow(scoring.COLUMNS)
    writer.writerows(scoring.to_row(entry) for entry in entries)
    return ("\ufeff" + table.getvalue()).encode()  # the mark tells Excel that it is UTF-8


@public
@require_safe
def facts_csv(request, code):
    organisation = get_object_or_404(_rated(), code=code)
    at = clock.now()
    content = _csv(_public_entries(organisation, _rating(organisation, at), at))
    return _download(content, "text/csv; charset=utf-8", f"credit-{code}.csv")


@public
@require_safe
def recompute(request, code):
    """A folder that recomputes the score anywhere: facts, scheme, result, and the program."""
    organisation = get_object_or_404(_rated(), code=code)
    at = clock.now()
    rating = _rating(organisation, at)
    scheme = Scheme.objects.get(version=rating.scheme.version)
    result = {"organisation": organisation.name, "at": at.isoformat(), **rating.to_json()}
    files = {
        "facts.csv": _csv(_public_entries(organisation, rating, at)),
        "scheme.json": _json({**scheme.data, "version": scheme.version, "name": scheme.name}),
        "result.json": _json(result),
        "scoring.py": Path(scoring.__file__).read_bytes(),
    }
    kept = BytesIO()
    with ZipFile(kept, "w", ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(f"credit-{code}/{name}", content)
    return _download(kept.getvalue(), "application/zip", f"credit-{code}.zip")


def _rating(organisation, at):
    """404 before the first scheme is in force: there is nothing to recompute."""
    if (rating := ratings.of(organisation, at)) is None:
        raise Http404
    return rating


def _json(value):
    return json.dumps(value, ensure_ascii=False, indent=2).encode()


def _download(content, media_type, name):
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@public
@require_safe
def scheme(request, version=None):
    """The rules in force, or an older version of them."""
    if version is None:
        found = Scheme.objects.on(day_of(clock.now()))
        if found is None:
            return redirect("credit:index")
    else:
        found = get_object_or_404(Scheme, version=version)
    context = {
        "scheme": found,
        "rules": found.rules,
        "kinds": list(found.rules.kinds.values()),
        "versions": Scheme.objects.order_by("-version"),
        "severities": SEVERITIES,
    }
    return render(request, "credit/scheme.html", context)


SEVERITIES = {
    "minor": gettext_lazy("minor"),
    "ordinary": gettext_lazy("ordinary"),
    "serious": gettext_lazy("serious"),
}


def _visible(seat):
    rows = Fact.objects.standing().select_related("organisation", "scheme", "statement")
    if seat.may(Deed.SUPERVISE):
        return rows
    return rows.filter(organisation=seat.organisation)


@require_seat()
@require_safe
def desk(request):
    """A unit's own record, with what it may still be heard about; for a supervisor, everybody's."""
    at = clock.now()
    page = paging.page(_visible(request.seat), FACTS, request.GET)
    context = {
        "page": page,
        "supervises": request.seat.may(Deed.SUPERVISE),
        "rating": None
        if request.seat.organisation.standing != Standing.PARTICIPANT
        else ratings.of(request.seat.organisation, at),
        "at": at,
    }
    return render(request, "credit/desk.html", context)


@require_seat()
@require_safe
def fact_detail(request, code):
    fact = get_object_or_404(_visible(request.seat), code=code)
    return _fact_page(request, fact)


def _fact_page(request, fact, **forms):
    at = clock.now()
    seat = request.seat
    statement = getattr(fact, "statement", None)
    heard = fact.effective_at > at and statement is None
    own = fact.organisation_id == seat.organisation_id
    if heard and own and seat.may(Deed.EDIT_ORGANISATION):
        forms.setdefault("statement_form", StatementForm(by=seat))
    if seat.may(Deed.SUPERVISE) and not (fact.supersedes_id and not fact.points):
        forms.setdefault("annul_form", AnnulForm(prefix="annul"))
        forms.setdefault("correct_form", CorrectForm(prefix="correct"))
    uploads = Upload.objects.none()
    if statement is not None:
        uploads = Upload.objects.filter(
            subject=Statement._meta.label_lower, subject_code=statement.code
        )
    context = {"fact": fact, "statement": statement, "uploads": uploads, "at": at, **forms}
    return render(request, "credit/fact-detail.html", context)


@require_seat(Deed.EDIT_ORGANISATION)
def fact_answer(request, code):
    """State the unit's case."""
    fact = get_object_or_404(_visible(request.seat), code=code)
    if fact.organisation_id != request.seat.organisation_id:
        raise Http404
    form = StatementForm(request.POST or None, request.FILES or None, by=request.seat)
    if form.is_valid():
        try:
            facts.state_case(fact, **form.cleaned_data, by=request.seat, at=clock.now())
        except RuleBroken as refused:
            refusal(request, refused, about=fact, form=form)
        else:
            messages.success(request, _("Your case is stated: the authority reads it."))
            return redirect("credit:fact-detail", code)
    return _fact_page(request, fact, statement_form=form)


@require_seat(Deed.SUPERVISE)
def fact_annul(request, code):
    fact = get_object_or_404(_visible(request.seat), code=code)
    form = AnnulForm(request.POST or None, prefix="annul")
    return _decided(request, fact, form, facts.annul, annul_form=form)


@require_seat(Deed.SUPERVISE)
def fact_correct(request, code):
    fact = get_object_or_404(_visible(request.seat), code=code)
    form = CorrectForm(request.POST or None, prefix="correct")
    return _decided(request, fact, form, facts.correct, correct_form=form)


def _decided(request, fact, form, rule, **forms):
    if form.is_valid():
        try:
            successor = rule(fact, **form.cleaned_data, by=request.seat, at=clock.now())
        except RuleBroken as refused:
            refusal(request, refused, about=fact, form=form)
        else:
            messages.success(request, _("Decided. The unit has been told."))
            return redirect("credit:fact-detail", successor.code)
    return _fact_page(request, fact, **forms)


@require_seat(Deed.SUPERVISE)
def fact_find(request):
    """Enter what an authority has found."""
    try:
        scheme = Scheme.objects.in_force(day_of(clock.now()))
    except RuleBroken as refused:
        refusal(request, refused, about=request.seat.organisation)
        return redirect("credit:desk")
    form = FindingForm(request.POST or None, scheme=scheme.rules)
    if form.is_valid():
        organisation = form.cleaned_data.pop("uscc")
        occurred_at = form.cleaned_data.pop("occurred_on")
        try:
            fact = facts.find(
                organisation,
                occurred_at=occurred_at,
                **form.cleaned_data,
                by=request.seat,
                at=clock.now(),
            )
        except AlreadyDone as done:
            return redirect("credit:fact-detail", done.subject_code)
        except RuleBroken as refused:
            refusal(request, refused, about=organisation, form=form)
        else:
            messages.success(request, _("Entered. The unit has been told and may be heard."))
            return redirect("credit:fact-detail", fact.code)
    return render(request, "credit/fact-find.html", {"form": form})
