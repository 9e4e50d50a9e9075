"""The wallet 证照库: certificates entered once with their scans, replaced when they change.

A certificate is never edited: a newer one supersedes it, and what relied on the older still shows
it. Its days are counted to the last one inclusive.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation

from accounts.models import (
    Amendment,
    Certificate,
    CertificateKind,
    Deed,
    Organisation,
)
from accounts.seats import who_may
from core import clock, figures, letters, once, uploads
from core.audit import Actor, record
from core.letters import Recipient
from core.lifecycle import RuleBroken, lock, part
from core.models import Upload
from core.numbering import new_code


@dataclass(frozen=True)
class Entry:
    """What a certificate says of itself."""

    kind: str
    name: str
    number: str = ""
    holder: str = ""
    issuer: str = ""
    issued_on: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True)
class Keepers:
    """Who keeps an organisation's certificates, to be written to."""

    organisation: Organisation

    def letter_recipients(self, at: datetime) -> Iterable[Recipient]:
        for seat in who_may(Deed.EDIT_ORGANISATION, self.organisation, at=at):
            yield from seat.letter_recipients(at)


@transaction.atomic(durable=True)
def enter(
    organisation: Organisation,
    entry: Entry,
    *,
    scan: Upload,
    by: Actor,
    at: datetime,
    key: str = "",
) -> Certificate:
    """Put a certificate into the wallet. Refused when it ends before it begins."""
    organisation = lock(organisation)
    once.check(key)
    certificate = _entered(organisation, entry, scan, clock.after_lock())
    once.spend(key, made=certificate, at=at)
    record(certificate, "certificate.entered", by=by, at=at, **_facts(certificate))
    return certificate


@transaction.atomic(durable=True)
def replace(
    certificate: Certificate, entry: Entry, *, scan: Upload, by: Actor, at: datetime
) -> Certificate:
    """Put the newer one in its place. Refused when another did so first, or it was put away."""
    organisation = lock(certificate.organisation)
    certificate = lock(certificate)
    _check_current(certificate)
    newer = _entered(organisation, entry, scan, clock.after_lock())
    certificate.superseded_by = newer
    certificate.save(update_fields=["superseded_by"])
    facts = {**_facts(newer), "supersedes": certificate.code}
    record(newer, "certificate.replaced", by=by, at=at, **facts)
    return newer


@transaction.atomic(durable=True)
def put_away(certificate: Certificate, *, by: Actor, at: datetime) -> Certificate:
    """Take it out of the wallet; what relied on it keeps it. Refused when it is not current."""
    lock(certificate.organisation)
    certificate = lock(certificate)
    _check_current(certificate)
    certificate.put_away_at = clock.after_lock()
    certificate.save(update_fields=["put_away_at"])
    record(certificate, "certificate.put-away", by=by, at=at)
    return certificate


@transaction.atomic(durable=True)
def remind(certificate: Certificate, *, on: date, by: Actor, at: datetime) -> Certificate:
    """Write to who keeps the wallet: once each at 90, 30 and 7 days before the last day.

    Refused when nothing is due.
    """
    organisation = lock(certificate.organisation)
    certificate = lock(certificate)
    threshold = due_reminder(certificate, on, steps(on))
    if threshold is None:
        raise RuleBroken("No reminder of this certificate is due.")
    certificate.reminded_at_days = threshold
    certificate.save(update_fields=["reminded_at_days"])
    record(certificate, "certificate.reminded", by=by, at=at, days=threshold)
    letters.post(
        "accounts/certificate-expiring",
        to=Keepers(organisation),
        at=at,
        link=f"/desk/certificates/{certificate.code}/replace/",
        certificate=certificate,
        days=certificate.days_left(on),
    )
    return certificate


def steps(on: date) -> list[int]:
    """How many days before a certificate's last one its reminders are due."""
    return [int(days) for days in figures.value("certificate.reminder.days", on)]


def due_reminder(certificate: Certificate, on: date, steps: Iterable[int]) -> int | None:
    """The step (of 90, 30 and 7 days) whose reminder is due that day; None where none is."""
    left = certificate.days_left(on)
    if left is None or left < 0 or not certificate.is_valid(on):
        return None
    reached = min((days for days in steps if left <= days), default=None)
    reminded = certificate.reminded_at_days
    return reached if reached is not None and (reminded is None or reached < reminded) else None


def is_readable(upload: Upload, request: Any) -> bool:
    """The scan of a certificate, or a paper of an amendment: for its organisation, and for who
    verifies and supervises.
    """
    seat = request.seat
    if seat is None:
        return False
    if seat.may(Deed.VERIFY_ORGANISATION) or seat.may(Deed.REVIEW_ENTRY):
        return True
    if seat.may(Deed.SUPERVISE):
        return True
    model = Amendment if upload.subject == Amendment._meta.label_lower else Certificate
    own = model._default_manager.filter(organisation=seat.organisation, code=upload.subject_code)
    return own.exists()


@part
def keep(
    organisation: Organisation,
    *,
    kind: CertificateKind,
    scan: Upload,
    now: datetime,
    had_by: Amendment | None = None,
) -> Certificate:
    """A paper that came with a registration; a newer one of its kind supersedes the older."""
    older = Certificate.objects.of(organisation).current().filter(kind=kind).first()
    with translation.override(settings.LANGUAGE_CODE):  # on record: not as its reader reads
        name = str(kind.label)
    entry = Entry(kind=kind, name=name, number=organisation.uscc or "")
    newer = _entered(organisation, entry, scan, now, had_by=had_by)
    if older is not None:
        older.superseded_by = newer
        older.save(update_fields=["superseded_by"])
    return newer


@part
def put_all_away(organisation: Organisation, *, now: datetime) -> None:
    """Empty the wallet of an organisation that changes hands."""
    Certificate.objects.of(organisation).current().update(put_away_at=now)


def _entered(
    organisation: Organisation,
    entry: Entry,
    scan: Upload,
    now: datetime,
    *,
    had_by: Amendment | None = None,
) -> Certificate:
    if entry.issued_on and entry.valid_until and entry.valid_until < entry.issued_on:
        raise RuleBroken("The certificate would end before it was issued: check both days.")
    certificate = Certificate.objects.create(
        code=new_code(),
        organisation=organisation,
        scan=scan,
        entered_at=now,
        **{name: getattr(entry, name) for name in entry.__dataclass_fields__},
    )
    if had_by is None:
        uploads.attach(scan, to=certificate)
    else:
        uploads.hand_over(scan, of=had_by, to=certificate)
    return certificate


def _check_current(certificate: Certificate) -> None:
    if certificate.superseded_by_id or certificate.put_away_at:
        raise RuleBroken("This certificate was replaced or put away already: load the page again.")


def _facts(certificate: Certificate) -> dict[str, Any]:
    return {
        "kind": certificate.kind,
        "number": certificate.number,
        "valid_until": certificate.valid_until,
        "scan": certificate.scan.sha256,
    }
