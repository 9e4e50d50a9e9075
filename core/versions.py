"""Which version the database is at: what was shown or counted at the same one is still right.

A version is read off the event table, since every deed writes an event in its own transaction
(docs/decisions/0002). As long as nothing at all was committed it is not even read: both databases
say so for a fraction of the price (docs/decisions/0008).
"""

import threading
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

# Ids are given before their transactions commit, so the greatest alone would hide a late one below.
WINDOW = 256
LATEST = "SELECT id FROM core_event {} ORDER BY id DESC LIMIT %s"
SUMMED = "SELECT COALESCE(MAX(id), 0), COALESCE(SUM(id), 0) FROM ({}) AS latest"
OF_ALL = SUMMED.format(LATEST.format(""))
OF_MODEL = SUMMED.format(LATEST.format("WHERE subject = %s"))
PLACED = "SELECT {}, summed.* FROM ({}) AS summed"

Version = tuple[int, int]


class Known(threading.local):
    """What this thread read while its database was in `state`."""

    state: Hashable = None
    versions: dict[str, Version]
    held = False


known = Known()


def version(subject: str = "") -> Version:
    """What changes with every deed that commits, in whatever order they do; or with every deed on
    rows of one model, where its label is given."""
    return versions((subject,))[0]


def versions(subjects: tuple[str, ...]) -> tuple[Version, ...]:
    """Those of several models, in one query at most."""
    if not known.held:
        _look()
    missing = tuple(subject for subject in subjects if subject not in known.versions)
    if missing:
        known.versions |= zip(missing, _read(missing), strict=True)
    return tuple(known.versions[subject] for subject in subjects)


@contextmanager
def held() -> Iterator[None]:
    """Within it the database is asked once: a request is answered as of its beginning, or later."""
    _look()
    known.held = True
    try:
        yield
    finally:
        known.held = False


def _look() -> None:
    state = _state()
    if state is None or state != known.state:
        known.state, known.versions = state, {}


def _state() -> Hashable:
    """Equal to an earlier one only if nothing was committed since; None inside a transaction, which
    sees what it has not committed.

    PostgreSQL: the snapshot names the transactions whose work is seen, so who commits, changes it.
    SQLite: what others committed since this connection began, and what it wrote itself.
    """
    if connection.in_atomic_block:
        return None
    connection.ensure_connection()
    raw: Any = connection.connection
    if connection.vendor == "postgresql":  # past Django and psycopg: this is asked at every request
        snapshot: bytes | None = raw.pgconn.exec_(b"SELECT pg_current_snapshot()").get_value(0, 0)
        return snapshot
    return raw, raw.execute("PRAGMA data_version").fetchone()[0], raw.total_changes


def _read(subjects: tuple[str, ...]) -> list[Version]:
    words = " UNION ALL ".join(
        PLACED.format(place, OF_MODEL if subject else OF_ALL)
        for place, subject in enumerate(subjects)
    )
    values = [value for subject in subjects for value in ([subject] if subject else []) + [WINDOW]]
    with connection.cursor() as cursor:
        cursor.execute(words, values)
        return [(newest, int(total)) for _place, newest, total in sorted(cursor.fetchall())]
