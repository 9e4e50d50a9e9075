"""Amendments 变更: a verified organisation asks that its name, kind or representative be changed.

The operator grants or refuses it after a look at the new licence. What was is kept in the request;
papers and notices of before keep the old name, and so does every event.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts import certificates
from accounts.models import (
    Amendment,
    AmendmentState,
    CertificateKind,
    Organisation,
    OrganisationKind,
    OrganisationState,
    Seat,
)
from accounts.registration import Verifiers, check_another_person, promised
from core import clock, letters, once, outbox, uploads
from core.audit import record
from core.lifecycle import RuleBroken, lock, move
from core.models import Upload
from core.numbering import new_code

# They do not turn into anything else, nor anything into them: that is another unit.
FIXED_KINDS = frozenset({OrganisationKind.NATURAL_PERSON, OrganisationKind.GOVERNMENT})


@dataclass(frozen=True)
class Amended:
    """How the unit wants to be registered."""

    name: str
    kind: str
    legal_representative: str


@transaction.atomic(durable=True)
def ask(
    organisation: Organisation,
    amended: Amended,
    *,
    reason: str,
    licence: Upload,
    papers: Sequence[Upload] = (),
    by: Seat,
    at: datetime,
    key: str = "",
) -> Amendment:
    """Ask for a change, with the new licence and what else proves it.

    Refused to a natural person, before verification, while another request waits, where nothing
    changes, without a reason, and for a kind that nothing turns into.
    """
    organisation = lock(organisation, state=OrganisationState.VERIFIED)
    asked_at = clock.after_lock()
    once.check(key)
    if organisation.kind == OrganisationKind.NATURAL_PERSON:
        raise RuleBroken(
            "A natural person has no licence that could change: write to the operator."
        )
    if organisation.amendments.waiting().exists():
        raise RuleBroken("An earlier request waits: withdraw it first, or wait for the answer.")
    changed = [
        name for name in Amendment.AMENDED if _new(amended, name) != _old(organisation, name)
    ]
    if not changed:
        raise RuleBroken("Nothing would change: enter what is new on the licence.")
    if "kind" in changed and {organisation.kind, amended.kind} & FIXED_KINDS:
        raise RuleBroken(
            "A government body or a natural person is registered as such from the beginning:"
            " register the other unit anew."
        )
    if not reason.strip():
        raise RuleBroken("Say why it changes.")
    amendment = Amendment.objects.create(
        code=new_code(),
        organisation=organisation,
        reason=reason.strip(),
        licence=licence,
        asked_at=asked_at,
        asked_by=by,
        decide_until=promised(asked_at),
        **{f"{name}_before": _old(organisation, name) for name in Amendment.AMENDED},
        **{f"{name}_after": _new(amended, name) for name in Amendment.AMENDED},
    )
    for upload in (licence, *papers):
        uploads.attach(upload, to=amendment)
    once.spend(key, made=amendment, at=at)
    record(amendment, "amendment.asked", by=by, at=at, changed=changed, licence=licence.sha256)
    letters.post(
        "accounts/amendment-asked",
        to=Verifiers(),
        at=at,
        link=f"/desk/unit/amendments/{amendment.code}/",
        amendment=amendment,
    )
    return amendment


@transaction.atomic(durable=True)
def withdraw(amendment: Amendment, *, by: Seat, at: datetime) -> Amendment:
    """Take a request back. Refused once it was decided."""
    lock(amendment.organisation)
    amendment = lock(amendment)
    now = clock.after_lock()
    move(amendment, AmendmentState.WITHDRAWN, decided_at=now, decided_by=by)
    record(amendment, "amendment.withdrawn", by=by, at=at)
    return amendment


@transaction.atomic(durable=True)
def grant(amendment: Amendment, *, by: Seat, at: datetime) -> Amendment:
    """Let the change count from now on; the new licence takes its place in the wallet.

    Refused once it was decided, and to whoever sits or sat in the unit.
    """
    organisation = lock(amendment.organisation, state=OrganisationState.VERIFIED)
    amendment = lock(amendment)
    now = clock.after_lock()
    check_another_person(organisation, by)
    move(amendment, AmendmentState.GRANTED, decided_at=now, decided_by=by)
    for name in Amendment.AMENDED:
        setattr(organisation, name, getattr(amendment, f"{name}_after"))
    organisation.save(update_fields=Amendment.AMENDED)
    licence = amendment.licence
    certificates.keep(
        organisation, kind=CertificateKind.LICENCE, scan=licence, now=now, had_by=amendment
    )
    facts = {
        "uscc": organisation.uscc,
        "name_before": amendment.name_before,
        "name_after": amendment.name_after,
        "kind_after": amendment.kind_after,
        # Who represents the unit stands on its own page; the log needs no more names.
        "representative_changed": amendment.legal_representative_before
        != amendment.legal_representative_after,
    }
    event = record(organisation, "organisation.amended", by=by, at=at, public=True, **facts)
    outbox.emit(event)
    _answer("accounts/amendment-granted", amendment, organisation, at=at)
    return amendment


@transaction.atomic(durable=True)
def refuse(amendment: Amendment, *, reason: str, by: Seat, at: datetime) -> Amendment:
    """Leave everything as it is. Refused without a reason, and as in `grant`."""
    organisation = lock(amendment.organisation)
    amendment = lock(amendment)
    now = clock.after_lock()
    check_another_person(organisation, by)
    reason = reason.strip()
    if not reason:
        raise RuleBroken("Say what is wrong, so that it can be put right.")
    move(amendment, AmendmentState.REFUSED, decided_at=now, decided_by=by, answer=reason)
    record(amendment, "amendment.refused", by=by, at=at, reason=reason)
    _answer("accounts/amendment-refused", amendment, organisation, at=at)
    return amendment


def _new(amended: Amended, name: str) -> str:
    found: str = getattr(amended, name).strip()
    return found


def _old(organisation: Organisation, name: str) -> str:
    found: str = getattr(organisation, name)
    return found


def _answer(kind: str, amendment: Amendment, organisation: Organisation, *, at: datetime) -> None:
    link = f"/desk/unit/amendments/{amendment.code}/"
    letters.post(kind, to=organisation, at=at, link=link, amendment=amendment)
