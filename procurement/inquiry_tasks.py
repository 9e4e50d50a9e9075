"""What the clock starts for inquiries: one rule call a row; one that fails holds up none."""

import logging

from core import clock
from core.audit import Clock
from core.lifecycle import RuleBroken
from procurement import archive_pack, archives, opening
from procurement.models import Archive, ArchiveState, Procedure, ProcedureState
from selection import draws

logger = logging.getLogger(__name__)
STEP = 5  # files between two notes of progress


def open_due() -> None:
    """Open the quotes of every inquiry whose deadline is past."""
    for procedure in Procedure.objects.due_at(clock.now()).order_by("open_until"):
        try:
            opening.close(procedure, by=Clock(), at=clock.now())
        except Exception:
            logger.exception("inquiry %s was not opened", procedure.number)


def settle_dice() -> None:
    """Decide where a witness let the time to confirm pass; fail where nobody threw in time."""
    for procedure in Procedure.objects.filter(state=ProcedureState.AWAITING_DICE).order_by("pk"):
        draw, at = draws.of(procedure.number or ""), clock.now()
        try:
            if draws.is_seen(draw, at) or draws.is_failed(draw, at):
                opening.settle_dice(procedure, by=Clock(), at=at)
        except Exception:
            logger.exception("the dice of inquiry %s were not settled", procedure.number)


def draw_archives() -> None:
    """Pack, store and note every archive that was asked for."""
    asked = Archive.objects.filter(state=ArchiveState.ASKED).order_by("pk")
    for archive in asked.select_related("procedure__need", "procedure__owner")[:5]:
        try:
            draw(archive)
        except RuleBroken:
            logger.info("archive %s was drawn by another worker", archive.code)
        except Exception:
            logger.exception("archive %s was not drawn", archive.code)


def draw(archive: Archive) -> None:
    """Pack one archive, noting how far it has come."""

    def note(done: int, total: int) -> None:
        if done % STEP == 0 or done == total:
            archives.note_progress(archive, done=done, total=total, by=Clock(), at=clock.now())

    packed = archive_pack.pack(archive, progress=note)
    archive_pack.store(archive, packed.content)
    archives.note_drawn(
        archive,
        files=packed.files,
        size=len(packed.content),
        digest=packed.digest,
        manifest_digest=packed.manifest_digest,
        by=Clock(),
        at=clock.now(),
    )
