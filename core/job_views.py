"""Doors of long work: one's own jobs, the page of one with its progress, and cancelling it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from core import clock, jobs, paging
from core.lifecycle import RuleBroken
from core.models import Job
from core.views import declare, refusal

NEWEST = {"new": paging.Order(gettext_lazy("newest first"), "-pk")}


def owned(view: Any) -> Any:
    """Each person sees his own jobs, from whatever seat; others' do not exist for him."""
    return declare(login_required(view), "own jobs")


@owned
@require_safe
def own(request):
    rows = Job.objects.filter(user_code=request.user.code).select_related("result")
    return render(request, "core/jobs.html", {"page": paging.page(rows, NEWEST, request.GET)})


@owned
@require_safe
def job(request, code):
    """How far it is; htmx asks for that part alone, until it has ended."""
    found = _own(request, code)
    result = found.result if found.result and jobs.is_readable(found.result, request) else None
    context = {
        "job": found,
        "label": jobs.kinds[found.kind].label if found.kind in jobs.kinds else found.kind,
        "result": result,
        "ahead": _ahead(found),
        "left": _seconds_left(found),
    }
    template = "core/job-status.html" if request.htmx else "core/job.html"
    return render(request, template, context)


@owned
@require_POST
def cancel(request, code):
    found = _own(request, code)
    try:
        jobs.cancel(found, by=request.actor, at=clock.now())
    except RuleBroken as refused:
        refusal(request, refused, about=found)
    else:
        messages.success(request, _("Cancelled. Nothing of it was kept."))
    return redirect(found)


def _own(request, code):
    rows = Job.objects.filter(user_code=request.user.code).select_related("result")
    return get_object_or_404(rows, code=code)


def _ahead(found):
    """How many jobs the worker does first."""
    return Job.objects.unfinished().filter(pk__lt=found.pk).count() if not found.ended_at else 0


def _seconds_left(found):
    """What remains at the pace until now; None where there is no pace yet."""
    if found.ended_at or not found.started_at or not found.done:
        return None
    passed = (clock.now() - found.started_at).total_seconds()
    return round(passed / found.done * (found.total - found.done)) + 1
