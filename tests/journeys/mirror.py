"""The demo's whole story, while somebody without an account looks on: `-m tests.journeys.mirror`.

Before each step some public pages are asked for, so that they are kept; after it they are asked for
again, and each must be, byte for byte, what is made where nothing is kept. Prints what differs.
EACH is how many pages are looked at in each step, SEED which.
"""

import os
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import unified_diff
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.urls import Resolver404, resolve

from config.wsgi import application
from core import cache, clock
from core.cache import Shelf
from core.models import Event
from demo import travel
from demo.travel import Story
from marketplace.views import orders
from procurement.views import inquiries

EACH, OF_A_KIND = int(os.environ.get("EACH", "6")), 3
LINK = re.compile(rb' href="(/[^"#]*)')
# An empty feed bears the second in which it was made.
PASSED_BY = re.compile(r"/(en/)?(staff|accounts|desk|demo|documents|feeds|media|static)(/|$)")


def environ(path: str) -> dict[str, Any]:
    """What granian tells of a request for it by somebody without cookies."""
    address = urlsplit(path)
    return {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": address.path,
        "QUERY_STRING": address.query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "HTTP_HOST": "localhost",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
        "wsgi.errors": sys.stderr,
    }


def ask(path: str) -> tuple[str, bytes]:
    told: list[str] = []
    answer = application(environ(path), lambda status, headers: told.append(status))
    body = b"".join(answer)
    if hasattr(answer, "close"):
        answer.close()
    return told[0], body


def is_kept(path: str) -> bool:
    return cache.shelf.find(cache._address(environ(path))) is not None


@contextmanager
def nothing_kept() -> Iterator[None]:
    """What was kept is there again afterwards: sections live as long as they may."""
    kept = cache.shelf, cache.sections, cache.computed
    cache.shelf, cache.sections = Shelf(settings.PAGES_ROOM), Shelf(settings.SECTIONS_ROOM)
    cache.computed = {}
    try:
        yield
    finally:
        cache.shelf, cache.sections, cache.computed = kept


class Mirror:
    """Who looks on: which pages there are, which were asked for before this step, what differed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.known: dict[str, list[str]] = {}  # the newest addresses of each kind of page
        self.watched: list[str] = []
        self.compared: Counter[str] = Counter()
        self.steps = self.newest = 0
        self.faults: list[str] = []
        self.learn(b' href="/" href="/en/"')

    def learn(self, page: bytes) -> None:
        for link in LINK.findall(page):
            path = link.decode().replace("&amp;", "&")
            if PASSED_BY.match(path):
                continue
            try:
                match = resolve(urlsplit(path).path)
            except Resolver404:
                continue
            kind = ("en " if path.startswith("/en/") else "") + match.view_name
            kind += "?" if "?" in path else ""
            if path not in self.known.setdefault(kind, []):
                self.known[kind] = [*self.known[kind], path][-OF_A_KIND:]

    def before(self) -> None:
        kinds = self.chance.sample(sorted(self.known), min(EACH, len(self.known)))
        self.watched = []
        for kind in kinds:
            path = self.chance.choice(self.known[kind])
            status, body = ask(path)
            if status.startswith("200") and is_kept(path):
                self.watched.append(path)
                self.learn(body)
            elif not status.startswith("3"):
                self.known[kind].remove(path)
                if not self.known[kind]:
                    del self.known[kind]

    def after(self) -> None:
        self.steps += 1
        instant, running = clock.now(), clock.now
        clock.now = lambda: instant  # the same one for both
        try:
            shown = {path: ask(path) for path in self.watched}
            with nothing_kept():
                made = {path: ask(path) for path in self.watched}
        finally:
            clock.now = running
        events = Event.objects.filter(pk__gt=self.newest).order_by("pk").values_list("pk", "name")
        deeds = list(events)
        self.newest = deeds[-1][0] if deeds else self.newest
        for path in self.watched:
            self.compared[path] += 1
            if shown[path] != made[path]:
                self.faults.append(told(path, [name for _, name in deeds], shown, made))
                sys.stdout.write(self.faults[-1])

    def watching(self, story: Story) -> Story:
        """The same story, looked at before and after each of its steps."""
        while True:
            self.before()
            instant = next(story, None)
            self.after()
            if instant is None:
                return
            yield instant


def told(path: str, deeds: list[str], shown: dict, made: dict) -> str:
    old, new = ([one[path][0], *one[path][1].decode().splitlines()] for one in (shown, made))
    lines = [line[:300] for line in unified_diff(old, new, "shown", "made", lineterm="", n=0)]
    return f"{path} after {', '.join(deeds)}\n" + "\n".join(lines[:12]) + "\n"


def main() -> int:
    mirror = Mirror(int(os.environ.get("SEED", random.randrange(10**6))))
    tell = travel.tell

    def watched(stories: Iterator[Story], **options) -> None:
        tell([mirror.watching(story) for story in stories], **options)

    travel.tell = watched
    # The stories want to close and open theirs themselves.
    orders.close_when_due = lambda order: order
    inquiries.open_when_due = lambda procedure: procedure
    call_command("load_reference", verbosity=0)
    call_command("demo")
    kinds = len(mirror.known)
    sys.stdout.write(
        f"{mirror.steps} steps, {sum(mirror.compared.values())} comparisons of"
        f" {len(mirror.compared)} pages, {kinds} kinds, {len(mirror.faults)} faults\n"
    )
    return 1 if mirror.faults or not mirror.compared else 0


if __name__ == "__main__":
    sys.exit(main())
