"""Build the search's documents from what is there: after an import, a repair, a new kind."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand

from core import clock, searched
from core.searched import Kind
from search import index, tasks
from search.models import FileText

WIDTH = 30


class Command(BaseCommand):
    help = (
        "Build what differs of the search's documents; --rebuild writes all of them anew. "
        "Readers find what was there until the moment each is written."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rebuild", action="store_true")

    def handle(self, **options: Any) -> None:
        begun, changed = monotonic(), 0
        work = list(_work())
        for place, (kind, code) in enumerate(work, start=1):
            changed += index.refresh(kind, code, at=clock.now(), anew=options["rebuild"])
            self._tell(place, len(work), changed)
        while FileText.objects.filter(read_at=None).exists():
            before = FileText.objects.filter(read_at=None).count()
            tasks.read_files()
            if FileText.objects.filter(read_at=None).count() == before:
                break  # what cannot be read was logged
        if changed:
            index.tell_changed(at=clock.now())
        seconds = monotonic() - begun
        self.stdout.write(f"{len(work)} looked at, {changed} written, {seconds:.0f} s")

    def _tell(self, done: int, of: int, changed: int) -> None:
        if not sys.stderr.isatty() or (done % 20 and done != of):
            return
        full = WIDTH * done // of
        bar = f"{'█' * full}{'░' * (WIDTH - full)}"
        end = "\n" if done == of else ""
        self.stderr.write(f"\r{bar} {done:,} of {of:,}, {changed:,} written ", ending=end)
        self.stderr.flush()


def _work() -> Iterator[tuple[Kind, str]]:
    """Every thing of every kind, and every document whose thing is listed no more."""
    for kind in searched.kinds.values():
        for code in index.everything_of(kind):
            yield kind, code
