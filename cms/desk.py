"""The desk 工作台: what waits for a seat, its drafts, what it did, and the figures of its unit.

Each package names its rows (core.todo); they are joined here by one UNION ALL, so the desk costs
the same for one row and for thirty.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import todo as accounts_todo
from accounts.models import Seat, User
from cms import figures as numbers
from cms.figures import MOMENT, until
from core import todo
from core.models import Event
from credit import ratings

LIMIT = 100
FIGURES = 4


@dataclass(frozen=True)
class Row:
    """One line of the desk: what to do, on what, until when, with one verb."""

    kind: todo.Kind
    title: str
    about: str
    due_at: datetime | None
    light: str  # the meaning of the traffic light
    wait: str  # "3 days late", "today", "2 days", "no limit"

    @property
    def href(self) -> str:
        return reverse(self.kind.url_name, args=[self.about] if self.kind.with_about else [])

    @property
    def until(self) -> str:
        return until(self.due_at) if self.due_at else ""

    @property
    def is_late(self) -> bool:
        return self.light == "fail"

    @property
    def is_today(self) -> bool:
        return self.light == "soon"


@dataclass(frozen=True)
class Figure:
    label: Any
    value: str
    note: str
    href: str


@dataclass(frozen=True)
class Done:
    label: Any
    title: str
    href: str
    at: datetime


def waiting(seat: Seat | None, user: User, at: datetime) -> list[Row]:
    """Every deed that can be done now, the oldest deadline first, those without any last."""
    today = localdate(at)
    rows = _joined(_sources(seat, user, at)).order_by(
        F("todo_due_at").asc(nulls_last=True), "todo_kind", "todo_title", "todo_about"
    )
    return [_row(*values, at=at, today=today) for values in rows[:LIMIT]]


def count(seat: Seat | None, user: User, at: datetime) -> int:
    """How many deeds wait, for the badge of the frame."""
    return _joined(_sources(seat, user, at)).count()


def drafts(seat: Seat, at: datetime) -> list[Row]:
    """What was begun and not handed in, the last one touched first."""
    today = localdate(at)
    sources = [rows for source in todo.draft_sources.values() for rows in source(seat, at)]
    if not sources:
        return []
    ordered = _joined(sources).order_by(
        F("todo_due_at").desc(nulls_last=True), "todo_title", "todo_about"
    )
    return [_row(*values, at=at, today=today) for values in ordered[:LIMIT]]


def figures(seat: Seat, at: datetime) -> list[Figure]:
    """Four numbers of the unit: a listed agency's credit takes the place of its own orders."""
    sources = [rows for source in todo.figure_sources.values() for rows in source(seat, at)]
    asked = [_kind(rows) for rows in sources]
    found = {kind: values for kind, *values in _joined(sources)}
    shown = []
    if found.get(numbers.LISTED, (0,))[0]:
        rating = ratings.of(seat.organisation, at)
        href = reverse("credit:agency", args=[seat.organisation.code])
        shown.append(Figure(_("Credit"), numbers.told(rating), "", href))
        asked.remove("own-orders")
    for name in asked:
        if name == numbers.LISTED:
            continue
        kind = todo.figures[name]
        value, note = kind.show(*found.get(name, (0, None, None)))
        shown.append(Figure(kind.label, value, note, reverse(kind.url_name)))
    return shown[:FIGURES]


def _kind(rows: QuerySet[Any, Any]) -> str:
    named: Any = rows.query.annotations["figure_kind"]
    return str(named.value)


def deeds(seat: Seat) -> QuerySet[Event]:
    """What this seat did, from the events that bear its code and that can be told in words."""
    return Event.objects.filter(seat_code=seat.code, name__in=list(todo.deeds))


def done(events: Iterable[Event]) -> list[Done]:
    """Deeds in words, with what they were about."""
    subjects = _subjects(events)
    return [
        Done(
            todo.deeds[event.name],
            str(subjects.get((event.subject, event.subject_code), "")),
            _address(subjects.get((event.subject, event.subject_code))),
            event.at,
        )
        for event in events
    ]


def _sources(seat: Seat | None, user: User, at: datetime) -> list[QuerySet[Any, Any]]:
    if seat is None:
        return [accounts_todo.invited(user, at)]
    return [rows for source in todo.sources.values() for rows in source(seat, at)]


def _joined(sources: Iterable[QuerySet[Any, Any]]) -> QuerySet[Any, Any]:
    first, *rest = sources
    return first.union(*rest, all=True) if rest else first


def _row(
    kind: str, title: str, about: str, due_at: datetime | None, *, at: datetime, today: date
) -> Row:
    light, wait = _pressing(due_at, at, today)
    return Row(todo.kinds[kind], title, about, due_at, light, wait)


def _pressing(due_at: datetime | None, at: datetime, today: date) -> tuple[str, str]:
    """Red late, amber on the last day, blue before, dashed without a deadline."""
    if due_at is None:
        return "draft", _("no limit")
    # The end of a day is midnight, which the calendar counts to the next.
    last_day = localdate(due_at - MOMENT)
    if due_at <= at:
        days = (today - last_day).days
        if not days:
            return "fail", _("late since today")
        return "fail", ngettext("%(days)s day late", "%(days)s days late", days) % {"days": days}
    days = (last_day - today).days
    if not days:
        return "soon", _("today")
    return "open", ngettext("%(days)s day", "%(days)s days", days) % {"days": days}


def _subjects(events: Iterable[Event]) -> dict[tuple[str, str], Any]:
    codes: dict[str, set[str]] = {}
    for event in events:
        codes.setdefault(event.subject, set()).add(event.subject_code)
    found = {}
    for label, wanted in codes.items():
        model = apps.get_model(label)
        related = [
            field.name
            for field in model._meta.get_fields()
            if field.name in ("organisation", "user") and field.many_to_one
        ]
        for row in model._base_manager.filter(code__in=wanted).select_related(*related):
            found[label, row.code] = row
    return found


def _address(row: Any) -> str:
    return row.get_absolute_url() if hasattr(row, "get_absolute_url") else ""
