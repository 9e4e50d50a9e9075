"""What a member owes for a period: the charter's fee, from the month or day of its joining. Pure.

A fee is cut into the months or days of its period, and who joins in the course of it owes those
from its own on: the month of joining counts in full, as does the day. What is owed is that share of
the fee, rounded once; each part is the difference of two such shares, so that the parts add up. Who
leaves gets nothing back, as the charters have it.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from core.money import yuan

BY_MONTH, BY_DAY, NONE = "month", "day", "none"
PRORATIONS = (BY_MONTH, BY_DAY, NONE)


@dataclass(frozen=True)
class Part:
    """A stretch of the period, its end exclusive, and its share of the fee."""

    start: date
    until: date
    amount: Decimal


@dataclass(frozen=True)
class Step:
    """The parts of a period that one fee holds for, and what they come to."""

    fee: Decimal
    amount: Decimal
    parts: int


@dataclass(frozen=True)
class Owed:
    """What is owed of a fee, and how many of the period's parts that is.

    Where the level changed on the way, `steps` says what each fee comes to; `fee` is the highest.
    """

    fee: Decimal
    amount: Decimal
    parts: int
    of: int
    proration: str
    steps: tuple[Step, ...] = ()

    @property
    def is_whole(self) -> bool:
        return self.parts == self.of and len(self.steps) < 2


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or its last day: 31 January and one month is 28 February."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def parts(fee: Decimal, start: date, until: date, *, proration: str) -> tuple[Part, ...]:
    """The fee of a period from `start` until `until` (exclusive), cut by month, by day, or not.

    The amounts add up to the fee. ValueError for a period without a day, an unknown proration, a
    negative fee.
    """
    if until <= start:
        raise ValueError(f"a period has one day at least: {start} to {until}")
    if fee < 0:
        raise ValueError(f"a fee is not negative: {fee}")
    edges = _edges(start, until, proration)
    spans = list(pairwise(edges))
    if proration == BY_MONTH:  # a month is a month, long or short; a torn last one counts its days
        last = spans[-1]
        whole = (months_later(start, len(spans)) - last[0]).days
        weights = [Decimal(1)] * (len(spans) - 1) + [Decimal((last[1] - last[0]).days) / whole]
    else:
        weights = [Decimal(1)] * len(spans)
    total, left = sum(weights), sum(weights)
    shares = [yuan(fee)]  # of the fee, from each part on
    for weight in weights:
        left -= weight
        shares.append(yuan(fee * left / total))
    return tuple(
        Part(*span, one - two) for span, (one, two) in zip(spans, pairwise(shares), strict=True)
    )


def owed(
    fee: Decimal, start: date, until: date, *, joined_on: date, proration: str = BY_MONTH
) -> Owed:
    """What a member that joined on a day owes for the period; all of it if it was there before.

    Nothing is owed by who joins after the period's end.
    """
    cut = parts(fee, start, until, proration=proration)
    mine = [one for one in cut if one.until > joined_on]
    amount = sum((one.amount for one in mine), Decimal(0))
    return Owed(yuan(fee), yuan(amount), len(mine), len(cut), proration)


def owed_in_turn(
    fees: Sequence[tuple[date, Decimal]],
    start: date,
    until: date,
    *,
    joined_on: date,
    proration: str = BY_MONTH,
) -> Owed:
    """What is owed where the fee changes within the period: `fees`, each from its day on, in order.

    The month or day of the change counts with the new fee; a fee that is not cut stays for the
    whole period what it was when that began. ValueError where no fee holds when the period begins.
    """
    if not fees or fees[0][0] > start or list(fees) != sorted(fees, key=lambda one: one[0]):
        raise ValueError("fees come in order, the first one from the period's beginning at latest")
    cuts = [parts(fee, start, until, proration=proration) for _day, fee in fees]
    sums: dict[int, list[Decimal]] = {}
    for place, one in enumerate(cuts[0]):
        if one.until <= joined_on:
            continue
        judged = one.start if proration == NONE else one.until - timedelta(days=1)
        holds = max(turn for turn, (day, _fee) in enumerate(fees) if day <= judged)
        sums.setdefault(holds, []).append(cuts[holds][place].amount)
    steps = tuple(
        Step(yuan(fees[turn][1]), yuan(sum(amounts, Decimal(0))), len(amounts))
        for turn, amounts in sums.items()
    )
    return Owed(
        fee=max((one.fee for one in steps), default=yuan(fees[0][1])),
        amount=yuan(sum((one.amount for one in steps), Decimal(0))),
        parts=sum(one.parts for one in steps),
        of=len(cuts[0]),
        proration=proration,
        steps=steps,
    )


def _edges(start: date, until: date, proration: str) -> Sequence[date]:
    if proration == NONE:
        return [start, until]
    if proration == BY_DAY:
        return [start + timedelta(days=one) for one in range((until - start).days + 1)]
    if proration != BY_MONTH:
        raise ValueError(f"a fee is prorated by {', '.join(PRORATIONS)}: not {proration!r}")
    edges = [start]
    while (edge := months_later(start, len(edges))) < until:
        edges.append(edge)
    return [*edges, until]
