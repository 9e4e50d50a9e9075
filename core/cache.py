"""Finished pages for anonymous visitors, kept in the process as bytes: exact, not timed.

A page is good for one version of the database, and until the clock changes something on it. The
version is read off the event table, since every deed writes an event in its own transaction: a page
made before a deed is never shown after it. What is no deed (editors' pages, reference data) calls
`changed`.
"""

import re
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.timezone import localtime

from core import clock
from core.audit import Clock, record
from core.lifecycle import part
from core.numbering import new_code

# Ids are given before their transactions commit, so the greatest alone would hide a late one below.
WINDOW = 256
SUMMED = "SELECT COALESCE(MAX(id), 0), COALESCE(SUM(id), 0) FROM ({}) AS latest"
OF_ALL = SUMMED.format("SELECT id FROM core_event ORDER BY id DESC LIMIT %s")
OF_MODEL = SUMMED.format("SELECT id FROM core_event WHERE subject = %s ORDER BY id DESC LIMIT %s")
# The instant in the frame, from which a countdown counts: anew each time a kept page is shown.
NOW = re.compile(rb'(?<= data-now=")[^"]*(?=")')

Made = TypeVar("Made")
View = Callable[[HttpRequest], HttpResponse]


@dataclass(frozen=True)
class Page:
    version: tuple[int, int]
    valid_until: datetime
    etag: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Shelf:
    """Pages by address; where room lacks, the one not asked for the longest goes."""

    def __init__(self, room: int) -> None:
        self._pages: OrderedDict[str, Page] = OrderedDict()
        self._lock = threading.Lock()
        self._room = self._left = room
        self.made: dict[str, tuple[tuple[int, int], datetime | None, Any]] = {}

    def find(self, address: str) -> Page | None:
        with self._lock:
            page = self._pages.get(address)
            if page:
                self._pages.move_to_end(address)
            return page

    def keep(self, address: str, page: Page) -> None:
        with self._lock:
            if old := self._pages.pop(address, None):
                self._left += len(old.body)
            self._pages[address] = page
            self._left -= len(page.body)
            while self._left < 0:
                _, out = self._pages.popitem(last=False)
                self._left += len(out.body)

    def clear(self) -> None:
        with self._lock:
            self._pages.clear()
            self.made.clear()
            self._left = self._room


shelf = Shelf(settings.PAGES_ROOM)


def version(subject: str = "") -> tuple[int, int]:
    """What changes with every deed that commits, in whatever order they do; or with every deed on
    rows of one model, where its label is given."""
    words, values = (OF_MODEL, [subject]) if subject else (OF_ALL, [])
    with connection.cursor() as cursor:
        cursor.execute(words, [*values, WINDOW])
        newest, total = cursor.fetchone()
    return newest, int(total)


def made_once(subject: str, make: Callable[[datetime], tuple[Made, datetime | None]]) -> Made:
    """What `make` computes of all rows of a model, kept until a deed on one of them, or until the
    instant that `make` gives with it: when the clock alone changes it."""
    at, now = clock.now(), version(subject)
    kept = shelf.made.get(subject)
    if kept is None or kept[0] != now or (kept[1] is not None and kept[1] <= at):
        value, until = make(at)
        kept = shelf.made[subject] = (now, until, value)
    made: Made = kept[2]
    return made


@part
def changed(what: Any, *, at: datetime) -> None:
    """Say that something public was changed by other than a deed; `what` is the row."""
    subject = Subject(what._meta, str(what.pk)[:16] or new_code())
    record(subject, "site.changed", by=Clock(), at=at, public=False)


@dataclass(frozen=True)
class Subject:
    """A row without a code, as events name it."""

    _meta: Any
    code: str


def finished(request: HttpRequest, *, until: datetime | None = None) -> None:
    """A public view says: this page may be kept, until the clock changes it."""
    kept = getattr(request, "finished_until", None)
    instants = [instant for instant in (kept, until, _next_minute()) if instant]
    request.finished_until = min(instants)  # type: ignore[attr-defined]


def _next_minute() -> datetime:
    """The frame shows the minute."""
    return clock.now().replace(second=0, microsecond=0) + timedelta(minutes=1)


def serve_finished(get_response: View) -> View:
    """Middleware: a kept page for whoever is not signed in, where one is good."""

    def served(request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD") or settings.SESSION_COOKIE_NAME in request.COOKIES:
            return get_response(request)
        address = (
            f"{request.get_host()}{request.get_full_path()} {request.headers.get('HX-Request')}"
        )
        now = version()
        page = shelf.find(address)
        if page and page.version == now and clock.now() < page.valid_until:
            return _shown(request, page)
        response = get_response(request)
        until = getattr(request, "finished_until", None)
        if until is None or response.status_code != 200 or response.streaming or response.cookies:
            return response
        page = Page(
            version=now,
            valid_until=until,
            etag=f'"{sha256(NOW.sub(b"", response.content)).hexdigest()[:32]}"',
            headers=tuple(
                item for item in response.items() if item[0].lower() not in OF_ONE_REQUEST
            ),
            body=response.content,
        )
        shelf.keep(address, page)
        return _shown(request, page)

    return served


OF_ONE_REQUEST = {"content-length", "x-request-id", "set-cookie"}


def _shown(request: HttpRequest, page: Page) -> HttpResponse:
    if request.headers.get("If-None-Match") == page.etag:
        response: HttpResponse = HttpResponseNotModified()
    else:
        instant = localtime(clock.now()).isoformat(timespec="seconds").encode()
        response = HttpResponse(NOW.sub(instant, page.body, count=1))
    for name, value in page.headers:
        response[name] = value
    response["ETag"] = page.etag
    response["Cache-Control"] = "no-cache"
    return response
