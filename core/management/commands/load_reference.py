from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from core import cache, clock, reference
from core.models import Region


class Command(BaseCommand):
    help = "Add what each package's reference data has and the database lacks. Twice does no harm."

    def handle(self, *args: Any, **options: Any) -> None:
        some = False
        for name, added in reference.load_all():
            self.stdout.write(f"{name}: {added} added")
            some |= added > 0
        if some:  # a site that is being served keeps no page of before
            with transaction.atomic(durable=True):
                cache.changed(Region.objects.earliest("pk"), at=clock.now())
