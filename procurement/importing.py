"""A need from a Word document: its headings become sections, and what was not understood is told.

Pure: bytes that `core.uploads` has examined come in, a document and remarks come out. Text, lists
and tables are taken over; pictures, text boxes, notes and merged cells are named, so that the
writer looks at them himself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, Literal

import docx
from docx.table import Table as WordTable
from docx.text.paragraph import Paragraph as WordParagraph

from procurement.document import (
    LONGEST_TEXT,
    MOST_BLOCKS,
    MOST_COLUMNS,
    MOST_ROWS,
    STANDARD,
    Block,
    Document,
    Items,
    Paragraph,
    Section,
    Subheading,
    Table,
)

# The first of these that a heading holds names its section.
WORDS: dict[str, tuple[str, ...]] = {
    "background": ("背景", "概况", "概述", "现状", "缘由"),
    "goals": ("目标", "目的"),
    "qualifications": ("资格", "资质", "供应商要求", "投标人要求"),
    "acceptance": ("验收",),
    "payment": ("付款", "支付", "合同", "违约"),
    "quantities": ("数量", "清单", "交付", "工期", "实施时间", "服务期限", "地点"),
    "budget": ("预算", "经费", "资金", "限价"),
    "standards": ("标准", "规范", "依据"),
    "content": ("内容", "需求", "要求", "参数", "功能", "方案"),
}
NUMBER = re.compile(
    r"^(第[一二三四五六七八九十]+[章部分节]+|[一二三四五六七八九十]+[、．.]|"
    r"[（(][一二三四五六七八九十]+[)）]|[㈠-㈩]|\d+(\.\d+)+[、．.]*|\d+[、．.])\s*"
)
TOP = re.compile(r"^(第[一二三四五六七八九十]+[章部分节]+|[一二三四五六七八九十]+[、．.])")
SECOND = re.compile(r"^([（(][一二三四五六七八九十]+[)）]|[㈠-㈩]|\d+(\.\d+)+)")
SHORT = 40  # characters of a line that can be a heading

Kind = Literal[
    "picture",
    "text-box",
    "note",
    "merged",
    "too-long",
    "too-many",
    "unnamed",
]


@dataclass(frozen=True)
class Remark:
    """Something that was not taken over, or not as it was: what, and the words beside it."""

    kind: Kind
    near: str


@dataclass(frozen=True)
class Import:
    document: Document
    remarks: tuple[Remark, ...]


class Unreadable(ValueError):
    """No Word document, or a damaged one."""


@dataclass
class _Reading:
    """What was read so far: each section's blocks, in the order in which they came."""

    blocks: dict[str, list[Block]] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)
    key: str = "background"
    points: list[str] = field(default_factory=list)

    def add(self, block: Block) -> None:
        self.end_list()
        self._put(block)

    def _put(self, block: Block) -> None:
        into = self.blocks.setdefault(self.key, [])
        if len(into) == MOST_BLOCKS:
            self.remarks.append(Remark("too-many", self.titles.get(self.key, self.key)))
        if len(into) < MOST_BLOCKS:
            into.append(block)

    def end_list(self) -> None:
        if self.points:
            points, self.points = tuple(self.points), []
            self._put(Items(points))

    def begin(self, title: str) -> None:
        """The section that a heading of the first level opens."""
        self.end_list()
        known = next((key for key, words in WORDS.items() if any(w in title for w in words)), None)
        if known is not None:
            if known in self.blocks:
                self.key = known
                self._put(Subheading(title))
            self.key = known
            self.blocks.setdefault(known, [])
            return
        self.key = f"own-{sum(key.startswith('own-') for key in self.titles) + 1}"
        self.titles[self.key] = title
        self.blocks.setdefault(self.key, [])
        self.remarks.append(Remark("unnamed", title))


