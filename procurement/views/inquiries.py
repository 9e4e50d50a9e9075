"""Doors to inquiries that everybody may open: the list, an inquiry, the facts of its selection."""

import json
from contextlib import suppress

from django.db.models import Min, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from core import cache, clock, paging
from core.audit import Clock
from core.lifecycle import RuleBroken
from core.models import Event
from core.views import public
from procurement import correction_papers, inquiry_course, inquiry_offers, opening
from procurement.models import WON, ArchiveState, Procedure, ProcedurePhase
from publication.models import Notice, Relation

SORTS = {
    "new": paging.Order(_("newest first"), "-published_at", "-pk"),
    "deadline": paging.Order(_("by deadline"), "open_until", "pk"),
    "budget": paging.Order(_("by budget"), "-budget", "-pk"),
}
PHASES = ("open", "opened", "awarded", "contracted", "completed", "failed", "withdrawn")
HEAVY = ("draft", "content", "qualifications", "acceptance", "payment", "witnesses", "figures")


@public
@require_safe
def inquiry_list(request):
    at = clock.now()
    shown = Procedure.objects.public().select_related("owner", "region").defer(*HEAVY, "proof")
    phase, words = request.GET.get("phase", ""), request.GET.get("q", "").strip()[:80]
    if phase in PHASES:
        shown = shown.where_phase(phase, at)
    if words:
        shown = shown.filter(
            Q(title__icontains=words) | Q(owner__name__icontains=words) | Q(number__icontains=words)
        )
    page = paging.page(shown, SORTS, request.GET)
    context = {
        "page": page,
        "rows": [(one, one.phase(at)) for one in page],
        "phases": [(one, ProcedurePhase(one).label) for one in PHASES],
        "phase": phase,
        "words": words,
    }
    cache.finished(request, until=_next_change(at))
    return render(request, "procurement/inquiries.html", context)


@public
@require_safe
def inquiry_detail(request, number):
    procedure = open_when_due(found(number))
    at, seat = clock.now(), request.seat
    notices = list(Notice.objects.about(procedure).in_list().prefetch_related("followers"))
    in_force = next((one for one in reversed(notices) if one.kind == "inquiry-notice"), None)
    mine = procedure.quotes.of(seat.organisation).first() if seat else None
    is_closed = procedure.closed_at is not None
    context = {
        "procedure": procedure,
        "phase": procedure.phase(at),
        "stages": inquiry_course.of(procedure, at),
        "notices": notices,
        "notice": in_force,
        "paper": Notice.objects.get(pk=in_force.pk).document if in_force else None,
        "corrections": _corrections(notices),
        "is_open": procedure.is_open(at),
        "quotes": _opened(procedure) if is_closed else None,
        "draw": opening.draw_of(procedure) if is_closed else None,
        "is_won": procedure.state in WON,
        "contract_notice": next((one for one in notices if one.kind == "agreement-notice"), None),
        "archive": procedure.archives.filter(state=ArchiveState.DRAWN).first(),
        "mine": mine,
        "offers": inquiry_offers.public(procedure, seat, mine, at),
        "history": _history(procedure),
        "at": at,
    }
    if seat is None:
        cache.finished(request, until=min(_instants(procedure, at), default=None))
    return render(request, "procurement/inquiry-detail.html", context)


@public
@require_safe
def inquiry_bundle(request, number):
    procedure = found(number)
    if procedure.proof is None:
        raise Http404
    return HttpResponse(opening.bundle(procedure), content_type="application/json")


def found(number):
    shown = Procedure.objects.public().select_related(
        "owner", "region", "need", "version", "winner__supplier", "examined_by__user"
    )
    return get_object_or_404(shown, number=number)


def open_when_due(procedure):
    """Open what is due on sight, so that a dead worker leaves no inquiry shut."""
    at = clock.now()
    if procedure.phase(at) == ProcedurePhase.CLOSING:
        with suppress(RuleBroken):  # somebody was first
            opening.close(procedure, by=Clock(), at=at)
        return found(procedure.number)
    return procedure


def _opened(procedure):
    """The list, now public: who quoted what, and which quotes are invalid."""
    return (
        procedure.quotes.standing()
        .select_related("supplier", "envelope")
        .order_by("place", "supplier__uscc")
    )


def _corrections(notices):
    """What each correction of the notice says of itself, the last one first."""
    found = [one.pk for one in notices if one.relation == Relation.CORRECTS]
    if not found:
        return []
    told = Notice.objects.filter(pk__in=found).defer("paper").order_by("-pk")
    return [
        {"notice": one, "changed": correction_papers.named(one.facts.get("changes", ()))}
        for one in told
    ]


def _history(procedure):
    """What was done in public, newest first."""
    events = Event.objects.filter(subject_code=procedure.code, public=True).order_by("-pk")
    return [
        {
            "at": event.at,
            "words": inquiry_course.EVENTS[event.name],
            "leaf": bytes(event.leaf).hex(),
            "facts": json.loads(event.content).get("facts", {}) if event.content else {},
        }
        for event in events
        if event.name in inquiry_course.EVENTS
    ]


def _instants(procedure, at):
    moments = (
        procedure.open_until,
        procedure.choose_at,
        procedure.examine_until,
        procedure.contest_until,
        procedure.announce_until,
    )
    return [moment for moment in moments if moment and moment > at]


def _next_change(at):
    """When the clock alone changes anything of the list."""
    coming = Procedure.objects.filter(state="published", open_until__gt=at)
    return coming.aggregate(first=Min("open_until"))["first"]
