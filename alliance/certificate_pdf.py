"""The certificate of membership as a PDF: one A4 page, with its number, QR code and digest."""

from collections.abc import Mapping
from datetime import date
from io import BytesIO

from reportlab.lib.colors import Color
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from core import pdf
from core.lines import broken, clean
from core.phrases import day

WIDTH, HEIGHT = landscape(A4)
INK, GOLD = Color(0.12, 0.16, 0.22), Color(0.62, 0.49, 0.22)
GREY = Color(0.35, 0.38, 0.42)


def draw(facts: Mapping[str, str], *, digest: str, verify_url: str) -> bytes:
    """The same bytes whenever it is drawn; no seal is pretended."""
    pdf.ready()
    out = BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), invariant=1, lang="zh-CN")
    canvas.setTitle(clean(f"{facts['alliance']}成员证书"))
    canvas.setSubject(facts["number"])
    canvas.setCreator("Gongxin")
    canvas.setProducer("Gongxin")
    _border(canvas)
    y = HEIGHT - 52 * mm
    canvas.setFillColor(INK)
    y = _centred(canvas, facts["alliance"], pdf.BOLD, 21, y, leading=30)
    y = _centred(canvas, "成 员 证 书", pdf.BOLD, 34, y - 14 * mm, leading=44)
    y = _centred(canvas, facts["unit"], pdf.BOLD, 22, y - 6 * mm, leading=31)
    text = (
        f"统一社会信用代码：{facts['uscc']}，自{_day(facts['joined_on'])}起为本联盟成员，"
        f"成员等级：{facts['level']}，成员编号：{facts['member_number']}。"
    )
    y = _centred(canvas, text, pdf.REGULAR, 13, y - 3 * mm, leading=23, width=205 * mm)
    _centred(canvas, "特发此证。", pdf.REGULAR, 13, y, leading=23)
    _foot(canvas, facts, digest, verify_url)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _border(canvas: Canvas) -> None:
    canvas.setStrokeColor(GOLD)
    for inset, line in ((10 * mm, 2.4), (12.2 * mm, 0.7)):
        canvas.setLineWidth(line)
        canvas.rect(inset, inset, WIDTH - 2 * inset, HEIGHT - 2 * inset)
    canvas.setLineWidth(1.2)
    for x in (16 * mm, WIDTH - 16 * mm):
        for y in (16 * mm, HEIGHT - 16 * mm):
            side = 7 * mm
            canvas.line(x, y, x + (side if x < WIDTH / 2 else -side), y)
            canvas.line(x, y, x, y + (side if y < HEIGHT / 2 else -side))


def _centred(
    canvas: Canvas,
    text: str,
    font: str,
    size: float,
    y: float,
    *,
    leading: float,
    width: float = 230 * mm,
) -> float:
    """Draw centred lines from `y` down; the y below them."""
    canvas.setFont(font, size)
    for line in broken(clean(text), width=width, first=0, measure=pdf.measure(font, size)):
        canvas.drawCentredString(WIDTH / 2, y, line)
        y -= leading
    return y


def _foot(canvas: Canvas, facts: Mapping[str, str], digest: str, verify_url: str) -> None:
    left, side = 30 * mm, 24 * mm
    pdf.draw_qr(canvas, verify_url, left, 22 * mm, side)
    canvas.setFillColor(GREY)
    canvas.setFont(pdf.REGULAR, 9)
    x = left + side + 5 * mm
    lines = (
        f"证书编号　{facts['number']}",
        "扫描二维码，或者凭编号在“公开核验”查询本证书是否有效。",
        f"内容摘要（SHA-256）　{digest[:32]}",
        f"　　　　　　　　　　　{digest[32:]}",
    )
    for place, line in enumerate(lines):
        canvas.drawString(x, 41 * mm - place * 14, line)
    canvas.setFillColor(INK)
    canvas.setFont(pdf.REGULAR, 12)
    right = WIDTH - 32 * mm
    for place, line in enumerate(
        (
            facts["alliance"],
            f"发证日期：{_day(facts['issued_on'])}",
            f"有效期至：{_day(facts['valid_until'])}",
        )
    ):
        canvas.drawRightString(right, 42 * mm - place * 19, line)


def _day(text: str) -> str:
    return day(date.fromisoformat(text))
