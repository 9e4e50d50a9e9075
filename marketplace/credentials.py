"""What an agency says and has once listed: services, qualifications, people, who may act for it.

A new qualification, practitioner or certificate is reviewed alone, in the time of an entry; what a
unit offers and gives up takes effect at once.
"""

from datetime import datetime
from typing import TypeVar

from django.db import IntegrityError, transaction

from accounts.models import Seat
from core import letters, outbox
from core.audit import Actor, record
from core.lifecycle import RuleBroken, lock, move, part
from core.numbering import new_code
from marketplace.agencies import (
    Reviewers,
    check_impartial,
    review_due,
    take,
    verify_row,
    write_certificate,
    write_practitioner,
    write_qualification,
)
from marketplace.entry import Authorised, Individual, Paper, Profile, Terms
from marketplace.models import (
    Agency,
    AgencyFile,
    AgencyService,
    AgencyState,
    AuthorisedPerson,
    Practitioner,
    PractitionerCertificate,
    Qualification,
    ReviewState,
    ServiceItem,
)

Credential = Qualification | Practitioner | PractitionerCertificate | AuthorisedPerson
Row = TypeVar("Row", bound=Credential)


@transaction.atomic(durable=True)
def describe(agency: Agency, profile: Profile, *, by: Actor, at: datetime) -> Agency:
    """Bring the agency's public description up to date; the event keeps what was said.

    Refused when nothing changes, and before it is listed. What was handed in with the entry stays
    in its review.
    """
    agency = lock(agency, state=AgencyState.LISTED)
    said = profile.columns()
    changed = {name: value for name, value in said.items() if getattr(agency, name) != value}
    if not changed:
        raise RuleBroken("Nothing was changed.")
    for name, value in changed.items():
        setattr(agency, name, value)
    agency.save(update_fields=list(changed))
    # A person's phone is masked in public: the log tells that it changed, not to what.
    told = {name: value for name, value in changed.items() if name != "authorised_phone"}
    outbox.emit(
        record(
            agency, "agency.described", by=by, at=at, public=True, changed=sorted(changed), **told
        )
    )
    return agency


@transaction.atomic(durable=True)
def offer(agency: Agency, terms: Terms, *, by: Actor, at: datetime) -> AgencyService:
    """Offer an item from now on; its earlier terms, if any, end. Refused when it is retired."""
    agency = lock(agency, state=AgencyState.LISTED)
    if terms.item.retired:
        raise RuleBroken("“%(item)s” is no longer in force: take it out.", item=terms.item.name)
    agency.services.current().filter(item=terms.item).update(offered_until=at)
    service = AgencyService.objects.create(agency=agency, offered_from=at, **terms.columns())
    facts = {name: value for name, value in terms.columns().items() if name != "item"}
    outbox.emit(
        record(agency, "service.offered", by=by, at=at, public=True, item=terms.item.code, **facts)
    )
    return service


@transaction.atomic(durable=True)
def stop_offering(agency: Agency, item: ServiceItem, *, by: Actor, at: datetime) -> None:
    """No longer offer an item. Refused when it is not offered."""
    agency = lock(agency, state=AgencyState.LISTED)
    if not agency.services.current().filter(item=item).update(offered_until=at):
        raise RuleBroken("Your unit does not offer this item.")
    outbox.emit(record(agency, "service.stopped", by=by, at=at, public=True, item=item.code))


@transaction.atomic(durable=True)
def add_qualification(agency: Agency, paper: Paper, *, by: Actor, at: datetime) -> Qualification:
    """Hand in one more qualification for review. Refused when it is there already."""
    agency = lock(agency, state=AgencyState.LISTED)
    try:
        with transaction.atomic():
            row = write_qualification(agency, paper, due_at=review_due(agency, at), at=at)
    except IntegrityError as twin:
        raise RuleBroken("This certificate is on your list already.") from twin
    _hand_in(agency, row, "qualification.handed-in", by=by, at=at)
    return row


@transaction.atomic(durable=True)
def add_practitioner(
    agency: Agency, person: Individual, *, by: Actor, at: datetime
) -> Practitioner:
    """Hand in one more practitioner for review. Refused when the person is there already."""
    agency = lock(agency, state=AgencyState.LISTED)
    row = write_practitioner(agency, person, due_at=review_due(agency, at), at=at)
    twins = agency.practitioners.current().exclude(state=ReviewState.RETURNED)
    if twins.filter(person=row.person).exclude(pk=row.pk).exists():
        raise RuleBroken("This person is on your list already: add the certificate there.")
    _hand_in(agency, row, "practitioner.handed-in", by=by, at=at)
    return row


@transaction.atomic(durable=True)
def add_certificate(
    practitioner: Practitioner, paper: Paper, *, by: Actor, at: datetime
) -> PractitionerCertificate:
    """Hand in one more certificate of a verified practitioner for review.

    Refused when it is there already, and for a person who left.
    """
    agency = lock(practitioner.agency, state=AgencyState.LISTED)
    practitioner = lock(practitioner, state=ReviewState.VERIFIED)
    if practitioner.ended_at is not None:
        raise RuleBroken("This person is no longer on your list.")
    try:
        with transaction.atomic():
            row = write_certificate(
                agency, practitioner, paper, due_at=review_due(agency, at), at=at
            )
    except IntegrityError as twin:
        raise RuleBroken("This certificate is on your list already.") from twin
    _hand_in(agency, row, "certificate.handed-in", by=by, at=at)
    return row


