"""The engines: each finds what a query asks for among the same documents.

The cluster is asked where there is one. While it is away, or lacks documents for long, the
database answers, and the answer says so.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from importlib import import_module
from time import monotonic
from typing import Any, TypeVar

from django.conf import settings

from core.gateways import GatewayRefused, GatewayUnavailable
from search.engines import database
from search.found import Found
from search.models import SearchDocument
from search.query import Query

logger = logging.getLogger(__name__)

PAUSE = 5  # seconds in which a process does not ask a cluster again that did not answer
Answer = TypeVar("Answer")
_silent_until = 0.0


def find(query: Query, at: datetime) -> Found:
    """By the engine that is there."""
    found: Found
    found, engine = _ask("find", query, at)
    return replace(found, is_stand_in=engine is database and bool(settings.ELASTICSEARCH_URL))


def count(query: Query, at: datetime) -> tuple[int, bool]:
    counted: tuple[int, bool] = _ask("count", query, at)[0]
    return counted


def suggest(query: Query, at: datetime, *, most: int) -> Sequence[int]:
    keys: Sequence[int] = _ask("suggest", query, at, most=most)[0]
    return keys


def _ask(name: str, query: Query, at: datetime, **options: Any) -> tuple[Any, Any]:
    global _silent_until
    if settings.ELASTICSEARCH_URL and monotonic() >= _silent_until:
        # Only here: the client's package is large, and only a site with a cluster has it.
        elastic = import_module("search.engines.elastic")
        try:
            if not SearchDocument.objects.late(at).exists():
                return getattr(elastic, name)(query, at, **options), elastic
        except GatewayUnavailable as error:
            logger.warning("the search cluster is away, the database answers: %s", error)
            _silent_until = monotonic() + PAUSE
        except GatewayRefused:
            logger.exception("the search cluster refused a query, the database answers it")
    return getattr(database, name)(query, at, **options), database
