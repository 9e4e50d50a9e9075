"""The judged queries of `relevance.json`, on each engine that is there."""

from collections import Counter
from dataclasses import replace

from core import clock
from search import engines, finding
from search.models import SearchDocument
from search.query import Query
from tests.search import library
from tests.search.library import JUDGED

RECALL, FIRST_RIGHT = 0.98, 0.9  # what the search promises
LEAST = 60  # judged queries


def every_hit(query: Query) -> list[str]:
    """The codes of all hits, page by page."""
    found: list[str] = []
    for page in range(1, 9):
        keys = engines.find(replace(query, page=page), clock.now()).keys
        codes = SearchDocument.objects.in_bulk(list(keys))
        found += [codes[key].code for key in keys]
        if not keys:
            break
    return found


def test_there_are_enough_judged_queries_of_every_sort():
    assert len(JUDGED) >= LEAST
    sorts = Counter(one["about"] for one in JUDGED)
    for sort in ("two characters", "one character", "traditional", "full width", "pinyin"):
        assert sorts[sort] >= 3, sort
    for sort in ("initials", "synonym", "typing error", "number or code", "several words", "facet"):
        assert sorts[sort] >= 3, sort
    known = {one["code"] for one in library.CORPUS}
    assert len(known) == len(library.CORPUS)
    for one in JUDGED:
        assert set(one.get("first", ())) <= known


def test_what_holds_the_words_is_found(engine):
    wanted = found = 0
    for judged in JUDGED:
        if judged.get("literal"):
            query = library.asked(judged)
            holders = library.holders(query)
            assert holders, judged["q"]
            hits = set(every_hit(query))
            assert hits == holders, judged["q"]  # and nothing else, without synonyms
            wanted += len(holders)
            found += len(hits & holders)
    assert wanted > 80
    assert found / wanted >= RECALL


def test_every_judged_query_finds_something_and_the_first_hit_is_right(engine):
    silent, wrong = [], []
    for judged in JUDGED:
        answer = finding.find(library.asked(judged), clock.now())
        first = answer.documents[0].code if answer.documents else None
        if not answer.found.total:
            silent.append(judged["q"])
        if first not in judged["first"]:
            wrong.append((judged["about"], judged["q"], first, judged["first"]))
    assert silent == []
    assert 1 - len(wrong) / len(JUDGED) >= FIRST_RIGHT, wrong
