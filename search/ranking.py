"""How well a document meets a query: title before number, number before summary, summary before
text; what was typed before what means the same; a whole number first of all. Pure.

Points are comparable within one query only. Equal ones go newest first.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from search import words
from search.query import Query

WHOLE_NUMBER = 10_000
SAME_TITLE = 1_000
BEGINS_TITLE = 150
TOGETHER_IN_TITLE = 300
IN_TITLE, IN_NUMBER, IN_SUMMARY, IN_TEXT = 100, 60, 25, 5
OTHER_WAY = 3  # quarters that a synonym has of the points
LONG_TITLE = 60


@dataclass(frozen=True)
class Sought:
    """A query's words, folded once for many documents."""

    terms: tuple[tuple[tuple[str, ...], ...], ...]  # of each term its ways, of each way its pieces
    whole: str  # all words as they were typed, normal
    key: str


@dataclass(frozen=True)
class Candidate:
    """What is read of a document to rank it; the columns of the same names."""

    head: str
    brief: str
    key: str
    weight: int = 0  # of its kind


def sought(query: Query) -> Sought:
    terms = tuple(tuple(_pieces(way) for way in term.ways) for term in query.terms)
    return Sought(terms, words.normal(" ".join(one.text for one in query.terms)), query.key)


def points(of: Candidate, by: Sought) -> int:
    """What a found document is worth; all terms count alike."""
    if not by.terms:
        return of.weight
    if by.key and of.key == by.key:
        return WHOLE_NUMBER + of.weight
    total = 4 * sum(max(_points(of, ways)) for ways in by.terms) // len(by.terms) // 4
    squeezed = by.whole.replace(" ", "")
    title = of.head.replace(" ", "")
    if title == squeezed:
        total += SAME_TITLE
    elif title.startswith(squeezed):
        total += BEGINS_TITLE
    if squeezed in title:
        total += TOGETHER_IN_TITLE
        total += max(0, LONG_TITLE - (len(title) - len(squeezed))) // 10
    return total + of.weight


def _points(of: Candidate, ways: Sequence[tuple[str, ...]]) -> list[int]:
    found = []
    for place, pieces in enumerate(ways):
        told = min((_place(of, piece) for piece in pieces), default=0)
        found.append(told if place == 0 else told * OTHER_WAY // 4)
    return found or [0]


def _place(of: Candidate, piece: str) -> int:
    if piece in of.head:
        return IN_TITLE
    if of.key and of.key.startswith(piece.strip()):
        return IN_NUMBER
    return IN_SUMMARY if piece in of.brief else IN_TEXT


def _pieces(text: str) -> tuple[str, ...]:
    return tuple(one.text if one.is_han else f" {one.text}" for one in words.pieces(text))
