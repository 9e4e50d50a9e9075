"""Looking at the first documents first finds nothing else, in no other order."""

from datetime import timedelta
from decimal import Decimal
from itertools import product

import pytest
from django.db import connection

from core import clock
from core.searched import Entry, Kind
from search import index
from search.engines import database, windows
from search.engines.windows import COMING, DEAREST, NEWEST
from search.query import parse

MANY = 60
NEVER = 10**6  # more documents than there are: all are asked for at once


def shelve(at) -> None:
    """Some words stand in each document, some in every third, one in the oldest, one clumped."""
    for place in range(MANY):
        said = ["服务", *["测绘"] * (place % 3 == 0), *["古桥"] * (place > MANY - 9)]
        entry = Entry(
            path="/",
            title=f"{place}号{''.join(said)}",
            at=at - timedelta(hours=place),
            text="清水" if 20 < place < 30 else "",
            amount=None if place % 5 == 0 else Decimal(place * 7 % 13 * 1_000),
            deadline=None if place % 4 == 0 else at + timedelta(hours=place % 17 - 5),
        )
        made = Kind("order", "", lambda *_, one=entry: one, list, {})
        index.refresh(made, f"D{place}", at=at)


def test_a_window_is_as_wide_as_the_one_before_tells():
    assert windows._wider(2_500, 500, 1_000) == 10_000
    assert windows._wider(2_500, 50, 1_000) == 80_000
    assert windows._wider(2_500, 4, 1_000) is None  # rare: all of them
    assert windows._wider(2_500, 0, 1_000) == 20_000  # too few to tell
    assert windows._wider(20_000, 0, 1_000) == 160_000
    assert windows._wider(320_000, 900, 1_000) is None


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite reads in order")
def test_windows_find_the_same_in_the_same_order(db, monkeypatch):
    at = clock.now()
    shelve(at)
    monkeypatch.setattr(database, "ROOM", 5)
    monkeypatch.setattr(windows, "STEPS", (8, 16, 32))
    texts = ("服务", "测绘", "古桥", "清水", "鲸鱼", "服务 -测绘", "号服务", "测绘 清水")
    found = {}
    for walked in (4, NEVER):
        monkeypatch.setattr(windows, "WALKED", walked)
        monkeypatch.setattr(windows, "_edges", {})
        found[walked] = {
            (text, order): [row.id for row in database._rows(parse(text), at, order)]
            for text, order in product(texts, (NEWEST, DEAREST, COMING))
        }
    assert found[4] == found[NEVER]
    assert all(found[4]["服务", order] for order in (NEWEST, DEAREST, COMING))
    assert not found[4]["鲸鱼", NEWEST]
