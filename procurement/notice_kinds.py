"""What the composed notices of procurement must say, and the time limits that bind them.

Pure. `data/notice-kinds.json` has each kind with the article that asks for its contents. A check
(`Check`) is a minimum that the dates of a notice must keep; a statement (`Stated`) is a period that
follows from its publication and is printed; what is `due` tells that it comes late, and lets it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from core.calendar import Calendar, day_of, end_of, start_of
from core.figures import Figure
from publication import periods
from publication.periods import Limit

DATA = Path(__file__).parent / "data"
TERMINATION = "procurement-termination"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a notice says; `kind` is text, long, date, instant, money or flag."""

    name: str
    label: str
    kind: str
    help: str = ""
    optional: bool = False

    def read(self, kept: str) -> Any:
        """The value of what a draft keeps as text."""
        if not kept:
            return None
        if self.kind == "flag":
            return True
        if self.kind == "date":
            return date.fromisoformat(kept)
        if self.kind == "instant":
            return datetime.fromisoformat(kept)
        return Decimal(kept) if self.kind == "money" else kept


@dataclass(frozen=True, slots=True)
class Check:
    """The period that begins with the day of `start` and must be over at `end`.

    `start` is a field, or empty for the publication; of an `end` that is a day, `edge` says whether
    its first instant counts or its last.
    """

    period: str
    start: str
    end: str
    edge: str = ""


@dataclass(frozen=True, slots=True)
class Stated:
    """A period from the publication, or from the end of another one."""

    period: str
    label: str
    after: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """The publication itself is due within this period of the day in a field."""

    period: str
    start: str


@dataclass(frozen=True, slots=True)
class NoticeKind:
    name: str
    title: str
    source: str
    by: str  # purchaser, regulator, or either
    fields: tuple[Field, ...]
    checks: tuple[Check, ...] = ()
    amended: tuple[Check, ...] = ()  # of a correction that affects how bids are made
    states: tuple[Stated, ...] = ()
    due: tuple[Due, ...] = ()

    def asked(self, *, corrects: bool) -> tuple[Field, ...]:
        """What a notice of the kind says; of a correction the reason first."""
        if not corrects:
            return self.fields
        return (REASON, AFFECTS, *self.fields) if self.amended else (REASON, *self.fields)

    def field(self, name: str) -> Field:
        return next(one for one in self.fields if one.name == name)

    def read(self, kept: Mapping[str, str]) -> dict[str, Any]:
        return {one.name: one.read(kept.get(one.name, "")) for one in self.fields}


REASON = Field("reason", "更正的内容和理由", "long", "理由与更正后的公告一并公开。")
AFFECTS = Field(
    "affects",
    "更正内容影响投标文件或者资格预审申请文件的编制",
    "flag",
    "影响编制的，自更正公告发布之日起至提交截止之日，招标不得少于15日，资格预审不得少于3日；不足的，应当顺延。",
    optional=True,
)


@cache
def table() -> Mapping[str, NoticeKind]:
    rows = json.loads((DATA / "notice-kinds.json").read_text(encoding="utf-8"))
    checks = {"checks": Check, "amended": Check}
    parts: dict[str, Any] = {"fields": Field, **checks, "states": Stated, "due": Due}
    kinds = [
        NoticeKind(**{key: _read(key, value, parts) for key, value in row.items()}) for row in rows
    ]
    return {kind.name: kind for kind in kinds}


def _read(key: str, value: Any, parts: Mapping[str, Any]) -> Any:
    return tuple(parts[key](**one) for one in value) if key in parts else value


@dataclass(frozen=True, slots=True)
class Broken:
    """A date that comes too early for the law."""

    field: Field
    limit: Limit


def broken(
    kind: NoticeKind,
    facts: Mapping[str, Any],
    published_at: datetime,
    figures: Mapping[str, Figure],
    calendar: Calendar,
    *,
    announced_on: date | None = None,
) -> Iterator[Broken]:
    """The minimums that these dates do not keep, were the notice published at that instant.

    `announced_on`: the day of the notice that this one corrects; what it announced runs on from
    there, and only what affects how bids are made has a minimum of its own (87号令 第二十七条).
    """
    today = day_of(published_at)
    first = announced_on if announced_on and kind.amended else today
    amended = kind.amended if announced_on and facts.get(AFFECTS.name) else ()
    for check, begins in [
        *((one, first) for one in kind.checks),
        *((one, today) for one in amended),
    ]:
        # What the notice announces cannot have begun before it.
        start = max(facts[check.start], begins) if check.start else begins
        limit = periods.get(check.period).limit(figures, calendar, start)
        if not limit.allows(_instant(facts[check.end], check.edge)):
            yield Broken(kind.field(check.end), limit)


def stated(
    kind: NoticeKind,
    published_at: datetime,
    figures: Mapping[str, Figure],
    calendar: Calendar,
) -> list[tuple[str, Limit]]:
    """The periods that the publication sets running, with their labels."""
    ends: dict[str, date] = {}
    found = []
    for one in kind.states:
        start = ends.get(one.after, day_of(published_at))
        limit = periods.get(one.period).limit(figures, calendar, start)
        ends[one.period] = limit.on
        found.append((one.label, limit))
    return found


def late(
    kind: NoticeKind,
    facts: Mapping[str, Any],
    published_at: datetime,
    figures: Mapping[str, Figure],
    calendar: Calendar,
) -> list[Limit]:
    """The limits that the publication has missed: it is let through, and its approver told."""
    limits = (
        periods.get(one.period).limit(figures, calendar, facts[one.start]) for one in kind.due
    )
    return [one for one in limits if not one.allows(published_at)]


def _instant(value: date | datetime, edge: str) -> datetime:
    if isinstance(value, datetime):
        return value
    return end_of(value) if edge == "end" else start_of(value)
