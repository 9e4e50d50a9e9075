"""What may be asked of the public list of needs."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from core.models import Region
from core.paging import Order
from core.widgets import MoneyInput
from procurement.models import UNPUBLISHED, Kind, Need, NeedState

SORTS = {
    "new": Order(_("newest first"), "-published_at", "-pk"),
    "budget": Order(_("highest budget first"), "-budget", "-pk"),
}
STATES = [(state.value, state.label) for state in NeedState if state not in UNPUBLISHED]


class NeedFilter(django_filters.FilterSet):  # type: ignore[misc]  # untyped library
    """The answers of one facet are joined by “or”, the facets by “and”."""

    q = django_filters.CharFilter(label=_("words"), method="by_words", max_length=80)
    state = django_filters.MultipleChoiceFilter(label=_("state"), choices=STATES)
    kind = django_filters.MultipleChoiceFilter(label=_("kind"), choices=Kind.choices)
    region = django_filters.ModelChoiceFilter(
        label=_("region"), queryset=Region.objects.all(), to_field_name="code", method="by_region"
    )
    least = django_filters.NumberFilter(
        label=_("at least (yuan)"), field_name="budget", lookup_expr="gte", widget=MoneyInput
    )
    most = django_filters.NumberFilter(
        label=_("at most (yuan)"), field_name="budget", lookup_expr="lte", widget=MoneyInput
    )

    class Meta:
        model = Need
        fields: list[str] = []

    def by_words(self, rows: QuerySet[Any], name: str, words: str) -> QuerySet[Any]:
        for word in words.split()[:5]:
            rows = rows.filter(
                Q(title__icontains=word)
                | Q(number__icontains=word)
                | Q(owner__name__icontains=word)
                | Q(item_name__icontains=word)
            )
        return rows

    def by_region(self, rows: QuerySet[Any], name: str, region: Region) -> QuerySet[Any]:
        """The region and what lies within it."""
        prefix = region.code.rstrip("0") if region.code.endswith("00") else region.code
        prefix += "0" * (len(prefix) % 2)
        return rows.filter(region__code__startswith=prefix)
