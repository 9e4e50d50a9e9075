"""How two versions of a need differ, by section and block, and within a text by its words. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from procurement.document import Block, Document, File, Items, Paragraph, Section, Subheading, Table

SAME, ADDED, REMOVED, CHANGED = "same", "added", "removed", "changed"
WORD = re.compile(r"[A-Za-z0-9.]+|\s+|.", re.S)  # a Chinese character counts as a word


@dataclass(frozen=True)
class Piece:
    """Words that both versions have, or that one has: same, added, removed."""

    change: str
    text: str


@dataclass(frozen=True)
class Difference:
    """One block: what became of it, and its lines as pieces."""

    change: str
    kind: str
    lines: tuple[tuple[Piece, ...], ...]


@dataclass(frozen=True)
class SectionDifference:
    change: str
    title: str
    blocks: tuple[Difference, ...]

    @property
    def changed(self) -> tuple[Difference, ...]:
        return tuple(block for block in self.blocks if block.change != SAME)


def compare(old: Document, new: Document) -> list[SectionDifference]:
    """Every section of either, in the new order; what the new lacks comes last."""
    found = [_section(old.get(section.key), section) for section in new.sections]
    gone = [_section(section, None) for section in old.sections if section.key not in new]
    return found + gone


def words(old: str, new: str) -> tuple[Piece, ...]:
    """The pieces of one text that became another."""
    before, after = WORD.findall(old), WORD.findall(new)
    pieces: list[Piece] = []
    for what, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if what == "equal":
            pieces.append(Piece(SAME, "".join(before[a:b])))
        else:
            if b > a:
                pieces.append(Piece(REMOVED, "".join(before[a:b])))
            if d > c:
                pieces.append(Piece(ADDED, "".join(after[c:d])))
    return tuple(pieces)


def _section(old: Section | None, new: Section | None) -> SectionDifference:
    title = (new or old).title  # type: ignore[union-attr]  # never both
    blocks = tuple(_blocks(old.blocks if old else (), new.blocks if new else ()))
    if old is None or new is None:
        change = ADDED if old is None else REMOVED
    else:
        same = all(block.change == SAME for block in blocks) and old.title == new.title
        change = SAME if same else CHANGED
    return SectionDifference(change, title, blocks)


def _blocks(old: Sequence[Block], new: Sequence[Block]) -> Iterator[Difference]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for what, a, b, c, d in matcher.get_opcodes():
        if what == "equal":
            yield from (_whole(SAME, block) for block in old[a:b])
            continue
        before, after = list(old[a:b]), list(new[c:d])
        while before and after and before[0].kind == after[0].kind:
            yield _both(before.pop(0), after.pop(0))
        yield from (_whole(REMOVED, block) for block in before)
        yield from (_whole(ADDED, block) for block in after)


def _whole(change: str, block: Block) -> Difference:
    return Difference(change, block.kind, tuple((Piece(change, line),) for line in _lines(block)))


def _both(old: Block, new: Block) -> Difference:
    if isinstance(old, Subheading | Paragraph) and isinstance(new, Subheading | Paragraph):
        return Difference(CHANGED, new.kind, (words(old.text, new.text),))
    before, after = _lines(old), _lines(new)
    lines: list[tuple[Piece, ...]] = []
    for what, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if what == "equal":
            lines += [(Piece(SAME, line),) for line in before[a:b]]
            continue
        pairs = min(b - a, d - c)
        lines += [words(before[a + k], after[c + k]) for k in range(pairs)]
        lines += [(Piece(REMOVED, line),) for line in before[a + pairs : b]]
        lines += [(Piece(ADDED, line),) for line in after[c + pairs : d]]
    return Difference(CHANGED, new.kind, tuple(lines))


def _lines(block: Block) -> list[str]:
    """A block as lines: a table's row is one."""
    if isinstance(block, Items):
        return list(block.items)
    if isinstance(block, Table):
        rows = ["　".join(row) for row in (block.head, *block.rows)]
        return [block.caption, *rows] if block.caption else rows
    if isinstance(block, File):
        return [f"{block.name}（{block.sha256[:16]}）"]
    return [block.text]
