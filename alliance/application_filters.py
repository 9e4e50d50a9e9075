"""What the secretariat may ask of the applications to its alliance, and what each answer finds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import Count, Q, QuerySet
from django.http import QueryDict  # noqa: TID251 - what a list is asked for, and no request
from django.utils.translation import gettext_lazy as _

from accounts.models import Seat
from alliance import applications, industries
from alliance.models import SECRETARIAT, Alliance, Application, ApplicationState, Officer, UnitKind
from core.calendar import start_of
from core.widgets import DayInput

UNSAID, NOBODY, MINE = "unsaid", "nobody", "mine"
STATES = [state for state in ApplicationState if state != ApplicationState.DRAFT]
WAITING = (3, 7, 15, 30)
PLACES = ("after", "before", "show", "order")  # what is asked of the list and filters nothing


class ApplicationFilter(django_filters.FilterSet):  # type: ignore[misc]  # untyped library
    """The answers of one facet are joined by “or”, the facets by “and”."""

    q = django_filters.CharFilter(label=_("words"), method="by_words", max_length=80)
    state = django_filters.MultipleChoiceFilter(
        label=_("state"), choices=[(one.value, one.label) for one in STATES]
    )
    kind = django_filters.MultipleChoiceFilter(
        label=_("kind of unit"), choices=UnitKind.choices, field_name="unit_kind"
    )
    industry = django_filters.MultipleChoiceFilter(
        label=_("field of industry"),
        choices=lambda: [*industries.choices(), (UNSAID, _("not said"))],
        method="by_industry",
    )
    level = django_filters.MultipleChoiceFilter(label=_("level asked for"), method="by_level")
    region = django_filters.ChoiceFilter(label=_("region"), method="by_region")
    checker = django_filters.ChoiceFilter(label=_("checker"), method="by_checker")
    since = django_filters.DateFilter(label=_("handed in from"), method="by_since", widget=DayInput)
    until = django_filters.DateFilter(label=_("handed in to"), method="by_until", widget=DayInput)
    waiting = django_filters.TypedChoiceFilter(
        label=_("waiting for"),
        choices=[(str(days), _("%(n)s days or more") % {"n": days}) for days in WAITING],
        coerce=int,
        method="by_waiting",
    )

    class Meta:
        model = Application
        fields: list[str] = []

    def __init__(
        self, data: Any, queryset: QuerySet[Application], *, about: Answers, seat: Seat
    ) -> None:
        self.about, self.seat = about, seat
        super().__init__(data, queryset)
        for name, labels in (
            ("level", about.levels),
            ("region", about.regions),
            ("checker", about.checkers),
        ):
            self.filters[name].extra["choices"] = list(labels.items())

    def by_words(self, rows: QuerySet[Any], name: str, words: str) -> QuerySet[Any]:
        for word in words.split()[:5]:
            rows = rows.filter(
                Q(organisation__name__icontains=word)
                | Q(number__icontains=word)
                | Q(organisation__uscc__icontains=word)
                | Q(organisation__contact_name__icontains=word)
            )
        return rows

    def by_industry(self, rows: QuerySet[Any], name: str, asked: list[str]) -> QuerySet[Any]:
        return _or_unsaid(rows, "industry", asked)

    def by_level(self, rows: QuerySet[Any], name: str, asked: list[str]) -> QuerySet[Any]:
        return _or_unsaid(rows, "level_asked", asked)

    def by_region(self, rows: QuerySet[Any], name: str, code: str) -> QuerySet[Any]:
        return rows.filter(organisation__region__code=code)

    def by_checker(self, rows: QuerySet[Any], name: str, asked: str) -> QuerySet[Any]:
        if asked == NOBODY:
            return rows.filter(checker=None)
        if asked == MINE:
            return rows.filter(checker=self.seat)
        return rows.filter(checker__code=asked)

    def by_since(self, rows: QuerySet[Any], name: str, day: Any) -> QuerySet[Any]:
        return rows.filter(submitted_at__gte=start_of(day))

    def by_until(self, rows: QuerySet[Any], name: str, day: Any) -> QuerySet[Any]:
        return rows.filter(submitted_at__lt=start_of(day + timedelta(days=1)))

    def by_waiting(self, rows: QuerySet[Any], name: str, days: int) -> QuerySet[Any]:
        """With the secretariat, since so long at least."""
        before = self.about.at - timedelta(days=days)
        return rows.filter(state=ApplicationState.SUBMITTED, submitted_at__lte=before)


def _or_unsaid(rows: QuerySet[Any], column: str, asked: list[str]) -> QuerySet[Any]:
    if not asked:
        return rows
    return rows.filter(**{f"{column}__in": ["" if one == UNSAID else one for one in asked]})


@dataclass(frozen=True)
class Answers:
    """The answers that depend on the alliance, in words: by value."""

    at: datetime
    levels: Mapping[str, Any]
    regions: Mapping[str, str]
    checkers: Mapping[str, Any]

    @classmethod
    def of(cls, alliance: Alliance, seat: Seat, at: datetime) -> Answers:
        """Three queries, however many applications there are."""
        rows = Application.objects.in_secretariat_of(alliance).exclude(organisation__region=None)
        regions = rows.order_by("organisation__region__code").values_list(
            "organisation__region__code", "organisation__region__full_name"
        )
        checkers: dict[str, Any] = {MINE: _("myself"), NOBODY: _("nobody yet")}
        for other in colleagues(alliance, at):
            if other.pk != seat.pk:
                checkers[other.code] = str(other.user)
        levels = dict(applications.askable(alliance, at))
        return cls(at, {**levels, UNSAID: _("not said")}, dict(regions.distinct()), checkers)


def colleagues(alliance: Alliance, at: datetime) -> list[Seat]:
    """Who sits in the secretariat."""
    posts = Officer.objects.held_at(at).filter(alliance=alliance, post__in=SECRETARIAT)
    seats = {one.seat_id: one.seat for one in posts.select_related("seat__user")}
    return list(seats.values())


@dataclass(frozen=True)
class Option:
    """One answer of a facet, and how many it finds beside the other facets' answers."""

    value: str
    label: Any
    count: int
    chosen: bool


