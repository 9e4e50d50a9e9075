"""What may be asked of the public register of alliances."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict  # noqa: TID251 - what a list is asked for, and no request
from django.utils.translation import gettext_lazy as _

from alliance import industries
from alliance.models import Alliance, AllianceField, AllianceState
from core.models import Region


class AllianceFilter(django_filters.FilterSet):  # type: ignore[misc]  # untyped library
    """The answers of one facet are joined by “or”, the facets by “and”."""

    q = django_filters.CharFilter(label=_("words"), method="by_words", max_length=80)
    field = django_filters.MultipleChoiceFilter(
        label=_("field of industry"),
        choices=industries.choices,
        method="by_field",
        widget=forms.CheckboxSelectMultiple,
    )
    state = django_filters.MultipleChoiceFilter(
        label=_("state"),
        choices=AllianceState.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    region = django_filters.ModelChoiceFilter(
        label=_("region"),
        queryset=Region.objects.filter(
            pk__in=Alliance.objects.exclude(region=None).values("region")
        ),
        to_field_name="code",
        empty_label=_("everywhere"),
    )

    class Meta:
        model = Alliance
        fields: list[str] = []

    def by_field(self, rows: QuerySet[Any], name: str, asked: list[str]) -> QuerySet[Any]:
        """One row an alliance, however many of its fields are asked for."""
        borne = AllianceField.objects.filter(alliance=OuterRef("pk"), key__in=asked)
        return rows.filter(Exists(borne)) if asked else rows

    def by_words(self, rows: QuerySet[Any], name: str, words: str) -> QuerySet[Any]:
        for word in words.split()[:5]:
            rows = rows.filter(
                Q(name__icontains=word)
                | Q(short_name__icontains=word)
                | Q(number__icontains=word)
                | Q(lead__name__icontains=word)
            )
        return rows


def chips(asked: QueryDict, form: Any) -> list[dict[str, str]]:
    """Each filter that is on, with the query string without it."""
    found = []
    for name, field in form.fields.items():
        for value in [one for one in asked.getlist(name) if one]:
            left = asked.copy()
            left.setlist(name, [one for one in asked.getlist(name) if one != value])
            for stale in ("after", "before"):
                left.pop(stale, None)
            found.append({"label": _told(name, field, value), "href": "?" + left.urlencode()})
    return found


def _told(name: str, field: Any, value: str) -> str:
    if name == "region":
        return str(field.queryset.filter(code=value).first() or value)
    choices = dict(getattr(field, "choices", ()))
    return str(choices.get(value, value))
