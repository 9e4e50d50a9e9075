"""The cluster's engine finds what the database's engine finds, whatever is asked."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core import clock
from core.searched import Entry, Kind, Standing
from search import cluster, index
from search.engines import database, elastic
from search.engines.elastic import parted
from search.query import SORTS, Query, parse
from tests.search import clusters

LETTERS = "环评保水土ab1 ，"
texts = st.text(LETTERS, min_size=1, max_size=12)
instants = st.integers(-5, 5).map(lambda days: timedelta(days=days))


@pytest.mark.parametrize(
    ("column", "text", "parts"),
    [
        ("body", " 环评 abc1 ", ["|", "环", "评", "|", "abc1", "|"]),
        ("head", " a \n b ", ["|", "a", "|", "|", "|", "b", "|"]),
        ("sounds", " huan ping | bao gao ", ["huan", "ping", "|", "bao", "gao"]),
        ("initials", " hp bg ", ["|", "h", "p", "|", "b", "g", "|"]),
        ("letters", "环a1", ["环", "a", "1"]),
        ("body", "", []),
    ],
)
def test_a_column_is_parted_so_that_phrases_mean_contains(column, text, parts):
    assert parted(column, text) == parts


@st.composite
def entries(draw) -> Entry:
    at = datetime.fromisoformat("2026-11-20T08:00:00+08:00")
    change = draw(st.none() | instants)
    return Entry(
        path="/",
        title=draw(texts),
        at=at + draw(instants) * 20,
        number=draw(st.sampled_from(["", "GXDD-2026-000123", "AB12CD34", "环评1号"])),
        summary=draw(texts | st.just("")),
        text=draw(texts | st.just("")),
        region=draw(st.sampled_from(["", "360702", "360700", "510500"])),
        items=tuple(draw(st.lists(st.sampled_from(["eia", "survey"]), unique=True))),
        method=draw(st.sampled_from(["", "draw", "lowest"])),
        amount=draw(st.none() | st.sampled_from([Decimal("10"), Decimal("50000"), Decimal("2e6")])),
        deadline=draw(st.none() | instants.map(lambda by: at + by)),
        standing=draw(st.sampled_from(Standing.values)),
        standing_after="" if change is None else draw(st.sampled_from(Standing.values)),
        changes_at=None if change is None else at + change,
        grade=draw(st.sampled_from(["", "A", "B"])),
        shown_from=draw(st.none() | instants.map(lambda by: at + by)),
        shown_until=draw(st.none() | instants.map(lambda by: at + by)),
    )


FACETS = {
    "kind": ["order", "notice", "none"],
    "region": ["360700", "510000"],
    "item": ["eia"],
    "method": ["draw", "lowest"],
    "amount": ["under-50k", "50k-200k"],
    "date": ["week", "month", "bogus"],
    "standing": ["open", "done", "bogus"],
    "grade": ["A", "B"],
}
filters = st.fixed_dictionaries({}, optional={
    name: st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True)
    for name, values in FACETS.items()
})  # fmt: skip
words = st.one_of(
    texts,
    texts.map(lambda text: f"“{text}”"),
    texts.map(lambda text: f"-{text}"),
    texts.map(lambda text: f"标题:{text}"),
    st.sampled_from(["huanping", "hp", "huan", "GXDD-2026", "ab12cd", "编号:AB1", "'", '"', "*"]),
)


@pytest.fixture(scope="module")
def at() -> datetime:
    return datetime.fromisoformat("2026-11-20T09:00:00+08:00")


@pytest.fixture
def filled(db) -> Iterator[None]:
    """Some documents of few words, in both engines."""
    with clusters.entered():
        drawn = _drawn(120)
        for place, entry in enumerate(drawn):
            kind = Kind(["order", "notice"][place % 2], "", lambda *_, e=entry: e, list, {})
            index.refresh(kind, f"D{place}", at=clock.now())
        clusters.fill()
        yield


def _drawn(number: int) -> list[Entry]:
    found: list[Entry] = []

    @settings(max_examples=number, database=None, derandomize=True, deadline=None)
    @given(entries())
    def collect(entry: Entry) -> None:
        found.append(entry)

    collect()
    return found


def all_keys(engine, query: Query, at: datetime) -> list[int]:
    return list(engine.find(query, at, size=1_000).keys)


def test_both_engines_find_and_count_the_same(filled, at):
    groups = [("环评", "环保"), ("ab", "水土保")]

    @settings(
        max_examples=120,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(
        st.lists(words, max_size=3).map(" ".join), filters, st.sampled_from(SORTS), st.booleans()
    )
    @example("环评", {}, "best", False)
    @example("hp", {}, "best", True)
    @example("", {"date": ["week"]}, "deadline", False)
    def look(text, chosen, sort, widened):
        query = parse(text, chosen, sort=sort).expanded(groups)
        query = (query.by_sound(groups) or query) if widened else query
        ours, theirs = database.find(query, at, size=1_000), elastic.find(query, at, size=1_000)
        assert set(theirs.keys) == set(ours.keys)
        assert theirs.total == ours.total
        assert theirs.facets == {name: dict(counts) for name, counts in ours.facets.items()}
        assert elastic.count(query, at) == database.count(query, at)
        if sort != "best":
            assert list(theirs.keys) == list(ours.keys)

    look()
    for sort in SORTS:
        query = parse("环", sort=sort)
        whole = all_keys(elastic, query, at)
        pages = [elastic.find(replace(query, page=page), at, size=7).keys for page in range(1, 40)]
        assert [key for page in pages for key in page] == whole
        assert len(whole) > 20
    titled = elastic.suggest(parse("环"), at, most=500)
    assert set(titled) == set(database.suggest(parse("环"), at, most=500))
    assert titled


def test_only_core_analysis_is_asked_for():
    told = cluster.Indexed._index.to_dict()
    kinds = {field["type"] for field in told["mappings"]["properties"].values()}
    assert kinds == {"keyword", "long", "text"}
    assert "analysis" not in told
