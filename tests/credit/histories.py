"""Histories of facts as Hypothesis makes them, and the figures of the first scheme."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from hypothesis import strategies as st

import credit
from credit.scoring import Entry, Scheme

FILE = Path(credit.__file__).parent / "data" / "schemes.json"
SCHEME = Scheme.from_json(json.loads(FILE.read_text("utf-8"))[0])
POINTS = [Decimal(one) for one in ("1", "0.5", "0", "-1", "-3", "-5", "-6", "-10", "-15", "-40")]
START, END = datetime(2024, 1, 1), datetime(2028, 12, 31)  # noqa: DTZ001 - Hypothesis adds the zone

instants = st.datetimes(START, END, timezones=st.just(UTC))


@st.composite
def histories(draw, max_size: int = 14) -> list[Entry]:
    """Facts, of which some stand in the place of an earlier one with fewer or no points."""
    made: list[Entry] = []
    for place in range(draw(st.integers(0, max_size))):
        occurred = draw(instants)
        hearing = timedelta(days=draw(st.sampled_from([0, 0, 7])))
        entry = Entry(
            f"F{place:02}",
            "job",
            "事项",
            "依据",
            draw(st.sampled_from(POINTS)),
            occurred,
            occurred + hearing,
        )
        made.append(entry)
        if draw(st.integers(0, 4)) == 0:
            points = draw(st.sampled_from([Decimal(0), max(entry.points, Decimal(-1))]))
            made.append(
                Entry(
                    f"S{place:02}",
                    "job",
                    "更正",
                    "依据",
                    points,
                    occurred,
                    entry.effective_at,
                    entry.code,
                )
            )
    return draw(st.permutations(made))
