"""A bell whose every stroke is a deed, for `test_workers`: its processes import this module.

python -m tests.races.bell 500              one web process that does 500 deeds, printing each
celery --app tests.races.bell worker        a worker that knows the bell's consumer
"""

import sys
from datetime import datetime
from time import sleep

from config.celery import app  # sets Django up

# isort: split

from django.db import transaction

from accounts.models import Organisation
from core import clock, outbox
from core.audit import Clock, record
from core.lifecycle import lock, part
from core.models import Event, Letter
from core.numbering import new_code

__all__ = ["app"]


@transaction.atomic(durable=True)
def ring(organisation: Organisation, *, stroke: int, at: datetime) -> None:
    organisation = lock(organisation)
    outbox.emit(record(organisation, "bell.rung", by=Clock(), at=at, stroke=stroke))


@part
def write(event: Event, *, at: datetime) -> None:
    Letter.objects.create(
        code=new_code(),
        user_code="bell",
        email="listener@example.com",
        kind="bell",
        subject=str(event.pk),
        body="dong",
        posted_at=at,
    )


outbox.listen("bell.rung", "bell.write", write)

if __name__ == "__main__":
    organisation = Organisation.objects.order_by("pk").first()
    for stroke in range(int(sys.argv[1])):
        ring(organisation, stroke=stroke, at=clock.now())
        sys.stdout.write(f"{stroke}\n")
        sys.stdout.flush()
        sleep(0.005)
