"""What is looked for, parsed once: each engine translates a `Query`, alerts keep it as JSON.

    环评 章贡区             both words must occur, in any order
    “环境影响评价 报告”      this, in order; plain quotes do as well
    -监理                   must not occur
    标题:环评 kind:订单      the word in the title; the facet
    GXDD-2025-000123        a number, whole or its beginning

Words that mean the same come from the synonyms: `expanded`. What finds nothing is widened step by
step (`by_sound`, `corrected`), so every engine widens alike. Knows no database.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from search import words

LONGEST = 200  # characters typed
LONGEST_VALUE = 60  # of a facet
MOST = 12  # words, or values of a facet
FACETS = ("kind", "region", "item", "method", "amount", "date", "standing", "grade")
SORTS = ("best", "new", "amount", "deadline")
# Upper ends of the bands, in yuan; the last has none.
BANDS: Mapping[str, tuple[Decimal | None, Decimal | None]] = {
    "under-50k": (None, Decimal(50_000)),
    "50k-200k": (Decimal(50_000), Decimal(200_000)),
    "200k-500k": (Decimal(200_000), Decimal(500_000)),
    "500k-1m": (Decimal(500_000), Decimal(1_000_000)),
    "1m-up": (Decimal(1_000_000), None),
}
PERIODS: Mapping[str, int] = {"week": 7, "month": 30, "quarter": 91, "year": 365}  # days back
# What may stand before a colon, folded.
FIELDS = {
    "title": "title", "标题": "title", "名称": "title",
    "number": "number", "code": "number", "编号": "number", "文号": "number",
    "kind": "kind", "类别": "kind", "类型": "kind", "种类": "kind",
    "region": "region", "地区": "region", "区划": "region",
    "item": "item", "service": "item", "事项": "item", "服务": "item",
    "method": "method", "方式": "method",
    "amount": "amount", "金额": "amount",
    "date": "date", "时间": "date", "日期": "date",
    "standing": "standing", "state": "standing", "状态": "standing",
    "grade": "grade", "等级": "grade",
}  # fmt: skip
QUOTES = {'"': '"', "“": "”", "”": "“", "「": "」", "『": "』", "《": "》", "＂": "＂"}
CHUNK = re.compile(
    r"""(?P<minus>(?<!\S)[-－])?          # only before a word
        (?:(?P<field>\w+)[:：](?=\S))?
        (?:(?P<quote>["“”「『《＂])(?P<phrase>[^"“”」』》＂]*)["“”」』》＂]?|(?P<word>[^\s"“”「『《＂]+))""",
    re.X,
)


@dataclass(frozen=True)
class Term:
    """One word of a query as it was typed; any of `others` does as well."""

    text: str
    in_order: bool = False  # a phrase
    field: str = ""  # "title" or "number"; anywhere else
    others: tuple[str, ...] = ()
    by_sound: bool = False

    @property
    def ways(self) -> tuple[str, ...]:
        """The typed text first."""
        return (self.text, *self.others)


@dataclass(frozen=True)
class Query:
    """All `terms`, none of `without`, one value of each facet in `filters`."""

    text: str = ""
    terms: tuple[Term, ...] = ()
    without: tuple[Term, ...] = ()
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = "best"
    page: int = 1

    @property
    def is_empty(self) -> bool:
        return not self.terms and not self.filters

    @property
    def key(self) -> str:
        """The typed text as a number would be kept: `SearchDocument.key`."""
        return words.squeezed(self.text)[:80] if len(self.terms) == 1 else ""

    @property
    def shown_words(self) -> tuple[str, ...]:
        """What is highlighted."""
        return tuple(way for term in self.terms for way in term.ways)

    # Steps from one query to another

    def without_facet(self, name: str, value: str | None = None) -> Query:
        """Without one condition, or without all those of a facet."""
        kept = tuple(one for one in self.filters.get(name, ()) if value and one != value)
        rest = {other: values for other, values in self.filters.items() if other != name}
        return replace(self, filters=rest | ({name: kept} if kept else {}), page=1)

    def with_facet(self, name: str, value: str) -> Query:
        values = dict.fromkeys((*self.filters.get(name, ()), value))
        return replace(self, filters={**self.filters, name: tuple(values)}, page=1)

    def without_term(self, place: int) -> Query:
        kept = tuple(one for at, one in enumerate(self.terms) if at != place)
        return replace(self, text=written(kept, self.without), terms=kept, page=1)

    def expanded(self, groups: Iterable[Sequence[str]]) -> Query:
        """With what the synonyms say. A phrase means what it says."""
        known = list(groups)
        terms = (replace(term, others=_same(term, known)) for term in self.terms)
        return replace(self, terms=tuple(terms))

    def by_sound(self, groups: Iterable[Sequence[str]] = ()) -> Query | None:
        """With what the words sound like, synonyms too; None where none sounds."""
        known = list(groups)
        terms = tuple(_sounding(term, known) for term in self.terms)
        return replace(self, terms=terms) if any(term.by_sound for term in terms) else None

    def candidates(self) -> dict[str, set[str]]:
        """For each Latin word, and each code in one piece, what it may have been meant for: to be
        looked up among the known.
        """
        said = dict.fromkeys(words.squeezed(term.text) for term in self.terms)
        said |= dict.fromkeys(
            piece.text
            for term in self.terms
            for piece in words.pieces(term.text)
            if not piece.is_han
        )
        found = {word: words.near(word) for word in said}
        return {word: near for word, near in found.items() if near}

    def corrected(self, known: Mapping[str, str]) -> Query:
        """With the words that `known` maps to others replaced."""
        terms = tuple(replace(term, text=_replaced(term.text, known)) for term in self.terms)
        return replace(self, text=written(terms, self.without), terms=terms, page=1)

    # Kept and carried

    def to_json(self) -> dict[str, Any]:
        """The typed text and the facets: all else follows from them."""
        filters = {name: list(values) for name, values in sorted(self.filters.items())}
        return {"text": self.text, "filters": filters, "sort": self.sort}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Query:
        return parse(said["text"], said["filters"], sort=said["sort"])

    def to_url(self, **changes: Any) -> str:
        """The part of an address after its question mark; empty for the empty query."""
        one = replace(self, **changes)
        pairs = [("q", one.text)] if one.text else []
        pairs += [(name, value) for name in FACETS for value in one.filters.get(name, ())]
        pairs += [("sort", one.sort)] if one.sort != SORTS[0] else []
        pairs += [("page", str(one.page))] if one.page > 1 else []
        return urlencode(pairs)


# The value of a facet that is called so, or is it; empty for an unknown one.
Naming = Callable[[str, str], str]


def parse(
    text: str,
    filters: Mapping[str, Iterable[str]] | None = None,
    *,
    sort: str = "best",
    page: int = 1,
    naming: Naming | None = None,
) -> Query:
    """What was typed and chosen. Never fails: what cannot be understood is looked for as a word."""
    text = " ".join(text.replace("\x00", " ").split())[:LONGEST]
    chosen = {
        name: dict.fromkeys(one for one in values if one and len(one) <= LONGEST_VALUE)
        for name, values in (filters or {}).items()
        if name in FACETS
    }
    terms: list[Term] = []
    without: list[Term] = []
    moved = False  # a facet from the text to the filters
    for found in CHUNK.finditer(text):
        name = FIELDS.get(words.fold(found["field"] or ""), "")
        said = found["phrase"] if found["quote"] else found["word"]
        if name in FACETS and not found["minus"]:
            value = naming(name, said) if naming else ""
            if value:
                chosen.setdefault(name, {})[value] = None
                moved = True
                continue
        if found["field"] and name not in ("title", "number"):
            said, name = f"{found['field']} {said}", ""
        term = Term(said.strip(), in_order=bool(found["quote"]), field=name)
        if words.pieces(term.text):
            (without if found["minus"] else terms).append(term)
    understood = (tuple(dict.fromkeys(terms))[:MOST], tuple(dict.fromkeys(without))[:MOST])
    return Query(
        text=written(*understood) if moved else text,
        terms=understood[0],
        without=understood[1],
        filters={name: tuple(chosen[name])[:MOST] for name in FACETS if chosen.get(name)},
        sort=sort if sort in SORTS else SORTS[0],
        page=max(1, page),
    )


def from_url(asked: Mapping[str, Sequence[str]], naming: Naming | None = None) -> Query:
    """From the lists of an address (`QueryDict.lists()`)."""
    page = (asked.get("page") or [""])[-1]
    return parse(
        (asked.get("q") or [""])[-1],
        {name: asked[name] for name in FACETS if asked.get(name)},
        sort=(asked.get("sort") or [SORTS[0]])[-1],
        page=int(page) if page.isascii() and page.isdecimal() and len(page) < 4 else 1,
        naming=naming,
    )


def written(terms: Iterable[Term], without: Iterable[Term] = ()) -> str:
    """The text that `parse` reads as these terms."""
    said = [_written(term) for term in terms]
    return " ".join([*said, *(f"-{_written(term)}" for term in without)])


def band(amount: Decimal) -> str:
    """The band of an amount; an edge belongs to the band above it."""
    return next(name for name, (_from, to) in BANDS.items() if to is None or amount < to)


def since(period: str, today: date) -> date:
    """The first day of a period that ends today. KeyError for an unknown one."""
    return date.fromordinal(today.toordinal() - PERIODS[period] + 1)


def _written(term: Term) -> str:
    said = f"“{term.text}”" if term.in_order else term.text
    return f"{term.field}:{said}" if term.field else said


def _same(term: Term, groups: Iterable[Sequence[str]]) -> tuple[str, ...]:
    if term.in_order:
        return ()
    said = words.squeezed(term.text)
    found: dict[str, None] = {}
    for group in groups:
        held = max((word for word in group if _holds(said, word)), key=len, default="")
        if held:
            found.update(dict.fromkeys(said.replace(held, one) for one in group if one != held))
    found.pop(said, None)
    return tuple(found)


def _sounding(term: Term, groups: Iterable[Sequence[str]]) -> Term:
    """`huanping` and `hp` are 环评, and therefore 环境影响评价."""
    if term.in_order or not words.soundings(term.text):
        return term
    said = words.squeezed(term.text)
    meant: dict[str, None] = dict.fromkeys(term.others)
    for group in groups:
        if any(said in _spelt(word) for word in group):
            meant.update(dict.fromkeys(group))
    return replace(term, others=tuple(meant), by_sound=True)


def _spelt(word: str) -> tuple[str, str]:
    """How a Chinese word is typed in Latin letters: in full, by its first letters."""
    sounds = words.sounds(word)
    return sounds.replace(" ", ""), words.initials(sounds).strip()


def _holds(said: str, word: str) -> bool:
    """A Latin synonym must be the whole word: `epc` is not in `epcam`."""
    return word == said if word.isascii() else word in said


def _replaced(text: str, known: Mapping[str, str]) -> str:
    """A whole code before its pieces."""
    if whole := known.get(words.squeezed(text)):
        return whole
    return "".join(known.get(words.fold(one), one) for one in re.split(r"([^\W_]+)", text))
