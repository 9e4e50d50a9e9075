"""The secretary's screen: applications to an alliance, found, kept as views, many at once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from alliance import (
    admission,
    application_filters,
    application_papers,
    applications,
    industries,
    saved_views,
)
from alliance.access import require_post
from alliance.application_filters import Answers, colleagues
from alliance.forms import applications as forms
from alliance.models import SECRETARIAT, Application, SavedView
from core import clock, jobs, paging
from core.lifecycle import RuleBroken
from core.views import asked, note_refusal, refusal

secretary = require_post(*SECRETARIAT)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ORDERS = {
    "old": paging.Order(gettext_lazy("earliest first"), "submitted_at", "pk"),
    "new": paging.Order(gettext_lazy("newest first"), "-submitted_at", "-pk"),
    "number": paging.Order(gettext_lazy("by number"), "number"),
}
SHOWN = (50, 200)
MOST = 500  # handled at once


@secretary
@require_safe
def applications_list(request, number):
    """What was handed in: at first by one's own default view, else what waits."""
    alliance, at = request.alliance, clock.now()
    if not request.GET:
        view = saved_views.default(request.user, alliance)
        if view is not None:
            return redirect(f"{request.path}?{view.query or 'state='}")
    query = request.GET if request.GET else QueryDict("state=submitted")
    about = Answers.of(alliance, request.seat, at)
    rows, form = application_filters.found(query, alliance, about, request.seat)
    show = next((size for size in SHOWN if query.get("show") == str(size)), SHOWN[0])
    page = paging.page(_listed(rows), ORDERS, query, size=show)
    levels, fields = about.levels, dict(industries.choices())
    plain = _without_place(query)
    context = {
        "alliance": alliance,
        "form": form,
        "page": page,
        "rows": [
            {
                "row": one,
                "days": (at - one.submitted_at).days if one.state == "submitted" else None,
                "level": levels.get(one.level_asked, one.level_asked) if one.level_asked else "",
                "industry": fields.get(one.industry, ""),
            }
            for one in page
        ],
        "facets": application_filters.facets(query, alliance, about, request.seat),
        "chips": list(application_filters.chips(query, form)),
        "query": plain,
        "shown": [(size, _with(query, show=str(size)), size == show) for size in SHOWN],
        "views": [
            (one, one.query == plain)
            for one in SavedView.objects.filter(user=request.user, alliance=alliance)
        ],
        "view_form": forms.ViewForm(),
        "has_keys": request.user.has_keys,
    }
    return render(request, "alliance/applications.html", context)


def _listed(rows):
    return rows.select_related("organisation__region", "checker__user").defer(
        "draft", "review_draft", "state_reason"
    )


def _without_place(query):
    asked_for = query.copy()
    for stale in ("after", "before"):
        asked_for.pop(stale, None)
    return asked_for.urlencode()


def _with(query, **changes):
    asked_for = QueryDict(_without_place(query), mutable=True)
    for name, value in changes.items():
        asked_for[name] = value
    return "?" + asked_for.urlencode()


# ── saved views ──────────────────────────────────────────────────────────────────────────────────


@secretary
@require_POST
def view_save(request, number):
    """Keep the filters and the order that are on."""
    query = request.POST.get("query", "")
    try:
        view = saved_views.keep(
            request.user, request.alliance, name=request.POST.get("name", ""), query=query
        )
    except RuleBroken as refused:
        refusal(request, refused, about=request.alliance)
    else:
        query = view.query
        messages.success(request, _("The view was kept."))
    return redirect(f"{reverse('alliance:applications', args=[number])}?{query}")


