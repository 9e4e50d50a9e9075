"""Finished pages for anonymous visitors, kept in the process as bytes: exact, not timed.

A page is good for one version of the database (core.versions), and until the clock changes
something on it: a page made before a deed is never shown after it. What is no deed (editors' pages,
reference data) calls `changed`. Kept pages are shown before Django is asked (`in_front`).
"""

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from http.client import responses
from typing import Any, Generic, TypeVar
from uuid import uuid4

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Model
from django.db.models.signals import post_delete, post_save
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.context import make_context
from django.template.loader import get_template, render_to_string
from django.template.loader_tags import BlockNode
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import get_language

from core import clock
from core.audit import Clock, record
from core.lifecycle import part
from core.numbering import new_code
from core.versions import Version, held, version, versions

# The instant in the frame, from which a countdown counts: anew each time a kept page is shown.
NOW = re.compile(rb'(?<= data-now=")[^"]*(?=")')
OUR_OWN = {"content-length", "x-request-id", "etag", "cache-control"}

Made = TypeVar("Made")
View = Callable[[HttpRequest], HttpResponse]
Environ = dict[str, Any]
Context = Callable[[datetime], tuple[dict[str, Any], datetime | None]]
Drawn = tuple[Mapping[str, SafeString], datetime | None]
Address = tuple[Any, ...]
Application = Callable[[Environ, Any], Iterable[bytes]]


@dataclass(frozen=True)
class Page:
    """A finished page: the instant of the request goes between `before` and `after`, if any."""

    version: Version
    valid_until: datetime
    etag: str
    headers: tuple[tuple[str, str], ...]
    before: bytes
    after: bytes | None

    @property
    def size(self) -> int:
        return len(self.before) + len(self.after or b"")


