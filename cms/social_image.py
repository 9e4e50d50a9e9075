"""The picture that stands for a page where it is shared: its title under the name of the site."""

from io import BytesIO

from django.conf import settings
from PIL import Image, ImageDraw, ImageFont

SIZE = (1200, 630)
PAPER, BRAND, INK, LINE = "#f4f6f6", "#0f5873", "#1b2733", "#7a8793"
LEFT, WIDE = 90, 1020
LINES, LARGEST, LEAST = 3, 76, 48


def draw(title: str) -> bytes:
    """A PNG of 1200 by 630 with the title on three lines at most. Deterministic."""
    image = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, SIZE[0], 18), fill=BRAND)
    pen.text((LEFT, 84), "公信", font=_font(46), fill=BRAND)
    size, lines = _fitted(title)
    top = 360 - len(lines) * size * 0.7
    for place, line in enumerate(lines):
        pen.text((LEFT, top + place * size * 1.4), line, font=_font(size), fill=INK)
    pen.text((LEFT, 530), "每一次选取，都可以自己核对", font=_font(32), fill="#4a5865")
    stored = BytesIO()
    image.quantize(32).save(stored, "PNG", optimize=True)
    return stored.getvalue()


def _fitted(title: str) -> tuple[int, list[str]]:
    for size in range(LARGEST, LEAST - 1, -4):
        lines = _broken(title, size)
        if len(lines) <= LINES:
            return size, lines
    lines = _broken(title, LEAST)[:LINES]
    return LEAST, [*lines[:-1], f"{lines[-1][:-1]}…"]


def _broken(text: str, size: int) -> list[str]:
    """Chinese breaks between any two characters."""
    font, lines = _font(size), [""]
    for letter in text:
        if font.getlength(lines[-1] + letter) > WIDE:
            lines.append("")
        lines[-1] += letter
    return lines


def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(settings.PAPER_FONTS / "NotoSansSC-Bold.ttf"), size)