def found(
    asked: QueryDict, alliance: Alliance, about: Answers, seat: Seat
) -> tuple[QuerySet[Application], Any]:
    """What the filters find, and their form. A filter that cannot be read is as if it were not."""
    rows = Application.objects.in_secretariat_of(alliance)
    narrowed = ApplicationFilter(asked, rows, about=about, seat=seat)
    return narrowed.qs, narrowed.form


def facets(
    asked: QueryDict, alliance: Alliance, about: Answers, seat: Seat
) -> dict[str, list[Option]]:
    """Each facet's answers, counted among what the other facets find: one query a facet."""
    columns: dict[str, tuple[str, Mapping[str, Any]]] = {
        "state": ("state", {one.value: one.label for one in STATES}),
        "kind": ("unit_kind", dict(UnitKind.choices)),
        "industry": ("industry", {**dict(industries.choices()), UNSAID: _("not said")}),
        "level": ("level_asked", about.levels),
        "region": ("organisation__region__code", about.regions),
        "checker": ("checker__code", about.checkers),
    }
    told = {}
    for name, (column, labels) in columns.items():
        others = asked.copy()
        others.pop(name, None)
        rows, _form = found(others, alliance, about, seat)
        counts = dict(rows.order_by().values_list(column).annotate(Count("pk")))
        counts[UNSAID], counts[NOBODY] = counts.get("", 0), counts.get(None, 0)
        counts[MINE] = counts.get(seat.code, 0)
        chosen = asked.getlist(name)
        told[name] = [
            Option(value, label, counts.get(value, 0), value in chosen)
            for value, label in labels.items()
            if counts.get(value) or value in chosen or name == "state"
        ]
    return told


def chips(asked: QueryDict, form: Any) -> Iterator[tuple[str, str]]:
    """Each filter that is on, and the query string without it."""
    for name, field in form.fields.items():
        values = [one for one in asked.getlist(name) if one]
        for value in values:
            left = asked.copy()
            left.setlist(name, [one for one in values if one != value] or [""])
            for place in ("after", "before"):
                left.pop(place, None)
            yield _told(field, value), "?" + left.urlencode()


def _told(field: Any, value: str) -> str:
    if isinstance(field, forms.ChoiceField):
        said = str(dict(field.choices).get(value, value))  # type: ignore[arg-type]
        plain = isinstance(field, forms.MultipleChoiceField)
        return said if plain else f"{field.label}：{said}"
    return f"{field.label} {value}"
