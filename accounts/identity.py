"""The 统一社会信用代码 (GB 32100-2015), told wrong in the way it is wrong. Pure."""

import unicodedata
from dataclasses import dataclass

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # no I O S V Z
LENGTH = 18
INNER_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)  # GB 11714, places 9 to 16


@dataclass(frozen=True)
class Fault:
    """`kind`: "length", "letter" or "check"; `values` fill the sentence that the form shows."""

    kind: str
    values: dict[str, str | int]


def normalised(text: str) -> str:
    """As it is stored: half-width, upper case, without blanks and hyphens."""
    folded = unicodedata.normalize("NFKC", text).upper()
    return "".join(letter for letter in folded if not letter.isspace() and letter != "-")


def fault(uscc: str) -> Fault | None:
    """What is wrong with a normalised code, the first thing first; None where nothing is."""
    if len(uscc) != LENGTH:
        return Fault("length", {"length": len(uscc)})
    for place, letter in enumerate(uscc, start=1):
        if letter not in ALPHABET:
            return Fault("letter", {"letter": letter, "place": place})
    expected = check_letter(uscc[:-1])
    if uscc[-1] != expected:
        return Fault("check", {"letter": uscc[-1]})
    return None


def check_letter(body: str) -> str:
    """The 18th letter for the first 17."""
    total = sum(ALPHABET.index(letter) * pow(3, place, 31) for place, letter in enumerate(body))
    return ALPHABET[-total % 31]


def inner_fits(uscc: str) -> bool:
    """Whether places 9 to 17 pass GB 11714. Some older codes do not: warn, never refuse."""
    body, check = uscc[8:16], uscc[16]
    if any(letter not in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" for letter in body):
        return False
    total = sum(
        int(letter, 36) * weight for letter, weight in zip(body, INNER_WEIGHTS, strict=True)
    )
    return check == {10: "X", 11: "0"}.get(11 - total % 11, str(11 - total % 11))