@secretary
def view_edit(request, number, code):
    """Another name, or the view that the list opens with."""
    view = _own_view(request, code)
    if "default" in request.POST:
        saved_views.prefer(view, is_default=request.POST["default"] == "on")
        messages.success(request, _("Kept."))
        return redirect("alliance:view-edit", number, code)
    form = forms.ViewForm(request.POST or None, initial={"name": view.name})
    back = f"{reverse('alliance:applications', args=[number])}?{view.query}"
    if form.is_valid():
        try:
            saved_views.rename(view, name=form.cleaned_data["name"])
        except RuleBroken as refused:
            refusal(request, refused, about=request.alliance, form=form)
        else:
            messages.success(request, _("The view was kept."))
            return redirect(back)
    context = {"alliance": request.alliance, "view": view, "form": form, "back": back}
    return render(request, "alliance/application-view.html", context)


@secretary
def view_delete(request, number, code):
    view = _own_view(request, code)
    return asked(
        request,
        about=request.alliance,
        rule=lambda *, by, at: saved_views.delete(view),
        done=_("The view was deleted."),
        back=reverse("alliance:applications", args=[number]) + "?state=submitted",
        title=_("Delete the view “%(name)s”?") % {"name": view.name},
        consequences=[_("Only your view of the list goes; no application changes.")],
        verb=_("Delete the view"),
        danger=True,
        desk=True,
    )


def _own_view(request, code):
    own = SavedView.objects.filter(user=request.user, alliance=request.alliance)
    return get_object_or_404(own, code=code)


# ── many at once ─────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Deed:
    """What may be done with many: its form, what is told before, the rule call for one row."""

    key: str
    title: Any
    verb: Any
    consequence: Any
    form: Callable[[Any, Any], Any]
    rule: Callable[..., Any]
    said: Callable[[Any, Any], str] = lambda row, typed: ""


def _forward(row, typed, **how):
    return admission.forward(row, level=row.level_asked or typed["level"], **how)


def _return(row, typed, **how):
    return admission.return_whole(row, reason=typed["reason"], **how)


def _rescan(row, typed, **how):
    return admission.return_(row, {f"files.{applications.STAMPED}": typed["reason"]}, **how)


def _assign(row, typed, *, by, at):
    seats = {one.code: one for one in colleagues(row.alliance, at)}
    return admission.assign(row, checker=seats.get(typed["checker"]), by=by, at=at)


def _levels(alliance):
    return applications.askable(alliance, clock.now())


def _checkers(alliance):
    return [(one.code, str(one.user)) for one in colleagues(alliance, clock.now())]


DEEDS = {
    deed.key: deed
    for deed in (
        Deed(
            "forward",
            gettext_lazy("Put these applications before the deciding body?"),
            gettext_lazy("Put them before the body"),
            gettext_lazy("Each unit is told; its forms can no longer be changed."),
            lambda data, of: forms.ForwardManyForm(data, levels=_levels(of)),
            _forward,
        ),
        Deed(
            "return",
            gettext_lazy("Return these applications with one reason?"),
            gettext_lazy("Return them"),
            gettext_lazy("Each unit is told, corrects its forms and hands them in again."),
            lambda data, of: forms.ReturnManyForm(data),
            _return,
        ),
        Deed(
            "rescan",
            gettext_lazy("Ask these units for the stamped scan again?"),
            gettext_lazy("Ask for the scan"),
            gettext_lazy("Each application is returned for its stamped scan alone."),
            lambda data, of: forms.RescanForm(data),
            _rescan,
        ),
        Deed(
            "assign",
            gettext_lazy("Assign these applications to a colleague?"),
            gettext_lazy("Assign them"),
            gettext_lazy("They wait on the desk of whoever checks them; the units are not told."),
            lambda data, of: forms.AssignForm(data, checkers=_checkers(of)),
            _assign,
        ),
    )
}


