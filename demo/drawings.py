"""Pictures of the demo, drawn here: flat shapes in the colours of the site, no photograph."""

from collections.abc import Callable
from io import BytesIO
from math import cos, pi, sin

from PIL import Image, ImageDraw

WIDE, HIGH = 1200, 750
SKY, PALE, BRAND, DEEP, INK = "#e3eef2", "#f4f6f6", "#0f5873", "#0a4157", "#1b2733"
WATER, WARM, GREEN, GREY = "#7cc0d8", "#e8b04c", "#77cf9a", "#aab4bd"
Pen = ImageDraw.ImageDraw


def draw(name: str) -> bytes:
    """A small PNG of 1200 by 750. Deterministic."""
    image = Image.new("RGB", (WIDE, HIGH), SKY)
    DRAWN[name](ImageDraw.Draw(image))
    stored = BytesIO()
    image.quantize(48).save(stored, "PNG", optimize=True)
    return stored.getvalue()


def _dice(pen: Pen) -> None:
    pen.rectangle((0, 420, WIDE, HIGH), fill=BRAND)
    for place, (value, colour) in enumerate(((7, WARM), (2, PALE), (9, WATER))):
        x, y = 270 + place * 330, 430 - (place % 2) * 60
        points = [
            (x + 130 * cos(a * pi / 3 + 0.5), y + 130 * sin(a * pi / 3 + 0.5)) for a in range(6)
        ]
        pen.polygon(points, fill=colour, outline=INK)
        _digit(pen, value, x, y)


SEGMENTS = {7: "abc", 2: "abged", 9: "abcdfg"}


def _digit(pen: Pen, value: int, x: float, y: float) -> None:
    """In seven strokes, so that no font is needed."""
    lines = {
        "a": (-30, -55, 30, -55),
        "b": (30, -55, 30, 0),
        "c": (30, 0, 30, 55),
        "d": (-30, 55, 30, 55),
        "e": (-30, 0, -30, 55),
        "f": (-30, -55, -30, 0),
        "g": (-30, 0, 30, 0),
    }
    for name in SEGMENTS[value]:
        left, top, right, bottom = lines[name]
        pen.line((x + left, y + top, x + right, y + bottom), fill=INK, width=14)


def _river(pen: Pen) -> None:
    for place in range(11):
        left, top = place * 112, 170 + (place * 83) % 190
        pen.rectangle((left, top, left + 84, 470), fill=(GREY, "#c8d3d9", WATER)[place % 3])
        for row in range(top + 24, 450, 44):
            pen.rectangle((left + 16, row, left + 32, row + 18), fill=PALE)
            pen.rectangle((left + 50, row, left + 66, row + 18), fill=PALE)
    pen.rectangle((0, 470, WIDE, HIGH), fill=BRAND)
    for row in range(520, HIGH, 60):
        for left in range((row * 7) % 120, WIDE, 240):
            pen.line((left, row, left + 110, row), fill=WATER, width=6)
    pen.rectangle((0, 560, WIDE, 584), fill=PALE)
    pen.rectangle((590, 260, 612, 640), fill=PALE)
    for reach in range(90, 600, 85):
        pen.line((601, 275, 601 - reach, 566), fill=PALE, width=4)
        pen.line((601, 275, 601 + reach, 566), fill=PALE, width=4)


def _pipes(pen: Pen) -> None:
    pen.rectangle((0, 520, WIDE, HIGH), fill="#d8c9a8")
    pen.rectangle((70, 290, 300, 520), fill=BRAND)
    pen.polygon([(50, 290), (185, 190), (320, 290)], fill=DEEP)
    for left in (790, 950):
        pen.rectangle((left, 230, left + 120, 520), fill=GREY)
        for row in range(260, 500, 56):
            pen.rectangle((left + 20, row, left + 48, row + 26), fill=PALE)
            pen.rectangle((left + 72, row, left + 100, row + 26), fill=PALE)
    pen.line((185, 500, 185, 640, 1010, 640, 1010, 500), fill=WATER, width=34, joint="curve")
    pen.line((850, 640, 850, 500), fill=WATER, width=34)
    for x in (360, 560, 740):
        pen.ellipse((x - 40, 600, x + 40, 680), fill=PALE, outline=BRAND, width=10)
        pen.line((x, 640, x + 20, 620), fill=WARM, width=10)


def _meeting(pen: Pen) -> None:
    pen.rectangle((0, 0, WIDE, HIGH), fill="#eaf1ee")
    for place in range(10):
        angle = place * pi / 5
        x, y = 600 + 430 * cos(angle), 380 + 265 * sin(angle)
        pen.ellipse((x - 62, y - 62, x + 62, y + 62), fill=(BRAND, GREEN, WARM)[place % 3])
    pen.ellipse((290, 200, 910, 560), fill=PALE, outline=BRAND, width=10)
    for place in range(10):
        angle = place * pi / 5
        x, y = 600 + 240 * cos(angle), 380 + 135 * sin(angle)
        pen.rectangle((x - 22, y - 16, x + 22, y + 16), fill="#ffffff", outline=GREY, width=3)


def _papers(pen: Pen) -> None:
    pen.rectangle((330, 90, 770, 650), fill=GREY)
    pen.rectangle((430, 130, 870, 700), fill="#ffffff", outline=BRAND, width=6)
    pen.rectangle((500, 190, 800, 214), fill=BRAND)
    for row in range(260, 480, 44):
        pen.rectangle((480, row, 820, row + 14), fill="#c8d3d9")
    pen.ellipse((470, 510, 630, 670), outline="#1b683b", width=14)
    pen.line((505, 592, 542, 630, 600, 552), fill="#1b683b", width=18, joint="curve")
    for place in range(49):
        x, y = 690 + place % 7 * 20, 530 + place // 7 * 20
        if (place * 5 + place // 7) % 3:
            pen.rectangle((x, y, x + 18, y + 18), fill=INK)


def _window(pen: Pen) -> None:
    pen.rectangle((130, 180, 620, 560), fill="#ffffff", outline=BRAND, width=12)
    pen.rectangle((130, 470, 620, 560), fill=BRAND)
    pen.ellipse((310, 250, 440, 380), fill=WARM)
    pen.pieslice((255, 370, 495, 600), 180, 360, fill=DEEP)
    pen.rectangle((100, 540, 650, 590), fill=DEEP)
    for place, colour in enumerate((WATER, GREEN, WARM, GREY)):
        x, y = 900 + place % 2 * 170, 250 + place // 2 * 220
        pen.line((640, 380, x, y), fill=GREY, width=6)
        pen.ellipse((x - 70, y - 70, x + 70, y + 70), fill=colour, outline=INK, width=4)
        pen.rectangle((x - 26, y - 32, x + 26, y + 32), fill=PALE)


DRAWN: dict[str, Callable[[Pen], None]] = {
    "dice": _dice,
    "river": _river,
    "pipes": _pipes,
    "meeting": _meeting,
    "papers": _papers,
    "window": _window,
}
