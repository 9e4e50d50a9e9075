"""Facets as a page shows them: each value by its name, with its count and the way to choose it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import searched
from core.models import Region
from core.searched import Standing
from marketplace.models import ServiceItem
from search.models import SearchDocument
from search.query import BANDS, FACETS, PERIODS, Query
from search.words import squeezed

SHOWN = 8  # values; the others are folded
LABELS = {
    "kind": _("Kind"),
    "standing": _("State"),
    "region": _("Region"),
    "item": pgettext_lazy("search", "Service item"),
    "method": _("Method"),
    "amount": _("Amount"),
    "date": pgettext_lazy("when", "Published"),
    "grade": pgettext_lazy("search", "Grade"),
}
AMOUNTS = {
    "under-50k": _("below ¥50,000"),
    "50k-200k": _("¥50,000 to ¥200,000"),
    "200k-500k": _("¥200,000 to ¥500,000"),
    "500k-1m": _("¥500,000 to ¥1,000,000"),
    "1m-up": _("¥1,000,000 and more"),
}
DATES = {
    "week": _("in the last 7 days"),
    "month": _("in the last 30 days"),
    "quarter": _("in the last 3 months"),
    "year": _("in the last year"),
}
# Those whose values have an order of their own; the others go by their counts.
ORDERED = {"standing": Standing.values, "amount": list(BANDS), "date": list(PERIODS)}


@dataclass(frozen=True)
class Value:
    """A value that can be chosen, or is: `id` is its own on the page."""

    value: str
    label: Any
    count: int
    is_chosen: bool
    id: str


@dataclass(frozen=True)
class Facet:
    name: str
    label: Any
    first: list[Value]
    more: list[Value]
    is_chosen: bool


@dataclass(frozen=True)
class Chip:
    """A condition in force, with the address without it."""

    label: Any
    href: str


def shown(query: Query, counts: Mapping[str, Mapping[str, int]]) -> list[Facet]:
    """The facets that have anything to choose; a chosen value stays, whatever its count."""
    labels = names_of(_values(query, counts))
    facets = []
    for name in LABELS:
        chosen = query.filters.get(name, ())
        counted = {**dict.fromkeys(chosen, 0), **counts.get(name, {})}
        if not counted:
            continue
        values = [
            Value(value, labels[name].get(value, value), number, value in chosen, f"{name}-{place}")
            for place, (value, number) in enumerate(_in_order(name, counted))
        ]
        first = values[:SHOWN] + [one for one in values[SHOWN:] if one.is_chosen]
        more = [one for one in values[SHOWN:] if not one.is_chosen]
        facets.append(Facet(name, LABELS[name], first, more, bool(chosen)))
    return facets


def chips(query: Query) -> list[Chip]:
    """Each chosen value, with the address of the search without it."""
    labels = names_of({name: list(values) for name, values in query.filters.items()})
    return [
        Chip(labels[name].get(value, value), f"?{query.without_facet(name, value).to_url()}")
        for name, values in query.filters.items()
        for value in values
    ]


def said(query: Query) -> str:
    """The query in words: what was typed, then the values chosen."""
    return " · ".join(filter(None, [query.text, *(str(chip.label) for chip in chips(query))]))


def names_of(values: Mapping[str, Iterable[str]]) -> dict[str, dict[str, Any]]:
    """How the values are called; two queries at most."""
    regions = Region.objects.filter(code__in=list(values.get("region", ())))
    items = ServiceItem.objects.filter(code__in=list(values.get("item", ())))
    return {
        "kind": {name: kind.label for name, kind in searched.kinds.items()},
        "standing": dict(Standing.choices),
        "region": dict(regions.values_list("code", "name")) if values.get("region") else {},
        "item": dict(items.values_list("code", "name")) if values.get("item") else {},
        "method": searched.methods,
        "amount": AMOUNTS,
        "date": DATES,
        "grade": searched.grades,
    }


def understand(name: str, said: str) -> str:
    """What is meant by `地区:章贡区` and the like: the value that is called so, or is it."""
    if name == "region":
        return _region(said)
    if name == "item":
        rows = ServiceItem.objects.filter(Q(name=said) | Q(code=said))
        return rows.values_list("code", flat=True).first() or ""
    labels = names_of({})[name]
    called = {squeezed(str(label)): value for value, label in labels.items()}
    return said if said in labels else called.get(squeezed(said), "")


def _region(said: str) -> str:
    """Of several divisions of one name, that of which there is anything."""
    rows = Region.objects.filter(Q(name=said) | Q(full_name=said) | Q(code=said)).order_by("code")
    codes = list(rows.values_list("code", flat=True))
    within = (code for code in codes if _documents_in(code).exists())
    return next(within, codes[0] if codes else "")


def _documents_in(code: str) -> Any:
    above = code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code
    return SearchDocument.objects.filter(gone_at=None, region__startswith=above)


def _values(query: Query, counts: Mapping[str, Mapping[str, int]]) -> dict[str, list[str]]:
    return {name: [*counts.get(name, {}), *query.filters.get(name, ())] for name in FACETS}


def _in_order(name: str, counted: Mapping[str, int]) -> list[tuple[str, int]]:
    own = ORDERED.get(name)
    if own:
        return [(value, counted[value]) for value in own if value in counted]
    return sorted(counted.items(), key=lambda one: (-one[1], one[0]))
