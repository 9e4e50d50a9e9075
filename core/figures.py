"""Legal figures: days, counts and rates that differ by place and time, each with its source.

    figures.on(day, region=order.region)["order.registration.working-days"].value

The nearest wins: the county's before the city's, the province's and the country's; at one place a
figure of the asked regime before a general one. Packages list theirs in `core/data/figures.json`.
A new version supersedes its predecessor from a day on; what was in force stays as it was.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from core import outbox
from core.audit import Actor, record
from core.calendar import day_of
from core.lifecycle import RuleBroken, lock
from core.models import LegalFigure, Region
from core.numbering import new_code


@dataclass(frozen=True)
class Figure:
    """A number, flag or list in force, and the text that sets it."""

    name: str
    title: str
    value: Any
    unit: str
    source: str
    version: int

    @property
    def shown(self) -> str:
        """The value as a page says it: several are named one after the other."""
        return "、".join(map(str, self.value)) if isinstance(self.value, list) else str(self.value)


class Unknown(KeyError):
    """No figure of this name is in force: a package asks for what the table lacks."""


class Figures(Mapping[str, Figure]):
    """Every figure in force on a day at a place, by its name."""

    def __init__(self, figures: Mapping[str, Figure], day: date) -> None:
        self._figures, self._day = figures, day

    def __getitem__(self, name: str) -> Figure:
        if name not in self._figures:
            raise Unknown(f"no legal figure {name!r} is in force on {self._day}")
        return self._figures[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._figures)

    def __len__(self) -> int:
        return len(self._figures)


def on(day: date, region: Region | None = None, regime: str = "") -> Figures:
    """What is in force on a day, in a region and under a regime: one query."""
    places = ["", *(_places(region.code) if region else [])]
    rows = LegalFigure.objects.in_force(day).filter(region_code__in=places, regime__in=["", regime])
    # What is nearer comes later, and overwrites.
    rising = sorted(rows, key=lambda row: (places.index(row.region_code), row.regime))
    return Figures({row.name: _figure(row) for row in rising}, day)


def value(name: str, day: date) -> Any:
    """The value of one figure that is the same at every place: one query."""
    rows = LegalFigure.objects.in_force(day).filter(name=name, region_code="", regime="")
    found = rows.values_list("value", flat=True).first()
    if found is None:
        raise Unknown(f"no legal figure {name!r} is in force on {day}")
    return found


def _places(code: str) -> list[str]:
    """The codes of a region's province, prefecture and county: GB/T 2260 nests by two digits."""
    return [code[:2] + "0000", code[:4] + "00", code]


def _figure(row: LegalFigure) -> Figure:
    return Figure(row.name, row.title, row.value, row.unit, row.source, row.version)


@transaction.atomic(durable=True)
def supersede(
    figure: LegalFigure,
    *,
    value: Any,
    source: str,
    from_on: date,
    by: Actor,
    at: datetime,
) -> LegalFigure:
    """Give a figure its next version, in force from a day to come.

    Refused for a version that has its successor, and from a day that has begun: an order keeps the
    figures under which it was published.
    """
    figure = lock(figure)
    if figure.until_on is not None:
        raise RuleBroken("This version has a successor: add the new one to the latest version.")
    if from_on <= max(day_of(at), figure.from_on):
        raise RuleBroken(
            "A new version begins after today and after the day its predecessor began, %(day)s.",
            day=figure.from_on,
        )
    figure.until_on = from_on
    figure.save(update_fields=["until_on"])
    try:
        with transaction.atomic():
            successor = LegalFigure.objects.create(
                code=new_code(),
                name=figure.name,
                title=figure.title,
                region_code=figure.region_code,
                regime=figure.regime,
                unit=figure.unit,
                version=figure.version + 1,
                value=value,
                source=source,
                from_on=from_on,
            )
    except IntegrityError as twin:
        if "legalfigure" not in str(twin):
            raise
        raise RuleBroken("This version was added already: load the page again.") from twin
    outbox.emit(
        record(
            successor,
            "figure.superseded",
            by=by,
            at=at,
            public=True,
            figure=figure.name,
            version=successor.version,
            value=value,
            source=source,
            from_on=from_on,
        )
    )
    return successor


@transaction.atomic(durable=True)
def localise(
    figure: LegalFigure,
    *,
    region: Region,
    value: Any,
    source: str,
    from_on: date,
    by: Actor,
    at: datetime,
) -> LegalFigure:
    """Give a region its own first version of a figure, in force from a day to come.

    Refused where the region has one, and from a day that has begun.
    """
    figure = lock(figure)
    if from_on <= day_of(at):
        raise RuleBroken("A new version begins after today.")
    own = LegalFigure.objects.filter(
        name=figure.name, region_code=region.code, regime=figure.regime
    )
    if own.exists():
        raise RuleBroken("This region has its own version: supersede that one.")
    local = LegalFigure.objects.create(
        code=new_code(),
        name=figure.name,
        title=figure.title,
        region_code=region.code,
        regime=figure.regime,
        unit=figure.unit,
        version=1,
        value=value,
        source=source,
        from_on=from_on,
    )
    outbox.emit(
        record(
            local,
            "figure.localised",
            by=by,
            at=at,
            public=True,
            figure=figure.name,
            region=region.code,
            value=value,
            source=source,
            from_on=from_on,
        )
    )
    return local
