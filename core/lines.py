"""How Chinese text breaks into lines (GB/T 15834, JIS X 4051 in short). Pure.

No line begins with a closing mark or ends with an opening one; a dash —— or an ellipsis …… stays
whole; a word, a number, an amount breaks only where it is longer than a line.
"""

from collections.abc import Callable
from unicodedata import category, east_asian_width

NEVER_FIRST = frozenset("，。、；：？！）］｝〕】》〉」』’”…—～·％‰℃,.;:?!)]}%々ー")
NEVER_LAST = frozenset("（［｛〔【《〈「『‘“([{￥¥＄$№")
PAIRS = frozenset("—…")  # —— and …… are one mark of two characters
JOINED = frozenset("\u200d\ufe0e\ufe0f")

Measure = Callable[[str], float]


def broken(text: str, *, width: float, first: float = 0, measure: Measure) -> list[str]:
    """Lines no wider than `width`, the first of each paragraph shorter by `first`.

    A line feed ends a line; spaces at a break go. Only a single character wider than `width`
    stands out.
    """
    lines: list[str] = []
    for index, paragraph in enumerate(clean(text).split("\n")):
        lines += _broken(paragraph, width, first if index == 0 else 0, measure)
    return lines


def clean(text: str) -> str:
    """Line ends as line feeds, tabs as spaces, and no other control character."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "".join(one for one in text if one == "\n" or category(one) != "Cc")


def unbreakable(text: str) -> list[str]:
    """The pieces between which a line may end, in order; joined they are the text."""
    pieces: list[str] = []
    before = ""
    for one in text:
        if before and not _may_part(before, one):
            pieces[-1] += one
        else:
            pieces.append(one)
        before = one
    return pieces


def _may_part(before: str, one: str) -> bool:
    if category(one).startswith("M") or one in JOINED or before in JOINED:
        return False
    if one == " ":
        return before != " "  # spaces are a piece of their own
    if before == " ":
        return True
    if before in PAIRS and one == before:
        return False
    if one in NEVER_FIRST or before in NEVER_LAST:
        return False
    return _stands_alone(before) or _stands_alone(one)


def _stands_alone(one: str) -> bool:
    """Whether lines may part beside it: a wide character, not a letter or figure of a word."""
    return east_asian_width(one) in "WF" or (one in NEVER_FIRST and east_asian_width(one) == "A")


def _broken(paragraph: str, width: float, first: float, measure: Measure) -> list[str]:
    lines: list[str] = []
    line, room = "", width - first
    for piece in unbreakable(paragraph):
        if measure(line + piece) <= room or (not line and piece == " "):
            line += piece
            continue
        if line.strip(" "):
            lines.append(line.rstrip(" "))
            line, room = "", width
        if piece.strip(" ") == "":
            continue
        if measure(piece) <= room:
            line = piece
            continue
        for one in piece:  # longer than a line: broken wherever it is full
            if line and measure(line + one) > room:
                lines.append(line)
                line, room = "", width
            line += one
    return [*lines, line.rstrip(" ")]
