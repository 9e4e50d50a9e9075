"""What may be asked of the public list of orders, and what each answer would find."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import Case, Count, Min, Q, QuerySet, Value, When
from django.http import QueryDict  # noqa: TID251 - what a list is asked for, and no request
from django.utils.translation import gettext_lazy as _

from core import cache
from core.calendar import start_of
from core.models import Region
from core.paging import Order
from core.widgets import DayInput, MoneyInput
from marketplace.models import (
    Method,
    OrderState,
    Phase,
    ServiceItem,
    ServiceItemVersion,
    ServiceOrder,
)
from marketplace.models.orders import UNPUBLISHED, ServiceOrderQuerySet

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

# States in which the clock alone decides the phase, with the instant that divides them.
CLOCKED = (("published", "open_until"), ("awarded", "contest_until"))
# What the totals tell: a deed on one of these has them counted anew. Of a service item the events
# name the version.
COUNTED = tuple(model._meta.label_lower for model in (ServiceOrder, ServiceItemVersion, Region))


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


@dataclass(frozen=True)
class Totals:
    """How many public orders there are, by each facet; the names of what occurs."""

    phase: Mapping[str, int]
    item: Mapping[str, int]
    method: Mapping[str, int]
    region: Mapping[str, int]
    items: Mapping[str, str]
    regions: Mapping[str, str]
    until: datetime | None

    @property
    def all(self) -> int:
        return sum(self.phase.values())


def totals() -> Totals:
    """The totals of all public orders, counted once until a deed or the clock changes them."""
    return cache.made_once(COUNTED, _totals)


def _totals(at: datetime) -> tuple[Totals, datetime | None]:
    """Each count is read off an index alone: what is public is all but the few that are not."""
    counted = [
        (state, method, region, count)
        for state, method, region, count in ServiceOrder.objects.order_by()
        .values_list("state", "method", "region")
        .annotate(count=Count("*"))
        if state not in UNPUBLISHED
    ]
    by_state, by_method, by_region = (_summed(counted, place) for place in range(3))
    by_item = _items_of_public()
    items = ServiceItem.objects.filter(pk__in=by_item).order_by("place", "code")
    regions = Region.objects.filter(pk__in=by_region).order_by("code")
    item_names = {pk: (code, name) for pk, code, name in items.values_list("pk", "code", "name")}
    region_names = {
        pk: (code, name) for pk, code, name in regions.values_list("pk", "code", "full_name")
    }
    rows = ServiceOrder.objects.public()
    found = Totals(
        phase=_phases(by_state, at),
        item={code: by_item[pk] for pk, (code, _name) in item_names.items()},
        method=by_method,
        region={code: by_region[pk] for pk, (code, _name) in region_names.items()},
        items=dict(item_names.values()),
        regions=dict(region_names.values()),
        until=_next_change(rows, at),
    )
    return found, found.until


def _phases(by_state: Mapping[str, int], at: datetime) -> dict[str, int]:
    """How many are in each phase: by their states, but for what the clock alone decides."""
    overdue, past = (
        ServiceOrder.objects.filter(state=state, **{f"{column}__lte": at}).count()
        for state, column in CLOCKED
    )
    count = Counter(by_state)
    found = {
        Phase.OPEN: count[OrderState.PUBLISHED] - overdue,
        Phase.CHOOSING: overdue + count[OrderState.AWAITING_DICE],
        Phase.CONTESTABLE: count[OrderState.AWARDED] - past,
        Phase.AWARDED: past,
        Phase.COMPLETED: count[OrderState.COMPLETED] + count[OrderState.EVALUATED],
    }
    return {phase.value: found.get(phase, count[phase.value]) for phase in PHASES}


def _items_of_public() -> dict[int, int]:
    """By the item's key: of all orders, less those that are not public."""
    ordered = ServiceOrder.items.through.objects.values_list("serviceitem").annotate(
        count=Count("*")
    )
    hidden = ordered.filter(serviceorder__state__in=UNPUBLISHED)
    less = dict(hidden)
    found = {item: count - less.get(item, 0) for item, count in ordered}
    return {item: count for item, count in found.items() if count}


def _next_change(rows: ServiceOrderQuerySet, at: datetime) -> datetime | None:
    """When the clock alone changes the phase of an order."""
    instants = [
        rows.filter(state=state, **{f"{column}__gt": at}).aggregate(first=Min(column))["first"]
        for state, column in CLOCKED
    ]
    return min((instant for instant in instants if instant), default=None)


def _summed(counted: Iterable[tuple[Any, ...]], place: int) -> dict[Any, int]:
    sums: dict[Any, int] = {}
    for row in counted:
        sums[row[place]] = sums.get(row[place], 0) + row[-1]
    return sums


def _with_phase(rows: QuerySet[Any], at: datetime) -> QuerySet[Any]:
    cases = [
        When(ServiceOrder.objects.where_phase(phase, at), then=Value(phase.value))
        for phase in PHASES
    ]
    told: QuerySet[Any] = rows.order_by().annotate(phase_at=Case(*cases, default=Value("")))
    return told


def _by_phase(rows: QuerySet[ServiceOrder], at: datetime) -> dict[str, int]:
    return dict(_with_phase(rows, at).values_list("phase_at").annotate(Count("pk")))


def _by_item(rows: QuerySet[ServiceOrder]) -> dict[str, int]:
    items = ServiceOrder.items.through.objects.filter(serviceorder__in=rows.order_by())
    return dict(items.values_list("serviceitem__code").annotate(Count("pk")))


def _by_method(rows: QuerySet[ServiceOrder]) -> dict[str, int]:
    return dict(rows.order_by().values_list("method").annotate(Count("pk")))


def _by_region(rows: QuerySet[ServiceOrder]) -> dict[str, int]:
    return dict(rows.order_by().values_list("region__code").annotate(Count("pk")))


def facets(asked: QueryDict, at: datetime, known: Totals) -> dict[str, list[Option]]:
    """Phase, service, method and region with their counts. Where no other filter is on, they are
    the totals; else they are counted among what the others find."""
    counts: dict[str, Mapping[str, int]] = {}
    ways = {
        "phase": lambda rows: _by_phase(rows, at),
        "item": _by_item,
        "method": _by_method,
        "region": _by_region,
    }
    for name, way in ways.items():
        others = any(asked.get(other) for other in OrderFilter.base_filters if other != name)
        counts[name] = way(_without(asked, name, at)) if others else getattr(known, name)
    chosen = {name: asked.getlist(name) for name in counts}

    def options(name: str, labels: Mapping[str, Any]) -> list[Option]:
        return [
            Option(value, label, counts[name].get(value, 0), value in chosen[name])
            for value, label in labels.items()
        ]

    def found(name: str, labels: Mapping[str, Any]) -> list[Option]:
        return [one for one in options(name, labels) if one.count or one.chosen]

    return {
        "phase": found("phase", {phase.value: phase.label for phase in PHASES}),
        "item": found("item", known.items),
        "method": options("method", {method.value: method.label for method in Method}),
        "region": found("region", known.regions),
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
