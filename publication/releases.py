"""Releases: what a public deed makes known for machines, kept word for word.

Each upper package says, for an event of its own, what a release of it holds (`listen`).
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.conf import settings

from core import outbox
from core.lifecycle import part
from core.models import Event
from core.numbering import new_code
from publication import ocds
from publication.models import Release

Builder = Callable[[Event], ocds.Release | None]

builders: defaultdict[str, list[Builder]] = defaultdict(list)

CONSUMER = "publication.release"
CHUNK = 500


def listen(event_name: str, builder: Builder) -> None:
    """Release what `builder` makes of each event of this name; None: it is no business of his."""
    builders[event_name].append(builder)
    outbox.listen(event_name, CONSUMER, publish)


@part
def publish(event: Event, *, at: datetime) -> None:
    """Keep, in the standard's words, what the event made known."""
    said = next(filter(None, (builder(event) for builder in builders[event.name])), None)
    if said is None:
        return
    code = new_code()
    body = ocds.release_json(said, prefix=settings.OCID_PREFIX, code=code)
    Release.objects.create(
        code=code,
        number=said.number,
        event=event,
        tags=list(said.tag),
        body=ocds.text_of(body),
        released_at=said.date,
    )


def bodies(*, first: date | None = None, until: date | None = None) -> Iterator[dict[str, Any]]:
    """The releases of a time, oldest first, in chunks: memory stays small."""
    for row in Release.objects.between(first, until).iterator(CHUNK):
        yield row.json


def records() -> Iterator[dict[str, Any]]:
    """A record for each process."""
    rows = Release.objects.order_by("number", "released_at", "pk").iterator(CHUNK)
    for _number, of in groupby(rows, key=lambda row: row.number):
        yield from ocds.records([[row.json for row in of]])


def record_of(number: str) -> dict[str, Any] | None:
    """The record of one process; None where nothing of it was released."""
    rows = Release.objects.filter(number=number).order_by("released_at", "pk")
    of = [row.json for row in rows]
    return ocds.records([of])[0] if of else None


def package(uri: str, *, at: datetime) -> dict[str, Any]:
    """The head of a package at this address of ours."""
    site = settings.SITE_URL.rstrip("/")
    return ocds.package(
        uri=f"{site}{uri}", published_at=at, site=site, publisher=settings.WAGTAIL_SITE_NAME
    )
