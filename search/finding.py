"""What a visitor is answered: hits, or by which wider question there are some.

as typed, with synonyms ──none──▶ by sound ──none──▶ mistyped words corrected ──none──▶
without one of the words, or without one of the facets: how many there would be
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from search import engines
from search.found import Found
from search.models import SearchDocument, Synonym, Word
from search.query import Query

# What no hit shows, and what is long.
HIDDEN = ("tokens", "head", "brief", "body", "sounds", "initials", "marks")
SUGGESTED = 8


@dataclass(frozen=True)
class Way:
    """A query that finds something where the one asked does not."""

    query: Query
    dropped: str  # the word or facet value that it lacks
    facet: str  # the facet's name; empty for a word
    total: int
    is_exact: bool


@dataclass(frozen=True)
class Answer:
    """`query` is what the hits belong to; `widened` says how it differs from what was asked."""

    query: Query
    found: Found
    documents: Sequence[SearchDocument]
    widened: str = ""  # "sound" or "spelling"
    ways: Sequence[Way] = field(default_factory=tuple)


def find(asked: Query, at: datetime) -> Answer:
    """What is found by the query, or by what was probably meant."""
    groups = Synonym.objects.groups() if asked.terms else []
    query = asked.expanded(groups)
    found = engines.find(query, at)
    if found.total or query.is_empty:
        return _answer(query, found)
    for widened, wider in _wider(query, groups):
        found_so = engines.find(wider, at)
        if found_so.total:
            return _answer(wider, found_so, widened)
    return Answer(query, found, [], ways=list(_ways(query, at)))


def suggest(asked: Query, at: datetime) -> list[SearchDocument]:
    """Titles with what was typed so far: literally, by synonym or by sound."""
    if not asked.terms:
        return []
    groups = Synonym.objects.groups()
    query = asked.expanded(groups)
    keys = list(engines.suggest(query, at, most=SUGGESTED))
    sounding = query.by_sound(groups)
    if len(keys) < SUGGESTED and sounding:
        more = engines.suggest(sounding, at, most=SUGGESTED)
        keys = list(dict.fromkeys([*keys, *more]))[:SUGGESTED]
    return _documents(keys, text=False)


def _wider(query: Query, groups: Iterable[Sequence[str]]) -> Iterator[tuple[str, Query]]:
    if sounding := query.by_sound(groups):
        yield "sound", sounding
    known = _known(query)
    if known:
        yield "spelling", query.corrected(known).expanded(groups)


def _known(query: Query) -> dict[str, str]:
    """For each mistyped Latin word the known word that is nearest; right ones stay."""
    candidates = query.candidates()
    sought = {*candidates, *(near for some in candidates.values() for near in some)}
    known = set(Word.objects.filter(word__in=sought).values_list("word", flat=True))
    return {
        word: min(near & known, key=lambda one: (abs(len(one) - len(word)), one))
        for word, near in candidates.items()
        if word not in known and near & known
    }


def _ways(query: Query, at: datetime) -> Iterator[Way]:
    """Without each of the conditions in turn, where that finds something."""
    narrower: list[tuple[Query, str, str]] = [
        (query.without_facet(name, value), value, name)
        for name, values in query.filters.items()
        for value in values
    ]
    if len(query.filters) > 1:
        narrower.append((_without_facets(query), "", "*"))
    if len(query.terms) > 1:
        narrower += [
            (query.without_term(place), term.text, "") for place, term in enumerate(query.terms)
        ]
    for one, dropped, facet in narrower:
        total, is_exact = engines.count(one, at)
        if total:
            yield Way(one, dropped, facet, total, is_exact)


def _without_facets(query: Query) -> Query:
    for name in tuple(query.filters):
        query = query.without_facet(name)
    return query


def _answer(query: Query, found: Found, widened: str = "") -> Answer:
    return Answer(query, found, _documents(found.keys, text=True), widened)


def _documents(keys: Sequence[int], *, text: bool) -> list[SearchDocument]:
    """What is gone is shown no more, though a cluster may find it for a moment yet."""
    hidden = HIDDEN if text else (*HIDDEN, "text")
    there = SearchDocument.objects.filter(gone_at=None).defer(*hidden)
    rows: Mapping[int, SearchDocument] = there.in_bulk(list(keys))
    return [rows[key] for key in keys if key in rows]
