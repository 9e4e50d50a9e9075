import gc
import os
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from urllib.parse import urlsplit

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.utils import translation
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from core import cache, reference
from core.models import Outbox
from tests import browsers, databases
from tests.cast import Cast, with_passwords


class CityFirst(LoadScopeScheduling):
    """Each test goes to whichever process is free; those that walk the city to one, at first."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return file if file.endswith("test_look.py") else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> CityFirst:
    return CityFirst(config, log)


def pytest_configure() -> None:
    """What is slow on purpose, or once for all requests, is neither in tests."""
    django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Each client makes the middleware anew: it need not list all files each time.
    django_settings.WHITENOISE_AUTOREFRESH = True
    django_settings.WHITENOISE_MAX_AGE = 60  # as without it
    if redis := django_settings.REDIS_URL:  # what one process forgets, the others keep
        own = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
        location = urlsplit(redis)._replace(path=f"/{own}").geturl()
        django_settings.CACHES["default"]["LOCATION"] = location


def pytest_collection_finish() -> None:
    """All that is loaded stays: the collector need not look at it again after every test."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)


@pytest.fixture(autouse=True)
def _chinese() -> None:
    """A request for /en/ leaves its language behind in the thread."""
    translation.activate(django_settings.LANGUAGE_CODE)


@pytest.fixture
def cast(db: None) -> Cast:
    return Cast.assembled()


@pytest.fixture
def later(settings) -> Callable[..., None]:
    """`later(days=3)`: time passes."""

    def shift(**delta: float) -> None:
        settings.CLOCK_OFFSET += timedelta(**delta)

    return shift


@pytest.fixture(scope="module")
def browser() -> Iterator[browsers.Browser]:
    """A real one, where services are required: `browser.new_page()`."""
    if os.environ.get("REQUIRE_SERVICES") != "1":
        pytest.skip("a browser is asked for by REQUIRE_SERVICES=1")
    with browsers.chromium() as started:
        yield started


@pytest.fixture(autouse=True)
def _no_finished_pages() -> None:
    """A test that rolls back gives its versions to the next one: no page may outlive it."""
    cache.clear()


@pytest.fixture(autouse=True)
def _own_private_files(settings, tmp_path) -> None:
    """What a test receives goes away with it."""
    options = {"location": tmp_path / "private", "base_url": None}
    private = settings.STORAGES["private"] | {"OPTIONS": options}
    settings.STORAGES = settings.STORAGES | {"private": private}
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment, django_db_modify_db_settings, django_db_blocker
) -> Iterator[None]:
    """The test database, always: pytest-django's own fixture makes none where only races run.

    A copy of a finished one, under a name made from all migrations.
    """
    own = connection.creation._get_test_db_name()
    with django_db_blocker.unblock():
        finished = databases.finished(_migrations(), _filled)
    with databases.entered(finished), databases.copied_to(own), databases.entered(own):
        yield


def _filled() -> None:
    for _loaded in reference.load_all():
        pass
    Outbox.objects.all().delete()  # news of the reference data is none of the tests'


def _migrations() -> str:
    """The digest of our migrations and reference data, and of the versions of everybody else's."""
    root = django_settings.ROOT
    files = [*sorted(root.glob("*/migrations/*.py")), root / "requirements" / "run.txt"]
    files += sorted([*root.glob("*/data/**/*"), *root.glob("*/reference.py")])
    texts = (file.read_bytes() for file in files if file.is_file())
    return sha256(b"".join(texts)).hexdigest()[:16]


@dataclass
class Database:
    """One whose transactions really commit, with the cast in it."""

    name: str
    cast: Cast


@pytest.fixture(scope="session")
def prepared(django_db_setup, django_db_blocker) -> Iterator[Database]:
    """What tests that commit start from. They never enter it: each gets a copy."""
    with django_db_blocker.unblock(), databases.copied("prepared") as name:
        with databases.entered(name):
            cast = Cast.assembled()
            with_passwords()
        yield Database(name, cast)


@pytest.fixture
def database(prepared: Database, django_db_blocker) -> Iterator[Database]:
    """This test's own copy, for its threads and its processes."""
    with (
        django_db_blocker.unblock(),
        databases.entered(prepared.name),
        databases.copied("own") as name,
        databases.entered(name),
    ):
        yield Database(name, deepcopy(prepared.cast))
