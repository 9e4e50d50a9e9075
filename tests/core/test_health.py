"""What the site says of its own state, to a monitor and to staff."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.db import transaction

from core import clock, health
from core.audit import Clock, record
from core.models import Outbox
from tests.cast import signed_in


@pytest.fixture
def away(monkeypatch):
    monkeypatch.setattr(health, "concerned", [lambda: ["search: away"]])


def test_concerns_leave_the_site_ready(client, db, away):
    told = client.get("/readyz")
    assert told.status_code == 200
    assert told.json() == {"ready": True, "faults": [], "concerns": ["search: away"]}


def test_a_fault_does_not(client, db, monkeypatch):
    monkeypatch.setattr(cache, "get", lambda key: None)
    told = client.get("/readyz")
    assert told.status_code == 503
    assert told.json()["faults"] == ["the cache does not keep what it is given"]


def test_who_cannot_tell_is_a_concern_itself(db, monkeypatch):
    def broken():
        raise RuntimeError

    monkeypatch.setattr(health, "concerned", [broken])
    assert [__name__ in one for one in health.concerns()] == [True]


def test_staff_see_the_state_and_what_waits(cast, away):
    cast.operator.user.groups.add(Group.objects.get(name="运营人员"))
    page = signed_in(cast.operator.user).get("/staff/status/").content.decode()
    assert "search: away" in page
    assert "网站正常服务，但有部分暂不可用。" in page


def test_queues_tell_how_much_waits_and_since_when(cast):
    at = clock.now() - timedelta(minutes=9)
    with transaction.atomic():
        event = record(cast.owner.organisation, "test.news", by=Clock(), at=at)
    before = health.queues(clock.now())[0].waiting
    Outbox.objects.create(event=event, consumer="test")
    news = health.queues(clock.now())[0]
    assert news.waiting == before + 1
    assert news.oldest == min(
        Outbox.objects.filter(done_at=None).values_list("event__at", flat=True)
    )
