"""What the desk shows: what waits for a seat, its drafts, figures, and the names of its deeds.

Each package says so in its `todo.py`, as unevaluated rows of fixed columns, and registers that in
its `apps.py`; `cms.desk` joins the rows of all packages in one UNION ALL:

    def waiting_for(seat, at):
        if seat.may(Deed.APPROVE_ORDER):
            orders = ServiceOrder.objects.submitted().owned_by(seat.organisation)
            yield todo.rows("order-approve", orders, title="title", about="code", due_at="due_at")

    todo.kind("order-approve", _("Approve the order"), _("Approve"), "marketplace:order-approve")
    todo.register("marketplace", waiting_for)
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import (
    CharField,
    Count,
    DateTimeField,
    DecimalField,
    F,
    Min,
    QuerySet,
    Sum,
    Value,
)
from django.db.models.functions import Cast

# PostgreSQL joins untyped NULLs as text, and text with no instant: hence the casts.
NO_INSTANT = Cast(Value(None), DateTimeField())
NO_AMOUNT = Cast(Value(None), DecimalField(max_digits=16, decimal_places=2))
COLUMNS = ("todo_kind", "todo_title", "todo_about", "todo_due_at")
FIGURE_COLUMNS = ("figure_kind", "figure_count", "figure_amount", "figure_at")

# A seat is accounts.models.Seat; core does not know it.
Source = Callable[[Any, datetime], Iterable[QuerySet[Any, Any]]]


@dataclass(frozen=True)
class Kind:
    """How rows of one kind are told: a phrase, the verb of the button, where it leads."""

    name: str
    label: Any
    verb: Any
    url_name: str  # takes `about` as its one argument, or none
    with_about: bool = True
    hint: Any = ""


@dataclass(frozen=True)
class Figure:
    """How a number is told: `show` turns count, amount and instant into value and note."""

    name: str
    label: Any
    show: Callable[[int, Any, datetime | None], tuple[str, str]]
    url_name: str


kinds: dict[str, Kind] = {}
figures: dict[str, Figure] = {}
deeds: dict[str, Any] = {}
sources: dict[str, Source] = {}
draft_sources: dict[str, Source] = {}
figure_sources: dict[str, Source] = {}


def register(
    package: str,
    waiting_for: Source | None = None,
    *,
    drafts_of: Source | None = None,
    figures_of: Source | None = None,
) -> None:
    """Name a package's rows, from its `apps.py`: each source yields any number of querysets."""
    for registry, source in (
        (sources, waiting_for),
        (draft_sources, drafts_of),
        (figure_sources, figures_of),
    ):
        if source is not None:
            registry[package] = source


def kind(
    name: str, label: Any, verb: Any, url_name: str, *, with_about: bool = True, hint: Any = ""
) -> None:
    """Tell how rows of a kind are shown: “label: title”, a button `verb` to `url_name`."""
    kinds[name] = Kind(name, label, verb, url_name, with_about, hint)


def figure(
    name: str,
    label: Any,
    show: Callable[[int, Any, datetime | None], tuple[str, str]],
    url_name: str,
) -> None:
    """Tell how one number of the desk is shown."""
    figures[name] = Figure(name, label, show, url_name)


def deed(event_name: str, label: Any) -> None:
    """Tell in words what the event `event_name` says was done; the tab 已办 shows only those."""
    deeds[event_name] = label


def rows(
    kind: str, rows: QuerySet[Any, Any], *, title: Any, about: Any, due_at: Any = None
) -> QuerySet[Any, Any]:
    """Rows as the desk joins them. `title`, `about`, `due_at`: columns or expressions.

    For drafts `due_at` is the instant of the last change.
    """
    shaped: QuerySet[Any, Any] = (
        rows.order_by()
        .annotate(
            todo_kind=Value(kind, CharField()),
            todo_title=Cast(_column(title), CharField()),
            todo_about=Cast(_column(about), CharField()),
            todo_due_at=NO_INSTANT if due_at is None else _column(due_at),
        )
        .values_list(*COLUMNS)
    )
    return shaped


def number(
    figure: str, rows: QuerySet[Any, Any], *, amount: str | None = None, at: str | None = None
) -> QuerySet[Any, Any]:
    """One row that counts `rows`, with the sum of `amount` and the earliest `at`."""
    counted: QuerySet[Any, Any] = (
        rows.order_by()
        .values(figure_kind=Value(figure, CharField()))
        .annotate(
            figure_count=Count("pk"),
            figure_amount=Sum(amount) if amount else NO_AMOUNT,
            figure_at=Min(at) if at else NO_INSTANT,
        )
        .values_list(*FIGURE_COLUMNS)
    )
    return counted


def _column(name: Any) -> Any:
    return F(name) if isinstance(name, str) else name
