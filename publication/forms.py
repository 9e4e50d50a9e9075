"""How the list of notices is narrowed."""

from datetime import date, datetime, time, timedelta
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.widgets import DayInput
from publication.kinds import kinds
from publication.models import Notice


def kind_choices() -> list[tuple[str, Any]]:
    return [(kind.name, kind.label) for kind in kinds.values()]


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=get_default_timezone())


class NoticeFilter(django_filters.FilterSet):  # type: ignore[misc]  # untyped
    q = django_filters.CharFilter(method="words", label=_("Words in title, number or unit"))
    kind = django_filters.ChoiceFilter(
        choices=kind_choices, label=_("Kind of notice"), empty_label=_("all kinds")
    )
    since = django_filters.DateFilter(
        method="since_day", label=pgettext_lazy("published", "From"), widget=DayInput()
    )
    until = django_filters.DateFilter(
        method="until_day", label=pgettext_lazy("published", "To"), widget=DayInput()
    )

    class Meta:
        model = Notice
        fields: list[str] = []

    def words(self, rows: QuerySet[Notice], name: str, value: str) -> QuerySet[Notice]:
        """Each word occurs somewhere."""
        for word in value.split()[:8]:
            found = Q(title__icontains=word) | Q(number__icontains=word)
            rows = rows.filter(found | Q(issuer__icontains=word))
        return rows

    def since_day(self, rows: QuerySet[Notice], name: str, value: date) -> QuerySet[Notice]:
        return rows.filter(published_at__gte=_begin(value))

    def until_day(self, rows: QuerySet[Notice], name: str, value: date) -> QuerySet[Notice]:
        """The day itself included."""
        return rows.filter(published_at__lt=_begin(value + timedelta(days=1)))
