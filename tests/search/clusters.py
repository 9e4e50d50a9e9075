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


def address() -> str:
    """Of the server that `.ci/services` started."""
    found = os.environ.get("TEST_SEARCH_URL", "")
    if not found and os.environ.get("REQUIRE_SERVICES") == "1":
        pytest.fail("TEST_SEARCH_URL is not set: .ci/services start DIR search")
    if not found:
        pytest.skip("a search cluster is asked for by TEST_SEARCH_URL")
    return found


@contextmanager
def entered() -> Iterator[None]:
    """The site has a cluster, with nothing in it; what is carried there goes away with the test."""
    named = {"ELASTICSEARCH_URL": address(), "ELASTICSEARCH_PREFIX": f"test-{token_hex(6)}"}
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


def stop() -> None:
    subprocess.run([settings.ROOT / ".ci/services", "search-stop", _folder()], check=True)


def start() -> None:
    port = address().rsplit(":", 1)[1]
    script = settings.ROOT / ".ci/services"
    subprocess.run([script, "search-start", _folder(), port], check=True, capture_output=True)


def _folder() -> str:
    return os.environ["TEST_SERVICES"]
