"""Doors to the public register of alliances: the list, one alliance, its charter's versions."""

from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from alliance import charter_text, charters, enforcement, microsites, officers, tabs
from alliance import terms as terms_module
from alliance.filters import AllianceFilter, chips
from alliance.models import Alliance, Call, CharterState
from core import cache, clock, paging
from core.calendar import day_of
from core.views import public
from publication.models import Notice

MENU = {
    "new": paging.Order(_("newest first"), "-registered_at", "-pk"),
    "old": paging.Order(_("earliest first"), "registered_at", "pk"),
}


@public
@require_safe
def alliances(request):
    cache.finished(request)
    rows = Alliance.objects.select_related("lead", "region").defer("introduction")
    rows = rows.prefetch_related("fields")
    filters = AllianceFilter(request.GET, queryset=rows)
    page = paging.page(filters.qs, MENU, request.GET)
    current = Q(members__state__in=["admitted", "suspended"])
    counts = Alliance.objects.filter(pk__in=[one.pk for one in page]).order_by()
    members = dict(counts.annotate(count=Count("members", current)).values_list("pk", "count"))
    for one in page:
        one.member_count = members[one.pk]
    context = {
        "page": page,
        "filters": filters,
        "chips": chips(request.GET, filters.form),
        "open_calls": Call.objects.open_at(clock.now()).select_related("regulator"),
    }
    return render(request, "alliance/alliances.html", context)


@public
@require_safe
def alliance(request, number):
    cache.finished(request)
    found = _found(number)
    in_force = charters.in_force(found)
    current = found.members.current()
    context = {
        "alliance": found,
        "tabs": tabs.of(number, "overview"),
        "charter": in_force,
        "officers": officers.in_office(found, clock.now()),
        "members": current.count(),
        "kinds": _kinds(current),
        "bodies": charters.terms_of(in_force).bodies if in_force else {},
        "notices": Notice.objects.about(found).in_list()[:10],
        "own_site": microsites.address(number),
    }
    return render(request, "alliance/detail.html", context)


@public
@require_safe
def charter(request, number, version=None):
    cache.finished(request)
    found = _found(number)
    versions = list(found.charters.exclude(state=CharterState.DRAFT).defer("chapters", "terms"))
    if not versions:
        raise Http404
    in_force = charters.in_force(found)
    chosen = version or (in_force or versions[0]).version
    shown = get_object_or_404(found.charters.exclude(state=CharterState.DRAFT), version=chosen)
    terms = charters.terms_of(shown)
    enforced = enforcement.of(terms)
    chapters = [
        {
            "title": chapter["title"],
            "articles": [
                {
                    **article,
                    "head": f"第{terms_module.in_chinese(article['number'])}条",
                    "enforced": enforced.get(article["number"], []),
                }
                for article in chapter["articles"]
            ],
        }
        for chapter in shown.chapters
    ]
    context = {
        "alliance": found,
        "tabs": tabs.of(number, "charter"),
        "charter": shown,
        "chapters": chapters,
        "versions": versions,
        "is_in_force": in_force is not None and in_force.pk == shown.pk,
        "terms": terms,
        "today": day_of(clock.now()),
    }
    return render(request, "alliance/charter.html", context)


@public
@require_safe
def compare(request, number):
    """Two adopted versions side by side; the last two unless the query names others."""
    cache.finished(request)
    found = _found(number)
    adopted = {row.version: row for row in found.charters.exclude(state=CharterState.DRAFT)}
    if len(adopted) < 2:
        raise Http404
    known = sorted(adopted)
    old = adopted.get(_number(request.GET.get("old")), adopted[known[-2]])
    new = adopted.get(_number(request.GET.get("new")), adopted[known[-1]])
    changes = charter_text.compare(old.chapters, new.chapters)
    context = {
        "alliance": found,
        "tabs": tabs.of(number, "charter"),
        "old": old,
        "new": new,
        "versions": known,
        "changed": [one for one in changes if one.kind != "same"],
        "same": sum(one.kind == "same" for one in changes),
    }
    return render(request, "alliance/charter-compare.html", context)


def _found(number):
    return get_object_or_404(Alliance.objects.select_related("lead", "region"), number=number)


def _kinds(members):
    """How many members are of each kind of unit."""
    labels = dict(members.model._meta.get_field("unit_kind").choices)
    counted = members.order_by().values_list("unit_kind").annotate(count=Count("pk"))
    return [(labels[kind], count) for kind, count in sorted(counted, key=lambda one: -one[1])]


def _number(text):
    return int(text) if text and text.isdecimal() and len(text) < 5 else None
