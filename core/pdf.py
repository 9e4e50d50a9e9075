"""Papers as PDF: frozen data in, the same bytes out whenever and wherever they are drawn.

Plain text only, so there is nothing to escape; every font is embedded. A paper looks like an
official one: running head with its number, title, ruled tables, and below each page the QR code,
the digest and the address at which anybody verifies it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import segno
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from reportlab.lib.colors import Color, black, white
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics, ttfonts
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    KeepTogether,
    PageTemplate,
    Spacer,
)
from reportlab.platypus import (
    Frame as Area,
)
from reportlab.platypus import Table as Grid

from core import paper as papers
from core.lines import broken, clean
from core.paper import Paper

REGULAR, BOLD = "NotoSansSC", "NotoSansSC-Bold"
GREY, SHADE = Color(0.35, 0.38, 0.42), Color(0.955, 0.96, 0.965)
MARGIN, TOP, BOTTOM = 22 * mm, 27 * mm, 36 * mm
WIDTH = A4[0] - 2 * MARGIN
QR_SIDE = 17 * mm
PAD_X, PAD_Y = 5.0, 4.5
ROW_LINES = 30  # of one row of a table: more go on in a row of their own


@dataclass(frozen=True)
class Frame:
    """What stands on every page around a paper; `digest` is the hexadecimal content digest."""

    number: str
    digest: str
    verify_url: str
    kind: str = ""
    issuer: str = ""


def draw(paper: Paper, frame: Frame) -> bytes:
    """The paper as an A4 PDF. Deterministic: neither clock nor chance is asked."""
    return written(
        lambda: _story(paper),
        title=paper.title,
        number=frame.number,
        issuer=frame.issuer,
        canvasmaker=numbered(lambda canvas, page, pages: _draw_frame(canvas, frame, page, pages)),
    )


def written(
    story: Callable[[], Sequence[Flowable]],
    *,
    title: str,
    canvasmaker: Callable[..., Canvas],
    number: str = "",
    issuer: str = "",
    margin: float = MARGIN,
    top: float = TOP,
    bottom: float = BOTTOM,
) -> bytes:
    """What is drawn of a story on A4 pages; it is told once the fonts are there."""
    _fonts(settings.PAPER_FONTS)
    out = BytesIO()
    document = BaseDocTemplate(
        out,
        pagesize=A4,
        title=clean(title),
        author=clean(issuer),
        subject=number,
        creator="Gongxin",
        producer="Gongxin",
        lang="zh-CN",
        invariant=1,
        initialFontName=REGULAR,
        initialFontSize=10.5,
    )
    area = Area(
        margin, bottom, A4[0] - 2 * margin, A4[1] - top - bottom,
        leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0,
    )  # fmt: skip
    document.addPageTemplates(PageTemplate(frames=[area]))
    document.keepTogetherClass = Led
    document.build(list(story()), canvasmaker=canvasmaker)
    return out.getvalue()


# The text of a paper -------------------------------------------------------------------------


@dataclass(frozen=True)
class Style:
    size: float = 10.5
    leading: float = 17
    bold: bool = False
    align: str = "left"
    indent: int = 0  # characters, of the first line
    color: Any = black


BODY = Style(size=11, leading=20, align="justify", indent=2)
TITLE = Style(size=19, leading=29, bold=True, align="center")
SUBTITLE = Style(size=10.5, leading=18, align="center", color=GREY)
HEADS = {1: Style(size=12.5, leading=21, bold=True), 2: Style(size=11, leading=20, bold=True)}
CELL = Style(size=10, leading=15)
LABEL = Style(size=10, leading=15, align="center")
HEAD = Style(size=10, leading=15, bold=True, align="center")
SIGNED = Style(size=11, leading=20)


class Text(Flowable):  # type: ignore[misc]  # reportlab is untyped
    """Lines of one style, broken as Chinese is; splits between pages, never leaving one line."""

    def __init__(self, text: str, style: Style, *, before: float = 0, after: float = 0) -> None:
        super().__init__()
        self.text, self.style = text, style
        self.lines: list[str] = []
        self.wrapped_at = -1.0
        self.first = style.indent * style.size
        self.ends = True  # False: its last line goes on upon the next page
        self.spaceBefore, self.spaceAfter = before, after

    @property
    def font(self) -> str:
        return BOLD if self.style.bold else REGULAR

    def natural(self) -> float:
        """How wide the text would be without a break within its lines."""
        return max(map(measure(self.font, self.style.size), clean(self.text).split("\n")))

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self.width = width
        if self.wrapped_at != width:
            measured = measure(self.font, self.style.size)
            self.lines = broken(self.text, width=width, first=self.first, measure=measured)
            self.wrapped_at = width
        self.height = len(self.lines) * self.style.leading
        return width, self.height

    def split(self, width: float, height: float) -> list[Flowable]:
        self.wrap(width, height)
        fit = int(height // self.style.leading)
        if len(self.lines) - fit == 1:
            fit -= 1
        if fit < min(2, len(self.lines)):
            return []
        head, tail = (Text("", self.style) for _ in range(2))
        head.lines, head.first, head.ends = self.lines[:fit], self.first, False
        tail.lines, tail.first, tail.ends = self.lines[fit:], 0, self.ends
        head.wrapped_at = tail.wrapped_at = self.wrapped_at
        return [head, tail]

    def draw(self) -> None:
        canvas, style = self.canv, self.style
        canvas.setFont(self.font, style.size)
        canvas.setFillColor(style.color)
        y = self.height - style.leading / 2 - style.size * 0.36
        for index, line in enumerate(self.lines):
            if style.align == "center":
                canvas.drawCentredString(self.width / 2, y, line)
            elif style.align == "right":
                canvas.drawRightString(self.width, y, line)
            else:
                first = self.first if index == 0 else 0
                last = self.ends and index == len(self.lines) - 1
                space = 0 if last or style.align == "left" else self._spread(line, first)
                canvas.drawString(first, y, line, charSpace=space)
            y -= style.leading

    def _spread(self, line: str, first: float) -> float:
        """The space between characters that fills the line, where little is missing."""
        slack = self.width - first - measure(self.font, self.style.size)(line)
        return slack / (len(line) - 1) if len(line) > 1 and slack < 2.5 * self.style.size else 0


class Boxes(Flowable):  # type: ignore[misc]  # reportlab is untyped
    """Check boxes with their words. Drawn: ☐ and ☑ are in no free Chinese font."""

    SIDE, GAP = 8.5, 12.0

    def __init__(self, checks: papers.Checks, style: Style = CELL) -> None:
        super().__init__()
        self.boxes = [(on, clean(text)) for on, text in checks.boxes]
        self.style = style

    def natural(self) -> float:
        return sum(self._width(text) + self.GAP for _, text in self.boxes) - self.GAP

    def _width(self, text: str) -> float:
        return self.SIDE + 3.5 + measure(REGULAR, self.style.size)(text)

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self.rows: list[list[tuple[float, bool, str]]] = [[]]
        x = 0.0
        for on, text in self.boxes:
            if self.rows[-1] and x + self._width(text) > width:
                self.rows.append([])
                x = 0.0
            self.rows[-1].append((x, on, text))
            x += self._width(text) + self.GAP
        self.width, self.height = width, len(self.rows) * self.style.leading
        return width, self.height

    def draw(self) -> None:
        canvas, side = self.canv, self.SIDE
        canvas.setFont(REGULAR, self.style.size)
        y = self.height - self.style.leading / 2 - side / 2
        for row in self.rows:
            for x, on, text in row:
                canvas.setLineWidth(0.7)
                canvas.rect(x, y, side, side)
                if on:
                    canvas.setLineWidth(1.3)
                    tick = [(x + 1.6, y + 4.4), (x + 3.6, y + 2), (x + 7.2, y + 7.2)]
                    canvas.lines([(*tick[0], *tick[1]), (*tick[1], *tick[2])])
                canvas.drawString(x + side + 3.5, y + side / 2 - self.style.size * 0.36, text)
            y -= self.style.leading


class Led(KeepTogether):  # type: ignore[misc]  # reportlab is untyped
    """What leads, as a heading does, with the first piece at least of what follows it.

    ReportLab's own moves all of it to the next page where it does not fit as a whole.
    """

    def split(self, width: float, height: float) -> list[Flowable]:
        self.wrap(width, height)
        *_, last = self._content
        _, whole = last.wrapOn(self.canv, width, height)
        if last.splitOn(self.canv, width, height - (self._H - whole)):
            return list(self._content)
        return list(super().split(width, height))


def _story(paper: Paper) -> Sequence[Flowable]:
    story: list[Flowable] = [Text(paper.title, TITLE, before=2 * mm, after=3 * mm)]
    if paper.subtitle:
        story.append(Text(paper.subtitle, SUBTITLE, after=2 * mm))
    story.append(Spacer(1, 3 * mm))
    for block in paper.blocks:
        drawn = _drawn(block)
        if drawn and isinstance(drawn[0], KeepTogether):
            drawn = _with_what_leads(story, drawn[0], signs=isinstance(block, papers.Signatures))
        story += drawn
    return story


def _with_what_leads(story: list[Flowable], kept: KeepTogether, *, signs: bool) -> list[Flowable]:
    """Take the headings before it along; with signatures the last words too.

    So nobody signs on a page that says nothing. A long paragraph stays where it is.
    """
    inside: list[Flowable] = list(kept._content)
    last = story[-1]
    if signs and isinstance(last, KeepTogether):
        inside = [*story.pop()._content, *inside]
    elif signs and isinstance(last, Text) and len(last.text) <= LAST_WORDS:
        inside.insert(0, story.pop())
    while story[-1].getKeepWithNext():
        inside.insert(0, story.pop())
    return [KeepTogether(inside)]


def _drawn(block: papers.Block) -> list[Flowable]:
    match block:
        case papers.Heading():
            head = Text(block.text, HEADS[block.level], before=3 * mm, after=0.5 * mm)
            head.keepWithNext = 1
            return [head]
        case papers.Paragraph():
            style = BODY if block.indent else replace(BODY, indent=0)
            return [Text(text, style) for text in block.text.split("\n")]
        case papers.Checks():
            return [Boxes(block, BODY)]
        case papers.Fields():
            return _form([(label, value) for label, value in block.rows])
        case papers.Form():
            return _form(block.rows)
        case papers.Table():
            return _table(block)
        case papers.Signatures():
            return _signatures(block)


def _cell(value: str | papers.Checks, style: Style) -> Text | Boxes:
    return Boxes(value, style) if isinstance(value, papers.Checks) else Text(value, style)


FEW_ROWS, LAST_WORDS = 6, 400  # of a table and of a paragraph that are not parted
RULED = [
    ("FONTNAME", (0, 0), (-1, -1), REGULAR),  # an empty cell would ask for Helvetica
    ("GRID", (0, 0), (-1, -1), 0.5, black),
    ("BOX", (0, 0), (-1, -1), 1, black),
    ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
    ("LEFTPADDING", (0, 0), (-1, -1), PAD_X),
    ("RIGHTPADDING", (0, 0), (-1, -1), PAD_X),
    ("TOPPADDING", (0, 0), (-1, -1), PAD_Y),
    ("BOTTOMPADDING", (0, 0), (-1, -1), PAD_Y),
]


def _form(rows: Sequence[Sequence[str | papers.Checks]]) -> list[Flowable]:
    """Pairs of label and value on one grid; a row with fewer pairs lets its last value fill it."""
    if not rows:
        return []
    pairs = max(len(row) for row in rows) // 2
    labels = [_cell(cell, LABEL).natural() for row in rows for cell in row[::2]]
    label = min(max(max(labels) + 2 * PAD_X + 1, 22 * mm), WIDTH / pairs * 0.45, 42 * mm)
    value = WIDTH / pairs - label
    cells, spans = [], []
    rows = [
        piece
        for row in rows
        for piece in _pieces(row, [label, value] * (len(row) // 2), fills=WIDTH)
    ]
    for y, row in enumerate(rows):
        drawn: list[Any] = [
            _cell(cell, LABEL if x % 2 == 0 else CELL) for x, cell in enumerate(row)
        ]
        if len(row) < 2 * pairs:
            spans.append(("SPAN", (len(row) - 1, y), (-1, y)))
            drawn += [""] * (2 * pairs - len(row))
        cells.append(drawn)
    shades = [
        ("BACKGROUND", (x, y), (x, y), SHADE)
        for y, row in enumerate(rows)
        for x in range(0, len(row), 2)
    ]
    grid = Grid(cells, colWidths=[label, value] * pairs)
    grid.setStyle([*RULED, *shades, *spans])
    return _set_apart(grid, len(cells))


def _table(block: papers.Table) -> list[Flowable]:
    styles = [Style(size=CELL.size, leading=CELL.leading, align=side) for side in block.align]
    head = [Text(cell, HEAD) for cell in block.head]
    widths = _widths(
        [
            max(Text(name, HEAD).natural(), *(Text(cell, CELL).natural() for cell in column), 0)
            + 2 * PAD_X
            + 1
            for name, *column in zip(block.head, *block.rows, strict=True)
        ]
    )
    rows = [
        [Text(cell, style) for cell, style in zip(piece, styles, strict=True)]
        for row in block.rows
        for piece in _pieces(row, widths)
    ]
    grid = Grid([head, *rows], colWidths=widths, repeatRows=1)
    grid.setStyle([*RULED, ("BACKGROUND", (0, 0), (-1, 0), SHADE)])
    return _set_apart(grid, len(rows))


def _set_apart(grid: Grid, rows: int) -> list[Flowable]:
    """With space around it; a table of few rows is not broken over two pages."""
    space = Spacer(1, 2 * mm)
    space.keepWithNext = 1  # or a heading would keep with the space alone
    framed: list[Flowable] = [space, grid, Spacer(1, 3 * mm)]
    return [KeepTogether(framed)] if rows <= FEW_ROWS else framed


def _pieces(
    row: Sequence[Any], widths: Sequence[float], *, fills: float = 0
) -> Iterator[Sequence[Any]]:
    """The row, or several in its stead where a cell has more lines than a page has room for.

    `fills`: the width of the whole row, which its last cell fills up.
    """
    widths = [*widths[:-1], fills - sum(widths[:-1]) if fills else widths[-1]]
    measured = measure(REGULAR, CELL.size)
    lines = [
        broken(cell, width=width - 2 * PAD_X, measure=measured) if isinstance(cell, str) else [cell]
        for cell, width in zip(row, widths, strict=True)
    ]
    if max(map(len, lines)) <= ROW_LINES:
        yield row
        return
    for start in range(0, max(map(len, lines)), ROW_LINES):
        pieces = [cell[start : start + ROW_LINES] for cell in lines]
        yield [
            piece[0] if piece and not isinstance(piece[0], str) else "\n".join(piece)
            for piece in pieces
        ]


def _widths(naturals: Sequence[float]) -> list[float]:
    """Columns as wide as their text where it fits; the widest share what is left."""
    if sum(naturals) <= WIDTH:
        spare = (WIDTH - sum(naturals)) / len(naturals)
        return [width + spare for width in naturals]
    widths = list(naturals)
    left, open_ = WIDTH, list(range(len(widths)))
    while True:
        share = left / len(open_)
        narrow = [index for index in open_ if naturals[index] <= share]
        if not narrow:
            break
        left -= sum(naturals[index] for index in narrow)
        open_ = [index for index in open_ if index not in narrow]
    total = sum(naturals[index] ** 0.5 for index in open_)
    for index in open_:  # by the root: a very long cell does not squeeze the others
        widths[index] = left * naturals[index] ** 0.5 / total
    return widths


def _signatures(block: papers.Signatures) -> list[Flowable]:
    columns = [Text("\n".join(lines), SIGNED) for lines in block.signers]
    if not columns:
        return []
    if len(columns) == 1:  # the issuer of an official paper stands at the right, date below
        wide = min(columns[0].natural() + 2, WIDTH)
        signed = Text("\n".join(block.signers[0]), Style(size=11, leading=20, align="center"))
        grid = Grid([["", signed]], colWidths=[WIDTH - wide - min(22, WIDTH - wide), wide])
        grid.hAlign = "LEFT"
    else:
        grid = Grid([columns], colWidths=[WIDTH / len(columns)] * len(columns))
    grid.setStyle(
        [
            ("FONTNAME", (0, 0), (-1, -1), REGULAR),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 0),
        ]
    )
    return [KeepTogether([Spacer(1, 9 * mm), grid])]


# The page around it --------------------------------------------------------------------------


def numbered(paint: Callable[[Canvas, int, int], None]) -> Callable[..., Canvas]:
    """A canvas that paints each page's frame once it knows how many pages there are."""

    class Numbered(Canvas):  # type: ignore[misc]  # reportlab is untyped
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.pages: list[dict[str, Any]] = []

        def showPage(self) -> None:  # noqa: N802  # reportlab's name
            self.pages.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for number, page in enumerate(self.pages, 1):
                self.__dict__.update(page)
                paint(self, number, len(self.pages))
                super().showPage()
            super().save()

    return Numbered


