"""What a need says: sections of paragraphs, lists, tables and files, numbered by their place.

Frozen and pure: the same value is edited, checked, compared, digested and drawn.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from hashlib import sha256
from typing import Any, ClassVar

from core import paper

NUMERALS = "〇一二三四五六七八九"

# The sections of every need, in order: key, title, and what 财政部令第87号 article 11 asks for.
STANDARD: Mapping[str, tuple[str, str]] = {
    "background": ("项目背景", "项目缘由、依据和现状"),
    "goals": (
        "采购目标",
        "第十一条（一）：采购标的需实现的功能或者目标，以及为落实政府采购政策需满足的要求",
    ),
    "content": (
        "采购内容及技术、服务要求",
        "第十一条（三）（五）（七）：质量、安全、技术规格等要求；服务标准、期限、效率等要求；其他要求",
    ),
    "standards": (
        "执行的标准和规范",
        "第十一条（二）：需执行的国家相关标准、行业标准、地方标准或者其他标准、规范",
    ),
    "quantities": (
        "数量、交付时间和地点",
        "第十一条（四）：采购标的的数量、采购项目交付或者实施的时间和地点",
    ),
    "budget": ("预算与资金来源", "预算金额、最高限价（如有）和资金来源"),
    "qualifications": ("供应商资格要求", "《政府采购法》第二十二条规定的条件和项目特定条件"),
    "acceptance": ("验收标准", "第十一条（六）：采购标的的验收标准"),
    "payment": ("付款及合同安排", "付款条件、进度和违约责任"),
}
LONGEST_TEXT = 20_000
MOST_BLOCKS = 200
MOST_ROWS = 300
MOST_COLUMNS = 12
MOST_SECTIONS = 20


@dataclass(frozen=True)
class Subheading:
    """A head within a section; its number （一） comes from its place."""

    kind: ClassVar[str] = "subheading"
    text: str


@dataclass(frozen=True)
class Paragraph:
    kind: ClassVar[str] = "paragraph"
    text: str


@dataclass(frozen=True)
class Items:
    """A list, one text a point."""

    kind: ClassVar[str] = "items"
    items: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """Rows under a head, each with as many cells."""

    kind: ClassVar[str] = "table"
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""

    def __post_init__(self) -> None:
        if any(len(row) != len(self.head) for row in self.rows):
            raise ValueError(f"each row has as many cells as the head, {len(self.head)}")


@dataclass(frozen=True)
class File:
    """An attachment: the upload's code, its name, and the SHA-256 of its bytes."""

    kind: ClassVar[str] = "file"
    code: str
    name: str
    sha256: str


Block = Subheading | Paragraph | Items | Table | File
KINDS: Mapping[str, type[Block]] = {
    block.kind: block for block in (Subheading, Paragraph, Items, Table, File)
}


@dataclass(frozen=True)
class Section:
    """A titled part of a need; an own section's key is `own-…`."""

    key: str
    title: str
    blocks: tuple[Block, ...] = ()

    @property
    def is_own(self) -> bool:
        return self.key not in STANDARD

    @property
    def is_empty(self) -> bool:
        return not any(words.strip() for block in self.blocks for words in texts(block))


