"""Build the search's documents from what is there: after an import, a repair, a new kind."""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand

from core import clock, searched
from core.searched import Kind
from search import index, tasks, vocabulary
from search.models import FileText
from search.progress import Progress


class Command(BaseCommand):
    help = (
        "Build what differs of the search's documents; --rebuild writes all of them anew. "
        "Readers find what was there until the moment each is written."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rebuild", action="store_true")

    def handle(self, **options: Any) -> None:
        progress, changed = Progress(self.stderr), 0
        work = list(_work())
        for place, (kind, code) in enumerate(work, start=1):
            changed += index.refresh(kind, code, at=clock.now(), anew=options["rebuild"])
            progress.tell(place, len(work), f", {changed:,} written")
        while FileText.objects.filter(read_at=None).exists():
            before = FileText.objects.filter(read_at=None).count()
            tasks.read_files()
            if FileText.objects.filter(read_at=None).count() == before:
                break  # what cannot be read was logged
        for some in vocabulary.batches():
            vocabulary.forget_of(some)
        if changed:
            index.tell_changed(at=clock.now())
        self.stdout.write(f"{len(work)} looked at, {changed} written, {progress.seconds:.0f} s")


def _work() -> Iterator[tuple[Kind, str]]:
    """Every thing of every kind, and every document whose thing is listed no more."""
    for kind in searched.kinds.values():
        for code in index.everything_of(kind):
            yield kind, code
