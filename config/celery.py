"""Celery, in production: it carries «look at the outbox» and the timetable, never the truth.

Losing the broker loses nothing: beat looks at the outbox every few seconds, whoever was told.
"""

import logging
import os

from celery import Celery
from kombu.exceptions import OperationalError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django  # settings are named first

django.setup()

from django.conf import settings  # noqa: E402
from django.db import close_old_connections  # noqa: E402

from core import clock, outbox, timetable  # noqa: E402

logger = logging.getLogger(__name__)

LOOK = 5  # seconds between beat's own looks at the outbox

app = Celery("gongxin", broker=settings.REDIS_URL)
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={
        "socket_connect_timeout": 1,
        "socket_timeout": 5,
        "visibility_timeout": 600,
        # For who publishes: a deed never waits for a broker that is away. Workers and beat keep
        # trying by broker_connection_max_retries.
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0,
        "interval_max": 0,
    },
    timezone=settings.TIME_ZONE,
    beat_schedule={
        "outbox": {"task": "gongxin.carry_outbox", "schedule": LOOK, "options": {"expires": LOOK}},
        **{
            entry.name: {
                "task": "gongxin.run_entry",
                "args": [entry.name],
                "schedule": entry.seconds,
                "options": {"expires": max(entry.seconds, 1)},
            }
            for entry in timetable.entries.values()
        },
    },
    beat_schedule_filename=str(settings.VAR / "beat"),
)


@app.task(name="gongxin.carry_outbox")  # type: ignore[untyped-decorator]  # celery is untyped
def carry_outbox() -> None:
    """Carry news until none waits."""
    close_old_connections()
    while outbox.run_once(at=clock.now()):
        pass


@app.task(name="gongxin.run_entry")  # type: ignore[untyped-decorator]  # celery is untyped
def run_entry(name: str) -> None:
    timetable.run(name)


def kick() -> None:
    """Tell a worker, once and without retry, that news waits."""
    try:
        carry_outbox.apply_async(retry=False, expires=60)
    except OperationalError:
        logger.warning("the broker is away: beat will look at the outbox once it is back")
