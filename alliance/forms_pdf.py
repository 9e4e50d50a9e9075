"""The official forms on paper, filled in or empty: the grid, boxes and lines of the originals.

The text of a page runs in the order of the paper. What the house adds stands in the foot only: the
number of the page, and for a form that was handed in its digest and where that is verified.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from reportlab.lib.colors import black
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, PageBreak, Spacer
from reportlab.platypus import Table as Grid

from alliance.official import Field, OfficialForm, Option, Values, shown, worded
from core.lines import clean, unbreakable
from core.pdf import (
    BOLD,
    GREY,
    PAD_X,
    PAD_Y,
    REGULAR,
    RULED,
    Style,
    Text,
    draw_qr,
    measure,
    numbered,
    written,
)

MARGIN, TOP, BOTTOM = 20 * mm, 14 * mm, 21 * mm
WIDTH = A4[0] - 2 * MARGIN
TITLE_SIZES = (17, 16, 15, 14)
CELL = Style(size=10, leading=14)
NOTE = Style(size=9.5, leading=14)
SMALLEST = 7.5  # of an address that shall not break
BOX = 8.6
QR = 13 * mm
CHARACTERS = 5  # of an empty line to write on
UNBROKEN = ("url", "email", "phone", "mobile", "date")
LINES = 26  # of one cell; more go on in a row of its own


@dataclass(frozen=True)
class Foot:
    """What ties a printed form to what was handed in; empty for an empty form."""

    digest: str = ""
    verify_url: str = ""
    note: str = ""


@dataclass(frozen=True)
class Sheet:
    """A form with its values, the words of its blanks, and what the office wrote in its cells."""

    form: OfficialForm
    values: Values = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    office: Mapping[str, str] = field(default_factory=dict)
    annex: bool = True


def draw(*sheets: Sheet, foot: Foot | None = None) -> bytes:
    """The forms one after the other as one PDF, each beginning a page. Deterministic."""

    def story() -> list[Flowable]:
        told: list[Flowable] = []
        for place, sheet in enumerate(sheets):
            told += [PageBreak()] if place else []
            told += _sheet(sheet)
        return told

    return written(
        story,
        title="、".join(sheet.form.titled(sheet.words) for sheet in sheets),
        margin=MARGIN,
        top=TOP,
        bottom=BOTTOM,
        canvasmaker=numbered(
            lambda canvas, page, pages: _draw_foot(canvas, foot or Foot(), page, pages)
        ),
    )


def _draw_foot(canvas: Canvas, foot: Foot, page: int, pages: int) -> None:
    canvas.saveState()
    canvas.setFillColor(GREY)
    canvas.setFont(REGULAR, 8)
    y = 11 * mm
    if foot.verify_url:
        draw_qr(canvas, foot.verify_url, A4[0] - MARGIN - QR, y - 3 * mm, QR)
        canvas.setFillColor(GREY)
    canvas.drawString(MARGIN, y + 13, f"第 {page} 页，共 {pages} 页")
    canvas.setFont(REGULAR, 6.5)
    if foot.note:
        canvas.drawString(MARGIN, y + 3.5, foot.note)
    if foot.digest:
        canvas.drawString(MARGIN, y - 5.5, f"内容摘要（SHA-256）：{foot.digest}")
    canvas.restoreState()


# One form ------------------------------------------------------------------------------------


def _sheet(sheet: Sheet) -> list[Flowable]:
    form = sheet.form
    words = {**form.original, **sheet.words}
    told: list[Flowable] = []
    if sheet.annex:
        told.append(Text(form.annex, Style(size=11, leading=18)))
    told.append(_title(worded(form.title, words)))
    for line in form.above:
        told.append(Runs(_line(line["line"], sheet, words), CELL, align=line["align"], after=2))
    told += [Spacer(1, 1.5 * mm), _grid(sheet, words), Spacer(1, 2 * mm)]
    if form.footnotes:
        told.append(Rule())
    for line in form.below:
        indent = line.get("indent", 0) * NOTE.size
        told.append(
            Runs(_line(line["line"], sheet, words), NOTE, indent=indent, hang=line.get("hang", 0))
        )
    return told


def _title(text: str) -> Text:
    """On one line where it fits, be it in a smaller size."""
    fits = (size for size in TITLE_SIZES if measure(BOLD, size)(clean(text)) <= WIDTH)
    size = next(fits, TITLE_SIZES[-1])
    style = Style(size=size, leading=size * 1.5, bold=True, align="center")
    return Text(text, style, before=2 * mm, after=4 * mm)


def _grid(sheet: Sheet, words: Mapping[str, str]) -> Flowable:
    """The rows of the form as one table, each cell at its column, spans as the form says."""
    shares = sheet.form.paper["columns"]
    widths = [WIDTH * share / sum(shares) for share in shares]
    rows: list[list[Any]] = []
    heights: list[float] = []
    style: list[Any] = list(RULED)
    taken: dict[int, int] = {}  # columns below a cell that reaches down, with the rows it still has
    reaches: list[tuple[int, int, float]] = []
    for row, values in _expanded(sheet):
        y = len(rows)
        drawn: list[Any] = [""] * len(widths)
        height = row.get("height", sheet.form.paper["row"]) * mm
        x = 0
        for cell in row["cells"]:
            while taken.get(x):
                x += 1
            span, down = cell.get("span", 1), cell.get("down", 1)
            if grows := cell.get("grows"):
                down += len(_rows(sheet, grows))
            room = sum(widths[x : x + span]) - 2 * PAD_X
            content = _cell(cell, sheet, words, values)
            content.shrink(room)
            drawn[x] = content
            needed = content.wrap(room, 0)[1] + 2 * PAD_Y
            if down == 1:
                height = max(height, needed)
            else:
                reaches.append((y, y + down - 1, needed))
            if cell.get("top") and content.says:
                style.append(("VALIGN", (x, y), (x, y), "TOP"))
            if "sign" in cell:
                content.stretch = row.get("height", sheet.form.paper["row"]) * mm - 2 * PAD_Y
            if span > 1 or down > 1:
                style.append(("SPAN", (x, y), (x + span - 1, y + down - 1)))
            for column in range(x, x + span):
                taken[column] = down
            x += span
        taken = {column: left - 1 for column, left in taken.items() if left > 1}
        rows.append(drawn)
        heights.append(height)
    for first, last, needed in reaches:
        lacking = needed - sum(heights[first : last + 1])
        heights[last] += max(lacking, 0)
    grid = Grid(rows, colWidths=widths, rowHeights=heights)
    grid.setStyle(style)
    return grid


def _expanded(sheet: Sheet) -> Iterator[tuple[Mapping[str, Any], Values]]:
    """The rows of the form: those of a table as often as it has rows, long cells in pieces."""
    for row in sheet.form.rows:
        if table := row.get("each"):
            for place, values in enumerate(_rows(sheet, table), 1):
                yield row, {**values, "row": str(place)}
            continue
        lists = [cell["list"] for cell in row["cells"] if "list" in cell]
        if lists and len(sheet.values.get(lists[0], ())) > LINES:
            names = sheet.values[lists[0]]
            for start in range(0, len(names), LINES):
                yield row, {"from": start, "until": start + LINES}
            continue
        yield row, sheet.values


def _rows(sheet: Sheet, table: str) -> list[Values]:
    """The rows of a table, filled up with empty ones to as many as the paper prints."""
    filled = list(sheet.values.get(table, ()))
    return filled + [{}] * (sheet.form.fields[table].printed - len(filled))


# Cells ---------------------------------------------------------------------------------------


def _cell(cell: Mapping[str, Any], sheet: Sheet, words: Mapping[str, str], values: Values) -> Runs:
    fields = sheet.form.fields
    if name := cell.get("label"):
        label = [Word(fields[name].label)]
        return Runs(
            label + ([Raised(cell["note"])] if "note" in cell else []), CELL, align="center"
        )
    if name := cell.get("options"):
        return Runs(_boxes(fields[name], cell.get("only"), sheet.values), CELL)
    if name := cell.get("value"):
        return _value(cell, name, sheet, values)
    if name := cell.get("list"):
        return _list(cell, sheet, values)
    if "sign" in cell:
        opinion = sheet.office.get(cell.get("opinion", ""), "")
        said = "\n".join(filter(None, [worded(cell.get("text", ""), words), opinion]))
        return Signing(said, [_line(one, sheet, words) for one in cell["sign"]], CELL)
    if "line" in cell:
        return Runs(_line(cell["line"], sheet, words, values, bare=cell.get("loose", False)), CELL)
    return Runs([Word(cell["text"])], CELL, align=cell.get("align", "center"))


def _value(cell: Mapping[str, Any], name: str, sheet: Sheet, values: Values) -> Runs:
    said = _shown(sheet.form, name, values)
    align = cell.get("align", "center")
    if not said and "blank" in cell:
        return Runs([Word(cell["blank"])], CELL)
    runs = Runs([Word(said)], CELL, align=align)
    runs.says = bool(said)
    runs.whole = name in sheet.form.fields and sheet.form.fields[name].kind in UNBROKEN
    return runs


def _shown(form: OfficialForm, name: str, values: Values) -> str:
    if found := form.fields.get(name):
        return shown(found, values.get(name, ""))
    columns = (column for one in form.fields.values() for column in one.columns)
    return next((shown(one, values.get(name, "")) for one in columns if one.name == name), "")


def _list(cell: Mapping[str, Any], sheet: Sheet, values: Values) -> Runs:
    rows = list(sheet.values.get(cell["list"], ()))
    name = sheet.form.fields[cell["list"]].columns[0].name
    lines = [f"{place}.{row.get(name, '')}" for place, row in enumerate(rows, 1)]
    lines = lines[values.get("from", 0) : values.get("until", len(lines))]
    return Runs([Word("\n".join(lines or cell["blank"]))], CELL)


def _boxes(asked: Field, only: Sequence[str] | None, values: Values) -> list[Atom]:
    chosen = values.get(asked.name, asked.empty())
    chosen = chosen if isinstance(chosen, list) else [chosen]
    atoms: list[Atom] = []
    options = [one for one in asked.options if not only or one.value in only]
    for place, option in enumerate(options):
        atoms.append(Box(option.label, option.value in chosen))
        atoms += _written_in(option, values)
        if option.breaks:
            atoms.append(Word("\n"))
        elif place < len(options) - 1:
            atoms.append(Gap(14))
    return atoms


def _written_in(option: Option, values: Values) -> list[Atom]:
    said = values.get(option.write_in, "") if option.write_in else ""
    if option.blank:
        return [Blank(said, option.blank)]
    return [Word(f"（{said}）")] if said else []


def _line(
    text: str,
    sheet: Sheet,
    words: Mapping[str, str],
    values: Values | None = None,
    *,
    bare: bool = False,
) -> list[Atom]:
    """A line with its `{blanks}`, filled in where something is said; `^1^` is raised.

    `bare`: what is said stands without a line beneath, and what is not leaves room only.
    """
    values = sheet.values if values is None else values
    atoms: list[Atom] = []
    for piece in re.split(r"(\{\w+\}|\^\d+\^)", text):
        name = piece[1:-1]
        if piece.startswith("^"):
            atoms.append(Raised(name))
        elif not piece.startswith("{"):
            atoms.append(Word(piece))
        elif name in words:
            atoms.append(Word(words[name]))
        elif name == "blank":
            atoms.append(Blank("", CHARACTERS))
        elif name == "row":
            atoms.append(Word(str(values.get("row", ""))))
        elif name in sheet.form.fields and sheet.form.fields[name].kind == "date":
            atoms.append(Word(_shown(sheet.form, name, values) or "　　年　　月　　日"))
        elif bare or not _is_counted(sheet.form, name):
            atoms.append(
                Word(sheet.office.get(name) or _shown(sheet.form, name, values) or "　" * 3)
            )
        else:
            atoms.append(Blank(_shown(sheet.form, name, values), 3))
    return atoms


def _is_counted(form: OfficialForm, name: str) -> bool:
    return name in form.fields and form.fields[name].kind == "number"


# What a cell is made of -----------------------------------------------------------------------


@dataclass(frozen=True)
class Word:
    text: str


@dataclass(frozen=True)
class Raised:
    """The mark of a note."""

    text: str


@dataclass(frozen=True)
class Box:
    """A check box and its words, on one line where they fit."""

    text: str
    on: bool


@dataclass(frozen=True)
class Blank:
    """A line to write on, as wide as so many characters, and what is written there."""

    text: str
    characters: int


@dataclass(frozen=True)
class Gap:
    points: float


Atom = Word | Raised | Box | Blank | Gap


@dataclass(frozen=True)
class Piece:
    """Something that stands on one line, so wide."""

    width: float
    text: str = ""
    raised: bool = False
    box: bool | None = None
    line: bool = False
    loose: bool = False  # falls away where the line ends


class Runs(Flowable):  # type: ignore[misc]  # reportlab is untyped
    """Words, boxes and lines to write on, broken as Chinese is."""

    says = True
    whole = False  # rather smaller than broken
    stretch = 0.0

    def __init__(
        self,
        atoms: Sequence[Atom],
        style: Style,
        *,
        align: str = "left",
        indent: float = 0,
        hang: float = 0,
        after: float = 0,
    ) -> None:
        super().__init__()
        self.atoms, self.style, self.align = atoms, style, align
        self.indent, self.hang = indent, hang * style.size
        self.spaceAfter = after
        self.rows: list[list[Piece]] = []

    def shrink(self, width: float) -> None:
        """Make what shall not break as small as it must be to fit."""
        said = "".join(atom.text for atom in self.atoms if isinstance(atom, Word))
        if self.whole and (wide := measure(REGULAR, self.style.size)(said)) > width:
            size = max(self.style.size * width / wide - 0.05, SMALLEST)
            self.style = replace(self.style, size=size)

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self.width = width
        self.rows = list(self._broken(width))
        self.height = len(self.rows) * self.style.leading
        return width, self.height

    def _broken(self, width: float) -> Iterator[list[Piece]]:
        row: list[Piece] = []
        x, first = self.indent, True
        for piece in self._pieces(width):
            if piece is None or (row and x + piece.width > width + 0.01 and not piece.loose):
                yield row
                row, first = [], False
                x = max(self.hang, self.indent)
            if piece is not None and not (piece.loose and not row and not first):
                row.append(piece)
                x += piece.width
        yield row

    def _pieces(self, width: float) -> Iterator[Piece | None]:
        """What stands on lines, in order; None ends one."""
        wide = measure(REGULAR, self.style.size)
        small = measure(REGULAR, self.style.size * 0.62)
        for atom in self.atoms:
            match atom:
                case Gap():
                    yield Piece(atom.points, loose=True)
                case Raised():
                    yield Piece(small(atom.text), atom.text, raised=True)
                case Blank():
                    yield from self._written(atom, width)
                case Box():
                    label = clean(atom.text)
                    whole = BOX + 3 + wide(label)
                    if whole <= width:
                        yield Piece(whole, label, box=atom.on)
                    else:
                        head, *rest = unbreakable(label)
                        yield Piece(BOX + 3 + wide(head), head, box=atom.on)
                        yield from (Piece(wide(one), one) for one in rest)
                case Word():
                    for place, line in enumerate(clean(atom.text).split("\n")):
                        if place:
                            yield None
                        for one in unbreakable(line):
                            yield from self._fitting(one, width)

    def _fitting(self, word: str, width: float) -> Iterator[Piece]:
        """The word, or its letters where it is wider than the cell."""
        wide = measure(REGULAR, self.style.size)
        if wide(word) <= width:
            yield Piece(wide(word), word)
        else:
            yield from (Piece(wide(one), one) for one in word)

    def _written(self, blank: Blank, width: float) -> Iterator[Piece]:
        wide = measure(REGULAR, self.style.size)
        room = min(blank.characters * self.style.size, width - BOX - 3 - 6 * self.style.size)
        text = clean(blank.text).replace("\n", " ")
        if wide(text) <= room:
            yield Piece(room, text, line=True)
        else:
            yield from (Piece(wide(one), one, line=True) for one in unbreakable(text))

    def draw(self) -> None:
        canvas, style = self.canv, self.style
        canvas.setFillColor(black)
        y = self.height - style.leading / 2 - style.size * 0.36
        for place, row in enumerate(self.rows):
            self._draw_row(row, place, y)
            y -= style.leading

    def _draw_row(self, row: list[Piece], place: int, y: float) -> None:
        canvas, size = self.canv, self.style.size
        wide = sum(piece.width for piece in row)
        start = self.indent if place == 0 else max(self.hang, self.indent)
        x = {"left": start, "center": (self.width - wide) / 2, "right": self.width - wide}[
            self.align
        ]
        text, begun = "", x
        for piece in row:  # neighbours are drawn as one text: so they are copied as one
            plain = piece.box is None and not (piece.raised or piece.line or piece.loose)
            if plain:
                if not text:
                    begun = x
                text += piece.text
            else:
                self._draw_text(text, begun, y)
                text = ""
                self._draw_piece(piece, x, y)
            x += piece.width
        self._draw_text(text, begun, y)
        canvas.setFont(REGULAR, size)

    def _draw_text(self, text: str, x: float, y: float) -> None:
        if text:
            self.canv.setFont(REGULAR, self.style.size)
            self.canv.drawString(x, y, text)

    def _draw_piece(self, piece: Piece, x: float, y: float) -> None:
        canvas, size = self.canv, self.style.size
        canvas.setFont(REGULAR, size)
        if piece.raised:
            canvas.setFont(REGULAR, size * 0.62)
            canvas.drawString(x, y + size * 0.38, piece.text)
        elif piece.line:
            canvas.setLineWidth(0.5)
            canvas.line(x, y - 2, x + piece.width, y - 2)
            if piece.text:
                canvas.drawString(x + self._within(piece), y, piece.text)
        elif piece.box is not None:
            _draw_box(canvas, x, y + size * 0.36 - BOX / 2, piece.box)
            canvas.drawString(x + BOX + 3, y, piece.text)

    def _within(self, piece: Piece) -> float:
        """Where the text begins on a line to write on: in its middle where the line is short."""
        spare = piece.width - measure(REGULAR, self.style.size)(piece.text)
        return spare / 2 if piece.width < 4 * self.style.size else 0.0


def _draw_box(canvas: Canvas, x: float, y: float, on: bool) -> None:
    """Drawn: ☐ and ☑ are in no free Chinese font."""
    canvas.setLineWidth(0.7)
    canvas.rect(x, y, BOX, BOX)
    if on:
        canvas.setLineWidth(1.4)
        canvas.lines([(x + 1.6, y + 4.4, x + 3.6, y + 2), (x + 3.6, y + 2, x + 7.4, y + 7.2)])


class Signing(Runs):
    """Room for signature and seal: what is declared above, who signs below."""

    def __init__(self, said: str, lines: Sequence[list[Atom]], style: Style) -> None:
        atoms: list[Atom] = [Word(f"　　{said}")] if said else []
        super().__init__(atoms, style)
        self.lines = [
            Runs(line, style, align="right" if place else "left")
            for place, line in enumerate(lines)
        ]

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        super().wrap(width, height)
        above = self.height if self.atoms else 0.0
        below = sum(line.wrap(width, 0)[1] + 3 for line in self.lines)
        self.above = above
        self.height = max(above + below + 2 * self.style.leading * bool(above), self.stretch)
        return width, self.height

    def draw(self) -> None:
        if self.atoms:
            super().draw()
        y = sum(line.height + 3 for line in self.lines)
        for line in self.lines:
            y -= line.height + 3
            line.drawOn(self.canv, 0, y)


class Rule(Flowable):  # type: ignore[misc]  # reportlab is untyped
    """The short line above notes at the foot of a page."""

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        return width, 8

    def draw(self) -> None:
        self.canv.setLineWidth(0.5)
        self.canv.line(0, 4, 48 * mm, 4)
