"""What the site stands on: faults stop it from serving; with concerns it serves, but worse."""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Min
from django.utils.translation import gettext as _

from core.models import Letter, Outbox

logger = logging.getLogger(__name__)

# Filled from `apps.py`: sentences about what is done without at present.
concerned: list[Callable[[], Iterable[str]]] = []


def faults() -> list[str]:
    return list(_faults())


def concerns() -> list[str]:
    found: list[str] = []
    for tell in concerned:
        try:
            found += tell()
        except Exception:
            logger.exception("%s could not tell", tell.__module__)
            found.append(_("%(part)s could not tell: see the log") % {"part": tell.__module__})
    return found


@dataclass(frozen=True)
class Queue:
    """Work that waits for a worker: how much, and since when."""

    name: str
    waiting: int
    oldest: datetime | None


def queues(at: datetime) -> list[Queue]:
    news = Outbox.objects.filter(done_at=None)
    mail = Letter.objects.to_mail(at).order_by()
    return [
        _queue(_("news for other parts of the site"), news, "event__at"),
        _queue(_("letters to be mailed"), mail, "posted_at"),
    ]


def _queue(name: str, rows: Any, since: str) -> Queue:
    return Queue(name, rows.count(), rows.aggregate(oldest=Min(since))["oldest"])


def _faults() -> Iterator[str]:
    """What this process cannot do without: the database, migrated, and the cache."""
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            yield _("the database lacks migrations: run manage.py migrate")
    except DatabaseError:
        yield _("the database does not answer")
    try:
        cache.set("readyz", "ok", 10)
        if cache.get("readyz") != "ok":
            yield _("the cache does not keep what it is given")
    except Exception:  # noqa: BLE001  # each backend raises its own
        yield _("the cache does not answer")
