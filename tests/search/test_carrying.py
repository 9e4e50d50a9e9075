"""The cluster gets what changed, whatever happens on the way; without it the database answers."""

from collections.abc import Iterator
from datetime import timedelta
from threading import Timer
from typing import Any

import pytest

from core import clock
from core.gateways import GatewayUnavailable
from core.searched import Entry, Kind
from search import carrying, cluster, cluster_tasks, engines, index
from search.engines import elastic
from search.models import SearchDocument
from search.query import parse
from tests.search import clusters

MANY = 1_000  # updates


def write(code: str, title: str | None) -> None:
    """A document says `title` from now on; None: it is gone."""
    at = clock.now()
    index.refresh(entry_kind(title, at=at - timedelta(hours=1)), code, at=at)


def entry_kind(title: str | None, **facts: Any) -> Kind:
    """A kind of one entry; None: of none."""
    entry = None if title is None else Entry(path="/", title=title, **facts)
    return Kind("order", "", lambda *_: entry, list, {})


def found(text: str) -> set[str]:
    """What the cluster finds, at most a thousand."""
    keys = elastic.find(parse(text), clock.now(), size=1_000).keys
    return set(SearchDocument.objects.filter(pk__in=keys).values_list("code", flat=True))


@pytest.fixture
def filled(db) -> Iterator[None]:
    with clusters.entered():
        for place in range(6):
            write(f"D{place}", f"环境影响评价 {place}号")
        clusters.fill()
        yield


@pytest.fixture(autouse=True)
def _asked_at_once(monkeypatch) -> None:
    monkeypatch.setattr(engines, "_silent_until", 0.0)


def test_changes_are_carried_and_what_goes_is_found_no_more(filled):
    write("D1", "水土保持方案")
    write("D2", None)
    write("D9", "环境影响评价 新")
    assert SearchDocument.objects.to_carry().count() == 3
    cluster_tasks.carry()
    assert not SearchDocument.objects.to_carry().exists()
    assert found("环境影响评价") == {"D0", "D3", "D4", "D5", "D9"}
    assert found("水土保持") == {"D1"}
    assert list(cluster_tasks.concerns()) == []


def test_what_was_written_while_it_was_carried_waits_again(filled, monkeypatch):
    write("D1", "水土保持方案")
    put = cluster.put

    def slow(documents):
        there = put(documents)
        write("D1", "地质灾害评估")
        return there

    monkeypatch.setattr(cluster, "put", slow)
    assert carrying.carry(at=clock.now()) == 0
    monkeypatch.setattr(cluster, "put", put)
    assert carrying.carry(at=clock.now()) == 1
    assert found("地质灾害") == {"D1"}
    assert found("水土保持") == set()


def test_who_comes_late_replaces_nothing_newer(filled):
    late = [carrying._carried(SearchDocument.objects.get(code="D1"))]
    write("D1", "水土保持方案")
    cluster_tasks.carry()
    assert cluster.put(late) == {late[0].key}  # taken for there: a newer one is
    assert found("水土保持") == {"D1"}


def test_a_new_index_takes_over_with_what_changed_meanwhile(filled):
    filling = carrying.rebuild()
    next(filling)
    write("D1", "水土保持方案")
    write("D2", None)
    write("D9", "环境影响评价 新")
    cluster_tasks.carry()
    assert "D9" in found("环境影响评价")  # the old index is still asked, and kept up
    before = cluster.health().index
    for _told in filling:
        pass
    after = cluster.health()
    assert (before.rsplit("-")[-1], after.index.rsplit("-")[-1]) == ("1", "2")
    assert after.documents == 6
    assert found("环境影响评价") == {"D0", "D3", "D4", "D5", "D9"}
    assert found("水土保持") == {"D1"}


def test_who_begins_anew_ends_an_older_filling(filled):
    filling = carrying.rebuild()
    next(filling)
    clusters.fill()
    with pytest.raises(GatewayUnavailable):
        for _told in filling:
            pass
    assert found("环境影响评价") == {f"D{place}" for place in range(6)}


def test_an_empty_cluster_is_filled_by_the_worker(filled):
    cluster.remove_all()
    assert engines.find(parse("环境"), clock.now()).total == 6  # the database's
    cluster_tasks.carry()
    assert found("环境") == {f"D{place}" for place in range(6)}


def test_the_database_answers_for_a_cluster_that_lacks_something_for_long(filled, later):
    write("D1", "水土保持方案")
    assert not engines.find(parse("环境"), clock.now()).is_stand_in
    later(minutes=1)
    answer = engines.find(parse("水土保持"), clock.now())
    assert (answer.total, answer.is_stand_in) == (1, True)
    assert "1 份文档" in " ".join(cluster_tasks.concerns())


def test_the_database_answers_while_the_cluster_is_away(db, settings):
    settings.ELASTICSEARCH_URL = "http://127.0.0.1:9"
    cluster.client.cache_clear()
    write("D1", "水土保持方案")
    answer = engines.find(parse("水土"), clock.now())
    assert (answer.total, answer.is_stand_in) == (1, True)
    assert engines.count(parse("水土"), clock.now()) == (1, True)
    cluster_tasks.carry()  # tries again later
    assert SearchDocument.objects.to_carry().count() == 1
    assert "未响应" in " ".join(cluster_tasks.concerns())
    cluster.client.cache_clear()


def test_a_server_killed_amid_many_updates_loses_nothing(db):
    """Killed while it takes them, and started again: it has each document as it was last."""
    server = clusters.Server()
    server.start()
    with clusters.entered(server.address):
        for place in range(MANY // 2):
            write(f"D{place}", f"环评 {place}号")
        clusters.fill()
        for place in range(MANY):  # each once more, some twice; every tenth goes
            code = place % (MANY // 2)
            write(f"D{code}", None if code % 10 == 0 else f"水保 {place}号")
            if place == MANY // 3:
                Timer(0.05, server.kill).start()
            if place % 50 == 0:
                cluster_tasks.carry()
        assert SearchDocument.objects.to_carry().count() > 100
        answer = engines.find(parse("水保"), clock.now())
        assert (answer.total, answer.is_stand_in) == (MANY // 2 * 9 // 10, True)
        server.start()
        cluster_tasks.carry()
        assert not SearchDocument.objects.to_carry().exists()
        assert found("环评") == set()
        kept = SearchDocument.objects.filter(gone_at=None)
        assert found("水保") == set(kept.values_list("code", flat=True))
        assert cluster.health().documents == kept.count() == MANY // 2 * 9 // 10
        for code in (1, 7, MANY // 2 - 1):
            assert found(f"水保 {code + MANY // 2}号") == {f"D{code}"}


@pytest.fixture(autouse=True)
def _no_server_left(request) -> Iterator[None]:
    yield
    cluster.client.cache_clear()