def _draw_frame(canvas: Canvas, frame: Frame, page: int, pages: int) -> None:
    canvas.saveState()
    canvas.setFillColor(black)
    canvas.setStrokeColor(black)
    top = A4[1] - 16 * mm
    canvas.setFont(REGULAR, 9)
    canvas.drawString(
        MARGIN, top, _cut(" ".join(filter(None, [frame.issuer, frame.kind])), 9, WIDTH * 0.62)
    )
    canvas.drawRightString(A4[0] - MARGIN, top, f"编号：{frame.number}")
    for y, weight in ((top - 5.5, 1.6), (top - 8, 0.4)):  # 文武线
        canvas.setLineWidth(weight)
        canvas.line(MARGIN, y, A4[0] - MARGIN, y)
    foot = 12 * mm
    canvas.setLineWidth(0.4)
    canvas.line(MARGIN, foot + QR_SIDE + 1.5 * mm, A4[0] - MARGIN, foot + QR_SIDE + 1.5 * mm)
    draw_qr(canvas, frame.verify_url, A4[0] - MARGIN - QR_SIDE, foot)
    x, room = MARGIN, WIDTH - QR_SIDE - 4 * mm
    canvas.setFont(REGULAR, 9)
    canvas.drawString(x, foot + 37, f"第 {page} 页，共 {pages} 页")
    canvas.setFillColor(GREY)
    canvas.setFont(REGULAR, 7)
    canvas.drawString(x, foot + 23, f"内容摘要（SHA-256）：{frame.digest}")
    canvas.drawString(
        x, foot + 12, _cut(f"核验：扫描右侧二维码，或访问 {frame.verify_url}", 7, room)
    )
    canvas.drawString(
        x, foot + 1, "本件以平台公布的电子版本为准；内容摘要不一致的，不是本平台发布的文件。"
    )
    canvas.restoreState()


