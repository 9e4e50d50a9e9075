"""Doors to service orders that everybody may open: the list, an order, its selection."""

import json
from contextlib import suppress
from functools import partial

from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import Deed, Organisation
from core import cache, clock, paging
from core.audit import Clock
from core.lifecycle import RuleBroken
from core.models import Event, Region, Upload
from core.templatetags.gx import ledger
from core.views import public
from marketplace import bids, closing, course, lines, offers, order_papers
from marketplace.filters import SORTS, OrderFilter, chips, facets, totals
from marketplace.models import Evaluation, Phase, ServiceItem, ServiceItemVersion, ServiceOrder
from marketplace.views import tables
from publication.models import Notice
from selection import draws, explanations

# What the list and the page of an order show: a deed on one of these draws them anew. Of a service
# item the events name the version.
LISTED = tuple(
    model._meta.label_lower for model in (ServiceOrder, Organisation, ServiceItemVersion, Region)
)
ORDER = (*LISTED, *(model._meta.label_lower for model in (Notice, Upload)))


@public
@require_safe
def order_list(request):
    alone = "HX-Request" in request.headers
    template = f"marketplace/{'order-rows' if alone else 'order-search'}.html"
    found = cache.section(request, template, LISTED, partial(_found_by, request.GET))
    cache.finished(request, until=found.until)
    if alone:
        return HttpResponse(found.html)
    return render(request, "marketplace/orders.html", {"found": found.html})


def _found_by(asked, at):
    """What the list shows of the orders that are asked for, and when the clock changes it."""
    known = totals()
    everything = ServiceOrder.objects.public()
    if any(asked.get(name) for name in OrderFilter.base_filters):
        narrowed = OrderFilter(asked, everything, at=at)
        page = paging.page(_in_list(narrowed.qs), SORTS, asked)
        on = list(chips(asked, narrowed.form))
    else:
        page, on = paging.page(_in_list(everything), SORTS, asked, count=known.all), []
    context = {
        "page": page,
        "lines": [lines.of(order, at) for order in page],
        "asked": asked,
        "facets": facets(asked, at, known),
        "chips": on,
        "export": tables.query(asked),
    }
    return context, known.until


@public
@require_safe
def order_export(request, kind):
    at = clock.now()
    rows = OrderFilter(request.GET, ServiceOrder.objects.public(), at=at).qs
    rows = _shown(rows).order_by("-published_at")[: tables.EXPORTED]
    lines = [_exported(order, at) for order in rows]
    return tables.file(kind, "orders", _("service orders"), [_head(), *lines])


@public
@require_safe
def order_detail(request, number):
    return cache.joined(
        request,
        "marketplace/order-detail.html",
        ORDER,
        partial(_order, number, request.seat),
    )


def _order(number, seat, at):
    """What the page of an order shows to who looks at it, and when the clock changes it."""
    order = close_when_due(_found(number))
    notices = list(Notice.objects.about(order).in_list().prefetch_related("followers"))
    in_force = next((one for one in notices if one.kind == "order-notice"), None)
    is_closed = order.closed_at is not None
    mine = order.bids.of(seat.organisation).select_related("envelope").first() if seat else None
    bidding = seat is not None and seat.may(Deed.BID) and order.is_open(at)
    context = {
        "order": order,
        "phase": order.phase_shown(at),
        "stages": course.of(order, at),
        "notices": notices,
        "notice": in_force,
        "paper": in_force.document if in_force else None,
        "is_open": order.is_open(at),
        "witnesses": order_papers.witnesses(order),
        "entries": _entries(order) if is_closed else None,
        "evaluation": Evaluation.objects.filter(order=order).first(),
        "mine": mine,
        "checks": bids.checks(order, seat.organisation, at) if bidding else None,
        "offers": offers.public(order, seat, mine, at),
        "history": _history(order),
        "files": Upload.objects.filter(
            subject=order._meta.label_lower, subject_code=order.code
        ).order_by("pk"),
    }
    return context, min(_instants(order, at), default=None)


@public
@require_safe
def order_draw(request, number):
    order = _found(number)
    if order.closed_at is None:
        raise Http404
    at = clock.now()
    draw = closing.draw_of(order)
    context = {
        "order": order,
        "phase": order.phase_shown(at),
        "draw": draw,
        "explanation": explanations.of(draw),
        "bundle_url": reverse("marketplace:order-bundle", args=[order.number]),
        "bids_count": len(draw.facts.entries) if draw.facts else 0,
        "notice": Notice.objects.about(order).filter(kind="order-result").last(),
        "notices": list(Notice.objects.about(order).in_list()),
    }
    cache.finished(request, until=min(_instants(order, at), default=None))
    return render(request, "marketplace/order-draw.html", context)


@public
@require_safe
def order_bundle(request, number):
    order = _found(number)
    if order.proof is None:
        raise Http404
    return HttpResponse(draws.bundle(closing.draw_of(order)), content_type="application/json")


def _found(number):
    orders = ServiceOrder.objects.public().select_related("owner", "region", "winner__bidder")
    return get_object_or_404(orders.prefetch_related("items", "avoidances"), number=number)


def close_when_due(order):
    """Close what is due on sight, so that a dead worker leaves no order open."""
    at = clock.now()
    if order.phase(at) == Phase.CHOOSING and order.closed_at is None:
        with suppress(RuleBroken):  # somebody was first
            closing.close(order, by=Clock(), at=at)
        return _found(order.number)
    return order


def _in_list(orders):
    """Only the columns that a line of the list shows."""
    items = Prefetch("items", ServiceItem.objects.only("code", "name", "place"))
    columns = ("code", "number", "title", "state", "worth", "method", "open_until")
    return (
        orders.select_related("owner")
        .prefetch_related(items)
        .only(*columns, "contest_until", "published_at", "owner_name", "owner__name")
    )


def _shown(orders):
    items = Prefetch("items", ServiceItem.objects.only("code", "name", "place"))
    return (
        orders.select_related("owner", "region")
        .prefetch_related(items)
        .defer("draft", "content", "requirement", "witnesses", "figures", "proof", "stages")
    )


def _instants(order, at):
    moments = (order.open_until, order.choose_at, order.contest_until, order.evaluate_until)
    return [moment for moment in moments if moment and moment > at]


def _entries(order):
    """The frozen list, now public: who bid, and who was eligible."""
    return (
        order.bids.standing()
        .select_related("bidder", "envelope")
        .exclude(eligible=None)
        .order_by("place", "bidder__uscc")
    )


def _history(order):
    """What was done in public, newest first."""
    events = Event.objects.filter(subject_code=order.code, public=True).order_by("-pk")
    known = course.words()
    return [
        {
            "at": event.at,
            "words": known[event.name],
            "leaf": bytes(event.leaf).hex(),
            "facts": json.loads(event.content).get("facts", {}) if event.content else {},
        }
        for event in events
        if event.name in known
    ]


def _head():
    return [
        _("number"),
        _("project"),
        _("project owner"),
        _("services"),
        _("region"),
        _("method"),
        _("amount (yuan)"),
        _("state"),
        _("published at"),
        _("bids until"),
    ]


def _exported(order, at):
    return [
        order.number,
        order.title,
        order.owner_shown,
        "、".join(item.name for item in order.items.all()),
        str(order.region),
        str(order.get_method_display()),
        f"{order.worth:.2f}" if order.worth else "",
        str(order.phase(at).label),
        ledger(order.published_at),
        ledger(order.open_until),
    ]
