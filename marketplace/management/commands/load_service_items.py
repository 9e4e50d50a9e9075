from typing import Any

from django.core.management.base import BaseCommand

from marketplace import catalogue


class Command(BaseCommand):
    help = "Add the qualification categories and service items that the tables lack."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"marketplace.service-items: {catalogue.load()} added")