def ready() -> None:
    """Make the fonts known, for who draws upon a canvas of his own."""
    _fonts(settings.PAPER_FONTS)


def draw_qr(canvas: Canvas, text: str, x: float, y: float, side: float = QR_SIDE) -> None:
    """Black squares with the quiet zone of 4 around them, row by row from the top."""
    matrix = [list(row) for row in segno.make(text, error="m", micro=False).matrix_iter(border=4)]
    unit = side / len(matrix)
    path = canvas.beginPath()
    for row, cells in enumerate(matrix):
        start = None
        for column, dark in enumerate([*cells, 0]):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                path.rect(
                    x + start * unit, y + side - (row + 1) * unit, (column - start) * unit, unit
                )
                start = None
    canvas.setFillColor(white)
    canvas.rect(x, y, side, side, stroke=0, fill=1)
    canvas.setFillColor(black)
    canvas.drawPath(path, stroke=0, fill=1)


def _cut(text: str, size: float, room: float) -> str:
    measured = measure(REGULAR, size)
    text = clean(text).replace("\n", " ")
    while measured(text) > room:
        text = text.removesuffix("…")[:-1] + "…"
    return text


# Fonts ---------------------------------------------------------------------------------------


@cache
def _fonts(folder: Path) -> None:
    for name, file in ((REGULAR, "NotoSansSC-Regular.ttf"), (BOLD, "NotoSansSC-Bold.ttf")):
        path = Path(folder) / file
        if not path.exists():
            raise ImproperlyConfigured(f"{path} is missing: build the assets (npm run build)")
        pdfmetrics.registerFont(ttfonts.TTFont(name, str(path)))


