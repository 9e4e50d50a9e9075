"""Build the demo: people come in, agencies enter, orders take their course."""

import sys
from argparse import ArgumentParser
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from accounts.models import User
from core import clock
from demo import (
    alliances,
    arguments,
    city,
    councils,
    inquiries,
    joining,
    notices,
    procurement,
    stories,
    travel,
)

ENTERED = timedelta(days=140)  # before today: when the city came to the site
LONG_AGO = datetime(2018, 7, 2, 9, tzinfo=travel.BEIJING)  # before the client's need


class Command(BaseCommand):
    help = "Build the demo city; --if-empty leaves a database that has users alone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--if-empty", action="store_true")

    def handle(self, **options: Any) -> None:
        if options["if_empty"] and User.objects.exists():
            return
        now = clock.now()
        agencies = [one["key"] for one in city.data()["organisations"] if one.get("agency")]
        travel.to(LONG_AGO)
        city.open_accounts(city.early())
        city.settle(city.early())
        early = [*procurement.long_ago(), *arguments.long_ago()]
        travel.tell(early, told=lambda steps: self._tell("steps of the client's need", steps))
        travel.to(now - ENTERED)
        city.open_accounts(city.late(), witnesses=True)
        city.settle(city.late())
        alliances.settle()
        procurement.enact()
        for place, key in enumerate(agencies, start=1):
            city.enter(key)
            self._tell("agencies", place, len(agencies))
        travel.carry()
        told = [
            *stories.all_of(now),
            *procurement.all_of(now),
            *arguments.all_of(now),
            *inquiries.all_of(now),
            *notices.all_of(now),
            *alliances.all_of(now),
            *joining.all_of(now),
            *councils.all_of(now),
        ]
        travel.tell(told, told=lambda steps: self._tell("steps of orders, needs, alliances", steps))
        travel.carry()
        call_command("index", stdout=StringIO())  # editors' pages and files, which no deed tells of
        self.stderr.write("")

    def _tell(self, what: str, done: int, of: int | None = None) -> None:
        """One line that rewrites itself, for whoever watches."""
        if sys.stderr.isatty():
            self.stderr.write(f"\rdemo: {done}{f' of {of}' if of else ''} {what}   ", ending="")
            self.stderr.flush()
