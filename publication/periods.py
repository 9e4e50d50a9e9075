"""The time limits of procurement 期限, row by row, and the bound that each sets from its start.

Pure. A row of `data/periods.json` says what must come, counted from what, and which legal figure
has the amount: the figure bears unit, source and days in force, so that a new version of the law is
a new figure. The day of the start is not counted; whoever keeps an upper bound acts before the
instant `until`, whoever keeps a lower one leaves the time open up to it.

    periods.get("inquiry.response").limit(figures, calendar, today).until
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path

from core.calendar import Calendar, Due, end_of, months_after
from core.figures import Figure

DATA = Path(__file__).parent / "data"
WORKING_DAYS, DAYS, YEARS, PERCENT = "工作日", "日", "年", "%"


class Bound(StrEnum):
    AT_LEAST = "at-least"  # 不得少于: it comes when so much has passed, or later
    AT_MOST = "at-most"  # 内: it comes while so much has not passed
    EXACTLY = "exactly"  # 期限为: it ends then
    BEFORE = "before"  # 前: it comes so long before what it is counted from


@dataclass(frozen=True, slots=True)
class Limit:
    """The bound of one row: the last day that belongs to it, and the instant after that day."""

    on: date
    until: datetime  # exclusive
    bound: Bound
    figure: Figure
    provisional: bool = False

    @property
    def amount(self) -> str:
        """How long it is, in Chinese: 20日, 5个工作日."""
        measure = "个" if self.figure.unit == WORKING_DAYS else ""
        return f"{self.figure.value}{measure}{self.figure.unit}"

    def allows(self, instant: datetime) -> bool:
        """Whether something may come, or end, at that instant."""
        if self.bound is Bound.AT_LEAST:
            return instant >= self.until
        if self.bound is Bound.EXACTLY:
            return instant == self.until
        return instant < self.until


@dataclass(frozen=True, slots=True)
class Period:
    """A row: what must come (`event`), counted from what, with the figure that has the amount."""

    name: str
    event: str
    counts_from: str
    bound: Bound
    figure: str
    note: str = ""
    is_share: bool = False  # no time: so many per cent of what it is counted from

    def limit(
        self, figures: Mapping[str, Figure], calendar: Calendar, start: date, *, suspended: int = 0
    ) -> Limit:
        """The bound from the day of the start.

        `suspended`: days of the row's unit that the law does not count, as while experts examine.
        """
        figure = figures[self.figure]
        due = self._due(figure, calendar, start, suspended)
        return Limit(due.on, end_of(due.on), self.bound, figure, due.provisional)

    def _due(self, figure: Figure, calendar: Calendar, start: date, suspended: int) -> Due:
        number = int(figure.value) + suspended
        if self.bound is Bound.BEFORE and figure.unit == DAYS:
            return Due(start - timedelta(days=number))  # backwards nothing is put off
        if self.bound is not Bound.BEFORE and figure.unit == WORKING_DAYS:
            return calendar.add_working_days(start, number)
        if self.bound is not Bound.BEFORE and figure.unit == DAYS:
            return calendar.add_days(start, number)
        if self.bound is not Bound.BEFORE and figure.unit == YEARS:
            return Due(months_after(start, 12 * number))
        raise ValueError(f"{self.name} is no period of time in {figure.unit}")

    def ceiling(self, figures: Mapping[str, Figure], base: Decimal) -> Decimal:
        """The most of a row in per cent: of the budget, or of the contract."""
        figure = figures[self.figure]
        if figure.unit != PERCENT:
            raise ValueError(f"{self.name} is no share")
        return base * Decimal(str(figure.value)) / 100


@dataclass(frozen=True, slots=True)
class Remedies:
    """What a result notice sets running, each at its latest (政府采购法 52, 53, 55)."""

    notice: Limit
    objection: Limit
    reply: Limit
    complaint: Limit


@cache
def table() -> Mapping[str, Period]:
    """Every row by its name, in the order of the table."""
    rows = json.loads((DATA / "periods.json").read_text(encoding="utf-8"))
    return {row["name"]: Period(**{**row, "bound": Bound(row["bound"])}) for row in rows}


def get(name: str) -> Period:
    return table()[name]


def remedies(figures: Mapping[str, Figure], calendar: Calendar, published_on: date) -> Remedies:
    """The chain from the day of a result notice, where each step is taken on its last day.

    A step is provisional where one before it is.
    """
    limits: list[Limit] = []
    day, provisional = published_on, False
    for name in ("result.period", "objection.result", "objection.reply", "complaint"):
        limit = get(name).limit(figures, calendar, day)
        provisional |= limit.provisional
        limits.append(
            Limit(limit.on, limit.until, limit.bound, limit.figure, provisional=provisional)
        )
        day = limit.on
    return Remedies(*limits)
