"""What may be asked of the public list of orders, and what each answer would find."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import Count, Q, QuerySet
from django.http import QueryDict  # noqa: TID251 - what a list is asked for, and no request
from django.utils.translation import gettext_lazy as _

from core.calendar import start_of
from core.models import Region
from core.paging import Order
from core.widgets import DayInput, MoneyInput
from marketplace.models import Method, Phase, ServiceItem, ServiceOrder

SORTS = {
    "new": Order(_("newest first"), "-published_at", "-pk"),
    "deadline": Order(_("nearest deadline first"), "open_until", "pk"),
    "worth": Order(_("highest amount first"), "-worth", "-pk"),
}
PHASES = (
    Phase.OPEN,
    Phase.CHOOSING,
    Phase.CONTESTABLE,
    Phase.AWARDED,
    Phase.CONTRACTED,
    Phase.COMPLETED,
    Phase.FAILED,
    Phase.WITHDRAWN,
    Phase.BROKEN_OFF,
)


class OrderFilter(django_filters.FilterSet):  # type: ignore[misc]  # untyped library
    """The answers of one facet are joined by “or”, the facets by “and”."""

    q = django_filters.CharFilter(label=_("words"), method="by_words", max_length=80)
    phase = django_filters.MultipleChoiceFilter(
        label=_("state"), choices=[(one.value, one.label) for one in PHASES], method="by_phase"
    )
    item = django_filters.ModelMultipleChoiceFilter(
        label=_("service"),
        queryset=ServiceItem.objects.all(),
        to_field_name="code",
        method="by_item",
    )
    method = django_filters.MultipleChoiceFilter(label=_("method"), choices=Method.choices)
    region = django_filters.ModelChoiceFilter(
        label=_("region"), queryset=Region.objects.all(), to_field_name="code", method="by_region"
    )
    least = django_filters.NumberFilter(
        label=_("at least (yuan)"), field_name="worth", lookup_expr="gte", widget=MoneyInput
    )
    most = django_filters.NumberFilter(
        label=_("at most (yuan)"), field_name="worth", lookup_expr="lte", widget=MoneyInput
    )
    since = django_filters.DateFilter(label=_("published from"), method="by_since", widget=DayInput)
    until = django_filters.DateFilter(label=_("published to"), method="by_until", widget=DayInput)

    class Meta:
        model = ServiceOrder
        fields: list[str] = []

    def __init__(self, data: Any, queryset: QuerySet[ServiceOrder], *, at: datetime) -> None:
        self.at = at
        super().__init__(data, queryset)

    def by_words(self, rows: QuerySet[Any], name: str, words: str) -> QuerySet[Any]:
        for word in words.split()[:5]:
            rows = rows.filter(
                Q(title__icontains=word)
                | Q(number__icontains=word)
                | Q(owner__name__icontains=word)
            )
        return rows

    def by_phase(self, rows: Any, name: str, phases: list[str]) -> Any:
        wanted = Q(pk__in=[])
        for phase in phases:
            wanted |= ServiceOrder.objects.where_phase(phase, self.at)
        return rows.filter(wanted) if phases else rows

    def by_item(self, rows: QuerySet[Any], name: str, items: Any) -> QuerySet[Any]:
        if not items:
            return rows
        ordered = ServiceOrder.items.through.objects.filter(serviceitem__in=items)
        return rows.filter(pk__in=ordered.values("serviceorder"))

    def by_region(self, rows: QuerySet[Any], name: str, region: Region) -> QuerySet[Any]:
        """The region and what lies within it."""
        prefix = region.code.rstrip("0") if region.code.endswith("00") else region.code
        prefix += "0" * (len(prefix) % 2)
        return rows.filter(region__code__startswith=prefix)

    def by_since(self, rows: QuerySet[Any], name: str, day: Any) -> QuerySet[Any]:
        return rows.filter(published_at__gte=start_of(day))

    def by_until(self, rows: QuerySet[Any], name: str, day: Any) -> QuerySet[Any]:
        return rows.filter(published_at__lt=start_of(day + timedelta(days=1)))


@dataclass(frozen=True)
class Option:
    """One answer of a facet, and how many orders it finds beside the other facets' answers."""

    value: str
    label: Any
    count: int
    chosen: bool


@dataclass(frozen=True)
class Chip:
    """A filter that is on, and the query string without it."""

    label: str
    href: str


def facets(asked: QueryDict, at: datetime) -> dict[str, list[Option]]:
    """Phase, service, method and region with their counts: four queries."""
    rows = {name: _without(asked, name, at) for name in ("phase", "item", "method", "region")}
    phases = (
        rows["phase"]
        .order_by()
        .aggregate(
            **{
                phase.name: Count("pk", filter=ServiceOrder.objects.where_phase(phase, at))
                for phase in PHASES
            }
        )
    )
    items = ServiceOrder.items.through.objects.filter(serviceorder__in=rows["item"].order_by())
    by_item = (
        items.values_list("serviceitem__code", "serviceitem__name")
        .annotate(count=Count("pk"))
        .order_by("serviceitem__place", "serviceitem__code")
    )
    by_method = dict(rows["method"].order_by().values_list("method").annotate(Count("pk")))
    by_region = (
        rows["region"]
        .order_by("region__code")
        .values_list("region__code", "region__full_name")
        .annotate(Count("pk"))
    )
    chosen = {name: asked.getlist(name) for name in rows}
    return {
        "phase": [
            Option(phase, phase.label, phases[phase.name], phase.value in chosen["phase"])
            for phase in PHASES
            if phases[phase.name] or phase.value in chosen["phase"]
        ],
        "item": [
            Option(code, name, count, code in chosen["item"]) for code, name, count in by_item
        ],
        "method": [
            Option(method, method.label, by_method.get(method, 0), method.value in chosen["method"])
            for method in Method
        ],
        "region": [
            Option(code, name, count, code in chosen["region"]) for code, name, count in by_region
        ],
    }


def chips(asked: QueryDict, form: forms.Form) -> Iterator[Chip]:
    """Each filter that is on, removable."""
    for name, field in form.fields.items():
        values = [value for value in asked.getlist(name) if value]
        for value in values:
            left = asked.copy()
            left.setlist(name, [one for one in values if one != value])
            for place in ("after", "before"):
                left.pop(place, None)
            yield Chip(_told(field, value), "?" + left.urlencode())


def _told(field: Any, value: str) -> str:
    if isinstance(field, forms.MultipleChoiceField) or hasattr(field, "queryset"):
        if hasattr(field, "queryset"):
            found = field.queryset.filter(**{field.to_field_name: value}).first()
            return str(found or value)
        return str(dict(field.choices).get(value, value))
    return f"{field.label} {value}"


def _without(asked: QueryDict, name: str, at: datetime) -> QuerySet[ServiceOrder]:
    others = asked.copy()
    others.pop(name, None)
    found: QuerySet[ServiceOrder] = OrderFilter(others, ServiceOrder.objects.public(), at=at).qs
    return found
