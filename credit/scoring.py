"""How an agency's score comes about. Pure, and complete: a stranger runs this very file.

    python3 scoring.py            beside facts.csv, scheme.json and result.json: checks result.json

Base 100; each fact adds or takes its points from the instant it takes effect until 12 months have
passed since it occurred, whole and without fading; gains count up to a cap together; the total
stays between floor and ceiling. The rules and figures of the day are the scheme's. Decimals only;
no clock, no floats, no rounding but that of a grade (half up, to the hundredth).
"""

import calendar
import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

# Asia/Shanghai has had no other offset since 1991, and no fact is older; Windows knows no zones.
SHANGHAI = timezone(timedelta(hours=8))
ZERO = Decimal(0)


@dataclass(frozen=True)
class Grade:
    """One of the five grades of a job: what it is called, where it begins, what it brings."""

    code: str
    label: str
    begins: Decimal
    points: Decimal


@dataclass(frozen=True)
class Level:
    """One of the levels of an agency."""

    code: str
    begins: Decimal


@dataclass(frozen=True)
class Dimension:
    """What a job is marked for, from 0 to 100, and how much that weighs."""

    code: str
    label: str
    hint: str
    weight: Decimal


@dataclass(frozen=True)
class Kind:
    """A kind of fact: its fixed points, its class of discredit, the text that sets it."""

    code: str
    label: str
    points: Decimal | None  # a job's follow from its grade
    severity: str  # "" for what is no discredit
    publication_months: int
    bar_months: int
    basis: str


@dataclass(frozen=True)
class Scheme:
    """One version of the rules."""

    version: int
    name: str
    base: Decimal
    floor: Decimal
    ceiling: Decimal
    gain_cap: Decimal
    lapse_months: int
    levels: tuple[Level, ...]
    grades: tuple[Grade, ...]
    dimensions: tuple[Dimension, ...]
    kinds: Mapping[str, Kind]

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Scheme":
        return cls(
            version=data["version"],
            name=data["name"],
            base=Decimal(data["base"]),
            floor=Decimal(data["floor"]),
            ceiling=Decimal(data["ceiling"]),
            gain_cap=Decimal(data["gain_cap"]),
            lapse_months=data["lapse_months"],
            levels=tuple(Level(one["code"], Decimal(one["begins"])) for one in data["levels"]),
            grades=tuple(
                Grade(one["code"], one["label"], Decimal(one["begins"]), Decimal(one["points"]))
                for one in data["grades"]
            ),
            dimensions=tuple(
                Dimension(one["code"], one["label"], one["hint"], Decimal(one["weight"]))
                for one in data["dimensions"]
            ),
            kinds={
                code: Kind(
                    code,
                    one["label"],
                    None if one["points"] is None else Decimal(one["points"]),
                    one["severity"],
                    one["publication_months"],
                    one["bar_months"],
                    one["basis"],
                )
                for code, one in data["kinds"].items()
            },
        )


@dataclass(frozen=True)
class Entry:
    """A fact as the score sees it. `supersedes` names the entry in whose place it stands."""

    code: str
    kind: str
    title: str
    basis: str
    points: Decimal
    occurred_at: datetime
    effective_at: datetime
    supersedes: str = ""


@dataclass(frozen=True)
class Line:
    """An entry in force: what it counts, the running total, and when it lapses."""

    entry: Entry
    counted: Decimal
    total: Decimal
    lapses_at: datetime


@dataclass(frozen=True)
class Rating:
    score: Decimal
    level: str
    lines: tuple[Line, ...]
    scheme: Scheme

    def to_json(self) -> dict[str, Any]:
        return {"score": text(self.score), "level": self.level, "lines": len(self.lines)}


@dataclass(frozen=True)
class JobGrade:
    score: Decimal
    grade: Grade


def months_after(instant: datetime, months: int) -> datetime:
    """The same day and time so many months later in Shanghai; the month's last where it has none
    (29 February and 12 months: 28 February)."""
    local = instant.astimezone(SHANGHAI)
    year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
    day = min(local.day, calendar.monthrange(year, month + 1)[1])
    return local.replace(year=year, month=month + 1, day=day).astimezone(instant.tzinfo)


def in_force(entries: Iterable[Entry], scheme: Scheme, at: datetime) -> list[Entry]:
    """What counts at an instant, in the order of occurrence: in effect, neither lapsed, superseded
    nor annulled (superseded by nothing)."""
    entries = list(entries)
    superseded = {entry.supersedes for entry in entries}
    return sorted(
        (
            entry
            for entry in entries
            if entry.code not in superseded
            and (entry.points or not entry.supersedes)
            and entry.effective_at <= at < months_after(entry.occurred_at, scheme.lapse_months)
        ),
        key=lambda entry: (entry.occurred_at, entry.code),
    )


