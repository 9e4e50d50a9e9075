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
from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import templatize

from core.management import borrowed
from core.management.catalogues import (
    LOCALE,
    compile_file,
    filled,
    messages_of,
    placeholders_differ,
    read,
    strings,
    write,
)

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


class Command(BaseCommand):
    help = "Extract and update the Chinese catalogues; --check fails on a gap; --compile makes .mo."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("packages", nargs="*")
        parser.add_argument("--check", action="store_true")
        parser.add_argument("--compile", action="store_true")

    def handle(self, **options: Any) -> None:
        packages = options["packages"] or sorted(ours())
        domains = () if options["packages"] else borrowed.DOMAINS
        if options["compile"]:
            for path in [*map(catalogue_path, packages), *map(borrowed.path_of, domains)]:
                compile_file(path)
        elif options["check"]:
            faults = [fault for package in packages for fault in check(package)]
            faults += [fault for domain in domains for fault in borrowed.check(domain)]
            faults += contradictions()
            for fault in faults:
                self.stderr.write(fault)
            if faults:
                raise CommandError(f"{len(faults)} faults in the catalogues")
        else:
            for package in packages:
                self.stdout.write(f"{package}: {update(package)} to translate")
            for domain in domains:
                self.stdout.write(f"libraries, {domain}: {borrowed.update(domain)} to translate")


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
    return read(catalogue_path(package))


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
    write(catalogue_path(package), catalogue)
    return sum(1 for message in messages_of(catalogue) if not filled(message))


def check(package: str) -> Iterator[str]:
    """Missing, fuzzy, stale messages, and those whose placeholders differ."""
    catalogue, wanted = load(package), extracted(package)
    for message in messages_of(wanted):
        found = catalogue.get(message.id, message.context)
        if found is None or not filled(found):
            yield f"{package}: not translated: {message.id!r}"
        elif found.fuzzy:
            yield f"{package}: fuzzy: {message.id!r}"
        elif placeholders_differ(found):
            yield f"{package}: placeholders differ: {message.id!r}"
    for message in messages_of(catalogue):
        if wanted.get(message.id, message.context) is None:
            yield f"{package}: no longer used: {message.id!r}"


def contradictions() -> list[str]:
    """One msgid, two translations: Django would show whichever comes first, ours or a library's."""
    heard: defaultdict[tuple[Any, Any], set[tuple[str, ...]]] = defaultdict(set)
    for package in ours():
        for message in messages_of(load(package)):
            heard[message.id, message.context].add(tuple(strings(message)))
    # Ours come before the libraries': a word of theirs would change its sense on their screens.
    for message in messages_of(borrowed.shown("django")):
        if filled(message) and (message.id, message.context) in heard:
            heard[message.id, message.context].add(tuple(strings(message)))
    return [
        f"translated in two ways: {key[0]!r}: {found}"
        for key, found in heard.items()
        if len(found) > 1
    ]
