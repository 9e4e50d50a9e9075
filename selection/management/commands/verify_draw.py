"""`manage.py verify_draw FILE…`: recompute bundles (draw.json) of any method, without the database.

Exit status 1 on any difference. `python selection/methods/draw.py FILE…` does the same for a draw
without the platform. What it prints is Chinese, like the page of a result.
"""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from selection import methods
from selection.methods import draw


class Command(BaseCommand):
    help = "Recompute the result of a selection from its draw.json; exit 1 on any difference."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")

    def handle(self, *args: Any, files: list[str], **options: Any) -> None:
        sys.exit(draw.main(files, methods.verify))
