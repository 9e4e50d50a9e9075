"""Doors to the service catalogue: public pages."""

from itertools import groupby

from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from core import cache, clock
from core.views import public
from marketplace import conditions, eligibility
from marketplace.models import Agency, Phase, ServiceGroup, ServiceItem, ServiceOrder

AGENCIES_SHOWN = 20
ORDERS_SHOWN = 10


@public
@require_safe
def services(request):
    cache.finished(request)
    items = ServiceItem.objects.offered().with_agency_count()
    wanted = request.GET.get("q", "").strip()[:80]
    if wanted:
        items = items.matching(wanted)
    ordered = sorted(items, key=lambda item: (ServiceGroup.values.index(item.group), item.place))
    groups = [
        {"label": ServiceGroup(group).label, "items": list(rows)}
        for group, rows in groupby(ordered, key=lambda item: item.group)
    ]
    context = {"groups": groups, "wanted": wanted, "count": len(ordered)}
    return render(request, "marketplace/services.html", context)


@public
@require_safe
def service_detail(request, slug):
    cache.finished(request)
    item = get_object_or_404(ServiceItem.objects.with_agency_count(), code=slug)
    tree = conditions.parse(item.requirement)
    agencies = Agency.objects.offering(item).select_related("organisation__region")
    orders = ServiceOrder.objects.in_phase(Phase.OPEN, clock.now()).filter(items=item)
    context = {
        "item": item,
        "demand": conditions.outline(tree, eligibility.categories()) if tree else None,
        "versions": item.versions.all()[:20],
        "agencies": agencies.order_by("-listed_at", "-pk")[:AGENCIES_SHOWN],
        "orders": orders.select_related("owner").order_by("open_until", "pk")[:ORDERS_SHOWN],
    }
    return render(request, "marketplace/service-detail.html", context)