@secretary
@require_POST
def applications_bulk(request, number):
    """Look at what would be done, row by row; confirmed, one rule call a row, and what came out."""
    deed = DEEDS.get(request.POST.get("deed", ""))
    if deed is None:
        raise Http404
    rows = _chosen(request)
    if not rows:
        messages.error(request, _("Choose at least one application."))
        return redirect(_back(request))
    confirmed = "confirmed" in request.POST
    form = deed.form(request.POST if confirmed else None, request.alliance)
    if confirmed and form.is_valid():
        results = [_one(request, deed, row, form.cleaned_data) for row in rows]
        context = {
            "alliance": request.alliance,
            "deed": deed,
            "results": results,
            "done": sum(not refused for _row, refused in results),
            "refused": sum(bool(refused) for _row, refused in results),
            "back": _back(request),
        }
        return render(request, "alliance/applications-done.html", context)
    judged = [(row, admission.objection(row, request.seat)) for row in rows]
    levels = dict(_levels(request.alliance))
    context = {
        "alliance": request.alliance,
        "deed": deed,
        "form": form,
        "rows": [
            (row, levels.get(row.level_asked, "") if deed.key == "forward" else "", objection)
            for row, objection in judged
        ],
        "good": sum(objection is None for _row, objection in judged),
        "bad": sum(objection is not None for _row, objection in judged),
        "query": request.POST.get("query", ""),
        "back": _back(request),
    }
    return render(request, "alliance/applications-bulk.html", context)


def _one(request, deed, row, typed):
    """One rule call; its refusal is recorded, and told beside the row."""
    try:
        deed.rule(row, typed, by=request.seat, at=clock.now())
    except RuleBroken as refused:
        note_refusal(request, refused, about=row)
        return row, str(refused)
    return row, ""


def _chosen(request):
    """The rows that were ticked, in the order of their numbers; all found ones with `all`."""
    rows: QuerySet[Application] = Application.objects.in_secretariat_of(request.alliance)
    if "all" in request.POST:
        query = QueryDict(request.POST.get("query", ""))
        about = Answers.of(request.alliance, request.seat, clock.now())
        rows, _form = application_filters.found(query, request.alliance, about, request.seat)
    else:
        rows = rows.filter(code__in=request.POST.getlist("application")[:MOST])
    rows = rows.select_related("organisation__region", "alliance", "checker__user")
    return list(rows.order_by("number")[:MOST])


def _back(request):
    query = request.POST.get("query", "")
    return f"{reverse('alliance:applications', args=[request.alliance.number])}?{query}"


# ── exports ──────────────────────────────────────────────────────────────────────────────────────


@secretary
@require_POST
def applications_export(request, number):
    """The chosen rows as a sheet; all found ones where none is chosen."""
    rows = _chosen_or_found(request)
    if not rows:
        messages.error(request, _("Nothing is found by these filters: there is nothing to export."))
        return redirect(_back(request))
    response = HttpResponse(application_papers.workbook(request.alliance, rows), content_type=XLSX)
    name = f"{request.alliance.number}-applications.xlsx"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@secretary
@require_POST
def applications_papers(request, number):
    """The forms of the chosen rows in a ZIP: long work, with a page of its own."""
    rows = _chosen_or_found(request)
    if not rows:
        messages.error(request, _("Nothing is found by these filters: there is nothing to export."))
        return redirect(_back(request))
    title = ngettext(
        "Forms of %(n)s application to %(alliance)s",
        "Forms of %(n)s applications to %(alliance)s",
        len(rows),
    ) % {"n": len(rows), "alliance": request.alliance.name}
    try:
        job = jobs.ask(
            application_papers.KIND,
            title=title,
            params={
                "alliance": request.alliance.code,
                "applications": [one.code for one in rows],
            },
            back=reverse("alliance:applications", args=[number]),
            by=request.seat,
            at=clock.now(),
        )
    except RuleBroken as refused:
        refusal(request, refused, about=request.alliance)
        return redirect(_back(request))
    return redirect(job)


def _chosen_or_found(request):
    if not request.POST.getlist("application"):
        request.POST = request.POST.copy()
        request.POST["all"] = "1"
    return _chosen(request)