@transaction.atomic(durable=True)
def replace_authorised(
    agency: Agency, person: Authorised, *, by: Actor, at: datetime
) -> AuthorisedPerson:
    """Ask that another person be the authorised one; the present one stays until it is verified.

    Refused for the present one, and while an earlier request waits.
    """
    agency = lock(agency, state=AgencyState.LISTED)
    if agency.authorised_id == person.id_number:
        raise RuleBroken("This is your authorised person already: change the phone in the profile.")
    if agency.authorised_persons.pending().exists():
        raise RuleBroken("An earlier request waits: take it back first, or wait for the answer.")
    for upload in (person.authorisation, person.id_card, person.insurance):
        take(upload, agency)
    row = AuthorisedPerson.objects.create(
        code=new_code(),
        agency=agency,
        submitted_at=at,
        due_at=review_due(agency, at),
        **vars(person),
    )
    _hand_in(agency, row, "authorised-person.handed-in", by=by, at=at)
    return row


@part
def _appoint(agency: Agency, row: AuthorisedPerson, *, at: datetime) -> None:
    """Let the person act from now on: what the agency shows, and its files, are the new ones."""
    agency.authorised_persons.current().exclude(pk=row.pk).update(ended_at=at)
    agency.authorised_name, agency.authorised_phone = row.name, row.phone
    agency.authorised_id = row.id_number
    agency.save(update_fields=["authorised_name", "authorised_phone", "authorised_id"])
    agency.files.filter(kind__in=row.FILES.values(), ended_at=None).update(ended_at=at)
    for name, kind in row.FILES.items():
        AgencyFile.objects.create(agency=agency, kind=kind, upload=getattr(row, name))


@part
def _hand_in(agency: Agency, row: Credential, name: str, *, by: Actor, at: datetime) -> None:
    outbox.emit(record(agency, name, by=by, at=at, row=row.code))
    letters.post(
        "marketplace/credential-submitted",
        to=Reviewers(),
        at=at,
        link=f"/desk/entries/credentials/{row.code}/",
        organisation=agency.organisation,
        row=row,
    )


@transaction.atomic(durable=True)
def verify(row: Credential, *, by: Seat, at: datetime) -> Credential:
    """Let what a listed agency handed in count from now on; a person with all certificates.

    Refused unless it is under review, to the unit itself, and for a person of another agency.
    """
    agency = lock(agency_of(row), state=AgencyState.LISTED)
    check_impartial(agency, by)
    row = _locked(row)
    verify_row(row, by=by, at=at)
    if isinstance(row, Practitioner):
        for certificate in row.certificates.pending().order_by("pk"):
            verify_row(certificate, by=by, at=at)
    if isinstance(row, AuthorisedPerson):
        _appoint(agency, row, at=at)
    outbox.emit(record(agency, "credential.verified", by=by, at=at, public=True, row=row.code))
    _tell("marketplace/credential-verified", agency, row, at=at)
    return row


@transaction.atomic(durable=True)
def return_(row: Credential, *, reason: str, by: Seat, at: datetime) -> Credential:
    """Send back what a listed agency handed in. Refused without a reason, and as in `verify`."""
    agency = lock(agency_of(row), state=AgencyState.LISTED)
    check_impartial(agency, by)
    if not reason.strip():
        raise RuleBroken("Give the reason, and what the unit should correct.")
    row = _locked(row)
    said = {"decided_at": at, "decided_by": by, "reason": reason.strip()}
    move(row, ReviewState.RETURNED, **said)
    if isinstance(row, Practitioner):
        for certificate in row.certificates.pending().order_by("pk"):
            move(certificate, ReviewState.RETURNED, **said)
    outbox.emit(
        record(agency, "credential.returned", by=by, at=at, row=row.code, reason=reason.strip())
    )
    _tell("marketplace/credential-returned", agency, row, at=at)
    return row


@transaction.atomic(durable=True)
def end(row: Credential, *, by: Actor, at: datetime) -> Credential:
    """Give up a qualification or certificate, or strike off a person who left; for good.

    Refused for what ended before, and for the authorised person: an agency has one.
    """
    agency = lock(agency_of(row), state=AgencyState.LISTED)
    row = _locked(row)
    if isinstance(row, AuthorisedPerson) and row.state == ReviewState.VERIFIED:
        raise RuleBroken("An agency has an authorised person: name another one in the stead.")
    row.ended_at = at
    row.save(update_fields=["ended_at"])
    if isinstance(row, Practitioner):
        row.certificates.filter(ended_at=None).update(ended_at=at)
    outbox.emit(record(agency, "credential.ended", by=by, at=at, public=True, row=row.code))
    return row


@transaction.atomic(durable=True)
def remind(row: Qualification, *, days: int, by: Actor, at: datetime) -> Qualification:
    """Warn the agency that a qualification ends within `days` days. Refused twice for one step."""
    row = lock(row)
    if row.reminded_days is not None and row.reminded_days <= days:
        raise RuleBroken("The agency was reminded already.")
    row.reminded_days = days
    row.save(update_fields=["reminded_days"])
    record(row.agency, "qualification.reminded", by=by, at=at, row=row.code, days=days)
    _tell("marketplace/qualification-expiring", row.agency, row, at=at)
    return row


def agency_of(row: Credential) -> Agency:
    """Whose it is."""
    return row.practitioner.agency if isinstance(row, PractitionerCertificate) else row.agency


@part
def _locked(row: Row) -> Row:
    row = lock(row)
    if row.ended_at is not None:
        raise RuleBroken("This was given up meanwhile: load the page again.")
    return row


@part
def _tell(kind: str, agency: Agency, row: Credential, *, at: datetime) -> None:
    organisation = agency.organisation
    letters.post(
        kind, to=organisation, at=at, link="/desk/entry/", organisation=organisation, row=row
    )
