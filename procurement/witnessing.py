"""Witnesses whom a regulator names for an inquiry that is paid by public money.

As for orders: until the deadline for quotes, while nobody knows who has quoted; the list is then
frozen over the digest of the notice in force, which names the witnesses. A change is a correction
of the notice. Afterwards a regulator may throw in an absent one's stead.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse

from accounts.models import Seat
from core import clock, letters, outbox
from core.audit import record
from core.lifecycle import RuleBroken, lock
from procurement import correction_papers, inquiry_papers
from procurement.inquiries import notice_of, tell_suppliers
from procurement.models import Procedure
from publication import notices
from publication.models import Notice
from selection import draws, witnesses
from selection.models import Witness
from selection.naming import Witnessing


def may_change(procedure: Procedure, at: datetime) -> bool:
    """Whether a regulator may name witnesses of this inquiry at that instant."""
    return procedure.public_funds > 0 and procedure.is_open(at)


def limit(procedure: Procedure) -> int:
    """How many an inquiry may have: by the figure in force when it was published."""
    return int(procedure.figures["witness.maximum"]["value"])


@transaction.atomic(durable=True)
def change(
    procedure: Procedure,
    *,
    leaving: Iterable[str],
    coming: Sequence[Witnessing],
    reason: str,
    by: Seat,
    at: datetime,
) -> list[tuple[Witness, str]]:
    """Name witnesses, in the stead of those whose codes are `leaving` or beside them; each with the
    token of his link, told this once.

    Whoever leaves is told, and his link and right end. Refused where no public money is spent, from
    the deadline for quotes on, without a reason, and with nobody in the stead of one who leaves.
    """
    procedure = lock(procedure)
    changed_at = clock.after_lock()
    if not procedure.public_funds:
        raise RuleBroken("No public money is spent on this inquiry: its owner names the witnesses.")
    if not procedure.is_open(changed_at):
        raise RuleBroken("Witnesses change until the deadline for quotes only: it has passed.")
    if not reason.strip():
        raise RuleBroken("State the reason: it is published.")
    made = witnesses.change(
        draws.of(procedure.number or ""),
        leaving=leaving,
        coming=coming,
        limit=limit(procedure),
        by=by.organisation,
        at=changed_at,
    )
    procedure.witnesses = made.told
    procedure.save(update_fields=["witnesses"])
    corrected = notice_of(procedure)
    told = correction_papers.changed_witnesses(
        corrected, made, reason=reason.strip(), at=changed_at
    )
    notice = notices.correct(
        corrected,
        title=inquiry_papers.notice_title(procedure, corrects=True),
        paper=inquiry_papers.notice(procedure, correction=told, signed_at=changed_at),
        reason=reason,
        facts=inquiry_papers.facts_of(procedure),
        by=by,
        at=at,
    )
    outbox.emit(
        record(
            procedure,
            "procedure.witnesses-changed",
            by=by,
            at=at,
            public=True,
            left=[one.code for one in made.left],
            come=[one.code for one in made.come],
            reason=reason.strip(),
            notice=notice.number,
            digest=notice.digest,
        )
    )
    _write(procedure, made, notice=notice, at=at)
    return made.invited


def _write(procedure: Procedure, made: witnesses.Change, *, notice: Notice, at: datetime) -> None:
    told: dict[str, Any] = {"procedure": procedure, "regulator": made.by, "notice": notice}
    public = procedure.get_absolute_url()
    for witness in made.left:
        letters.post("procurement/witness-replaced", to=witness, at=at, link=public, **told)
    for witness, token in made.invited:
        key = reverse("procurement:inquiry-witness", args=[procedure.number, token])
        letters.post(
            "procurement/witness-named", to=witness, at=at, link=public, secret_link=key, **told
        )
    letters.post("procurement/witnesses-changed", to=procedure.owner, at=at, link=public, **told)
    tell_suppliers(
        procedure, "procurement/witnesses-changed", at=at, regulator=made.by, notice=notice
    )
