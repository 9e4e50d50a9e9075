"""`manage.py export_ocds FILE [--records]`: all releases as one package, or a record a process."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from core import clock
from publication import ocds, releases


class Command(BaseCommand):
    help = "Write the open contracting data into a file: releases, or with --records the records."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--records", action="store_true", help="one record for each process")

    def handle(self, *args: Any, file: Path, records: bool, **options: Any) -> None:
        name = "records" if records else "releases"
        rows: Iterator[dict[str, Any]] = releases.records() if records else releases.bodies()
        head = releases.package("/feeds/ocds/", at=clock.now())
        written = 0
        partial = file.with_name(f"{file.name}.part")  # nothing half-written bears the name
        with partial.open("w", encoding="utf-8") as target:
            target.write(json.dumps(head, ensure_ascii=False)[:-1] + f', "{name}": [')
            for row in rows:
                target.write((",\n" if written else "\n") + ocds.text_of(row))
                written += 1
            target.write("\n]}\n")
        partial.replace(file)
        self.stdout.write(f"{written} {name} in {file}")