def rate(entries: Iterable[Entry], scheme: Scheme, at: datetime) -> Rating:
    """Score, level and lines at an instant."""
    gains = losses = ZERO
    lines = []
    total = scheme.base
    for entry in in_force(entries, scheme, at):
        gained = min(gains, scheme.gain_cap)
        gains += max(entry.points, ZERO)
        losses += min(entry.points, ZERO)
        counted = min(entry.points, ZERO) + min(gains, scheme.gain_cap) - gained
        total = scheme.base + min(gains, scheme.gain_cap) + losses
        total = min(max(total, scheme.floor), scheme.ceiling)
        lapses_at = months_after(entry.occurred_at, scheme.lapse_months)
        lines.append(Line(entry, counted, total, lapses_at))
    return Rating(total, level_of(total, scheme), tuple(lines), scheme)


def level_of(score: Decimal, scheme: Scheme) -> str:
    """The highest level that the score reaches; the levels are listed from the highest down."""
    return next((one.code for one in scheme.levels if score >= one.begins), scheme.levels[-1].code)


def outlook(
    entries: Sequence[Entry], scheme: Scheme, at: datetime
) -> list[tuple[datetime, Rating]]:
    """How the score changes from `at` on, if nothing more happens: each instant with its rating."""
    instants = {entry.effective_at for entry in entries}
    instants |= {months_after(entry.occurred_at, scheme.lapse_months) for entry in entries}
    changes = []
    score = rate(entries, scheme, at).score
    for instant in sorted(one for one in instants if one > at):
        rating = rate(entries, scheme, instant)
        if rating.score != score:
            changes.append((instant, rating))
            score = rating.score
    return changes


def grade_of(marks: Mapping[str, Decimal | int], scheme: Scheme) -> JobGrade:
    """The score of one job, its marks weighted, to the hundredth, and its grade.

    Marks from 0 to 100 for exactly the scheme's dimensions; anything else is a ValueError.
    """
    wanted = {one.code for one in scheme.dimensions}
    if set(marks) != wanted:
        raise ValueError(f"marks are for {sorted(wanted)}, not {sorted(marks)}")
    if any(isinstance(mark, float) or not 0 <= mark <= 100 for mark in marks.values()):
        raise ValueError("a mark is a whole or decimal number from 0 to 100")
    weight = sum((one.weight for one in scheme.dimensions), ZERO)
    total = sum((one.weight * marks[one.code] for one in scheme.dimensions), ZERO)
    score = (total / weight).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return JobGrade(score, next(one for one in scheme.grades if score >= one.begins))


def mean_of(scores: Sequence[tuple[Decimal, Decimal | int]]) -> Decimal:
    """The weighted mean of what several raters of one job gave: pairs of score and weight."""
    weight = sum((Decimal(one) for _score, one in scores), ZERO)
    total = sum((score * one for score, one in scores), ZERO)
    return (total / weight).quantize(Decimal("0.01"), ROUND_HALF_UP)


def text(number: Decimal) -> str:
    """A number without trailing zeros: 99.5, 100."""
    return f"{number.normalize():f}"


COLUMNS = ("code", "kind", "title", "basis", "points", "occurred_at", "effective_at")


def to_row(entry: Entry) -> list[str]:
    """An entry for the CSV; a text that a spreadsheet might run is led by an apostrophe."""
    texts = (entry.code, entry.kind, entry.title, entry.basis)
    safe = [f"'{one}" if one.startswith(("=", "+", "-", "@", "\t", "\r")) else one for one in texts]
    instants = (entry.occurred_at, entry.effective_at)
    return [*safe, text(entry.points), *(one.isoformat() for one in instants)]


def from_row(row: Mapping[str, str]) -> Entry:
    return Entry(
        **{name: row[name] for name in ("code", "kind", "title", "basis")},
        points=Decimal(row["points"]),
        occurred_at=datetime.fromisoformat(row["occurred_at"]),
        effective_at=datetime.fromisoformat(row["effective_at"]),
    )


def main(folder: Path) -> int:
    """Recompute from the files of a folder, print each line, and compare with result.json."""
    scheme = Scheme.from_json(json.loads((folder / "scheme.json").read_text("utf-8")))
    result = json.loads((folder / "result.json").read_text("utf-8"))
    with (folder / "facts.csv").open(encoding="utf-8-sig", newline="") as file:
        entries = [from_row(row) for row in csv.DictReader(file)]
    rating = rate(entries, scheme, datetime.fromisoformat(result["at"]))
    for line in rating.lines:
        occurred = line.entry.occurred_at.astimezone(SHANGHAI).date()
        print(occurred, line.entry.title, text(line.counted), text(line.total), sep="\t")  # noqa: T201
    same = rating.to_json() == {name: result[name] for name in ("score", "level", "lines")}
    print(text(rating.score), rating.level, "一致" if same else "不一致")  # noqa: T201
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent))
