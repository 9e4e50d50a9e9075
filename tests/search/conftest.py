from datetime import datetime

import pytest

from core import clock
from search import engines
from search.engines import database
from tests.search import library

ENGINES = {"database": database}


@pytest.fixture
def shelved(db) -> datetime:
    """The library's documents are there; the instant at which they were written."""
    at = clock.now()
    library.shelve(at)
    return at


@pytest.fixture(params=sorted(ENGINES))
def engine(request, shelved, monkeypatch) -> str:
    """Each engine in turn finds in the library; its name."""
    chosen = ENGINES[request.param]
    for name in ("find", "count", "suggest"):
        monkeypatch.setattr(engines, name, getattr(chosen, name))
    return request.param
