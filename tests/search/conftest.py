from collections.abc import Iterator
from datetime import datetime

import pytest

from core import clock
from search import engines
from search.engines import database, elastic
from tests.search import clusters, library

ENGINES = {"database": database, "cluster": elastic}


@pytest.fixture
def shelved(db) -> datetime:
    """The library's documents are there; the instant at which they were written."""
    at = clock.now()
    library.shelve(at)
    return at


@pytest.fixture(params=sorted(ENGINES))
def engine(request, shelved, monkeypatch) -> Iterator[str]:
    """Each engine in turn finds in the library; its name."""
    chosen = ENGINES[request.param]
    for name in ("find", "count", "suggest"):
        monkeypatch.setattr(engines, name, getattr(chosen, name))
    if chosen is database:
        yield request.param
        return
    with clusters.entered():
        clusters.fill()
        yield request.param
