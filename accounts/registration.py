"""Organisations: registered by a person, verified or refused by the operator, kept up to date."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from accounts import certificates, seats
from accounts.models import (
    CertificateKind,
    Deed,
    Organisation,
    OrganisationKind,
    OrganisationState,
    Seat,
    Standing,
    User,
)
from core import clock, figures, letters, once, outbox
from core.audit import Actor, record
from core.calendar import day_of
from core.letters import Recipient
from core.lifecycle import RuleBroken, lock, move
from core.models import CalendarDay, Region, Upload
from core.numbering import new_code


@dataclass(frozen=True)
class Contacts:
    """What an organisation may change by itself at any time."""

    short_name: str
    region: Region | None
    address: str
    contact_name: str
    contact_phone: str
    contact_email: str


@dataclass(frozen=True)
class Details(Contacts):
    """What the operator verifies; `uscc` is None for a natural person and for nobody else."""

    kind: str
    uscc: str | None
    name: str
    authority: str
    legal_representative: str
    id_number: str = ""  # of a natural person; empty: as it is


class Verifiers:
    """Everybody who may verify organisations, to be written to."""

    def letter_recipients(self, at: datetime) -> Iterable[Recipient]:
        held = Seat.objects.held_at(at).filter(organisation__standing=Standing.OPERATOR)
        for seat in held.select_related("user", "organisation"):
            if seat.may(Deed.VERIFY_ORGANISATION):
                yield from seat.letter_recipients(at)


@transaction.atomic(durable=True)
def register(
    details: Details,
    *,
    licence: Upload | None,
    authorisation: Upload | None = None,
    by: User,
    at: datetime,
    key: str = "",
) -> Organisation:
    """Hand in an organisation for verification; who does so sits in it first.

    Refused for a code that is registered already, unless that registration was refused: then the
    newcomer takes it over. A natural person registers once.
    """
    once.check(key)
    if details.kind == OrganisationKind.NATURAL_PERSON:
        mine = Organisation.objects.filter(kind=details.kind, seats__user=by)
        if mine.exists():
            raise RuleBroken("You are registered as a natural person already.")
    organisation = _taken_over(details) or _created(details, at)
    now = clock.after_lock()
    organisation.verify_until = _handed_in(now)["verify_until"]
    organisation.save(update_fields=["verify_until"])
    seat = seats.found(organisation, user=by, now=now)
    once.spend(key, made=organisation, at=at)
    _keep_papers(organisation, licence, authorisation, now)
    _submitted(organisation, by=seat, at=at)
    return organisation


@transaction.atomic(durable=True)
def establish(
    details: Details, standing: Standing, *, user: User, by: Actor, at: datetime
) -> Organisation:
    """Set up the operator or a regulator, verified, with its legal representative's seat.

    Nobody on the site may: it is done once, at the console. Refused for a code registered already.
    """
    if standing not in seats.STAFF_GROUPS:
        raise RuleBroken("A participant registers on the site and is verified by the operator.")
    organisation = _created(details, at, standing=standing)
    now = clock.after_lock()
    move(organisation, OrganisationState.VERIFIED, verified_at=now)
    seats.found(organisation, user=user, now=now)
    facts = {"unit": organisation.name, "uscc": organisation.uscc, "standing": standing}
    record(organisation, "organisation.established", by=by, at=at, public=True, **facts)
    return organisation


@transaction.atomic(durable=True)
def resubmit(
    organisation: Organisation,
    details: Details,
    *,
    licence: Upload | None = None,
    authorisation: Upload | None = None,
    by: Seat,
    at: datetime,
) -> Organisation:
    """Hand in again what was refused, corrected."""
    organisation = lock(organisation, state=OrganisationState.REFUSED)
    now = clock.after_lock()
    try:
        with transaction.atomic():
            changes = {**_columns(details), **_handed_in(now)}
            move(organisation, OrganisationState.SUBMITTED, **changes)
    except IntegrityError as twin:
        raise _taken(details, twin) from twin
    _keep_papers(organisation, licence, authorisation, now)
    _submitted(organisation, by=by, at=at)
    return organisation


@transaction.atomic(durable=True)
def verify(organisation: Organisation, *, by: Seat, at: datetime) -> Organisation:
    """Find an organisation to be what it says. Refused to whoever sits in it."""
    organisation = lock(organisation, state=OrganisationState.SUBMITTED)
    check_another_person(organisation, by)
    verified_at = clock.after_lock()
    move(organisation, OrganisationState.VERIFIED, verified_at=verified_at, state_reason="")
    facts = {"unit": organisation.name, "uscc": organisation.uscc, "kind": organisation.kind}
    public = organisation.kind != OrganisationKind.NATURAL_PERSON
    outbox.emit(record(organisation, "organisation.verified", by=by, at=at, public=public, **facts))
    letters.post("accounts/organisation-verified", to=organisation, at=at, link="/desk/")
    return organisation


@transaction.atomic(durable=True)
def refuse(organisation: Organisation, *, reason: str, by: Seat, at: datetime) -> Organisation:
    """Send an organisation back with the reason. Refused without one, and to whoever sits in it."""
    organisation = lock(organisation, state=OrganisationState.SUBMITTED)
    check_another_person(organisation, by)
    reason = reason.strip()
    if not reason:
        raise RuleBroken("Say what is wrong, so that it can be put right.")
    move(organisation, OrganisationState.REFUSED, state_reason=reason)
    record(organisation, "organisation.refused", by=by, at=at, reason=reason)
    link = "/desk/unit/resubmit/"
    letters.post("accounts/organisation-refused", to=organisation, at=at, link=link)
    return organisation


@transaction.atomic(durable=True)
def keep(organisation: Organisation, contacts: Contacts, *, by: Seat, at: datetime) -> Organisation:
    """Bring address and contacts up to date. The event names what changed, not the persons."""
    organisation = lock(organisation)
    changed = []
    for name, value in _columns(contacts).items():
        if getattr(organisation, name) != value:
            setattr(organisation, name, value)
            changed.append(name)
    if changed:
        organisation.save(update_fields=changed)
        record(organisation, "organisation.kept", by=by, at=at, changed=sorted(changed))
    return organisation


def _created(
    details: Details, at: datetime, *, standing: Standing = Standing.PARTICIPANT
) -> Organisation:
    try:
        with transaction.atomic():
            return Organisation.objects.create(
                code=new_code(), standing=standing, submitted_at=at, **_columns(details)
            )
    except IntegrityError as twin:
        raise _taken(details, twin) from twin


def _taken_over(details: Details) -> Organisation | None:
    """A refused registration with that code, now in the newcomer's hands.

    Without this, whoever registers another's code first would keep its owner out.
    """
    if details.uscc is None:
        return None
    refused = Organisation.objects.filter(uscc=details.uscc, state=OrganisationState.REFUSED)
    organisation = refused.first()
    if organisation is None:
        return None
    organisation = lock(organisation, state=OrganisationState.REFUSED)
    now = clock.after_lock()
    seats.end_all(organisation, now=now)
    certificates.put_all_away(organisation, now=now)
    changes = {**_columns(details), **_handed_in(now)}
    move(organisation, OrganisationState.SUBMITTED, **changes)
    return organisation


def _taken(details: Details, twin: IntegrityError) -> RuleBroken:
    other = Organisation.objects.filter(uscc=details.uscc).first() if details.uscc else None
    if other is None:
        raise twin
    return RuleBroken(
        "“%(name)s” is registered with this code already: ask its representative for a seat.",
        name=other.name,
    )


def _keep_papers(
    organisation: Organisation,
    licence: Upload | None,
    authorisation: Upload | None,
    now: datetime,
) -> None:
    for kind, scan in (
        (CertificateKind.LICENCE, licence),
        (CertificateKind.AUTHORISATION, authorisation),
    ):
        if scan is not None:
            certificates.keep(organisation, kind=kind, scan=scan, now=now)


def promised(now: datetime) -> datetime:
    """Until when the operator has promised to be done with what came in at `now`."""
    calendar, today = CalendarDay.objects.calendar(), day_of(now)
    return calendar.add_working_days(today, promised_days(now)).until()


def promised_days(now: datetime) -> int:
    """Within how many working days the operator verifies a unit."""
    return int(figures.value("organisation.verification.working-days", day_of(now)))


def _handed_in(now: datetime) -> dict[str, Any]:
    return {"submitted_at": now, "state_reason": "", "verify_until": promised(now)}


def _submitted(organisation: Organisation, *, by: Actor, at: datetime) -> None:
    record(organisation, "organisation.submitted", by=by, at=at, kind=organisation.kind)
    letters.post(
        "accounts/organisation-submitted",
        to=Verifiers(),
        at=at,
        link=f"/desk/verification/{organisation.code}/",
        organisation=organisation,
    )


def check_another_person(organisation: Organisation, by: Seat) -> None:
    """Nobody decides on a unit in which he sits or sat."""
    if organisation.seats.filter(user=by.user_id).exists():
        raise RuleBroken("You hold or held a seat in this unit: somebody else must decide on it.")


def _columns(details: Contacts) -> dict[str, Any]:
    # asdict would copy the region's row.
    columns = {name: getattr(details, name) for name in details.__dataclass_fields__}
    if not columns.get("id_number"):
        columns.pop("id_number", None)
    return columns
