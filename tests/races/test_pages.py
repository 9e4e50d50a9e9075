"""Kept pages of several processes, while others commit, die, or lose their database."""

import random
import re
import signal
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from time import monotonic, sleep
from urllib.request import urlopen

import pytest
from django.db import connection, transaction

from core import clock
from core.audit import Clock, record
from core.lifecycle import lock
from tests import processes, programs
from tests.marketplace.ordering import lowest, published

SECONDS, WRITERS, READERS = 4, 4, 3
# Ends between the commit and whatever might want to be told of it.
DIES = """
import django, os, signal
django.setup()
from django.db import transaction
from core import clock
from core.audit import Clock, record
from core.lifecycle import lock
from marketplace.models import ServiceOrder
with transaction.atomic(durable=True):
    order = lock(ServiceOrder.objects.get())
    order.title = "提交后即退出"
    order.save()
    record(order, "order.edited", by=Clock(), at=clock.now())
    transaction.on_commit(lambda: os.kill(os.getpid(), signal.SIGKILL))
"""


@contextmanager
def web(database, **environment) -> Iterator[str]:
    """The site behind granian, as production serves it: two processes of two threads."""
    port = programs.free_port()
    options = ["--interface", "wsgi", "--workers", "2", "--blocking-threads", "2", "--no-ws"]
    options += ["--port", str(port), "--log-level", "error", "config.wsgi:application"]
    server = processes.start("-m", "granian", *options, database=database.name, **environment)
    try:
        deadline = monotonic() + 60
        while True:
            try:
                get(f"http://127.0.0.1:{port}/healthz")
                break
            except OSError:
                assert server.poll() is None, "the server ended before it answered"
                assert monotonic() < deadline, "the server did not answer"
                sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def get(address: str) -> str:
    """Over a connection of its own, so that either process may answer."""
    with urlopen(address, timeout=30) as response:
        assert response.status == 200
        return response.read().decode()


def everywhere(address: str, text: str) -> bool:
    """Whether that is what both processes say; sixteen connections miss none of two."""
    return all(text in get(address) for _ in range(16))


@transaction.atomic(durable=True)
def retitle(order, title: str, pause: float = 0.0) -> None:
    order = lock(order)
    order.title = title
    order.save(update_fields=["title"])
    record(order, "order.edited", by=Clock(), at=clock.now())
    sleep(pause)  # so that the events' ids are not in the order of the commits


def test_no_request_after_a_commit_is_shown_the_page_of_before(database):
    orders = [published(database.cast, lowest()) for _ in range(WRITERS)]
    committed = dict.fromkeys(range(WRITERS), 0)
    for place, order in enumerate(orders):
        retitle(order, f"{place}号第0次")
    until = monotonic() + SECONDS

    def write(place: int) -> None:
        chance = random.Random(place)
        try:
            while monotonic() < until:
                retitle(orders[place], f"{place}号第{committed[place] + 1}次", chance.random() / 40)
                committed[place] += 1
                sleep(chance.random() / 5)
        finally:
            connection.close()

    def read(site: str) -> Counter[str]:
        pages: Counter[str] = Counter()
        while monotonic() < until:
            before = dict(committed)
            page = get(f"{site}/orders/")
            shown = {int(order): int(time) for order, time in re.findall(r"(\d+)号第(\d+)次", page)}
            assert {place for place in before if shown[place] < before[place]} == set()
            pages[page] += 1
        return pages

    with web(database) as site:
        until = monotonic() + SECONDS
        with ThreadPoolExecutor(WRITERS + READERS) as threads:
            readers = [threads.submit(read, site) for _ in range(READERS)]
            writers = [threads.submit(write, place) for place in range(WRITERS)]
            for writer in writers:
                writer.result()
            pages = sum((reader.result() for reader in readers), Counter())
    assert all(committed.values())
    assert max(pages.values()) > 1, "some page should have been shown twice"


def test_who_dies_at_its_commit_leaves_no_old_page(database):
    order = published(database.cast, lowest())
    with web(database) as site:
        assert everywhere(f"{site}/orders/", order.title)
        died = processes.start("-c", DIES, database=database.name)
        assert died.wait(60) == -signal.SIGKILL
        for page in ("/", "/orders/", order.get_absolute_url()):
            assert everywhere(f"{site}{page}", "提交后即退出")


def test_without_redis_pages_are_as_new(database, tmp_path):
    if connection.vendor != "postgresql":
        (pytest.fail if programs.REQUIRED else pytest.skip)("production's database is PostgreSQL")
    order = published(database.cast, lowest())
    with programs.redis(tmp_path) as redis, web(database, REDIS_URL=redis.url) as site:
        assert everywhere(f"{site}/orders/", order.title)
        redis.kill()
        retitle(order, "消息队列已停")
        assert everywhere(f"{site}/orders/", "消息队列已停")
        redis.start()


def test_a_lost_connection_to_the_database_costs_no_visitor_an_answer(database):
    if connection.vendor != "postgresql":
        pytest.skip("a file is not lost")
    order = published(database.cast, lowest())
    with web(database) as site:
        assert everywhere(f"{site}/orders/", order.title)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        retitle(order, "数据库重新连接")
        assert everywhere(f"{site}/orders/", "数据库重新连接")
