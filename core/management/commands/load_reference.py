from typing import Any

from django.core.management.base import BaseCommand

from core import reference


class Command(BaseCommand):
    help = "Add what each package's reference data has and the database lacks. Twice does no harm."

    def handle(self, *args: Any, **options: Any) -> None:
        for name, added in reference.load_all():
            self.stdout.write(f"{name}: {added} added")
