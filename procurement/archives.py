"""The archive of a procedure that ended: asked for, drawn by a task, kept for the law's years.

政府采购法 第四十二条: at least fifteen years from the end of the procurement.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from core import letters, outbox
from core.audit import Actor, record
from core.calendar import day_of
from core.lifecycle import RuleBroken, lock, move, part
from core.numbering import new_code
from procurement.inquiry_terms import retained_until
from procurement.models import ENDED, Archive, ArchiveState, Procedure


def ended(procedure: Procedure, at: datetime) -> dict[str, Any]:
    """What a procedure that ends at that instant notes of it: when, and until when it is kept."""
    years = int(procedure.figures["archive.years"]["value"])
    return {"ended_at": at, "retain_until": retained_until(day_of(at), years)}


@part
def ask(procedure: Procedure, *, by: Actor, at: datetime) -> Archive:
    """Have the next version of the archive drawn; the one being drawn, where there is one."""
    waiting = procedure.archives.filter(state=ArchiveState.ASKED).first()
    if waiting is not None:
        return waiting
    last = procedure.archives.aggregate(last=Max("version"))["last"] or 0
    archive = Archive.objects.create(
        code=new_code(), procedure=procedure, version=last + 1, asked_at=at
    )
    record(procedure, "archive.asked", by=by, at=at, archive=archive.code, version=last + 1)
    return archive


@transaction.atomic(durable=True)
def request(procedure: Procedure, *, by: Actor, at: datetime) -> Archive:
    """Ask for a version that holds what came since. Refused while the procedure goes on, and while
    one is being drawn.
    """
    procedure = lock(procedure)
    if procedure.state not in ENDED:
        raise RuleBroken("The procedure is still under way: its archive is drawn once it ends.")
    if procedure.archives.filter(state=ArchiveState.ASKED).exists():
        raise RuleBroken("An archive is being drawn already: wait for it.")
    return ask(procedure, by=by, at=at)


@transaction.atomic(durable=True)
def note_progress(archive: Archive, *, done: int, total: int, by: Actor, at: datetime) -> Archive:
    """Note how far the task has come. Refused once it is drawn."""
    archive = lock(archive, state=ArchiveState.ASKED)
    archive.done, archive.total = done, total
    archive.save(update_fields=["done", "total"])
    return archive


@transaction.atomic(durable=True)
def note_drawn(
    archive: Archive,
    *,
    files: int,
    size: int,
    digest: str,
    manifest_digest: str,
    by: Actor,
    at: datetime,
) -> Archive:
    """Note the drawn file and publish the digest of its manifest. Refused when noted already."""
    archive = lock(archive, state=ArchiveState.ASKED)
    move(
        archive,
        ArchiveState.DRAWN,
        done=archive.total or files,
        files=files,
        size=size,
        digest=digest,
        manifest_digest=manifest_digest,
        drawn_at=at,
    )
    procedure = archive.procedure
    outbox.emit(
        record(
            procedure,
            "archive.drawn",
            by=by,
            at=at,
            public=True,
            version=archive.version,
            files=files,
            manifest=manifest_digest,
            digest=digest,
            retain_until=procedure.retain_until,
        )
    )
    letters.post(
        "procurement/archive-drawn",
        to=procedure.owner,
        at=at,
        link=f"/desk/procurement/inquiries/{procedure.code}/",
        procedure=procedure,
        archive=archive,
    )
    return archive
