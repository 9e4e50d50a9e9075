"""The first of many documents in some order, as PostgreSQL is asked for them.

PostgreSQL reads whatever is found before it sorts. So it is asked for what lies within a window,
the first documents of the whole table in that order: what is found there comes before all else that
is found. The first window is walked through, which tells how dense the hits are, and therefore how
wide the next one has to be.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any

from django.db import connection, transaction

WALKED = 2_500  # documents whose own words are looked at first
STEPS = (10_000, 20_000, 40_000, 80_000, 160_000, 320_000)  # documents in the windows that follow
MARGIN = 1.5  # hits are not spread evenly
TELLING = 4  # as few hits as tell how dense they are; of fewer, the next window is somewhat wider
SOMEWHAT = 8
REMEMBERED = 60  # seconds: where a window ends need not be exact
# A bitmap of the word index that has no room forgets rows for pages, whose words are then unpacked.
ROOM_FOR_BITMAPS = "32MB"


@dataclass(frozen=True)
class Order:
    """An order of documents by a column; `within` compares a value with the last of a window."""

    sql: str
    column: str
    within: str
    of: str = "TRUE"  # which documents it has

    @property
    def indexed(self) -> str:
        """The same order of those that have a value, as an index has it."""
        return self.sql.replace(" NULLS LAST", "")


NEWEST = Order("place DESC", "place", ">=")
DEAREST = Order("amount DESC NULLS LAST, place DESC", "amount", ">=", "amount IS NOT NULL")
COMING = Order("deadline, place DESC", "deadline", "<=", "deadline > %s")

# A statement with these conditions and their values, in this order.
Select = Callable[[list[str], list[Any], str], list[Any]]


def first(
    order: Order,
    room: int,
    at: datetime,
    *,
    conditions: list[str],
    values: list[Any],
    select: Select,
) -> list[Any]:
    """More than `room` of those that are found, or all of them."""
    with transaction.atomic(), connection.cursor() as cursor:
        try:
            window: int | None = WALKED
            while window and (edge := _edge(order, window, at)) is not None:
                _plan(cursor, walking=window == WALKED)
                within = f"{order.column} {order.within} %s"
                rows = select([*conditions, within], [*values, edge], order.indexed)
                if len(rows) > room:
                    return rows
                window = _wider(window, len(rows), room)
            _plan(cursor, walking=False)
            return select(conditions, values, order.sql)
        finally:
            _set(cursor, enable_indexscan="on", enable_bitmapscan="on")


def _wider(window: int, found: int, room: int) -> int | None:
    """The window in which there will be enough, as far as this one tells; None: ask for all."""
    tells = found >= TELLING
    needed = MARGIN * window * (room + 1) / found if tells else SOMEWHAT * window
    return next((step for step in STEPS if step > window and step >= needed), None)


def _plan(cursor: Any, *, walking: bool) -> None:
    """Words that stand in most documents are met at once by walking through the first; to collect
    them in the word index would cost more. All others are found by both indexes together, which
    the planner would not choose: it believes a look at a document's words to cost nothing.
    """
    on, off = ("on", "off") if walking else ("off", "on")
    _set(cursor, enable_indexscan=on, enable_bitmapscan=off, work_mem=ROOM_FOR_BITMAPS)


def _set(cursor: Any, **settings: str) -> None:
    """For this transaction alone."""
    each = ", ".join(["set_config(%s, %s, true)"] * len(settings))
    cursor.execute(f"SELECT {each}", [word for pair in settings.items() for word in pair])


_edges: dict[tuple[str, int], tuple[float, Any]] = {}


def _edge(order: Order, window: int, at: datetime) -> Any:
    """The last value of a window of about so many documents; None where there are fewer."""
    until, edge = _edges.get((order.column, window), (0.0, None))
    if until < monotonic():
        values: Sequence[Any] = [at] if "%s" in order.of else []
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {order.column} FROM search_searchdocument WHERE {order.of}"  # noqa: S608 - no input
                f" ORDER BY {order.indexed} LIMIT 1 OFFSET %s",
                [*values, window],
            )
            found = cursor.fetchone()
        edge = found[0] if found else None
        _edges[order.column, window] = (monotonic() + REMEMBERED, edge)
    return edge
