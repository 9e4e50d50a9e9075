import threading
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from core import clock
from core.audit import Clock, record
from core.lifecycle import lock
from core.models import CalendarYear
from core.versions import held, version
from tests.core.test_cache import deed
from tests.factories import OrganisationFactory, UserFactory


def test_a_late_commit_below_the_newest_id_changes_the_version(database):
    """A deed's id is given before its commit: here the greater id commits first."""
    organisations = OrganisationFactory.create_batch(2)
    written, other_done = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic(durable=True):
            record(lock(organisations[0]), "organisation.edited", by=Clock(), at=clock.now())
            written.set()
            other_done.wait(10)
        connection.close()

    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer: ids are given in the order of commits")
    thread = threading.Thread(target=slow)
    thread.start()
    written.wait(10)
    deed(organisations[1])
    before = version()
    other_done.set()
    thread.join()
    assert version() != before


def test_each_commit_is_seen_at_once_by_the_other_connections(database):
    organisation = OrganisationFactory()
    seen, turns = [], threading.Barrier(2)

    def look():
        for _ in range(4):
            turns.wait(10)
            seen.append(version())
            turns.wait(10)
        connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    for _ in range(4):
        deed(organisation)
        turns.wait(10)
        turns.wait(10)
        assert version() == seen[-1]
    thread.join()
    assert len(set(seen)) == 4


def test_while_nothing_is_committed_no_event_is_read(database, django_assert_num_queries):
    deed(OrganisationFactory())
    before = version(), version("accounts.organisation")
    with django_assert_num_queries(0):
        assert (version(), version("accounts.organisation")) == before


def test_what_writes_no_event_leaves_the_version(database):
    before = version()
    UserFactory()
    assert version() == before


def test_a_transaction_sees_its_own_events(db):
    before = version()
    deed(OrganisationFactory())
    assert version() != before


def test_a_deed_that_is_undone_leaves_the_version(database):
    organisation = OrganisationFactory()
    before = version()
    with transaction.atomic(durable=True):
        record(lock(organisation), "organisation.edited", by=Clock(), at=clock.now())
        transaction.set_rollback(True)
    assert version() == before


def test_a_model_has_a_version_of_its_own(database):
    before = version("marketplace.serviceorder")
    deed(OrganisationFactory())
    assert version("marketplace.serviceorder") == before


def test_a_request_asks_the_database_once(database):
    with held():
        before = version()
        thread = threading.Thread(target=deeds_elsewhere)
        thread.start()
        thread.join()
        assert version() == before
    assert version() != before


def deeds_elsewhere():
    deed(OrganisationFactory())
    connection.close()


def test_what_is_edited_plainly_says_so(database):
    before = version()
    year = CalendarYear.objects.latest("year")
    year.source = "国办发明电〔2026〕1号"
    year.save()
    edited = version()
    CalendarYear.objects.create(year=2049, source="示例").delete()
    assert len({before, edited, version()}) == 3


def test_reference_data_that_came_by_says_so(database):
    before = version()
    call_command("load_reference", verbosity=0, stdout=StringIO())
    assert version() == before
    CalendarYear.objects.latest("year").delete()
    gone = version()
    call_command("load_reference", verbosity=0, stdout=StringIO())
    assert version() != gone
