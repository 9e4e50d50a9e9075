"""Workers that race, and workers that die."""

import signal
from datetime import timedelta
from functools import partial

import pytest

from core import clock, outbox
from core.models import Letter, Outbox
from tests import news as own
from tests.processes import start
from tests.races.threads import at_once

WORK = """
import django
django.setup()
from django.core.management import call_command
from tests import news

news.listen()
call_command("work", once=True)
"""
DIE_BETWEEN_EFFECT_AND_COMMIT = """
import os, signal, django
django.setup()
from core import clock, outbox
from tests import news

def tell_and_die(event, *, at):
    news.tell_holder(event, at=at)
    os.kill(os.getpid(), signal.SIGKILL)

news.listen(tell_and_die)
outbox.run_once(at=clock.now())
"""


@pytest.fixture
def news(database, monkeypatch):
    """Ten rows that wait."""
    monkeypatch.setattr(outbox, "consumers", outbox.defaultdict(dict))
    own.listen()
    for _ in range(10):
        own.praise(database.cast.agency, at=clock.now())


def test_workers_at_once_claim_different_rows_and_tell_each_agency_once(news):
    claimed = at_once([partial(outbox._claim, clock.now())] * 5, threads=5)
    assert len({row.pk for row in claimed}) == 5

    def work() -> None:
        while outbox.run_once(at=clock.now() + outbox.LEASE):
            pass

    at_once([work] * 4, threads=4)
    assert Letter.objects.count() == 10
    assert not Outbox.objects.filter(done_at=None).exists()


def test_a_killed_worker_loses_nothing_and_doubles_nothing(news, database):
    def work(program: str, later: timedelta = timedelta()) -> int:
        return start("-c", program, database=database.name, later=later).wait()

    assert work(DIE_BETWEEN_EFFECT_AND_COMMIT) == -signal.SIGKILL
    assert Outbox.objects.exclude(claimed_until=None).get().done_at is None
    assert not Letter.objects.exists()

    assert work(WORK) == 0
    assert Letter.objects.count() == 9  # the dead worker's lease still stands

    assert work(WORK, later=outbox.LEASE) == 0
    assert Letter.objects.count() == 10
    assert not Outbox.objects.filter(done_at=None).exists()
