"""Verification 核验: what a number or a digest leads to, in whichever package.

Each package registers a finder from its `apps.py`. A finder answers for published things only, and
shows no more of them than anybody may see.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from unicodedata import normalize

DIGEST = re.compile(r"[0-9a-f]{64}")
NUMBER = re.compile(r"[A-Z0-9][A-Z0-9-]{1,39}")


class Standing(StrEnum):
    """What a thing is worth today; its page says it in one line."""

    IN_FORCE = "in-force"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"


@dataclass(frozen=True)
class Wanted:
    """What somebody holds: a number or the hexadecimal SHA-256 of a content or a file."""

    number: str = ""
    digest: str = ""

    @property
    def text(self) -> str:
        return self.number or self.digest


@dataclass(frozen=True)
class Finding:
    """A published thing, with its evidence. `lines`: label and value; `later`: number and link.

    `file_label` tells what `file_digest` is of, where that is no PDF; `download`: name and address.
    """

    standing: Standing
    kind: Any
    title: str
    number: str
    digest: str
    link: str
    issued_at: datetime
    issuer: str = ""
    file_digest: str = ""
    file_label: Any = ""
    download: tuple[str, str] | None = None
    later: tuple[str, str] | None = None
    lines: tuple[tuple[Any, str], ...] = ()


Finder = Callable[[Wanted], Finding | None]
finders: dict[str, Finder] = {}


def register(name: str, finder: Finder) -> None:
    """Register a finder under its package's name; it is asked after those registered before."""
    finders[name] = finder


def wanted(text: str) -> Wanted | None:
    """What a visitor typed, scanned or pasted; None where it is neither number nor digest.

    Full-width characters, spaces and the address of one of our pages are understood.
    """
    text = normalize("NFKC", text).strip().rstrip("/").rpartition("/")[2]
    text = re.sub(r"[\s:]", "", text).removesuffix(".pdf")
    text = re.sub(r"^SHA-?256", "", text, flags=re.IGNORECASE)
    if DIGEST.fullmatch(text.lower()):
        return Wanted(digest=text.lower())
    if NUMBER.fullmatch(text.upper()):
        return Wanted(number=text.upper())
    return None


def find(sought: Wanted) -> Finding | None:
    """The first finder's answer."""
    for finder in finders.values():
        finding = finder(sought)
        if finding is not None:
            return finding
    return None


def matches(finding: Finding, sought: Wanted) -> str:
    """By what it was found: "number", "content" or "file"."""
    if sought.number:
        return "number"
    return "file" if sought.digest == finding.file_digest else "content"
