"""Fill a new index of the cluster with all documents, then let it take over."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.gateways import GatewayRefused, GatewayUnavailable
from search import carrying
from search.progress import Progress


class Command(BaseCommand):
    help = (
        "Fill a new index of the search cluster; readers ask the present one until it is whole. "
        "Needed after a change of the mapping, of shards or replicas; an empty cluster is filled "
        "by the worker itself."
    )

    def handle(self, **options: Any) -> None:
        progress = Progress(self.stderr)
        try:
            for done, of in carrying.rebuild():
                progress.tell(done, of)
        except (GatewayUnavailable, GatewayRefused) as error:
            raise CommandError(
                f"The new index was not filled, the present one stays: {error}"
            ) from error
        self.stdout.write(f"{progress.done:,} documents, {progress.seconds:.0f} s")