@dataclass(frozen=True)
class Document:
    """A need's sections in their order."""

    sections: tuple[Section, ...]

    @classmethod
    def blank(cls) -> Document:
        return cls(tuple(Section(key, title) for key, (title, _hint) in STANDARD.items()))

    def __getitem__(self, key: str) -> Section:
        section = self.get(key)
        if section is None:
            raise KeyError(key)
        return section

    def get(self, key: str) -> Section | None:
        return next((section for section in self.sections if section.key == key), None)

    def __contains__(self, key: object) -> bool:
        return any(section.key == key for section in self.sections)

    def numbered(self) -> Iterator[tuple[str, Section]]:
        """Each section with its Chinese number: 一, 二, …"""
        for place, section in enumerate(self.sections, start=1):
            yield numeral(place), section

    def with_section(self, section: Section) -> Document:
        """The same document with the section of this key replaced, or added at the end."""
        if section.key not in self:
            return replace(self, sections=(*self.sections, section))
        swapped = (section if one.key == section.key else one for one in self.sections)
        return replace(self, sections=tuple(swapped))

    def without(self, key: str) -> Document:
        return replace(self, sections=tuple(one for one in self.sections if one.key != key))

    def missing(self) -> list[Section]:
        """The sections that say nothing yet."""
        return [one for one in self.sections if one.is_empty]

    def files(self) -> list[File]:
        return [
            block
            for section in self.sections
            for block in section.blocks
            if isinstance(block, File)
        ]

    def to_json(self) -> list[dict[str, Any]]:
        return [
            {
                "key": section.key,
                "title": section.title,
                "blocks": [_plain(block) for block in section.blocks],
            }
            for section in self.sections
        ]

    @classmethod
    def from_json(cls, value: Any) -> Document:
        """The document that `to_json` wrote; KeyError, TypeError or ValueError for any other."""
        return cls(
            tuple(
                Section(one["key"], one["title"], tuple(_block(block) for block in one["blocks"]))
                for one in value
            )
        )

    def digest(self) -> str:
        """Hexadecimal SHA-256 of the canonical JSON."""
        text = json.dumps(self.to_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return sha256(text.encode()).hexdigest()

    def text(self) -> str:
        """Every word, line by line: for searching it."""
        return "\n".join(
            words
            for section in self.sections
            for words in (
                section.title,
                *(text for block in section.blocks for text in texts(block)),
            )
        )

    def blocks_of_paper(self) -> tuple[paper.Block, ...]:
        """The document as blocks of a paper, with its numbers in the text."""
        drawn: list[paper.Block] = []
        for number, section in self.numbered():
            drawn.append(paper.Heading(f"{number}、{section.title}"))
            drawn += _drawn(section)
        return tuple(drawn)


def numeral(number: int) -> str:
    """一 to 九十九."""
    tens, ones = divmod(number, 10)
    return (
        ("" if tens < 2 else NUMERALS[tens])
        + ("十" if tens else "")
        + (NUMERALS[ones] if ones or not tens else "")
    )


def numbers(section: Section) -> Iterator[tuple[str, Block]]:
    """Each block of a section with its number: （一） for heads and empty for all else."""
    heads = 0
    for block in section.blocks:
        if isinstance(block, Subheading):
            heads += 1
            yield f"（{numeral(heads)}）", block
        else:
            yield "", block


def texts(block: Block) -> tuple[str, ...]:
    """The words of a block, each text that stands by itself."""
    if isinstance(block, Items):
        return block.items
    if isinstance(block, Table):
        cells = (*block.head, *(cell for row in block.rows for cell in row))
        return (block.caption, *cells) if block.caption else cells
    if isinstance(block, File):
        return (block.name,)
    return (block.text,)


def _drawn(section: Section) -> Iterator[paper.Block]:
    for number, block in numbers(section):
        if isinstance(block, Subheading):
            yield paper.Heading(f"{number}{block.text}", level=2)
        elif isinstance(block, Paragraph):
            yield paper.Paragraph(block.text)
        elif isinstance(block, Items):
            for place, item in enumerate(block.items, start=1):
                yield paper.Paragraph(f"{place}．{item}")
        elif isinstance(block, Table):
            if block.caption:
                yield paper.Paragraph(block.caption, indent=False)
            yield paper.Table(block.head, block.rows)
        else:
            yield paper.Fields((("附件", block.name), ("附件摘要", block.sha256)))


def _plain(block: Block) -> dict[str, Any]:
    written = {one.name: _listed(getattr(block, one.name)) for one in fields(block)}
    return {"kind": block.kind, **written}


def _listed(value: Any) -> Any:
    return [_listed(item) for item in value] if isinstance(value, tuple) else value


def _block(value: Mapping[str, Any]) -> Block:
    given = {name: _frozen(item) for name, item in value.items() if name != "kind"}
    return KINDS[value["kind"]](**given)


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value
