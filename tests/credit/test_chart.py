import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from credit.chart import BOTTOM, LEFT, RIGHT, TOP, Point, drawn

FLOOR, CEILING = Decimal(0), Decimal(120)
LEVELS = [("A", Decimal(90)), ("B", Decimal(75)), ("C", Decimal(60)), ("D", Decimal(0))]
scores = st.decimals(FLOOR, CEILING, places=1)


def of(*values):
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    points = [Point(begin + timedelta(days=31 * n), one, "A") for n, one in enumerate(values)]
    return drawn(points, LEVELS, floor=FLOOR)


@given(st.lists(scores, min_size=2, max_size=13))
def test_the_line_runs_from_edge_to_edge_and_stays_within(values):
    chart = of(*values)
    xs = [int(x) for x in re.findall(r"[MH](\d+)", chart.line)]
    ys = [int(y) for y in re.findall(r"(?: |V)(\d+)", chart.line)]
    assert (xs[0], xs[-1]) == (LEFT, RIGHT)
    assert xs == sorted(xs)
    assert len(xs) == len(ys) == len(values)
    assert all(TOP <= y <= BOTTOM for y in ys)
    assert chart.end == (xs[-1], ys[-1])


@given(scores, scores)
def test_a_higher_score_stands_no_lower(one, other):
    chart = of(one, other)
    first, last = (int(y) for y in re.findall(r"(?: |V)(\d+)", chart.line))
    assert (first >= last) if one <= other else (first <= last)


def test_levels_and_months_are_named_and_one_point_is_no_course():
    chart = of(Decimal(100), Decimal(97), Decimal(98))
    assert [tick.label for tick in chart.months] == ["1", "2"]
    assert [tick.label for tick in chart.levels] == ["A", "B", "C"]
    heights = [tick.at for tick in chart.levels]
    assert heights == sorted(heights)  # the best stands highest
    assert [tick.label for tick in of(*[Decimal(90)] * 13).months] == ["1", "4", "7", "10"]
    assert of(Decimal(100)) is None
