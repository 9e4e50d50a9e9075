"""What a paper says, before it is drawn: frozen blocks in order, the same on the page and as PDF.

Its digest is what is signed, published and verified. A paper holds finished text only: whoever
writes it has formatted amounts and instants. Knows neither the database nor a font.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from hashlib import sha256
from typing import Any, ClassVar

ALIGNMENTS = ("left", "center", "right")


@dataclass(frozen=True)
class Heading:
    """A head of level 1 (一、) or 2 (（一）); its number is part of its text."""

    kind: ClassVar[str] = "heading"
    text: str
    level: int = 1

    def __post_init__(self) -> None:
        _texts("a heading", self.text)
        if self.level not in (1, 2):
            raise ValueError(f"a heading is of level 1 or 2, not {self.level}")


@dataclass(frozen=True)
class Paragraph:
    """Running text; a line feed begins a new line. `indent`: two characters, as Chinese has it."""

    kind: ClassVar[str] = "paragraph"
    text: str
    indent: bool = True

    def __post_init__(self) -> None:
        _texts("a paragraph", self.text)


@dataclass(frozen=True)
class Fields:
    """Label and value, one pair a row."""

    kind: ClassVar[str] = "fields"
    rows: tuple[tuple[str, str], ...]

    def __post_init__(self) -> None:
        rows = tuple(tuple(row) for row in self.rows)
        object.__setattr__(self, "rows", rows)
        for row in rows:
            if len(row) != 2:
                raise ValueError(f"a field is a label and a value: {row!r}")
            _texts("a field", *row)


@dataclass(frozen=True)
class Checks:
    """Boxes with their words, ticked or not: ☑ 理事单位 ☐ 会员单位."""

    kind: ClassVar[str] = "checks"
    boxes: tuple[tuple[bool, str], ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "boxes", tuple((bool(on), text) for on, text in self.boxes))
        _texts("a box", *(text for _, text in self.boxes))


@dataclass(frozen=True)
class Form:
    """A ruled form: each row is label, value, label, value, …; the last value fills the row."""

    kind: ClassVar[str] = "form"
    rows: tuple[tuple[str | Checks, ...], ...]

    def __post_init__(self) -> None:
        rows = tuple(tuple(row) for row in self.rows)
        object.__setattr__(self, "rows", rows)
        for row in rows:
            if not row or len(row) % 2:
                raise ValueError(f"a form's row is pairs of label and value: {row!r}")
            _texts("a label", *row[::2])
            _texts("a value", *(cell for cell in row[1::2] if not isinstance(cell, Checks)))


@dataclass(frozen=True)
class Table:
    """Columns under a head that repeats on each page; `align` per column: left, center or right."""

    kind: ClassVar[str] = "table"
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    align: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "head", tuple(self.head))
        object.__setattr__(self, "rows", tuple(tuple(row) for row in self.rows))
        object.__setattr__(self, "align", tuple(self.align) or ("left",) * len(self.head))
        _texts("a head", *self.head)
        for row in self.rows:
            _texts("a cell", *row)
        if any(len(row) != len(self.head) for row in (self.align, *self.rows)):
            raise ValueError(f"each row has as many cells as the head, {len(self.head)}")
        if not set(self.align) <= set(ALIGNMENTS):
            raise ValueError(f"columns align {', '.join(ALIGNMENTS)}: {self.align!r}")


@dataclass(frozen=True)
class Signatures:
    """Who signs, each a few lines (unit, person, date): one at the right, several side by side."""

    kind: ClassVar[str] = "signatures"
    signers: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "signers", tuple(tuple(lines) for lines in self.signers))
        for lines in self.signers:
            _texts("a signature", *lines)


Block = Heading | Paragraph | Fields | Checks | Form | Table | Signatures
KINDS: Mapping[str, type[Block]] = {
    block.kind: block for block in (Heading, Paragraph, Fields, Checks, Form, Table, Signatures)
}


@dataclass(frozen=True)
class Paper:
    """A titled paper."""

    title: str
    blocks: tuple[Block, ...]
    subtitle: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "blocks", tuple(self.blocks))
        _texts("a title", self.title, self.subtitle)
        for block in self.blocks:
            if not isinstance(block, Block):
                raise TypeError(f"a paper is made of blocks: {block!r}")

    def to_json(self) -> dict[str, Any]:
        """Plain strings, lists and mappings: `from_json` gives the same paper back."""
        return {
            "title": self.title,
            "subtitle": self.subtitle,
            "blocks": [_plain(block) for block in self.blocks],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Paper:
        """The paper that `to_json` wrote down. KeyError or TypeError for what none wrote."""
        return cls(value["title"], tuple(map(_block, value["blocks"])), value["subtitle"])

    def digest(self) -> str:
        """Hexadecimal SHA-256 of the canonical JSON (the text `core.audit.canonical` writes)."""
        text = json.dumps(self.to_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return sha256(text.encode()).hexdigest()

    def text(self) -> str:
        """Every word of the paper, line by line: for searching it."""
        return "\n".join(_words(self.to_json()))


def _plain(value: Any) -> Any:
    if isinstance(value, Block):
        written = {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
        return {"kind": value.kind, **written}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _block(value: Mapping[str, Any]) -> Block:
    given = {name: _frozen(item) for name, item in value.items() if name != "kind"}
    return KINDS[value["kind"]](**given)


def _frozen(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _block(value)
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    return value


def _words(value: Any) -> Sequence[str]:
    if isinstance(value, str):
        return [value] if value else []
    if isinstance(value, dict):
        value = [item for name, item in value.items() if name not in ("kind", "align")]
    return [word for item in value for word in _words(item)] if isinstance(value, list) else []


def _texts(what: str, *values: Any) -> None:
    for value in values:
        if not isinstance(value, str):  # a lazy translation or a Decimal would be digested as what?
            raise TypeError(f"{what} holds finished text, not {type(value).__name__}: {value!r}")
