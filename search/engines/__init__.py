"""The engines: each finds what a query asks for among the same documents."""

from collections.abc import Sequence
from datetime import datetime

from search.engines import database
from search.found import Found
from search.query import Query


def find(query: Query, at: datetime) -> Found:
    """By the engine that is there."""
    return database.find(query, at)


def count(query: Query, at: datetime) -> tuple[int, bool]:
    return database.count(query, at)


def suggest(query: Query, at: datetime, *, most: int) -> Sequence[int]:
    return database.suggest(query, at, most=most)
