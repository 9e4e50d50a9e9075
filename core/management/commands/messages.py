"""Message catalogues without gettext: Babel extracts, updates, checks and compiles."""

from __future__ import annotations

import re
from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Iterator
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import templatize

KEYWORDS = {
    **{name: DEFAULT_KEYWORDS.get(name) for name in ("_", "gettext", "ngettext", "pgettext")},
    "gettext_lazy": None,
    "gettext_noop": None,
    "pgettext_lazy": ((1, "c"), 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "RuleBroken": None,
    "Unfit": None,  # core.sniffing's
}
LOCALE = "zh_Hans"  # exactly so: any other folder loads nothing and says nothing
# Without the dates of Babel's own, which would make two equal catalogues differ.
HEADER = """# Gongxin 公信
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""
NUMBERS = re.compile(r"%\((\w+)\)|%[sd]")


class Command(BaseCommand):
    help = "Extract and update the Chinese catalogues; --check fails on a gap; --compile makes .mo."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("packages", nargs="*")
        parser.add_argument("--check", action="store_true")
        parser.add_argument("--compile", action="store_true")

    def handle(self, **options: Any) -> None:
        packages = options["packages"] or sorted(ours())
        if options["compile"]:
            for package in packages:
                compile_catalogue(package)
        elif options["check"]:
            faults = [fault for package in packages for fault in check(package)]
            faults += contradictions()
            for fault in faults:
                self.stderr.write(fault)
            if faults:
                raise CommandError(f"{len(faults)} faults in the catalogues")
        else:
            for package in packages:
                self.stdout.write(f"{package}: {update(package)} to translate")


def ours() -> dict[str, Path]:
    """Our packages by label: those whose folder lies in the project itself."""
    return {
        app.label: Path(app.path)
        for app in apps.get_app_configs()
        if Path(app.path).parent == settings.ROOT
    }


def catalogue_path(package: str) -> Path:
    return ours()[package] / "locale" / LOCALE / "LC_MESSAGES" / "django.po"


def load(package: str) -> Catalog:
    path = catalogue_path(package)
    if not path.exists():
        return Catalog(locale=LOCALE, project=package, fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=LOCALE)


def extracted(package: str) -> Catalog:
    """What the package's modules and templates ask to be translated."""
    folder = ours()[package]
    template = Catalog(project=package)
    for path in sorted(folder.rglob("*")):
        if path.suffix not in (".py", ".html", ".txt") or "migrations" in path.parts:
            continue
        for number, message, comments, context in _messages(path):
            place = path.relative_to(settings.ROOT).as_posix()
            template.add(message, None, [(place, number)], auto_comments=comments, context=context)
    return template


def _messages(path: Path) -> Iterator[tuple[int, Any, list[str], str | None]]:
    text = path.read_text()
    if path.suffix != ".py":
        if "translate" not in text and "_(" not in text:
            return
        text = _as_python(templatize(text, origin=str(path)))
    source = BytesIO(text.encode())
    yield from extract("python", source, keywords=KEYWORDS, options={"encoding": "utf-8"})


def _as_python(source: str) -> str:
    """Only the calls of what templatize leaves: the rest is X-ed text, no Python."""
    calls = re.compile(
        r"(?:gettext|ngettext|pgettext|npgettext|_)\((?:[^()\"']|u?\"(?:\\.|[^\"\\])*\"|u?'(?:\\.|[^'\\])*'|\"\"\"[\s\S]*?\"\"\")*\)"
    )
    lines = StringIO()
    line = 1
    for call in calls.finditer(source):
        at = source.count("\n", 0, call.start()) + 1
        while line < at:
            lines.write("\n")
            line += 1
        lines.write(f"{call.group()};")
        line += call.group().count("\n")
    return lines.getvalue()


def update(package: str) -> int:
    """Bring the catalogue up to date; how many of its messages lack a translation."""
    catalogue = load(package)
    template = extracted(package)
    if not len(template) and not catalogue_path(package).exists():
        return 0
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    path = catalogue_path(package)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = BytesIO()
    write_po(text, catalogue, width=100, no_location=True, sort_output=True, ignore_obsolete=True)
    body = text.getvalue().decode().partition("\n\n")[2]
    path.write_text(HEADER + body)
    return sum(1 for message in catalogue if message.id and not all(_strings(message)))


def _strings(message: Any) -> list[str]:
    return list(message.string) if isinstance(message.string, (tuple, list)) else [message.string]


def check(package: str) -> Iterator[str]:
    """Missing, fuzzy, stale messages, and those whose placeholders differ."""
    catalogue, wanted = load(package), extracted(package)
    for message in wanted:
        if not message.id:
            continue
        found = catalogue.get(message.id, message.context)
        if found is None or not all(_strings(found)):
            yield f"{package}: not translated: {message.id!r}"
        elif found.fuzzy:
            yield f"{package}: fuzzy: {message.id!r}"
        else:
            ids = message.id if isinstance(message.id, (tuple, list)) else (message.id,)
            known = set(NUMBERS.findall(ids[-1]))
            if any(set(NUMBERS.findall(text)) - known for text in _strings(found)):
                yield f"{package}: placeholders differ: {message.id!r}"
    for message in catalogue:
        if message.id and wanted.get(message.id, message.context) is None:
            yield f"{package}: no longer used: {message.id!r}"


def contradictions() -> list[str]:
    """One msgid, two translations: Django would show whichever package comes first."""
    heard: defaultdict[tuple[Any, Any], set[tuple[str, ...]]] = defaultdict(set)
    for package in ours():
        for message in load(package):
            if message.id:
                heard[message.id, message.context].add(tuple(_strings(message)))
    return [
        f"translated in two ways: {key[0]!r}: {found}"
        for key, found in heard.items()
        if len(found) > 1
    ]


def compile_catalogue(package: str) -> None:
    path = catalogue_path(package)
    if path.exists():
        with path.with_suffix(".mo").open("wb") as file:
            write_mo(file, load(package))
