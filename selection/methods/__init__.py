"""The selection methods, by the word that orders and bundles use. Each is one pure module."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Protocol

from selection.methods import draw, lowest
from selection.methods.draw import Confirmation, Dice, Entry, Evidence, Frozen, Quote, Result

__all__ = [
    "METHODS",
    "Confirmation",
    "Dice",
    "Entry",
    "Evidence",
    "Frozen",
    "Method",
    "Quote",
    "Result",
    "verify",
]


class Method(Protocol):
    METHOD: str

    def missing(self, frozen: Frozen, evidence: Evidence) -> tuple[str, ...]: ...
    def choose(self, frozen: Frozen, evidence: Evidence) -> Result: ...
    def bundle(self, frozen: Frozen, evidence: Evidence) -> bytes: ...
    def verify(self, content: bytes) -> list[str]: ...


METHODS: Mapping[str, Method] = {draw.METHOD: draw, lowest.METHOD: lowest}


def verify(content: bytes) -> list[str]:
    """The differences of a bundle of whatever method, in Chinese; none is well."""
    try:
        method = json.loads(content)["frozen"]["method"]
        chosen = METHODS[method]
    except (ValueError, TypeError, LookupError, RecursionError):
        chosen = draw  # which says what is wrong with it
    return chosen.verify(content)
