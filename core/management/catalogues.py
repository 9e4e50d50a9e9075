"""Message catalogues as files: read, written without dates, compiled; no gettext is needed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

LOCALE = "zh_Hans"  # exactly so: any other folder loads nothing and says nothing
# Without the dates of Babel's own, which would make two equal catalogues differ.
HEADER = """# Gongxin 公信
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""
NUMBERS = re.compile(r"%\((\w+)\)|%[sd]")


def read(path: Path, locale: str | None = LOCALE) -> Catalog:
    if not path.exists():
        return Catalog(locale=locale, fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def write(path: Path, catalogue: Catalog) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = BytesIO()
    write_po(text, catalogue, width=100, no_location=True, sort_output=True, ignore_obsolete=True)
    path.write_text(HEADER + text.getvalue().decode().partition("\n\n")[2])


def compile_file(path: Path) -> None:
    if path.exists():
        with path.with_suffix(".mo").open("wb") as file:
            write_mo(file, read(path))


def strings(message: Any) -> list[str]:
    return list(message.string) if isinstance(message.string, (tuple, list)) else [message.string]


def filled(message: Any) -> bool:
    return message is not None and all(strings(message))


def placeholders_differ(message: Any) -> bool:
    """Whether the translation wants a value that the original does not have."""
    ids = message.id if isinstance(message.id, (tuple, list)) else (message.id,)
    known = {name for text in ids for name in NUMBERS.findall(text)}
    return any(set(NUMBERS.findall(text)) - known for text in strings(message))


def messages_of(catalogue: Catalog) -> Iterator[Any]:
    """All but the header."""
    return (message for message in catalogue if message.id)
