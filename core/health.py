"""What the site stands on: faults stop it from serving; with concerns it serves, but worse."""

import logging
from collections.abc import Callable, Iterable, Iterator

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

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
            found.append(f"{tell.__module__} could not tell: see the log")
    return found


def _faults() -> Iterator[str]:
    """What this process cannot do without: the database, migrated, and the cache."""
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            yield "the database lacks migrations: run manage.py migrate"
    except DatabaseError:
        yield "the database does not answer"
    try:
        cache.set("readyz", "ok", 10)
        if cache.get("readyz") != "ok":
            yield "the cache does not keep what it is given"
    except Exception:  # noqa: BLE001  # each backend raises its own
        yield "the cache does not answer"
