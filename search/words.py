"""Words of a text as the search compares them: the same for what is stored and what is typed.

Folding takes away width, case, accents and traditional forms. Chinese is cut into single characters
and pairs, so that a pair is found wherever it stands; Latin words, codes and numbers stay whole and
are found by their beginnings. What is longer than a pair is found by all its pairs and is then
looked for in the normal text, so that a hit really contains it. Knows no database.

Marks before a token tell where it comes from: `=` the title, `~` how the title sounds (pinyin),
`^` the first letters of that, `!` a whole code; none: anywhere.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from opencc import OpenCC
from pypinyin import lazy_pinyin
from pypinyin.constants import PINYIN_DICT
from pypinyin.contrib.tone_convert import to_normal

LONGEST = 64  # of a Latin word: a SHA-256 is found whole
HAN_RANGES = ((0x3007, 0x3007), (0x3400, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF))
HAN = "".join(f"{chr(first)}-{chr(last)}" for first, last in HAN_RANGES)
PIECE = re.compile(rf"(?P<han>[{HAN}]+)|(?P<latin>[^\W_{HAN}]+)")
READINGS = 6  # of one typed word, as syllables


class _Folded(dict[int, str]):
    """For `str.translate`: what one character becomes."""

    def __init__(self) -> None:
        every = [chr(code) for first, last in HAN_RANGES for code in range(first, last + 1)]
        simplified = OpenCC("t2s").convert("\n".join(every)).split("\n")
        pairs = zip(every, simplified, strict=True)
        self._simplified = {one: other for one, other in pairs if one != other}
        super().__init__()

    def __missing__(self, code: int) -> str:
        letters = unicodedata.normalize("NFKD", chr(code)).casefold()
        kept = (one for one in letters if not unicodedata.combining(one))
        self[code] = "".join(self._simplified.get(one, one) for one in kept)
        return self[code]


_table = _Folded()


def fold(text: str) -> str:
    """One width, one case, no accents, simplified."""
    return text.translate(_table)


@dataclass(frozen=True)
class Piece:
    """A run of Chinese characters, or a Latin word, code or number; folded."""

    text: str
    is_han: bool


def pieces(text: str) -> list[Piece]:
    """What can be found of a text, in order."""
    found = PIECE.finditer(fold(text))
    return [
        Piece(one.group()[: None if one["han"] else LONGEST], bool(one["han"])) for one in found
    ]


def normal(text: str) -> str:
    """The pieces with one space between them, and one at either end: for `contains`."""
    found = pieces(text)
    return f" {' '.join(piece.text for piece in found)} " if found else ""


def squeezed(text: str) -> str:
    """Letters, digits and characters alone: by this, two ways to write a code are the same."""
    return "".join(piece.text for piece in pieces(text))


def tokens(text: str) -> set[str]:
    """What finds a text: characters, pairs, words."""
    found: set[str] = set()
    for piece in pieces(text):
        if piece.is_han:
            found.update(piece.text)
            found.update(_pairs(piece.text))
        else:
            found.add(piece.text)
    return found


def _pairs(text: Sequence[str]) -> list[str]:
    return ["".join(pair) for pair in pairwise(text)]


def _cover(text: str) -> list[str]:
    """As few pairs as hold every character: that they stand in order is for `contains` to say."""
    pairs = [text[place : place + 2] for place in range(0, len(text) - 1, 2)]
    return pairs + ([text[-2:]] if len(text) % 2 else [])


@dataclass(frozen=True)
class Wanted:
    """What a document must have: all these tokens, words that begin so, and each text within."""

    tokens: tuple[str, ...]
    prefixes: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()


def wanted(text: str, *, in_order: bool = False) -> Wanted | None:
    """What finds a typed word, or `in_order` a phrase; None for mere punctuation. Only at its end
    a Latin word may go on: `GXDD-2026-0001` is whole words and a beginning.

    `contains` is to be looked for in `normal` text.
    """
    found = pieces(text)
    if not found:
        return None
    exact: dict[str, None] = {}
    begins: dict[str, None] = {}
    contains = []
    for place, piece in enumerate(found):
        if not piece.is_han:
            is_last = place == len(found) - 1
            (begins if is_last and len(piece.text) > 1 else exact)[piece.text] = None
            continue
        exact.update(dict.fromkeys(_cover(piece.text)))
        if len(piece.text) > 2 and not (in_order and len(found) > 1):
            contains.append(piece.text)
    if in_order and len(found) > 1:
        start = "" if found[0].is_han else " "
        contains.append(start + " ".join(piece.text for piece in found))
    return Wanted(tuple(exact), tuple(begins), tuple(contains))


# How a title sounds


@cache
def _syllables() -> frozenset[str]:
    written = (reading for readings in PINYIN_DICT.values() for reading in readings.split(","))
    found = {to_normal(reading).replace("ü", "v") for reading in written}
    return frozenset(one for one in found if one.isascii() and set(one) & set("aeiouv"))


@cache
def _beginnings() -> frozenset[str]:
    return frozenset(one[:end] for one in _syllables() for end in range(1, len(one) + 1))


def sounds(text: str) -> str:
    """The syllables of each Chinese run, without tones: ` huan jing ping jia | bao gao `."""
    runs = [piece.text for piece in pieces(text) if piece.is_han]
    read = (lazy_pinyin(run, errors="ignore", v_to_u=False) for run in runs)
    said = " | ".join(" ".join(one) for one in read if one)
    return f" {said} " if said else ""


def initials(sounds_of: str) -> str:
    """The first letters of what `sounds` told: ` hjpj bg `."""
    runs = (run.split() for run in sounds_of.split("|"))
    said = " ".join("".join(syllable[0] for syllable in run) for run in runs if run)
    return f" {said} " if said else ""


def sound_tokens(sounds_of: str) -> set[str]:
    found: set[str] = set()
    for run in sounds_of.split("|"):
        syllables = run.split()
        found.update(f"~{one}" for one in syllables)
        found.update(f"~{pair}" for pair in _pairs(syllables))
        found.update(f"^{pair}" for pair in _pairs([one[0] for one in syllables]))
    return found


def readings(word: str) -> list[tuple[str, ...]]:
    """How a Latin word can be cut into syllables, the last of which may be unfinished.

    The fewest syllables first; none for what is no pinyin. `xian` is 先 and 西安.
    """
    if not word.isascii() or not word.isalpha():
        return []
    cuts: list[list[tuple[str, ...]]] = [[()], *([] for _ in word)]
    for end in range(1, len(word) + 1):
        known = _beginnings() if end == len(word) else _syllables()
        for start in range(max(0, end - 6), end):
            if word[start:end] in known:
                cuts[end] += [(*before, word[start:end]) for before in cuts[start]]
        cuts[end] = sorted(cuts[end], key=_unlikely)[:READINGS]
    finished = [one for one in cuts[-1] if one[-1] in _syllables()]
    return finished or cuts[-1]


def _unlikely(reading: tuple[str, ...]) -> tuple[bool, int, tuple[str, ...]]:
    return reading[-1] not in _syllables(), len(reading), reading


@dataclass(frozen=True)
class Sounding:
    """What a title must sound like: tokens and prefixes, `said` in `sounds` or in `initials`."""

    tokens: tuple[str, ...]
    prefixes: tuple[str, ...]
    said: str
    by_initials: bool


def soundings(text: str) -> list[Sounding]:
    """The ways in which a typed word may have been meant by its sound: pinyin, first letters, or
    characters that sound alike. Of at least two syllables, for one sounds like too much.
    """
    found = pieces(text)
    if len(found) != 1:
        return []
    piece = found[0]
    if piece.is_han:
        said = sounds(piece.text).split()
        return [_sounding(tuple(said), finished=True)] if len(said) > 1 else []
    meant = [_sounding(one, finished=False) for one in readings(piece.text) if len(one) > 1]
    if 2 <= len(piece.text) <= 12 and piece.text.isascii() and piece.text.isalpha():
        pairs = tuple(f"^{pair}" for pair in _pairs(piece.text))
        meant.append(Sounding(pairs, (), piece.text, by_initials=True))
    return meant


def _sounding(syllables: tuple[str, ...], *, finished: bool) -> Sounding:
    pairs = [f"~{pair}" for pair in _pairs(syllables)]
    said = f" {' '.join(syllables)}"
    if finished:
        return Sounding(tuple(pairs), (), f"{said} ", by_initials=False)
    return Sounding(tuple(pairs[:-1]), (pairs[-1],), said, by_initials=False)


# Typing errors


def near(word: str) -> set[str]:
    """Every word of letters and digits that one slip of the hand away is `word`: one letter more,
    one less, another one, or two neighbours exchanged. Of at least four letters: shorter ones are
    near to too much.
    """
    if len(word) < 4 or not word.isascii():
        return set()
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    cuts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    found = {head + tail[1:] for head, tail in cuts if tail}
    found |= {head + tail[1] + tail[0] + tail[2:] for head, tail in cuts if len(tail) > 1}
    found |= {head + letter + tail[1:] for head, tail in cuts if tail for letter in letters}
    found |= {head + letter + tail for head, tail in cuts for letter in letters}
    return found - {word}


# What is shown


@dataclass(frozen=True)
class Part:
    """A stretch of a text as it was written; `is_hit` where a word was found."""

    text: str
    is_hit: bool


def marked(text: str, words: Iterable[str]) -> list[Part]:
    """The text cut where `words` stand in it, whatever their width, case or form."""
    edges = _hits(text, words)
    parts, end = [], 0
    for first, last in edges:
        parts += [Part(text[end:first], False), Part(text[first:last], True)]
        end = last
    parts.append(Part(text[end:], False))
    return [part for part in parts if part.text]


def excerpt(text: str, words: Iterable[str], length: int) -> str:
    """About `length` characters around the first of `words`, with … where something is left out."""
    text = " ".join(text.split())
    if len(text) <= length:
        return text
    hits = _hits(text, words)
    start = max(0, min(hits[0][0] - length // 4, len(text) - length)) if hits else 0
    end = start + length
    return ("…" if start else "") + text[start:end].strip() + ("…" if end < len(text) else "")


def _hits(text: str, words: Iterable[str]) -> list[tuple[int, int]]:
    """Where `words` stand, as places in the written text, joined where they touch."""
    folded, origin = _with_origin(text)
    found = sorted(hit for word in set(words) for hit in _places(folded, word))
    joined: list[list[int]] = []
    for first, last in found:
        if joined and first <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], last)
        else:
            joined.append([first, last])
    return [(origin[first], origin[last - 1] + 1) for first, last in joined]


def _places(folded: str, word: str) -> Iterator[tuple[int, int]]:
    for piece in pieces(word):
        sought = re.escape(piece.text)
        bound = "" if piece.is_han else rf"(?<![^\W_{HAN}])"
        for hit in re.finditer(bound + sought, folded):
            yield hit.span()


def _with_origin(text: str) -> tuple[str, list[int]]:
    folded, origin = [], []
    for place, letter in enumerate(text):
        said = fold(letter)
        folded.append(said)
        origin += [place] * len(said)
    return "".join(folded), origin
