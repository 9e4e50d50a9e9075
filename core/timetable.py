"""What the clock starts: each package registers its tasks from `apps.py`.

`manage.py work` runs them in the embedded profile, Celery's beat in production. A task is a door:
it loads ids, makes one rule call a row, logs what fails and goes on; twice does no harm.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from django.db import close_old_connections

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Entry:
    name: str
    seconds: float
    task: Callable[[], None]


entries: dict[str, Entry] = {}


def every(name: str, *, seconds: float, task: Callable[[], None]) -> None:
    """Have `task` run about every so many seconds: `every("marketplace.close-due-orders", …)`."""
    entries[name] = Entry(name, seconds, task)


def run(name: str) -> None:
    """Run one entry now; what it raises is logged, so that the others still run."""
    close_old_connections()
    try:
        entries[name].task()
    except Exception:
        logger.exception("the timetable's %s failed", name)
