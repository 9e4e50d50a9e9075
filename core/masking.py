"""How personal data look in public: enough to recognise, too little to use."""

import re


def phone(text: str) -> str:
    """139****0721; a landline keeps its area code and its last two digits."""
    digits = re.sub(r"^(\+|00)86|\D", "", text.strip())
    if len(digits) == 11 and digits.startswith("1"):
        return f"{digits[:3]}****{digits[-4:]}"
    return _middle(text, 4 if text.startswith("0") else 2, 2)


def id_number(text: str) -> str:
    """3607**********001X: the region and the last four; the birthday is what is hidden."""
    return _middle(text, 4, 4)


def name(text: str) -> str:
    """王**"""
    return text[:1] + "*" * (len(text) - 1)


def _middle(text: str, head: int, tail: int) -> str:
    hidden = len(text) - head - tail
    if hidden < 3:
        return "*" * len(text)
    return text[:head] + "*" * hidden + text[-tail:]
