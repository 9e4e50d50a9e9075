"""The course of a score as a line of steps, in the units of a drawing. Pure.

A score jumps when something happens and stays until the next: so the line has steps, no slopes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

WIDTH, HEIGHT = 640, 200
LEFT, RIGHT, TOP, BOTTOM = 44, 626, 14, 168  # of the field within


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: where, and what it is called."""

    at: int
    label: str


@dataclass(frozen=True)
class Point:
    """A month: its first instant (the last one: now), and the score then."""

    on: datetime
    score: Decimal
    level: str


@dataclass(frozen=True)
class Chart:
    line: str  # an SVG path
    levels: tuple[Tick, ...]
    months: tuple[Tick, ...]
    points: tuple[Point, ...]
    end: tuple[int, int]


MARGIN = Decimal(5)  # points above and below what is drawn


def drawn(
    points: Sequence[Point], levels: Sequence[tuple[str, Decimal]], *, floor: Decimal
) -> Chart | None:
    """The chart of at least two points, the oldest first; None where there are fewer.

    Of the levels those are drawn that begin above the floor: below the lowest of them there is
    nothing to fall to.
    """
    if len(points) < 2:
        return None
    begins = [(name, value) for name, value in levels if value > floor]
    seen = [point.score for point in points] + [value for _name, value in begins]
    low, high = min(seen) - MARGIN, max(seen) + MARGIN
    step = Decimal(RIGHT - LEFT) / (len(points) - 1)
    xs = [LEFT + round(step * place) for place in range(len(points))]

    def height(score: Decimal) -> int:
        return BOTTOM - round((score - low) / (high - low) * (BOTTOM - TOP))

    line = f"M{xs[0]} {height(points[0].score)}"
    for x, point in zip(xs[1:], points[1:], strict=True):
        line += f"H{x}V{height(point.score)}"
    return Chart(
        line=line,
        levels=tuple(Tick(height(value), name) for name, value in begins),
        months=_thinned(
            [
                Tick(x, f"{point.on:%m}".lstrip("0"))
                for x, point in zip(xs[:-1], points[:-1], strict=True)
            ]
        ),
        points=tuple(points),
        end=(xs[-1], height(points[-1].score)),
    )


def _thinned(ticks: Sequence[Tick]) -> tuple[Tick, ...]:
    """Every third where there are many, so that they stay apart on a phone."""
    return tuple(ticks[:: 3 if len(ticks) > 6 else 1])
