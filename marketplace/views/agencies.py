"""Doors to the register of agencies: the public list, and one agency."""

from functools import partial

from django.conf import settings
from django.db.models import Prefetch
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.models import Organisation
from core import cache, clock, paging
from core.calendar import day_of
from core.models import Region
from core.templatetags.gx import day
from core.views import public
from credit import ratings
from credit.models import Fact, Scheme
from marketplace.forms.agencies import AgencyFilter
from marketplace.models import (
    WON,
    Agency,
    AgencyService,
    Practitioner,
    PractitionerCertificate,
    Qualification,
    QualificationCategory,
    ServiceItemVersion,
    ServiceOrder,
)
from marketplace.views import tables

# What the page of an agency shows: a deed on one of these draws it anew.
AGENCY = tuple(
    model._meta.label_lower
    for model in (
        Agency,
        Fact,
        Organisation,
        QualificationCategory,
        Region,
        Scheme,
        ServiceItemVersion,
        ServiceOrder,
    )
)
SOON_DAYS = 90
ORDERS_SHOWN = 10
MENU = {
    "new": paging.Order(_("newly listed first"), "-listed_at", "-pk"),
    "old": paging.Order(_("longest listed first"), "listed_at", "pk"),
}


@public
@require_safe
def agencies(request):
    cache.finished(request)
    filters = AgencyFilter(request.GET, queryset=_listed())
    page = paging.page(filters.qs, MENU, request.GET)
    rated = ratings.of_many([agency.organisation for agency in page], clock.now())
    for agency in page:
        agency.rating = rated[agency.organisation_id]
    context = {
        "filters": filters,
        "page": page,
        "chips": [{**chip, "href": _without(request.GET, chip)} for chip in filters.chips()],
        "export": tables.query(request.GET),
    }
    return render(request, "marketplace/agencies.html", context)


@public
@require_safe
def agency_export(request, kind):
    """The agencies that the list shows, with its filters, as a file."""
    rows = AgencyFilter(request.GET, queryset=_listed()).qs
    found = list(rows.order_by("-listed_at", "-pk")[: tables.EXPORTED])
    rated = ratings.of_many([agency.organisation for agency in found], clock.now())
    lines = [_exported(agency, rated[agency.organisation_id]) for agency in found]
    return tables.file(kind, "agencies", gettext("Intermediary agencies"), [_head(), *lines])


def _head():
    return [
        gettext("unified social credit code"),
        gettext("Name of the agency"),
        gettext("Region"),
        gettext("Services"),
        gettext("Qualifications"),
        gettext("Credit score"),
        gettext("Credit level"),
        gettext("Listed on"),
    ]


def _exported(agency, rating):
    organisation = agency.organisation
    return [
        organisation.uscc,
        organisation.name,
        str(organisation.region or ""),
        "、".join(service.item.name for service in agency.offered),
        "；".join(str(paper) for paper in agency.held),
        f"{rating.score}" if rating else "",
        rating.level if rating else "",
        day(agency.listed_at),
    ]


def _listed():
    """Listed agencies with what a line of the list tells."""
    offered = AgencyService.objects.current().select_related("item").order_by("item__place")
    held = Qualification.objects.valid_on(day_of(clock.now())).select_related("category")
    rows = Agency.objects.listed().select_related("organisation__region")
    return rows.prefetch_related(
        Prefetch("services", offered, to_attr="offered"),
        Prefetch("qualifications", held.order_by("category__place", "pk"), to_attr="held"),
    )


def _without(asked, chip):
    """The address of the list without one condition."""
    values = asked.copy()
    kept = [value for value in values.getlist(chip["name"]) if value != chip["value"]]
    values.setlist(chip["name"], kept if chip["name"] != "q" else [])
    for stale in ("after", "before"):
        values.pop(stale, None)
    return "?" + values.urlencode()


@public
@require_safe
def agency_detail(request, code):
    return cache.joined(request, "marketplace/agency-detail.html", AGENCY, partial(_agency, code))


def _agency(code, at):
    """What the page of an agency shows."""
    rows = Agency.objects.listed().select_related("organisation__region")
    agency = get_object_or_404(rows, organisation__code=code)
    today = day_of(at)
    certificates = PractitionerCertificate.objects.verified().select_related("category")
    people = Practitioner.objects.verified().filter(agency=agency).order_by("pk")
    held = agency.qualifications.verified().select_related("category")
    won = ServiceOrder.objects.public().filter(winner__bidder=agency.organisation, state__in=WON)
    context = {
        "agency": agency,
        "organisation": agency.organisation,
        "former_names": agency.organisation.former_names(),
        "services": agency.services.current().select_related("item").order_by("item__place"),
        "qualifications": [
            {"row": row, **validity(row.valid_until, today)}
            for row in held.order_by("category__place", "pk")
        ],
        "practitioners": people.prefetch_related(
            Prefetch("certificates", certificates.order_by("pk"), to_attr="papers")
        ),
        "orders": won.select_related("owner", "evaluation").order_by("-awarded_at")[:ORDERS_SHOWN],
        "won_count": won.count(),
        "rating": ratings.of(agency.organisation, at),
        "bars": ratings.bars(agency.organisation, at),
        "commitment": agency.commitments.first(),
        "verify_url": f"{settings.SITE_URL}{agency.get_absolute_url()}",
    }
    return context, None


def validity(until, today):
    """The badge of a certificate that ends on `until`: its meaning and its words."""
    if until is None:
        return {"meaning": "done", "words": _("valid for good")}
    days = (until - today).days
    if days < 0:
        return {"meaning": "fail", "words": _("expired")}
    if days <= SOON_DAYS:
        text = ngettext("%(days)d day left", "%(days)d days left", days)
        return {"meaning": "soon", "words": text % {"days": days}}
    return {"meaning": "done", "words": _("valid")}
