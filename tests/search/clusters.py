"""A real cluster for tests, under a prefix of their own."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from secrets import token_hex

import pytest
from django.conf import settings
from django.test import override_settings

from core import clock
from search import carrying, cluster
from tests.programs import free_port


def address() -> str:
    """Of the server that `.ci/services` started."""
    found = os.environ.get("TEST_SEARCH_URL", "")
    if not found and os.environ.get("REQUIRE_SERVICES") == "1":
        pytest.fail("TEST_SEARCH_URL is not set: .ci/services start DIR search")
    if not found:
        pytest.skip("a search cluster is asked for by TEST_SEARCH_URL")
    return found


@contextmanager
def entered(at: str = "") -> Iterator[None]:
    """The site has a cluster, with nothing in it; what is carried there goes away with the test."""
    named = {"ELASTICSEARCH_URL": at or address(), "ELASTICSEARCH_PREFIX": f"test-{token_hex(6)}"}
    # What was carried is found at once, not with the next second.
    cluster.Indexed._index.settings(refresh_interval="20ms")
    with override_settings(**named, ELASTICSEARCH_SHARDS=1, ELASTICSEARCH_REPLICAS=0):
        cluster.client.cache_clear()
        try:
            yield
        finally:
            cluster.remove_all()
            cluster.client.cache_clear()


def fill() -> None:
    """All documents are there."""
    for _done, _of in carrying.rebuild():
        pass
    while carrying.carry(at=clock.now()):
        pass


class Server:
    """A server of one test's own, which may be killed."""

    def __init__(self) -> None:
        address()  # skips, or fails, where there are no services
        self._port = str(free_port())
        self.address = f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        self._do("search-start")

    def kill(self) -> None:
        self._do("search-kill")

    def _do(self, what: str) -> None:
        script, folder = settings.ROOT / ".ci/services", os.environ["TEST_SERVICES"]
        subprocess.run([script, what, folder, self._port], check=True, capture_output=True)
