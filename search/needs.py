"""What a document must have to be found by a query, as each engine can ask for it. Pure.

A word can be met in several ways: as typed, by a synonym, by its sound, as a number. A way is met
by tokens, which an index finds quickly, and means its checks, which say exactly what must stand
where. Where `is_loose`, the tokens alone find too much, and the checks decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from search import words
from search.query import Query, Term
from search.words import Wanted

VALUE = re.compile(r"[\w.-]+")  # of a facet: what can be a token
NUMBER = re.compile(r"(?=.*[0-9])[a-z0-9]{6,}")
NOWHERE = "none:"  # a token that no document bears


@dataclass(frozen=True)
class Check:
    """`text` stands in a column of the document, or begins it."""

    column: str  # body, head, key, sounds, initials
    text: str
    at_start: bool = False


@dataclass(frozen=True)
class Way:
    """All `tokens`, and a token that begins with each of `prefixes`; which means all `checks`."""

    tokens: tuple[str, ...]
    prefixes: tuple[str, ...]
    checks: tuple[Check, ...]
    is_loose: bool = False


@dataclass(frozen=True)
class Needs:
    """One way of each of `terms`, one mark of each of `marks`, no way of any of `without`."""

    terms: tuple[tuple[Way, ...], ...]
    marks: tuple[tuple[str, ...], ...]
    without: tuple[tuple[Way, ...], ...]


def of(query: Query, *, in_title: bool = False) -> Needs:
    """`in_title`: the same words, all of them in the title."""
    marks = (
        tuple(_mark(name, value) for value in values)
        for name, values in query.filters.items()
        if name not in ("date", "standing")
    )
    return Needs(
        terms=tuple(tuple(_ways(term, in_title=in_title)) for term in query.terms),
        marks=tuple(marks),
        without=tuple(tuple(_ways(term, in_title=False)) for term in query.without),
    )


def _mark(name: str, value: str) -> str:
    return f"{name}:{value}" if VALUE.fullmatch(value) else NOWHERE


def _ways(term: Term, *, in_title: bool) -> Iterable[Way]:
    for text in term.ways:
        wanted = words.wanted(text, in_order=term.in_order)
        if wanted is None:
            continue
        if term.field == "number":
            yield _by_key(text)
        elif in_title or term.field == "title":
            yield _in("head", wanted, text, mark="=", in_order=term.in_order)
        else:
            yield _in("body", wanted, text, mark="", in_order=term.in_order)
            if not term.in_order and NUMBER.fullmatch(words.squeezed(text)):
                yield _by_key(text)
    if term.by_sound:
        for meant in words.soundings(term.text):
            column = "initials" if meant.by_initials else "sounds"
            check = Check(column, meant.said)
            yield Way(meant.tokens, meant.prefixes, (check,), is_loose=True)


def _in(column: str, wanted: Wanted, text: str, *, mark: str, in_order: bool) -> Way:
    checks = [Check(column, one) for one in wanted.contains] if in_order else []
    if not checks:
        checks = [
            Check(column, piece.text if piece.is_han else f" {piece.text}")
            for piece in words.pieces(text)
        ]
    return Way(
        tuple(mark + one for one in wanted.tokens),
        tuple(mark + one for one in wanted.prefixes),
        tuple(checks),
        is_loose=bool(wanted.contains),
    )


def _by_key(text: str) -> Way:
    key = words.squeezed(text)
    return Way((), (f"!{key}",), (Check("key", key, at_start=True),))
