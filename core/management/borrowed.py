"""The Chinese that libraries lack: a catalogue of ours, put before theirs by LOCALE_PATHS.

Wagtail and its like bring catalogues of their own, with gaps where a release was faster than its
translators. Beside what fills the gaps, ours may hold better words for what they translate badly,
as long as the library still says it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import django
from babel.messages.catalog import Catalog
from django.apps import apps
from django.conf import settings

from core.management.catalogues import (
    LOCALE,
    filled,
    messages_of,
    placeholders_differ,
    read,
    write,
)

DOMAINS = ("django", "djangojs")  # what the server says, and what scripts say in the browser


def path_of(domain: str) -> Path:
    return Path(settings.LOCALE_PATHS[0]) / LOCALE / "LC_MESSAGES" / f"{domain}.po"


def _folders() -> Iterator[Path]:
    """Where the libraries keep their catalogues."""
    yield Path(django.__file__).parent / "conf" / "locale"
    for app in apps.get_app_configs():
        folder = Path(app.path) / "locale"
        if Path(app.path).parent != settings.ROOT and folder.is_dir():
            yield folder


def said(domain: str) -> Catalog:
    """All that the libraries say, with their own Chinese where they have it."""
    known = Catalog(locale=LOCALE)
    for folder in _folders():
        chinese = folder / LOCALE / "LC_MESSAGES" / f"{domain}.po"
        for message in messages_of(read(chinese)):
            if filled(message) and not message.fuzzy:
                known.add(message.id, message.string, context=message.context)
    for folder in _folders():
        # django-filter has no English catalogue, and its Chinese where nobody looks.
        for locale in ("en", "zh_CN"):
            path = folder / locale / "LC_MESSAGES" / f"{domain}.po"
            for message in messages_of(read(path, None)):
                if known.get(message.id, message.context) is None:
                    known.add(message.id, context=message.context)
    return known


def shown(domain: str) -> Catalog:
    """What the libraries say in the end: their own Chinese, under ours."""
    known = said(domain)
    for message in messages_of(read(path_of(domain))):
        theirs = known.get(message.id, message.context)
        if theirs is not None:
            theirs.string = message.string
    return known


def update(domain: str) -> int:
    """Add the gaps, drop what no library says any more; how many messages lack a translation."""
    ours, kept, gaps = read(path_of(domain)), Catalog(locale=LOCALE, fuzzy=False), 0
    for message in messages_of(said(domain)):
        mine = ours.get(message.id, message.context)
        if mine is not None or not filled(message):
            kept.add(message.id, mine.string if mine else None, context=message.context)
            gaps += not filled(mine)
    write(path_of(domain), kept)
    return gaps


def check(domain: str) -> Iterator[str]:
    """Gaps that are not filled, words nobody says any more, placeholders that differ."""
    known, ours = said(domain), read(path_of(domain))
    for message in messages_of(known):
        if not filled(message) and not filled(ours.get(message.id, message.context)):
            yield f"libraries, {domain}: not translated: {message.id!r}"
    for message in messages_of(ours):
        if known.get(message.id, message.context) is None:
            yield f"libraries, {domain}: no longer used: {message.id!r}"
        elif filled(message) and placeholders_differ(message):
            yield f"libraries, {domain}: placeholders differ: {message.id!r}"
