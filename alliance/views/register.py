"""Doors to the public register of alliances: the list, and one alliance."""

from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from alliance.models import Alliance
from core import cache, paging
from core.views import public

MENU = {
    "new": paging.Order(_("newest first"), "-registered_at", "-pk"),
    "old": paging.Order(_("earliest first"), "registered_at", "pk"),
}


@public
@require_safe
def alliances(request):
    cache.finished(request)
    rows = Alliance.objects.select_related("lead", "region")
    page = paging.page(rows, MENU, request.GET)
    return render(request, "alliance/alliances.html", {"page": page})


@public
@require_safe
def alliance(request, number):
    cache.finished(request)
    found = get_object_or_404(Alliance.objects.select_related("lead", "region"), number=number)
    return render(request, "alliance/detail.html", {"alliance": found})
