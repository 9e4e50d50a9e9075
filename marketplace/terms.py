"""What an owner asks for in an order, typed and whole; and what follows from it by the figures.

Pure: forms make `Terms` of what was typed, `orders.submit` judges them, and the side panel of the
form shows the same `Consequences` that the rules apply.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from core.calendar import Calendar, Due
from core.figures import Figure
from selection.naming import Witnessing

# The figures of `data/figures.json` that an order stands under; recorded when it is published.
FIGURES = (
    "order.registration.working-days",
    "order.minimum-bidders.draw.public-funds",
    "order.minimum-bidders.draw.private-funds",
    "order.minimum-bidders.lowest.public-funds",
    "order.minimum-bidders.lowest.private-funds",
    "order.publicity.working-days",
    "order.evaluation.working-days",
    "witness.maximum",
    "witness.absence.working-days",
    "witness.failure.working-days",
    "witness.confirmation.minutes",
)


@dataclass(frozen=True, slots=True)
class Avoided:
    """An agency that must keep away, and why."""

    uscc: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Milestone:
    """A stage of the service: what is handed in, after how many days, for which share in %."""

    title: str
    days: int
    percent: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Amounts are yuan, `public_funds` is a share in per cent, `region` a code of GB/T 2260.

    `items` are codes of the catalogue; `requirement` is a tree as `marketplace.conditions` reads
    it. Without `stages`, all is handed in and paid at once.
    """

    title: str
    project_code: str = ""
    is_investment: bool = False
    investment_number: str = ""
    administrative_item: str = ""
    scale: str = ""
    region: str
    regime: str
    public_funds: Decimal
    budget: Decimal | None = None
    price: Decimal | None = None
    ceiling: Decimal | None = None
    floor: Decimal | None = None
    amount_note: str = ""
    items: tuple[str, ...]
    items_needed: str
    content: str
    service_days: int
    service_note: str = ""
    stages: tuple[Milestone, ...] = ()
    requirement: Mapping[str, Any] | None = None
    commitment_only: bool = False
    other_requirements: str = ""
    method: str
    reserves: int = 2
    open_until: datetime
    choose_at: datetime
    avoided: tuple[Avoided, ...] = ()
    witnesses: tuple[Witnessing, ...] = ()
    contact_name: str
    contact_phone: str
    complaint_phone: str
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Consequences:
    """What the law makes of a choice of regime and money, were the notice published on `day`."""

    bidders_needed: int
    earliest: Due  # the last day that bids must be let in at least
    registration_days: int
    publicity_days: int
    figures: Mapping[str, Figure]


def consequences(
    figures: Mapping[str, Figure],
    calendar: Calendar,
    day: date,
    *,
    method: str,
    public_funds: Decimal,
) -> Consequences:
    """The figures applied; working days are counted from the day after the notice."""
    funds = "public" if public_funds > 0 else "private"
    days = int(figures["order.registration.working-days"].value)
    needed = figures[f"order.minimum-bidders.{method}.{funds}-funds"]
    return Consequences(
        bidders_needed=int(needed.value),
        earliest=calendar.add_working_days(day, days),
        registration_days=days,
        publicity_days=int(figures["order.publicity.working-days"].value),
        figures={name: figures[name] for name in FIGURES},
    )