@lru_cache(maxsize=64)
def measure(font: str, size: float) -> Callable[[str], float]:
    widths = pdfmetrics.getFont(font).face.charWidths
    default = pdfmetrics.getFont(font).face.defaultWidth
    return lambda text: sum(widths.get(ord(one), default) for one in text) * size / 1000


def _to_unicode(font: str, subset: Sequence[int]) -> str:
    """The map from which readers copy text: UTF-16BE, also beyond the BMP, 100 entries a block.

    ReportLab's own writes five digits for U+20000 and above: such a name is copied as another.
    """
    entries = [
        f"<{index:02X}> <{chr(code).encode('utf-16-be').hex().upper()}>"
        for index, code in enumerate(subset)
    ]
    blocks = [entries[start : start + 100] for start in range(0, len(entries), 100)]
    return "\n".join(
        [
            "/CIDInit /ProcSet findresource begin",
            "12 dict begin",
            "begincmap",
            f"/CIDSystemInfo << /Registry ({font}) /Ordering ({font}) /Supplement 0 >> def",
            f"/CMapName /{font} def",
            "/CMapType 2 def",
            "1 begincodespacerange",
            "<00> <FF>",
            "endcodespacerange",
            *(
                line
                for block in blocks
                for line in (f"{len(block)} beginbfchar", *block, "endbfchar")
            ),
            "endcmap",
            "CMapName currentdict /CMap defineresource pop",
            "end",
            "end",
        ]
    )


ttfonts.makeToUnicodeCMap = _to_unicode