@dataclass(frozen=True)
class Answer:
    """What is sent."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


@dataclass(frozen=True)
class Section:
    """A part of a page, drawn, with the versions of what it is drawn from; or the blocks of one,
    by their names."""

    versions: tuple[Version, ...]
    until: datetime
    blocks: Mapping[str, SafeString]

    @property
    def html(self) -> SafeString:
        return self.blocks[""]

    @property
    def size(self) -> int:
        return sum(map(len, self.blocks.values()))


Kept = TypeVar("Kept", Page, Section)


class Shelf(Generic[Kept]):
    """Pages or sections by address; where room lacks, the one not asked for the longest goes."""

    def __init__(self, room: int) -> None:
        self._kept: OrderedDict[Address, Kept] = OrderedDict()
        self._lock = threading.Lock()
        self._room = self._left = room

    def find(self, address: Address) -> Kept | None:
        with self._lock:
            kept = self._kept.get(address)
            if kept:
                self._kept.move_to_end(address)
            return kept

    def keep(self, address: Address, kept: Kept) -> None:
        with self._lock:
            if old := self._kept.pop(address, None):
                self._left += old.size
            self._kept[address] = kept
            self._left -= kept.size
            while self._left < 0:
                _, out = self._kept.popitem(last=False)
                self._left += out.size

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
            self._left = self._room


shelf: Shelf[Page] = Shelf(settings.PAGES_ROOM)
sections: Shelf[Section] = Shelf(settings.SECTIONS_ROOM)
computed: dict[tuple[str, ...], tuple[tuple[Version, ...], datetime | None, Any]] = {}


def clear() -> None:
    """Forget everything that is kept."""
    shelf.clear()
    sections.clear()
    computed.clear()


def made_once(
    subjects: tuple[str, ...], make: Callable[[datetime], tuple[Made, datetime | None]]
) -> Made:
    """What `make` computes of all rows of these models, kept until a deed on one of them, or until
    the instant that `make` gives with it: when the clock alone changes it."""
    at, now = clock.now(), versions(subjects)
    kept = computed.get(subjects)
    if kept is None or kept[0] != now or (kept[1] is not None and kept[1] <= at):
        value, until = make(at)
        kept = computed[subjects] = (now, until, value)
    made: Made = kept[2]
    return made


def section(
    request: HttpRequest, template: str, subjects: tuple[str, ...], make: Context
) -> Section:
    """The part of a page that `template` draws from rows of these models alone, and that is the
    same for all who ask for this address, signed in or not: drawn once until a deed on one of them.

    `make` gives its context, and when the clock changes it: the next minute does in any case.
    """

    def draw(at: datetime) -> Drawn:
        context, until = make(at)
        return {"": render_to_string(template, context)}, until

    return drawn(request, template, subjects, draw)


def joined(request: Any, template: str, subjects: tuple[str, ...], make: Context) -> HttpResponse:
    """A page that whoever is not signed in may be shown again: its frame, and the blocks of
    `template` (which extends nothing), drawn from rows of these models alone, until a deed on one
    of them. Who is signed in has them drawn from what `make` gives for him."""

    def draw(at: datetime) -> Drawn:
        context, until = make(at)
        return blocks(template, context, request), until

    if request.user.is_authenticated:
        drawn_blocks = draw(clock.now())[0]
    else:
        found = drawn(request, template, subjects, draw)
        finished(request, until=found.until)
        drawn_blocks = found.blocks
    return render(request, "joined.html", {"blocks": drawn_blocks})


def blocks(template: str, context: dict[str, Any], request: HttpRequest) -> dict[str, SafeString]:
    """The blocks of a template that extends nothing, drawn by their names."""
    source: Any = get_template(template)
    source = source.template
    values = make_context(context, request)
    with values.render_context.push_state(source), values.bind_template(source):
        named = [node for node in source.nodelist if isinstance(node, BlockNode)]
        return {node.name: node.render(values) for node in named}


def drawn(
    request: HttpRequest,
    name: str,
    subjects: tuple[str, ...],
    draw: Callable[[datetime], Drawn],
) -> Section:
    """A section that `draw` draws, with the instant when the clock changes it."""
    address = (name, get_language(), *_address(request.META))
    at, now = clock.now(), versions(subjects)
    kept = sections.find(address)
    if kept is None or kept.versions != now or kept.until <= at:
        html, until = draw(at)
        kept = Section(now, min(until or next_minute(at), next_minute(at)), html)
        sections.keep(address, kept)
    return kept


@part
def changed(what: Any, *, at: datetime) -> None:
    """Say that something public was changed by other than a deed; `what` is the row."""
    subject = Subject(what._meta, str(what.pk)[:16] or new_code())
    record(subject, "site.changed", by=Clock(), at=at, public=False)


def watch(*models: type[Model]) -> None:
    """Rows of these are edited plainly, which is no deed: whoever saves or deletes one has said by
    it, in the same transaction where there is one, that something public was changed."""
    for model in models:
        for edited in (post_save, post_delete):
            edited.connect(_edited, sender=model, dispatch_uid=f"core.cache {model._meta.label}")


def _edited(instance: Model, **_facts: Any) -> None:
    with transaction.atomic():  # a savepoint in Wagtail's transaction
        changed(instance, at=clock.now())


@dataclass(frozen=True)
class Subject:
    """A row without a code, as events name it."""

    _meta: Any
    code: str


def finished(request: HttpRequest, *, until: datetime | None = None) -> None:
    """A public view says: this page may be kept, until the clock changes it."""
    kept = getattr(request, "finished_until", None)
    instants = [instant for instant in (kept, until, next_minute(clock.now())) if instant]
    request.finished_until = min(instants)  # type: ignore[attr-defined]


def next_minute(at: datetime) -> datetime:
    """The frame shows the minute, and so does what tells the time that is left."""
    return at.replace(second=0, microsecond=0) + timedelta(minutes=1)


def in_front(application: Application) -> Application:
    """Before Django: a kept page is shown without a request, a middleware or a view."""

    def shown(environ: Environ, start_response: Any) -> Iterable[bytes]:
        try:
            # Django reads a path that is not ASCII its own way, and finds its page itself.
            plain = _is_anonymous(environ) and environ["PATH_INFO"].isascii()
            answer = _kept(environ) if plain else None
        except DatabaseError:  # Django says so in its own way, and connects anew
            answer = None
        if answer is None:
            return application(environ, start_response)
        start_response(f"{answer.status} {responses[answer.status]}", answer.headers)
        return [answer.body]

    return shown


def serve_finished(get_response: View) -> View:
    """Middleware, the first: a kept page for whoever is not signed in, where one is good; what is
    made here is kept with the headers of all others."""

    def served(request: HttpRequest) -> HttpResponse:
        environ = request.META
        if not _is_anonymous(environ) or request.path.startswith(settings.STATIC_URL):
            return get_response(request)
        with held():
            answer = _kept(environ)
            if answer is None:
                now = version()
                response = get_response(request)
                page = _finished_page(request, response, now)
                if page is None:
                    return response
                shelf.keep(_address(environ), page)
                answer = _answer(environ, page)
        return HttpResponse(answer.body, status=answer.status, headers=dict(answer.headers))

    return served


def _is_anonymous(environ: Mapping[str, Any]) -> bool:
    """Whether all who ask so are shown the same: there is neither a session nor a message."""
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
        return False
    cookies = environ.get("HTTP_COOKIE")
    return not cookies or (settings.SESSION_COOKIE_NAME not in cookies and MESSAGES not in cookies)


MESSAGES = "messages"  # the cookie of django.contrib.messages


def _address(environ: Mapping[str, Any]) -> Address:
    """All of a request that a page depends on."""
    return tuple(environ.get(name, "") for name in ADDRESS)


ADDRESS = (
    "HTTP_HOST",
    "SERVER_NAME",
    "SERVER_PORT",
    "wsgi.url_scheme",
    "HTTP_X_FORWARDED_PROTO",
    "SCRIPT_NAME",
    "PATH_INFO",
    "QUERY_STRING",
    "HTTP_HX_REQUEST",
)


def _kept(environ: Mapping[str, Any]) -> Answer | None:
    page = shelf.find(_address(environ))
    if page is None:
        return None
    if page.version != version() or clock.now() >= page.valid_until:
        return None
    return _answer(environ, page)


def _finished_page(request: HttpRequest, response: HttpResponse, now: Version) -> Page | None:
    """What may be kept of a response that was made at version `now`."""
    until = getattr(request, "finished_until", None)
    if until is None or response.status_code != 200 or response.streaming or response.cookies:
        return None
    before, *after = NOW.split(response.content, maxsplit=1)
    kept = [item for item in response.items() if item[0].lower() not in OUR_OWN]
    etag = f'"{sha256(b"".join([before, *after])).hexdigest()[:32]}"'
    kept += [("ETag", etag), ("Cache-Control", "no-cache")]
    return Page(now, until, etag, tuple(kept), before, after[0] if after else None)


def _answer(environ: Mapping[str, Any], page: Page) -> Answer:
    headers = [*page.headers, ("X-Request-ID", uuid4().hex)]
    if page.etag in environ.get("HTTP_IF_NONE_MATCH", ""):
        return Answer(304, headers, b"")
    body = page.before
    if page.after is not None:
        instant = localtime(clock.now()).isoformat(timespec="seconds").encode()
        body = b"".join([page.before, instant, page.after])
    headers.append(("Content-Length", str(len(body))))
    return Answer(200, headers, body)
