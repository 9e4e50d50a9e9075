"""The engine that needs nothing beside the database: FTS5 on SQLite, a tsvector on PostgreSQL.

Both find documents by the same tokens. The newest `ROOM` of what is found are ranked and counted
here; where there are more, those with all words in the title are looked for first, and counts are
lower bounds. So the time of a look-up is bounded, whatever the number of documents.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from core import searched
from core.calendar import day_of, start_of
from core.searched import Standing
from search import needs, ranking
from search.engines import windows
from search.engines.windows import COMING, DEAREST, NEWEST, Order
from search.found import SIZE, Found
from search.index import UNIT
from search.needs import Check, Needs, Way
from search.query import FACETS, PERIODS, Query, since
from search.ranking import Candidate

ROOM = 1_000
TABLE = "search_searchdocument"
COLUMNS = (
    "id, place, kind, marks, standing, standing_after, changes_at, amount, deadline,"
    " head, brief, key"
)


@dataclass(frozen=True)
class Row:
    """A candidate: the columns above."""

    id: int
    place: int
    kind: str
    marks: str
    standing: str
    amount: Decimal | None
    deadline: datetime | None
    head: str
    brief: str
    key: str


def find(query: Query, at: datetime, *, size: int = SIZE) -> Found:
    """The page of hits that the query asks for, with counts by facet."""
    rows = _rows(query, at, NEWEST)
    is_exact = len(rows) <= ROOM
    if not is_exact:
        rows = _best_of_many(query, at, rows[:ROOM])
    ordered = _ordered(query, rows, at)
    start = (query.page - 1) * size
    return Found(
        keys=[row.id for row in ordered[start : start + size]],
        total=len(rows) if is_exact else max(len(rows), ROOM),
        is_exact=is_exact,
        facets=_facets(query, rows, at),
    )


def count(query: Query, at: datetime) -> tuple[int, bool]:
    """How many there are; whether that is all."""
    rows = _rows(query, at, NEWEST)
    return min(len(rows), ROOM), len(rows) <= ROOM


def suggest(query: Query, at: datetime, *, most: int) -> Sequence[int]:
    """Documents with all the words in their titles, the best first; the newest are looked at."""
    rows = _rows(query, at, NEWEST, in_title=True)
    return [row.id for row in _ordered(replace(query, sort="best"), rows, at)[:most]]


def newest(
    query: Query, at: datetime, *, most: int, appeared: tuple[datetime, datetime] | None = None
) -> Sequence[int]:
    """Newest first; only what was first found after one instant, and until another."""
    return [row.id for row in _rows(query, at, NEWEST, appeared=appeared)[:most]]


def coming(query: Query, at: datetime, *, most: int) -> Sequence[int]:
    """What has a deadline ahead, the nearest first."""
    return [row.id for row in _rows(query, at, COMING)[:most]]


def _best_of_many(query: Query, at: datetime, newest: list[Row]) -> list[Row]:
    """The rows from which the first pages are taken, where not all can be looked at."""
    if query.sort == "new" or (query.sort == "best" and not query.terms):
        return newest
    if query.sort == "amount":
        return _rows(query, at, DEAREST)[:ROOM]
    if query.sort == "deadline":
        first = _rows(query, at, COMING)[:ROOM]
    else:
        first = _rows(query, at, NEWEST, in_title=True)[:ROOM]
    return list({row.id: row for row in (*first, *newest)}.values())


def _ordered(query: Query, rows: Iterable[Row], at: datetime) -> list[Row]:
    newest = sorted(rows, key=lambda row: -row.place)
    if query.sort == "amount":
        return sorted(newest, key=lambda row: -(row.amount or Decimal(-1)))
    if query.sort == "deadline":
        coming = [row for row in newest if row.deadline and row.deadline > at]
        past = [row for row in newest if not (row.deadline and row.deadline > at)]
        return [*sorted(coming, key=lambda row: row.deadline or at), *past]
    if query.sort == "new" or not query.terms:
        return newest
    sought = ranking.sought(query)
    weights = {name: kind.weight for name, kind in searched.kinds.items()}
    worth = {
        row.id: ranking.points(
            Candidate(row.head, row.brief, row.key, weights.get(row.kind, 0)), sought
        )
        for row in newest
    }
    return sorted(newest, key=lambda row: -worth[row.id])


# Counts by facet


def _facets(query: Query, rows: Sequence[Row], at: datetime) -> dict[str, dict[str, int]]:
    """Of each facet as many as would be found with each of its values, the others being kept."""
    counted = _counted(rows, at)
    for name in query.filters:
        others = _rows(query.without_facet(name), at, NEWEST)[:ROOM]
        counted[name] = _counted(others, at)[name]
    return counted


def _counted(rows: Sequence[Row], at: datetime) -> dict[str, dict[str, int]]:
    counts: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
    marks = Counter(mark for row in rows for mark in row.marks.split())
    for mark, number in marks.items():
        name, _colon, value = mark.partition(":")
        counts[name][value] = number
    counts["standing"] = Counter(row.standing for row in rows)
    for period in PERIODS:
        first = first_place(period, at)
        counts["date"][period] = sum(row.place >= first for row in rows)
    return {name: {value: n for value, n in one.most_common() if n} for name, one in counts.items()}


def first_place(period: str, at: datetime) -> int:
    return int(start_of(since(period, day_of(at))).timestamp() * 1_000) * UNIT


# SQL


def _rows(
    query: Query,
    at: datetime,
    order: Order,
    *,
    in_title: bool = False,
    appeared: tuple[datetime, datetime] | None = None,
) -> list[Row]:
    """At most one more than ROOM."""
    asked = needs.of(query, in_title=in_title)
    conditions: list[str] = []
    values: list[Any] = []
    index = _index(asked)
    if index:
        conditions.append(_sql(sqlite="search_words MATCH %s", postgresql="vector @@ %s::tsquery"))
        values.append(index)
    _checks(asked, conditions, values)
    _facet_conditions(query, at, conditions, values)
    if order is COMING:
        conditions.append("deadline > %s")
        values.append(_instant(at))
    if appeared is not None:
        conditions += ["appeared_at > %s", "appeared_at <= %s"]
        values += map(_instant, appeared)
    if index and connection.vendor == "postgresql":
        rows = windows.first(order, ROOM, at, conditions=conditions, values=values, select=_select)
    elif index:
        source = "search_words CROSS JOIN search_searchdocument ON place = search_words.rowid"
        by = order.sql.replace("place", "search_words.rowid")
        rows = _select(conditions, values, by, source=source)
    else:
        rows = _select(conditions, values, order.sql)
    return [_row(one, at) for one in rows]


def _select(
    conditions: list[str], values: list[Any], order: str, *, source: str = TABLE
) -> list[Any]:
    statement = (
        f"SELECT {COLUMNS} FROM {source} WHERE {' AND '.join(conditions)}"  # noqa: S608 - no input
        f" ORDER BY {order} LIMIT {ROOM + 1}"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _row(values: Sequence[Any], at: datetime) -> Row:
    key, place, kind, marks, standing, after, changes_at, amount, deadline, *texts = values
    changes_at, deadline = _read_instant(changes_at), _read_instant(deadline)
    now = after if changes_at is not None and changes_at <= at else standing
    amount = None if amount is None else Decimal(str(amount))
    return Row(key, place, kind, marks, now, amount, deadline, *texts)


def _facet_conditions(query: Query, at: datetime, conditions: list[str], values: list[Any]) -> None:
    now = _instant(at)
    conditions += [
        "gone_at IS NULL",
        "(shown_from IS NULL OR shown_from <= %s)",
        "(shown_until IS NULL OR shown_until > %s)",
    ]
    values += [now, now]
    periods = [one for one in query.filters.get("date", ()) if one in PERIODS]
    if "date" in query.filters:
        first = min((first_place(one, at) for one in periods), default=None)
        conditions.append("place >= %s")
        values.append(2**63 - 1 if first is None else first)
    if "standing" in query.filters:
        wanted = [one for one in query.filters["standing"] if one in Standing.values]
        marks = ", ".join(["%s"] * len(wanted)) or "NULL"
        conditions.append(
            "CASE WHEN changes_at IS NOT NULL AND changes_at <= %s"
            f" THEN standing_after ELSE standing END IN ({marks})"
        )
        values += [now, *wanted]


def _checks(asked: Needs, conditions: list[str], values: list[Any]) -> None:
    for ways in asked.terms:
        if any(way.is_loose for way in ways):
            conditions.append(f"({' OR '.join(_meant(way, values) for way in ways)})")
    for ways in asked.without:
        conditions.append(f"NOT ({' OR '.join(_meant(way, values) for way in ways)})")


def _meant(way: Way, values: list[Any]) -> str:
    return f"({' AND '.join(_check(check, values) for check in way.checks)})"


def _check(check: Check, values: list[Any]) -> str:
    values.append(check.text)
    found = _sql(sqlite=f"instr({check.column}, %s)", postgresql=f"strpos({check.column}, %s)")
    return f"{found} = 1" if check.at_start else f"{found} > 0"


def _index(asked: Needs) -> str:
    """What the word index is asked: all terms and marks, each in any of its ways."""
    either = [[_all(way) for way in ways] for ways in asked.terms]
    either += [[_token(mark) for mark in marks] for marks in asked.marks]
    both, any_of = _sql(sqlite=(" AND ", " OR "), postgresql=(" & ", " | "))
    return str(both.join(f"({any_of.join(ways)})" for ways in either))


def _all(way: Way) -> str:
    both = _sql(sqlite=" AND ", postgresql=" & ")
    parts = [*map(_token, way.tokens), *(_token(one, begins=True) for one in way.prefixes)]
    return f"({both.join(parts)})"


def _token(text: str, *, begins: bool = False) -> str:
    if connection.vendor == "sqlite":
        quoted = '"' + text.replace('"', '""') + '"'
        return f"{quoted} *" if begins else quoted
    quoted = "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
    return f"{quoted}:*" if begins else quoted


def _sql(*, sqlite: Any, postgresql: Any) -> Any:
    return {"sqlite": sqlite, "postgresql": postgresql}[connection.vendor]


def _instant(at: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(at)


def _read_instant(value: datetime | None) -> datetime | None:
    """SQLite knows no zones: what it hands out is UTC."""
    return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value
