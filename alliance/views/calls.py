"""Doors to calls: the public pages, and the regulator's desk."""

from functools import partial

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import require_seat
from accounts.models import Deed
from alliance import calls as rules
from alliance import founding_papers
from alliance.forms.calls import CallForm, initial_of
from alliance.models import Call, CallState
from core import cache, clock, paging
from core.lifecycle import RuleBroken
from core.models import Region
from core.views import asked, public, refusal
from publication.models import Notice

MENU = {"new": paging.Order("", "-published_at", "-pk")}
DESK_MENU = {"new": paging.Order("", "-written_at", "-pk")}


@public
@require_safe
def calls(request):
    cache.finished(request)
    at = clock.now()
    rows = (
        Call.objects.public().select_related("regulator", "region").defer("principles", "support")
    )
    page = paging.page(rows, MENU, request.GET)
    context = {"page": page, "rows": [(one, one.is_open(at)) for one in page]}
    return render(request, "alliance/calls.html", context)


@public
@require_safe
def call(request, number):
    cache.finished(request)
    rows = Call.objects.public().select_related("regulator", "region")
    found = get_object_or_404(rows, number=number)
    context = {
        "call": found,
        "paper": founding_papers.call(found),
        "open": found.is_open(clock.now()),
        "notices": Notice.objects.about(found).in_list(),
    }
    return render(request, "alliance/call.html", context)


@require_seat(Deed.REGISTER_ALLIANCE)
@require_safe
def desk(request):
    own = Call.objects.filter(regulator=request.seat.organisation).select_related("region")
    page = paging.page(own, DESK_MENU, request.GET)
    return render(request, "alliance/desk-calls.html", {"page": page})


@require_seat(Deed.REGISTER_ALLIANCE)
def edit(request, code=None):
    """Write a call, anew or its draft; a published one is shown."""
    found = _own(request, code) if code else None
    if found is not None and found.state == CallState.PUBLISHED:
        return redirect("alliance:call", found.number)
    suggested = rules.suggested(request.seat.organisation)
    kept = found.materials if found else suggested["materials"]
    form = CallForm(
        request.POST or None,
        initial=initial_of(found or suggested),
        regions=_regions(request.seat.organisation),
        kept=kept,
    )
    if form.is_valid():
        try:
            found = rules.write(form.wanted(), call=found, by=request.seat, at=clock.now())
        except RuleBroken as refused:
            refusal(request, refused, about=found or request.seat.organisation, form=form)
        else:
            if "leave" in request.POST:
                messages.success(request, _("The draft is kept."))
                return redirect("alliance:desk-calls")
            return redirect("alliance:call-publish", found.code)
    return render(request, "alliance/call-edit.html", {"form": form, "call": found})


@require_seat(Deed.REGISTER_ALLIANCE)
def publish(request, code):
    """The preview: the very notice; then it is published."""
    found = _own(request, code)
    if request.method == "POST":
        try:
            found = rules.publish(found, by=request.seat, at=clock.now())
        except RuleBroken as refused:
            refusal(request, refused, about=found)
            return redirect("alliance:call-edit", code)
        messages.success(request, _("Published as %(number)s.") % {"number": found.number})
        return redirect("alliance:desk-calls")
    if found.state != CallState.DRAFT:
        return redirect("alliance:call", found.number)
    context = {
        "call": found,
        "paper": founding_papers.call(found),
        "may_publish": rules.may_publish(found, request.seat, clock.now()),
    }
    return render(request, "alliance/call-publish.html", context)


@require_seat(Deed.REGISTER_ALLIANCE)
def discard(request, code):
    found = _own(request, code)
    return asked(
        request,
        about=found,
        rule=partial(rules.discard, found),
        done=_("The draft was deleted."),
        onward="alliance:desk-calls",
        title=_("Delete this draft?"),
        text=str(found),
        warning=_("It cannot be brought back."),
        verb=_("Delete the draft"),
        danger=True,
    )


def _own(request, code):
    own = Call.objects.filter(regulator=request.seat.organisation)
    rows = own.select_related("regulator", "region", "written_by__user")
    return get_object_or_404(rows, code=code)


def _regions(organisation):
    """The regulator's own division, and those above and beside it in the prefecture."""
    own = organisation.region
    if own is None:
        return Region.objects.filter(code__endswith="00")
    return Region.objects.filter(code__startswith=own.code[:2]).exclude(code__endswith="0000")
