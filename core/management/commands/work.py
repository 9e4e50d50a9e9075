"""The embedded profile's worker: it carries the outbox and keeps the timetable until TERM."""

import signal
from argparse import ArgumentParser
from threading import Event as Flag
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand

from core import clock, outbox, timetable

PAUSE = 0.5  # seconds between two looks at the outbox; a look is a plain read


class Command(BaseCommand):
    help = "Carry the outbox and keep the timetable; --once does what waits, and ends."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true")

    def handle(self, **options: Any) -> None:
        if options["once"]:
            carry()
            for name in timetable.entries:
                timetable.run(name)
            carry()
            return
        stop = Flag()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        due = dict.fromkeys(timetable.entries, monotonic())
        while not stop.wait(PAUSE):
            carry(stop)
            for name, instant in due.items():
                if not stop.is_set() and instant <= monotonic():
                    timetable.run(name)
                    due[name] = monotonic() + timetable.entries[name].seconds


def carry(stop: Flag | None = None) -> None:
    """Carry news until none waits."""
    while (stop is None or not stop.is_set()) and outbox.run_once(at=clock.now()):
        pass
