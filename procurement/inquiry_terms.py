"""What an owner asks for in an inquiry, typed and whole; and what follows from it by the figures.

Pure: forms make `Terms` of what was typed, `inquiries.submit` judges them, and the desk shows the
same `Consequences` that the rules apply.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from core.calendar import Calendar, Due
from core.figures import Figure
from selection.methods import Evidence, Frozen
from selection.naming import Witnessing

# The figures of `core/data/figures.json` that an inquiry stands under; kept when it is published.
FIGURES = (
    "inquiry.response.working-days",
    "inquiry.minimum-quotes",
    "inquiry.examination.working-days",
    "inquiry.result-period.working-days",
    "order.objection.working-days",
    "order.result-notice.working-days",
    "agreement.signing.days",
    "agreement.publication.working-days",
    "witness.absence.working-days",
    "witness.failure.working-days",
    "witness.confirmation.minutes",
    "witness.maximum",
    "archive.years",
)


@dataclass(frozen=True, slots=True)
class Milestone:
    """A stage of the delivery: what comes, after how many days, for which share in %."""

    title: str
    days: int
    percent: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Amounts are yuan, `public_funds` is a share in per cent.

    Without `stages`, all is delivered and paid at once.
    """

    content: str
    qualifications: str
    public_funds: Decimal = Decimal(100)
    ceiling: Decimal | None = None
    delivery_days: int
    delivery_place: str
    acceptance: str
    payment: str
    stages: tuple[Milestone, ...] = ()
    reserves: int = 2
    open_until: datetime
    choose_at: datetime
    witnesses: tuple[Witnessing, ...] = ()
    contact_name: str
    contact_phone: str
    complaint_phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendable:
    """What of a published inquiry a correction may change.

    Neither what is bought (title, kind, need, budget) nor who may quote: no correction changes
    采购标的 and 资格条件, by analogy to 财政部令第87号 第二十七条. Witnesses are for regulators.
    """

    content: str
    ceiling: Decimal | None = None
    delivery_days: int
    delivery_place: str
    acceptance: str
    payment: str
    stages: tuple[Milestone, ...] = ()
    open_until: datetime
    choose_at: datetime
    contact_name: str
    contact_phone: str
    complaint_phone: str

    def changed(self, other: Amendable) -> tuple[str, ...]:
        """The names of what reads otherwise in `other`, in the order of the notice."""
        return tuple(
            name
            for name in AMENDABLE
            if _plain(getattr(self, name)) != _plain(getattr(other, name))
        )

    def to_json(self) -> dict[str, Any]:
        return {
            **{name: getattr(self, name) for name in AMENDABLE},
            "ceiling": None if self.ceiling is None else str(self.ceiling),
            "stages": [
                {"title": one.title, "days": one.days, "percent": str(one.percent)}
                for one in self.stages
            ],
            "open_until": self.open_until.isoformat(),
            "choose_at": self.choose_at.isoformat(),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Amendable:
        """ValueError where an instant is none."""
        ceiling = kept["ceiling"]
        return cls(
            **{
                **{name: kept[name] for name in AMENDABLE},
                "ceiling": None if ceiling is None else Decimal(ceiling),
                "stages": milestones(kept["stages"]),
                "open_until": datetime.fromisoformat(kept["open_until"]),
                "choose_at": datetime.fromisoformat(kept["choose_at"]),
            }
        )


AMENDABLE = tuple(Amendable.__dataclass_fields__)
# What a quote is made by: where one of these changes, suppliers need time anew.
AFFECTING = (
    *("content", "ceiling", "delivery_days", "delivery_place", "acceptance", "payment"),
    "stages",
)


def milestones(kept: Sequence[Mapping[str, Any]]) -> tuple[Milestone, ...]:
    """The stages as a procedure keeps them."""
    return tuple(Milestone(one["title"], one["days"], Decimal(one["percent"])) for one in kept)


@dataclass(frozen=True, slots=True)
class Consequences:
    """What the figures make of an inquiry, were its notice published on `day`."""

    quotes_needed: int
    response_days: int
    earliest: Due  # quotes are let in until the end of this day at least
    figures: Mapping[str, Figure]


def consequences(figures: Mapping[str, Figure], calendar: Calendar, day: date) -> Consequences:
    """The figures applied; working days are counted from the day after the notice."""
    days = int(figures["inquiry.response.working-days"].value)
    return Consequences(
        quotes_needed=int(figures["inquiry.minimum-quotes"].value),
        response_days=days,
        earliest=calendar.add_working_days(day, days),
        figures={name: figures[name] for name in FIGURES},
    )


@dataclass(frozen=True, slots=True)
class Deadlines:
    """What an award sets running: the result notice's period, and the time to object."""

    notice: Due
    objection: Due


def after_award(figures: Mapping[str, Any], calendar: Calendar, day: date) -> Deadlines:
    """The chain from a result notice of that day: its period, then the working days to object.

    政府采购法 第五十二条: the time runs from the expiry of the result notice. `figures` are those
    that the procedure keeps, as JSON.
    """
    notice = calendar.add_working_days(day, int(_value(figures, FIGURES[3])))
    objection = calendar.add_working_days(notice.on, int(_value(figures, FIGURES[4])))
    return Deadlines(
        notice, Due(objection.on, provisional=notice.provisional or objection.provisional)
    )


def retained_until(ended_on: date, years: int) -> date:
    """The last day of the archive's retention 保存期限; 29 February becomes 28 February."""
    try:
        return ended_on.replace(year=ended_on.year + years)
    except ValueError:
        return ended_on.replace(year=ended_on.year + years, day=28)


def examined(frozen: Frozen, refused: Mapping[str, str]) -> Frozen:
    """The frozen list with the quotes that the examiner refused, by uscc, and his reasons.

    Entries, root and envelopes stay as they were frozen: only who is eligible changes.
    """
    entries = tuple(
        replace(one, reason=refused[one.uscc]) if one.uscc in refused else one
        for one in frozen.entries
    )
    return replace(frozen, entries=entries)


def told(frozen: Frozen, evidence: Evidence) -> Evidence:
    """The evidence without the quotes of those that are not eligible any more."""
    if evidence.quotes is None:
        return evidence
    eligible = {one.uscc for one in frozen.eligible}
    quotes = tuple(one for one in evidence.quotes if one.uscc in eligible)
    return replace(evidence, quotes=quotes or None)


def related(heads: Sequence[tuple[str, str]]) -> list[Collection[str]]:
    """Suppliers with the same legal head, of (uscc, head): they may not compete in one contract.

    政府采购法实施条例 第十八条. A hint to the examiner, never a decision.
    """
    by_head: dict[str, list[str]] = {}
    for uscc, head in heads:
        if head.strip():
            by_head.setdefault(head.strip(), []).append(uscc)
    return [sorted(group) for group in by_head.values() if len(group) > 1]


def _plain(value: Any) -> Any:
    """A text whatever ends its lines: a browser sends other ends than it was given."""
    return "\n".join(value.split("\r\n")).strip() if isinstance(value, str) else value


def _value(figures: Mapping[str, Any], name: str) -> Any:
    return figures[name]["value"]
