"""Doors to procurement as a whole: what is here, what is newest, and the time limits."""

from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from core import cache, clock, figures, paging
from core.calendar import day_of
from core.models import CalendarDay
from core.views import public
from procurement.forms.notices import StartForm
from procurement.models import Argument, Need, Procedure, ProcurementStandard, RequirementRule
from publication import periods
from publication.kinds import kinds
from publication.models import Notice

NEWEST = 5
NOTICES = 10
OURS = ("need-", "argument-", "inquiry-", "procurement-")  # how our kinds of notices are called


@public
@require_safe
def hub(request):
    at = clock.now()
    needs = Need.objects.public()
    arguments = Argument.objects.where_phase("open", at)
    inquiries = Procedure.objects.where_phase("open", at)
    newest_needs = needs.select_related("owner", "region").defer("draft", "proposal")
    about = arguments.select_related("owner", "need").defer("need__draft", "need__proposal")
    closing = inquiries.select_related("owner", "region").defer("draft", "proof")
    argued = list(about.order_by("closes_at", "pk")[:NEWEST])
    quoted = list(closing.order_by("open_until", "pk")[:NEWEST])
    ours = [name for name in kinds if name.startswith(OURS)]
    context = {
        "needs": newest_needs.order_by("-published_at", "-pk")[:NEWEST],
        "arguments": [(one, one.phase(at)) for one in argued],
        "inquiries": [(one, one.phase(at)) for one in quoted],
        "notices": Notice.objects.in_list_with_followers()
        .filter(kind__in=ours)
        .order_by("-published_at", "-pk")[:NOTICES],
        "counts": {
            "needs": _count(needs),
            "arguments": _count(arguments),
            "inquiries": _count(inquiries),
            "standards": _count(ProcurementStandard.objects.in_force(day_of(at))),
            "rules": _count(RequirementRule.objects.filter(superseded_at=None)),
        },
    }
    if request.seat is None:
        closing_at = [*(one.closes_at for one in argued), *(one.open_until for one in quoted)]
        cache.finished(request, until=min(filter(None, closing_at), default=None))
    return render(request, "procurement/hub.html", context)


@public
@require_safe
def period_list(request):
    """Each time limit with its source, and where it ends for the day that one enters."""
    today = day_of(clock.now())
    form = StartForm(request.GET if "start" in request.GET else None, initial={"start": today})
    start = form.cleaned_data["start"] if form.is_bound and form.is_valid() else today
    known, calendar = figures.on(today), CalendarDay.objects.calendar()
    rows = [
        (row, known[row.figure], None if row.is_share else row.limit(known, calendar, start))
        for row in periods.table().values()
    ]
    context = {
        "form": form,
        "start": start,
        "rows": rows,
        "chain": periods.remedies(known, calendar, start),
        "bounds": BOUNDS,
    }
    cache.finished(request)
    return render(request, "procurement/period-list.html", context)


BOUNDS = {
    periods.Bound.AT_LEAST: _("at least"),
    periods.Bound.AT_MOST: _("at most"),
    periods.Bound.EXACTLY: _("exactly"),
    periods.Bound.BEFORE: _("at least, before"),
}


def _count(rows):
    """How many, to a thousand; the page says "more" beyond."""
    found = rows.order_by()[: paging.COUNTED + 1].count()
    return {"number": min(found, paging.COUNTED), "more": found > paging.COUNTED}
