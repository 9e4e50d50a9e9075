import os
import shutil
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test.utils import setup_databases, teardown_databases
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

    On SQLite a finished one is kept for the next run, under a name made from all migrations.
    """
    kept = django_settings.VAR / "cache" / f"test-{_migrations()}.sqlite3"
    if connection.vendor == "sqlite" and kept.exists():
        name = connection.creation._get_test_db_name()
        shutil.copyfile(kept, name)
        connection.close()
        connection.settings_dict["NAME"] = name
        yield
        connection.close()
        Path(name).unlink(missing_ok=True)
        return
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False)
        for _loaded in reference.load_all():
            pass
        Outbox.objects.all().delete()  # news of the reference data is none of the tests'
        if connection.vendor == "sqlite":
            connection.close()
            kept.parent.mkdir(parents=True, exist_ok=True)
            half = kept.with_suffix(f".{connection.settings_dict['NAME'].rpartition('/')[2]}")
            shutil.copyfile(connection.settings_dict["NAME"], half)
            half.replace(kept)
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


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
