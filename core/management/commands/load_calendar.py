from typing import Any

from django.core.management.base import BaseCommand

from core import reference


class Command(BaseCommand):
    help = "Add the years of working days and holidays that the table lacks."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"core.calendar: {reference.load_calendar()} added")
