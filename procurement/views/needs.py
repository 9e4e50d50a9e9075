"""Doors to needs that everybody may open: the list, a need, its versions, standards and rules."""

from itertools import pairwise

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.models import Deed
from core import cache, clock, paging
from core.calendar import day_of
from core.models import Region, Upload
from core.views import public
from procurement import comparison, standards
from procurement.models import Kind, Need, ProcurementStandard, RequirementRule
from procurement.need_filters import SORTS, STATES, NeedFilter
from procurement.proposals import FORMS, METHODS, Proposal
from publication.models import Notice


@public
@require_safe
def need_list(request):
    asked = NeedFilter(request.GET, Need.objects.public())
    rows = asked.qs.select_related("owner", "region").defer("draft", "proposal")
    page = paging.page(rows, SORTS, request.GET)
    shown = Region.objects.filter(pk__in=Need.objects.public().values("region")).order_by("code")
    context = {
        "page": page,
        "form": asked.form,
        "states": [
            (value, label, value in request.GET.getlist("state")) for value, label in STATES
        ],
        "kinds": [
            (kind.value, kind.label, kind.value in request.GET.getlist("kind")) for kind in Kind
        ],
        "regions": [(one, one.code == request.GET.get("region")) for one in shown],
    }
    if request.seat is None:
        cache.finished(request, until=None)
    return render(request, "procurement/need-list.html", context)


@public
@require_safe
def need_detail(request, number):
    needs_ = Need.objects.public().select_related("owner", "region")
    need = get_object_or_404(needs_, number=number)
    versions = list(need.versions.all())
    newest = versions[0]
    notices = list(Notice.objects.about(need).in_list())
    seat = request.seat
    context = {
        "need": need,
        "version": newest,
        "versions": list(pairwise(versions)),
        "facts": newest.facts,
        "form_words": FORMS[need.form],
        "method_words": METHODS[need.method],
        "proposal": Proposal.from_json(newest.facts["proposal"]),
        "notices": notices,
        "notice": next((one for one in notices if one.number == newest.notice), None),
        "files": _files(newest),
        "answers": newest.answers,
        "own": seat is not None and seat.organisation_id == need.owner_id,
    }
    notice = context["notice"]
    context["paper"] = notice.document if notice else None
    if seat is None:
        cache.finished(request, until=None)
    return render(request, "procurement/need-detail.html", context)


@public
@require_safe
def need_compare(request, number, old, new):
    need = get_object_or_404(Need.objects.public().select_related("owner"), number=number)
    versions = {one.version: one for one in need.versions.all()}
    if old not in versions or new not in versions or old >= new:
        raise Http404
    before, after = versions[old], versions[new]
    context = {
        "need": need,
        "before": before,
        "after": after,
        "sections": comparison.compare(before.content, after.content),
        "facts": _facts_changed(before.facts, after.facts),
    }
    return render(request, "procurement/need-compare.html", context)


@public
@require_safe
def standard_list(request):
    """What is in force in each region, and a pure calculation for anybody's budget."""
    day = day_of(clock.now())
    rows = ProcurementStandard.objects.select_related("region").prefetch_related("entries")
    current = list(rows.in_force(day))
    context = {
        "standards": [(one, standards.limit_rows(one)) for one in current],
        "others": [one for one in rows if one not in current],
        "may_edit": request.seat is not None and request.seat.may(Deed.EDIT_CATALOGUE),
    }
    return render(request, "procurement/standard-list.html", context)


@public
@require_safe
def rule_list(request):
    rows = RequirementRule.objects.filter(superseded_at=None).order_by("pk")
    context = {
        "rules": rows,
        "may_edit": request.seat is not None and request.seat.may(Deed.EDIT_CATALOGUE),
    }
    return render(request, "procurement/rule-list.html", context)


def _files(version):
    codes = [one.code for one in version.content.files()]
    return Upload.objects.filter(code__in=codes).order_by("pk")


def _facts_changed(before, after):
    """The basics that differ: label, before, after."""
    labels = {
        "title": Need._meta.get_field("title").verbose_name,
        "budget": Need._meta.get_field("budget").verbose_name,
        "budget_year": Need._meta.get_field("budget_year").verbose_name,
        "funding": Need._meta.get_field("funding").verbose_name,
        "item_name": Need._meta.get_field("item_name").verbose_name,
        "region_name": Need._meta.get_field("region").verbose_name,
        "contact": Need._meta.get_field("contact").verbose_name,
        "contact_phone": Need._meta.get_field("contact_phone").verbose_name,
    }
    return [
        (label, before[name], after[name])
        for name, label in labels.items()
        if before[name] != after[name]
    ]
