"""How the public list of agencies is narrowed."""

from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from core.models import Region
from marketplace.models import (
    Agency,
    AgencyService,
    Qualification,
    QualificationCategory,
    ServiceItem,
)


def prefix(code: str) -> str:
    """What the codes of all places within a region begin with."""
    for tail in ("0000", "00"):
        if code.endswith(tail):
            return code.removesuffix(tail)
    return code


def _regions() -> list[tuple[str, str]]:
    """Where listed agencies are, with the cities and provinces above."""
    codes = Agency.objects.listed().values_list("organisation__region__code", flat=True).distinct()
    wanted = {up for code in codes.order_by() if code for up in _above(code)}
    return [(row.code, row.full_name) for row in Region.objects.filter(code__in=wanted)]


def _above(code: str) -> set[str]:
    return {code, code[:4] + "00", code[:2] + "0000"}


def _items() -> list[tuple[str, str]]:
    rows = ServiceItem.objects.offered().with_agency_count()
    counted = rows.values_list("code", "name", "agency_count")  # type: ignore[misc]  # annotated
    return [(code, f"{name}（{count}）") for code, name, count in counted]


def _grades() -> list[tuple[str, str]]:
    """Every category, and each of its levels."""
    found = []
    for row in QualificationCategory.objects.filter(holder="unit"):
        found.append((row.code, row.name))
        found += [(f"{row.code}|{level}", f"{row.name} {level}") for level in row.levels]
    return found


class AgencyFilter(django_filters.FilterSet):  # type: ignore[misc]  # untyped library
    q = django_filters.CharFilter(method="named", label=_("Name"))
    item = django_filters.MultipleChoiceFilter(
        method="offering", label=_("Services"), widget=forms.CheckboxSelectMultiple
    )
    region = django_filters.ChoiceFilter(method="within", label=_("Region"), empty_label=_("any"))
    grade = django_filters.ChoiceFilter(
        method="holding", label=_("Qualification"), empty_label=_("any")
    )

    class Meta:
        model = Agency
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = {"item": _items(), "region": _regions(), "grade": _grades()}
        for name, offered in choices.items():
            self.filters[name].extra["choices"] = offered

    def named(self, rows: Any, _name: str, text: str) -> Any:
        return rows.filter(organisation__name__icontains=text.strip())

    def offering(self, rows: Any, _name: str, codes: list[str]) -> Any:
        services = AgencyService.objects.current().filter(item__code__in=codes)
        return rows.filter(pk__in=services.values("agency")) if codes else rows

    def within(self, rows: Any, _name: str, code: str) -> Any:
        return rows.filter(organisation__region__code__startswith=prefix(code))

    def holding(self, rows: Any, _name: str, grade: str) -> Any:
        code, _bar, level = grade.partition("|")
        held = Qualification.objects.verified().filter(category__code=code)
        if level:
            held = held.filter(level=level)
        return rows.filter(pk__in=held.values("agency"))

    def chips(self) -> list[dict[str, str]]:
        """What narrows the list now: words, and the field and value to drop."""
        data = self.form.cleaned_data if self.form.is_valid() else {}
        named = {
            name: dict(self.filters[name].extra["choices"]) for name in ("item", "region", "grade")
        }
        found = [{"label": data["q"], "name": "q", "value": data["q"]}] if data.get("q") else []
        for name, labels in named.items():
            values = data.get(name) or []
            for value in values if isinstance(values, list) else [values]:
                label = str(labels.get(value, value)).partition("（")[0]
                found.append({"label": label, "name": name, "value": value})
        return found
