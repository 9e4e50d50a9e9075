"""The engine of large sites: Elasticsearch, asked for exactly what the database engine is asked.

What must occur is a filter and weighs nothing; what a hit is worth is added up from constants after
`search.ranking`. So both engines find the same documents, and differ only in the order of equals.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

from elasticsearch.dsl import A, Q, Search

from core import searched
from core.searched import Standing
from search import cluster, needs, ranking, words
from search.engines.database import first_place
from search.found import SIZE, Found
from search.needs import Check, Way
from search.query import FACETS, PERIODS, Query

VALUES = 5_000  # of one facet that are counted
PREFIXES = 10_000  # words with one beginning, within a phrase
# The columns in which each facet's values stand; `date` and `standing` are computed.
COLUMNS = {
    "kind": "kind",
    "region": "region",
    "item": "item",
    "method": "method",
    "amount": "amount_band",
    "grade": "grade",
}
NEWEST: dict[str, dict[str, str]] = {"place": {"order": "desc"}}


def find(query: Query, at: datetime, *, size: int = SIZE) -> Found:
    """The page of hits that the query asks for, with counts by facet."""
    chosen = {name: _facet(name, values, at) for name, values in query.filters.items()}
    asked = _asked(query, at, filtered=False)
    asked = asked.post_filter("bool", filter=list(chosen.values()))
    for name in FACETS:
        others = [one for other, one in chosen.items() if other != name]
        counted = A("filter", Q("bool", filter=others))
        counted.bucket("values", _counting(name, at))
        asked.aggs.bucket(name, counted)
    start = (query.page - 1) * size
    said = cluster.run(_sorted(asked, query)[start : start + size])
    keys = [int(hit.meta.id) for hit in said]
    if query.sort == "deadline":
        keys = _by_deadline(query, at, start, size)
    return Found(
        keys=keys,
        total=said.hits.total.value,
        is_exact=True,
        facets={name: _counts(said.aggregations[name]["values"]) for name in FACETS},
    )


def count(query: Query, at: datetime) -> tuple[int, bool]:
    """How many there are; whether that is all."""
    return cluster.run(_asked(query, at)[:0]).hits.total.value, True


def suggest(query: Query, at: datetime, *, most: int) -> Sequence[int]:
    """Documents with all the words in their titles, the best first."""
    asked = _asked(query, at, in_title=True)
    said = cluster.run(_sorted(asked, Query(query.text, query.terms))[:most])
    return [int(hit.meta.id) for hit in said]


# What is found


def _asked(
    query: Query, at: datetime, *, in_title: bool = False, filtered: bool = True
) -> Search[Any]:
    asked = needs.of(query, in_title=in_title)
    found = [_any(map(_way, ways)) for ways in asked.terms]
    found += [_shown(at)]
    if filtered:
        found += [_facet(name, values, at) for name, values in query.filters.items()]
    refused = [_all(map(_check, way.checks)) for ways in asked.without for way in ways]
    search = cluster.search().extra(track_total_hits=True)
    return search.query("bool", filter=found, must_not=refused, should=_worth(query))


def _way(way: Way) -> Any:
    tokens = (Q("term", tokens=one) for one in way.tokens)
    begun = (Q("prefix", tokens=one) for one in way.prefixes)
    checks = map(_check, way.checks) if way.is_loose else ()
    return _all(chain(tokens, begun, checks))


def _check(check: Check) -> Any:
    if check.at_start:
        return Q("prefix", **{check.column: check.text})
    return _contains(check.column, check.text)


def _contains(column: str, text: str) -> Any:
    """That the text stands in a column, as `text in column` would tell."""
    parts = parted(column, text)
    unfinished = column != "initials" and not text.endswith(" ") and not _is_han(parts[-1])
    if unfinished and parts[:-1] in ([], [EDGE]):
        return Q("prefix", **{column: parts[-1]})
    if unfinished:
        sought = {"query": " ".join(parts), "max_expansions": PREFIXES}
        return Q("match_phrase_prefix", **{column: sought})
    return Q("match_phrase", **{column: " ".join(parts)})


EDGE = "|"  # where a run of characters, or a word, begins or ends


def parted(column: str, text: str) -> list[str]:
    """A column's text as the words that the server indexes: characters, Latin words, edges.

    Of `initials` and `letters` each letter is a word; `sounds` are syllables as they stand.
    """
    if column == "sounds":
        return text.split()
    if column in ("initials", "letters"):
        return [EDGE if one.isspace() else one for one in text]
    found: list[str] = []
    for place, run in enumerate(text.replace("\n", " ").split(" ")):
        if place:
            found.append(EDGE)
        found += run if run and _is_han(run) else [run] * bool(run)
    return found


def _is_han(run: str) -> bool:
    return any(piece.is_han for piece in words.pieces(run))


def _shown(at: datetime) -> Any:
    now = instant(at)
    begun = _any([_lacks("shown_from"), Q("range", shown_from={"lte": now})])
    ends = _any([_lacks("shown_until"), Q("range", shown_until={"gt": now})])
    return _all([begun, ends])


def _facet(name: str, values: Sequence[str], at: datetime) -> Any:
    if name == "date":
        firsts = [first_place(one, at) for one in values if one in PERIODS]
        return Q("range", place={"gte": min(firsts)}) if firsts else Q("match_none")
    if name == "standing":
        return _any(_standing(one, at) for one in values if one in Standing.values)
    return Q("terms", **{COLUMNS[name]: list(values)})


def _standing(value: str, at: datetime) -> Any:
    turned = Q("range", changes_at={"lte": instant(at)})
    now = Q("bool", filter=[Q("term", standing=value)], must_not=[turned])
    return _any([now, _all([turned, Q("term", standing_after=value)])])


def _lacks(column: str) -> Any:
    return Q("bool", must_not=[Q("exists", field=column)])


def _any(of: Iterable[Any]) -> Any:
    return Q("bool", should=list(of) or [Q("match_none")], minimum_should_match=1)


def _all(of: Iterable[Any]) -> Any:
    return Q("bool", filter=list(of))


# How many, by facet


def _counting(name: str, at: datetime) -> Any:
    if name == "date":
        ranges = {one: Q("range", place={"gte": first_place(one, at)}) for one in PERIODS}
        return A("filters", filters=ranges)
    if name == "standing":
        return A("filters", filters={one: _standing(one, at) for one in Standing.values})
    return A("terms", field=COLUMNS[name], size=VALUES)


def _counts(said: Any) -> dict[str, int]:
    buckets = said.buckets
    if isinstance(buckets, list) or not hasattr(buckets, "to_dict"):
        found = {bucket.key: bucket.doc_count for bucket in buckets}
    else:
        found = {name: bucket["doc_count"] for name, bucket in buckets.to_dict().items()}
    return {value: number for value, number in found.items() if number}


# In which order


def _sorted(asked: Search[Any], query: Query) -> Search[Any]:
    if query.sort == "amount":
        return asked.sort({"fen": {"order": "desc", "missing": "_last"}}, NEWEST)
    if query.sort == "best" and query.terms:
        return asked.sort("_score", NEWEST)
    return asked.sort(NEWEST)


def _by_deadline(query: Query, at: datetime, start: int, size: int) -> list[int]:
    """What still comes, the earliest first; then what is past or has no deadline, newest first."""
    asked = _asked(query, at)
    ahead = Q("range", deadline={"gt": instant(at)})
    first = asked.query("bool", filter=[ahead]).sort({"deadline": {"order": "asc"}}, NEWEST)
    said = cluster.run(first[start : start + size])
    keys = [int(hit.meta.id) for hit in said]
    if len(keys) < size:
        begin = max(0, start - said.hits.total.value)
        rest = asked.query("bool", must_not=[ahead]).sort(NEWEST)
        keys += [int(hit.meta.id) for hit in cluster.run(rest[begin : begin + size - len(keys)])]
    return keys


def _worth(query: Query) -> list[Any]:
    """The constants of `search.ranking`, each with what earns it."""
    by_weight: dict[int, list[str]] = {}
    for name, kind in searched.kinds.items():
        by_weight.setdefault(kind.weight, []).append(name)
    worth = [
        _constant(Q("terms", kind=names), weight) for weight, names in by_weight.items() if weight
    ]
    if not query.terms:
        return worth
    sought = ranking.sought(query)
    share = 1 / len(sought.terms)
    worth += [_best(ways, share) for ways in sought.terms]
    if sought.key:
        worth.append(_constant(Q("term", key=sought.key), ranking.WHOLE_NUMBER))
    whole = sought.whole.replace(" ", "")
    together = Q("match_phrase", letters=" ".join(whole))
    brevity = {"field": "brevity", "missing": 0}
    worth += [
        _constant(Q("term", title=whole), ranking.SAME_TITLE),
        _constant(Q("prefix", title=whole), ranking.BEGINS_TITLE),
        _constant(together, ranking.TOGETHER_IN_TITLE),
        Q(
            "function_score",
            query=_all([together]),
            field_value_factor=brevity,
            boost_mode="replace",
        ),
    ]
    return worth


def _best(ways: Sequence[tuple[str, ...]], share: float) -> Any:
    """The best place in which all pieces of one way stand."""
    levels = (
        (ranking.IN_TITLE, ("head",)),
        (ranking.IN_NUMBER, ("head", "key")),
        (ranking.IN_SUMMARY, ("head", "key", "brief")),
    )
    found = []
    for place, pieces in enumerate(ways):
        part = share if place == 0 else share * ranking.OTHER_WAY / 4
        for points, columns in levels:
            where = (_any(_piece(column, piece) for column in columns) for piece in pieces)
            found.append(_constant(_all(where), points * part))
    found.append(_constant(Q("match_all"), ranking.IN_TEXT * share))
    return Q("dis_max", queries=found)


def _piece(column: str, piece: str) -> Any:
    return Q("prefix", key=piece.strip()) if column == "key" else _contains(column, piece)


def _constant(earned: Any, points: float) -> Any:
    return Q("constant_score", filter=earned, boost=points)


def instant(at: datetime) -> int:
    """Microseconds."""
    return int(at.timestamp()) * 1_000_000 + at.microsecond