def read(content: bytes) -> Import:
    """The document within a DOCX file. `Unreadable` where there is none."""
    try:
        word = docx.Document(BytesIO(content))
        parts = list(word.iter_inner_content())
    except Exception as broken:  # python-docx raises whatever its parsers raise
        raise Unreadable(str(broken)) from broken
    reading = _Reading()
    for part in parts:
        if isinstance(part, WordParagraph):
            _paragraph(part, reading)
        else:
            _table(part, reading)
    reading.end_list()
    reading.remarks += _of_whole(word)
    return Import(_document(reading), tuple(reading.remarks))


def _paragraph(part: WordParagraph, reading: _Reading) -> None:
    text = " ".join(part.text.split())
    near = text[:SHORT] or "（空段落）"
    xml = part._p.xml
    if "<w:drawing" in xml or "<w:pict" in xml or "<w:object" in xml:
        boxed = "<w:txbxContent" in xml
        reading.remarks.append(Remark("text-box" if boxed else "picture", near))
    if not text:
        return
    if len(text) > LONGEST_TEXT:
        text = text[:LONGEST_TEXT]
        reading.remarks.append(Remark("too-long", near))
    level = _level(part, text)
    if level == 1:
        reading.begin(_bare(text))
    elif level == 2:
        reading.add(Subheading(_bare(text)[:200]))
    elif "<w:numPr>" in xml or (part.style is not None and "List" in (part.style.name or "")):
        reading.points.append(text)
    else:
        reading.add(Paragraph(text))


def _level(part: WordParagraph, text: str) -> int:
    """1 and 2 for headings, by Word's style or by the Chinese numbers; 0 for running text."""
    style = (part.style.name or "") if part.style is not None else ""
    if style.startswith("Heading ") and style[8:].isdigit():
        return 1 if style == "Heading 1" else 2
    if style == "Title":
        return 0
    if len(text) > SHORT or text[-1] in "。；;！？":
        return 0
    return 1 if TOP.match(text) else 2 if SECOND.match(text) else 0


def _bare(text: str) -> str:
    """A heading without its number: numbers come from the place."""
    return NUMBER.sub("", text).rstrip("：:") or text


def _table(part: WordTable, reading: _Reading) -> None:
    rows = []
    merged = False
    for row in part.rows:
        cells = []
        last: Any = None
        for cell in row.cells:
            merged |= cell._tc is last
            cells.append("" if cell._tc is last else " ".join(cell.text.split()))
            last = cell._tc
        rows.append(cells)
    merged |= "<w:vMerge" in part._tbl.xml
    width = max(map(len, rows), default=0)
    near = " ".join(rows[0])[:SHORT] if rows else "（空表格）"
    if merged:
        reading.remarks.append(Remark("merged", near))
    if width > MOST_COLUMNS or len(rows) > MOST_ROWS:
        reading.remarks.append(Remark("too-many", near))
    rows = [(row + [""] * width)[: min(width, MOST_COLUMNS)] for row in rows[: MOST_ROWS + 1]]
    if rows and width:
        head, *body = map(tuple, rows)
        reading.add(Table(head, tuple(body)))


def _of_whole(word: Any) -> Iterator[Remark]:
    """What lies outside the running text."""
    parts = {str(part.partname) for part in word.part.package.iter_parts()}
    for name, words in (("footnotes", "脚注"), ("endnotes", "尾注"), ("comments", "批注")):
        if f"/word/{name}.xml" in parts:
            yield Remark("note", words)
    for section in word.sections:
        for where, words in ((section.header, "页眉"), (section.footer, "页脚")):
            text = " ".join(part.text for part in where.paragraphs).strip()
            if text and not where.is_linked_to_previous:
                yield Remark("note", f"{words}：{text[:SHORT]}")


def _document(reading: _Reading) -> Document:
    sections = [
        Section(key, title, tuple(reading.blocks.get(key, ())))
        for key, (title, _hint) in STANDARD.items()
    ]
    own = (
        Section(key, title[:80], tuple(reading.blocks[key]))
        for key, title in reading.titles.items()
    )
    return Document((*sections, *own))
