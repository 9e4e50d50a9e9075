"""Entry 入驻 of agencies: drafted, submitted with the commitment letter, reviewed formally.

What comes after listing (a new qualification, a practitioner who leaves) is `credentials`.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import (
    Certificate,
    Deed,
    Organisation,
    OrganisationKind,
    OrganisationState,
    Seat,
    Standing,
)
from core import figures, letters, outbox, reference, uploads
from core.audit import Actor, canonical, record
from core.calendar import day_of
from core.letters import Recipient
from core.lifecycle import RuleBroken, lock, move, part
from core.models import CalendarDay, Upload
from core.numbering import new_code
from marketplace.entry import SECTIONS, Entry, Individual, Paper, person_digest
from marketplace.models import (
    Agency,
    AgencyFile,
    AgencyService,
    AgencyState,
    AuthorisedPerson,
    Commitment,
    EntryReview,
    Outcome,
    Practitioner,
    PractitionerCertificate,
    Qualification,
    ReviewState,
)

COMMITMENT = reference.read(Path(__file__).parent / "data" / "commitment.json")
WALLET = "accounts.certificate"  # the purpose of scans in the wallet
BARRED = (OrganisationKind.NATURAL_PERSON, OrganisationKind.GOVERNMENT)


class Reviewers:
    """Whoever holds a seat of an operator from which entries may be reviewed."""

    def letter_recipients(self, at: datetime) -> Iterator[Recipient]:
        seats = Seat.objects.held_at(at).filter(organisation__standing=Standing.OPERATOR)
        for seat in seats.select_related("user", "organisation").order_by("pk"):
            if seat.may(Deed.REVIEW_ENTRY):
                yield from seat.letter_recipients(at)


@transaction.atomic(durable=True)
def begin(organisation: Organisation, *, by: Actor, at: datetime) -> Agency:
    """Open the draft of an entry. Refused to government bodies and natural persons, and twice."""
    if organisation.kind in BARRED or organisation.standing != Standing.PARTICIPANT:
        raise RuleBroken(
            "A government body, a natural person or the operator cannot enter as an agency: only"
            " enterprises, institutions, associations and individual businesses can."
        )
    try:
        with transaction.atomic():
            agency = Agency.objects.create(
                code=new_code(), organisation=organisation, began_at=at, drafted_at=at
            )
    except IntegrityError as twin:
        if "organisation" not in str(twin):
            raise
        raise RuleBroken("Your unit has begun its entry already: go on with it.") from twin
    record(agency, "entry.begun", by=by, at=at)
    return agency


@transaction.atomic(durable=True)
def save_draft(
    agency: Agency, section: str, typed: Mapping[str, list[str]], *, by: Actor, at: datetime
) -> Agency:
    """Keep what was typed in one section, right or wrong. No deed: no event.

    Refused while the entry is under review, and once it is listed.
    """
    agency = lock(agency)
    if agency.state not in (AgencyState.DRAFT, AgencyState.RETURNED):
        raise RuleBroken(
            "The entry is “%(now)s”: nothing is saved.", now=agency.get_state_display()
        )
    agency.draft = json.dumps({**drafted(agency), section: typed}, ensure_ascii=False)
    agency.drafted_at = at
    agency.save(update_fields=["draft", "drafted_at"])
    return agency


def drafted(agency: Agency) -> dict[str, dict[str, list[str]]]:
    """What was typed so far, by section."""
    return json.loads(agency.draft) if agency.draft else {}


@transaction.atomic(durable=True)
def submit(agency: Agency, entry: Entry, *, typed: str, by: Seat, at: datetime) -> Agency:
    """Sign the commitment letter and hand the entry in for review, due in working days.

    Refused before the unit is verified, without services, with an item twice or out of force, with
    a qualification or person twice, and unless `typed` is the unit's full name.
    """
    agency = lock(agency)
    organisation = agency.organisation
    if organisation.state != OrganisationState.VERIFIED:
        raise RuleBroken("The operator has not verified your unit yet: submit once it has.")
    if typed.strip() != organisation.name:
        raise RuleBroken(
            "Type the full name of your unit, “%(name)s”, to sign the commitment letter.",
            name=organisation.name,
        )
    _check_whole(entry)
    due_at = review_due(agency, at)
    move(agency, AgencyState.SUBMITTED, submitted_at=at, **entry.unit.columns())
    _supersede_pending(agency, at=at)
    _write_rows(agency, entry, due_at=due_at, at=at)
    text = commitment_text(organisation)
    Commitment.objects.create(
        code=new_code(),
        agency=agency,
        version=COMMITMENT["version"],
        text=text,
        digest=sha256(text.encode()).hexdigest(),
        signed_at=at,
        signed_by=by,
        typed=typed.strip(),
    )
    content = json.loads(canonical(entry.content()))
    review = EntryReview.objects.create(
        agency=agency,
        round=agency.reviews.count() + 1,
        content=content,
        digest=sha256(canonical(content).encode()).hexdigest(),
        submitted_at=at,
        submitted_by=by,
        due_at=due_at,
    )
    event = record(
        agency,
        "entry.submitted",
        by=by,
        at=at,
        round=review.round,
        digest=review.digest,
        commitment=COMMITMENT["version"],
    )
    outbox.emit(event)
    facts: dict[str, Any] = {"agency": agency, "organisation": organisation, "review": review}
    letters.post("marketplace/entry-received", to=organisation, at=at, link="/desk/entry/", **facts)
    link = f"/desk/entries/{agency.code}/"
    letters.post("marketplace/entry-submitted", to=Reviewers(), at=at, link=link, **facts)
    return agency


def _check_whole(entry: Entry) -> None:
    if not entry.services:
        raise RuleBroken("Name one service at least that your unit offers.")
    items = [terms.item for terms in entry.services]
    if len({item.pk for item in items}) < len(items):
        raise RuleBroken("A service is named twice: keep it once.")
    for item in items:
        if item.retired:
            raise RuleBroken("“%(item)s” is no longer in force: take it out.", item=item.name)
    papers = [_identity(paper) for paper in entry.qualifications]
    if len(set(papers)) < len(papers):
        raise RuleBroken("A qualification is named twice: keep it once.")
    persons = [person.id_number for person in entry.practitioners]
    if len(set(persons)) < len(persons):
        raise RuleBroken("A practitioner is named twice: keep the person once.")


def _identity(paper: Paper) -> tuple[int, str, str, str]:
    return (paper.category.pk, paper.level, paper.specialty, paper.number)


def review_due(agency: Agency, at: datetime) -> datetime:
    """The end of the last working day for a formal review of what was handed in at `at`."""
    figure = figures.on(day_of(at), agency.organisation.region)["entry.review.working-days"]
    days = CalendarDay.objects.calendar()
    return days.add_working_days(day_of(at), int(figure.value)).until()


@part
def _supersede_pending(agency: Agency, *, at: datetime) -> None:
    """What an earlier round said and nobody verified gives way to what is said now."""
    agency.services.current().update(offered_until=at)
    agency.files.filter(ended_at=None).update(ended_at=at)
    agency.qualifications.pending().update(ended_at=at)
    people = agency.practitioners.pending()
    PractitionerCertificate.objects.filter(practitioner__in=people, ended_at=None).update(
        ended_at=at
    )
    people.update(ended_at=at)


@part
def _write_rows(agency: Agency, entry: Entry, *, due_at: datetime, at: datetime) -> None:
    for kind, files in entry.unit.files.items():
        for upload in files:
            take(upload, agency)
            AgencyFile.objects.create(agency=agency, kind=kind, upload=upload)
    for terms in entry.services:
        AgencyService.objects.create(agency=agency, offered_from=at, **terms.columns())
    for paper in entry.qualifications:
        write_qualification(agency, paper, due_at=due_at, at=at)
    for person in entry.practitioners:
        write_practitioner(agency, person, due_at=due_at, at=at)


@part
def take(upload: Upload, agency: Agency) -> None:
    """Give a file to the agency; one of its own wallet stays there, and reviewers read it there."""
    if upload.purpose == WALLET:
        own = Certificate.objects.of(agency.organisation).filter(code=upload.subject_code)
        if own.exists():
            return
    uploads.attach(upload, to=agency)


@part
def write_qualification(
    agency: Agency, paper: Paper, *, due_at: datetime, at: datetime
) -> Qualification:
    """Enter a qualification for review; its scan belongs to the agency from now on."""
    if paper.scan:
        take(paper.scan, agency)
    return Qualification.objects.create(
        code=new_code(), agency=agency, submitted_at=at, due_at=due_at, **paper.columns()
    )


@part
def write_practitioner(
    agency: Agency, person: Individual, *, due_at: datetime, at: datetime
) -> Practitioner:
    """Enter a person with the certificates for review."""
    if person.insurance:
        take(person.insurance, agency)
    row = Practitioner.objects.create(
        code=new_code(),
        agency=agency,
        name=person.name,
        title=person.title,
        id_number=person.id_number,
        person=person_digest(person.id_number),
        insurance=person.insurance,
        submitted_at=at,
        due_at=due_at,
    )
    for paper in person.certificates:
        write_certificate(agency, row, paper, due_at=due_at, at=at)
    return row


@part
def write_certificate(
    agency: Agency, practitioner: Practitioner, paper: Paper, *, due_at: datetime, at: datetime
) -> PractitionerCertificate:
    """Enter a certificate of a person for review."""
    if paper.scan:
        take(paper.scan, agency)
    return PractitionerCertificate.objects.create(
        code=new_code(),
        practitioner=practitioner,
        submitted_at=at,
        due_at=due_at,
        **paper.columns(),
    )


def commitment_text(organisation: Organisation) -> str:
    """The commitment letter as this unit signs it."""
    clauses = [f"{place}．{text}" for place, text in enumerate(COMMITMENT["clauses"], start=1)]
    head = [COMMITMENT["title"], COMMITMENT["opening"]]
    signer = f"承诺单位：{organisation.name}（统一社会信用代码 {organisation.uscc}）"
    return "\n".join([*head, *clauses, COMMITMENT["closing"], signer])


@transaction.atomic(durable=True)
def admit(agency: Agency, *, by: Seat, at: datetime) -> Agency:
    """Pass the entry: the agency is listed in public at once, with all that it handed in.

    Refused unless it is under review, to the applicant itself, and while one of its practitioners
    is on another agency's list.
    """
    agency = lock(agency)
    check_impartial(agency, by)
    move(agency, AgencyState.LISTED, listed_at=at, draft="")
    review = _decide(agency, Outcome.LISTED, by=by, at=at)
    for row in _pending_rows(agency):
        verify_row(row, by=by, at=at)
    event = record(
        agency,
        "agency.listed",
        by=by,
        at=at,
        public=True,
        organisation=agency.organisation.code,
        uscc=agency.organisation.uscc,
        digest=review.digest,
    )
    outbox.emit(event)
    letters.post(
        "marketplace/entry-listed",
        to=agency.organisation,
        at=at,
        link=f"/agencies/{agency.organisation.code}/",
        agency=agency,
        organisation=agency.organisation,
    )
    return agency


@transaction.atomic(durable=True)
def return_(
    agency: Agency, *, reason: str, comments: Mapping[str, str], by: Seat, at: datetime
) -> Agency:
    """Send the entry back with everything that is to be corrected, told at once.

    Refused without a reason, unless it is under review, and to the applicant itself.
    """
    agency = lock(agency)
    check_impartial(agency, by)
    reason = reason.strip()
    if not reason:
        raise RuleBroken("Give the reason, and what the unit should correct.")
    comments = {name: comments[name].strip() for name in SECTIONS if comments.get(name, "").strip()}
    move(agency, AgencyState.RETURNED)
    review = _decide(agency, Outcome.RETURNED, by=by, at=at, reason=reason, comments=dict(comments))
    outbox.emit(record(agency, "entry.returned", by=by, at=at, round=review.round, reason=reason))
    letters.post(
        "marketplace/entry-returned",
        to=agency.organisation,
        at=at,
        link="/desk/entry/",
        agency=agency,
        organisation=agency.organisation,
        review=review,
        comments=[(SECTION_NAMES[name], text) for name, text in comments.items()],
    )
    return agency


SECTION_NAMES = {  # for letters, which are Chinese
    "unit": "单位与授权人",
    "services": "服务事项",
    "qualifications": "资质证书",
    "practitioners": "执业人员",
}


@part
def _decide(
    agency: Agency, outcome: Outcome, *, by: Seat, at: datetime, **said: Any
) -> EntryReview:
    review = agency.reviews.get(outcome="")
    review.outcome, review.decided_at, review.decided_by = outcome, at, by
    for name, value in said.items():
        setattr(review, name, value)
    review.save()
    return review


def check_impartial(agency: Agency, by: Seat) -> None:
    """Nobody reviews what his own unit handed in."""
    if by.organisation_id == agency.organisation_id:
        raise RuleBroken("Nobody reviews what his own unit handed in: ask another operator.")


def _pending_rows(
    agency: Agency,
) -> Iterable[Qualification | Practitioner | PractitionerCertificate]:
    people = list(agency.practitioners.pending().order_by("pk"))
    certificates = PractitionerCertificate.objects.pending().filter(practitioner__in=people)
    return [*agency.qualifications.pending().order_by("pk"), *people, *certificates.order_by("pk")]


@part
def verify_row(
    row: Qualification | Practitioner | PractitionerCertificate | AuthorisedPerson,
    *,
    by: Seat,
    at: datetime,
) -> None:
    """Let a row count from now on. Refused for a person who is on another agency's list."""
    try:
        with transaction.atomic():
            move(row, ReviewState.VERIFIED, decided_at=at, decided_by=by)
    except IntegrityError as twin:
        # SQLite names the column, PostgreSQL the constraint practitioner_of_one_agency.
        if not isinstance(row, Practitioner) or "practitioner" not in str(twin):
            raise
        raise RuleBroken(
            "“%(name)s” is on an agency's list already: return it, and have the person struck"
            " off there first.",
            name=row.name,
        ) from twin


@transaction.atomic(durable=True)
def reveal(agency: Agency, row: Any, column: str, *, by: Actor, at: datetime) -> str:
    """The ID number in `column` of a row of the entry, to a reviewer: every look is recorded."""
    record(agency, "entry.id-number-read", by=by, at=at, of=row.code, column=column)
    return str(getattr(row, column))


def may_read(upload: Upload, request: Any) -> bool:
    """Files of an entry: to the unit's own applicants, to reviewers, and to the regulator."""
    seat = request.seat
    if seat is None:
        return False
    if seat.may(Deed.REVIEW_ENTRY) or seat.may(Deed.SUPERVISE):
        return True
    own = Agency.objects.filter(code=upload.subject_code, organisation=seat.organisation)
    return bool(seat.may(Deed.APPLY_ENTRY) and own.exists())
