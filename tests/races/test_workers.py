"""Production's worker and beat, for real, while Redis and a worker are killed."""

import os
import signal
import subprocess
import sys
from time import monotonic, sleep

import pytest
from django.conf import settings
from django.db import connection

from core.models import Event, Letter, Outbox
from tests import programs

DEEDS = 500


def test_500_deeds_survive_a_killed_redis_and_a_killed_worker(database, tmp_path):
    if connection.vendor != "postgresql":
        (pytest.fail if programs.REQUIRED else pytest.skip)("production's database is PostgreSQL")
    with programs.redis(tmp_path) as redis:
        processes = []

        def start(*arguments, **options):
            process = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                cwd=settings.ROOT,
                env={
                    **os.environ,
                    "DATABASE": database.name,
                    "REDIS_URL": redis.url,
                    "VAR": str(tmp_path),
                    "LOG_LEVEL": "CRITICAL",
                },
                start_new_session=True,
                **options,
            )
            processes.append(process)
            return process

        def kill(process):
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

        celery = ("celery", "--quiet", "--app", "tests.races.bell")
        try:
            worker = start(*celery, "worker", "--concurrency", "2", "--loglevel", "CRITICAL")
            start(*celery, "beat", "--loglevel", "CRITICAL")
            bell = start("tests.races.bell", str(DEEDS), stdout=subprocess.PIPE, text=True)
            with bell.stdout:
                for line in bell.stdout:
                    stroke = int(line)
                    if stroke == DEEDS // 4:
                        kill(worker)
                    if stroke == DEEDS // 2:
                        redis.kill()
                    if stroke == 3 * DEEDS // 4:
                        redis.start()
                        start(*celery, "worker", "--concurrency", "2", "--loglevel", "CRITICAL")
            assert bell.wait(10) == 0
            until = monotonic() + 120  # a killed worker's lease lasts a minute
            while Outbox.objects.filter(consumer="bell.write", done_at=None).exists():
                assert monotonic() < until, "news still waits"
                sleep(0.2)
        finally:
            for process in processes:
                if process.poll() is None:
                    kill(process)
        rung = set(Event.objects.filter(name="bell.rung").values_list("pk", flat=True))
        told = [
            int(subject)
            for subject in Letter.objects.filter(kind="bell").values_list("subject", flat=True)
        ]
        assert len(rung) == DEEDS
        assert sorted(told) == sorted(rung)  # none lost, none doubled
