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
    members,
    notices,
    procurement,
    site,
    staff,
    stories,
    travel,
)

# Before today: when the city came to the site, and when agencies could enter and needs be written.
CAME, ENTERED = timedelta(days=470), timedelta(days=140)
LONG_AGO = datetime(2018, 7, 2, 9, tzinfo=travel.BEIJING)  # before the client's need


class Command(BaseCommand):
    help = "Build the demo city; --if-empty leaves a database that has users alone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--if-empty", action="store_true")

    def handle(self, **options: Any) -> None:
        if options["if_empty"] and User.objects.exists():
            return
        now = clock.now()
        travel.to(LONG_AGO)
        city.open_accounts(city.early())
        city.settle(city.early())
        travel.tell([*procurement.long_ago(), *arguments.long_ago()], told=self._tell)
        travel.to(now - CAME)
        city.open_accounts(city.late(), witnesses=True)
        city.settle(city.late())
        alliances.settle()
        travel.carry()
        told = [
            _opened(now),
            *stories.all_of(now),
            *procurement.all_of(now),
            *arguments.all_of(now),
            *inquiries.all_of(now),
            *notices.all_of(now),
            *alliances.all_of(now),
            *joining.all_of(now),
            *councils.all_of(now),
            *members.all_of(now),
            *staff.all_of(now),
        ]
        travel.tell(told, told=self._tell)
        travel.carry()
        site.build()
        call_command("index", stdout=StringIO())  # editors' pages and files, which no deed tells of
        self.stderr.write("")

    def _tell(self, steps: int) -> None:
        """One line that rewrites itself, for whoever watches."""
        if sys.stderr.isatty():
            self.stderr.write(f"\rdemo: {steps} steps of orders, needs, alliances   ", ending="")
            self.stderr.flush()


def _opened(now: datetime) -> travel.Story:
    """Agencies enter from then on, and needs are written."""
    yield now - ENTERED
    procurement.enact()
    for one in city.data()["organisations"]:
        if one.get("agency"):
            city.enter(one["key"])
