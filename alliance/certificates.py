"""Certificates of membership 成员证书, and the agreement that goes before the first one.

Who is admitted signs an agreement with the lead unit, as the charter has it; with the last
signature the certificate is issued. The yearly check 年度审验 issues the next one.
"""

from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import transaction

from accounts.models import Organisation, OrganisationState, Seat
from alliance import charters
from alliance.models import Alliance, Member, MemberState
from alliance.models.membership import CertificateState, MemberCertificate
from contracts import agreements, news
from contracts.models import Agreement, AgreementState, AgreementTemplate
from core import clock, figures, letters
from core.audit import Actor, Clock, canonical, record
from core.calendar import day_of, months_after
from core.lifecycle import RuleBroken, lock, move, part
from core.models import Event
from core.numbering import new_code

TEMPLATE = "alliance-accession"
MONTHS = "alliance.certificate.months"


@part
def unite(member: Member, *, decision: str, by: Actor, at: datetime) -> Agreement | None:
    """Draw the agreement up that lead unit and new member sign; the lead itself needs none."""
    alliance, unit = member.alliance, member.organisation
    if unit.pk == alliance.lead_id:
        return None
    on = day_of(clock.after_lock())
    return agreements.draw_up_joint(
        template=AgreementTemplate.objects.in_force(TEMPLATE, on),
        about=member,
        title=f"{alliance.name}协议书",
        partners=[alliance.lead, unit],
        values={
            "alliance": alliance.name,
            "alliance_number": alliance.number,
            "charter": charter_of(alliance, on),
            "lead": alliance.lead.name,
            "member": unit.name,
            "member_number": member.number,
            "level": level_of(member, on),
            "decision": decision or "创立登记",
        },
        by=by,
        at=at,
    )


@part
def united(event: Event, *, at: datetime) -> None:
    """The agreement of a new member is concluded: its certificate is issued."""
    member = news.subject_of(event, Member)
    if member is not None and member.state == MemberState.ADMITTED and not _issued(member):
        _issue(member, by=Clock(), seat=None, at=at)


@transaction.atomic(durable=True)
def issue(member: Member, *, by: Seat, at: datetime) -> MemberCertificate:
    """Issue the first certificate, or the next one after the yearly check.

    Refused for who is suspended or gone, for a unit whose registration is not verified, before the
    agreement is concluded, and while the present certificate runs for long yet.
    """
    member = lock(member, state=MemberState.ADMITTED)
    on = day_of(clock.after_lock())
    if member.organisation.state != OrganisationState.VERIFIED:
        raise RuleBroken("The registration of %(unit)s is not verified.", unit=member.organisation)
    waiting = Agreement.objects.about(member).filter(state=AgreementState.DRAWN_UP)
    if waiting.exists():
        raise RuleBroken(
            "The agreement with %(unit)s waits to be signed.", unit=member.organisation
        )
    present = _issued(member)
    if present and not is_renewable(present, on):
        raise RuleBroken(
            "Its certificate is valid until %(day)s: it is checked in the last %(days)s days.",
            day=present.valid_until,
            days=figures.on(on)["alliance.certificate.check-days"].value,
        )
    return _issue(member, by=by, seat=by, at=at)


@part
def reissue(member: Member, *, by: Actor, at: datetime) -> MemberCertificate | None:
    """What the certificate says has changed: the next one says it, until the same day.

    None where there is none, or it has expired: the yearly check issues the next.
    """
    present = _issued(member)
    if present is None or not present.is_valid(day_of(clock.after_lock())):
        return None
    return _issue(member, by=by, seat=None, until=present.valid_until, at=at)


@part
def withdraw(member: Member, *, by: Actor, at: datetime) -> MemberCertificate | None:
    """End the certificate of who is no member any more; None where there is none."""
    present = _issued(member)
    if present is None:
        return None
    move(present, CertificateState.WITHDRAWN, ended_at=clock.after_lock())
    record(member, "certificate.withdrawn", by=by, at=at, public=True, number=present.number)
    return present


@part
def give_back(member: Member, *, by: Actor, at: datetime) -> MemberCertificate | None:
    """The paper of a withdrawn certificate came back; None where there is none."""
    last = member.certificates.filter(state=CertificateState.WITHDRAWN).first()
    if last is None:
        return None
    move(last, CertificateState.RETURNED)
    record(member, "certificate.returned", by=by, at=at, public=True, number=last.number)
    return last


@transaction.atomic(durable=True)
def remind(certificate: MemberCertificate, *, by: Actor, at: datetime) -> MemberCertificate:
    """Write once to a member whose certificate will soon have to be checked."""
    member = lock(certificate.member, state=MemberState.ADMITTED)
    certificate = lock(certificate, state=CertificateState.ISSUED)
    reminded_at = clock.after_lock()
    if certificate.reminded_at or not is_renewable(certificate, day_of(reminded_at)):
        raise RuleBroken("No reminder is due.")
    certificate.reminded_at = reminded_at
    certificate.save(update_fields=["reminded_at"])
    letters.post(
        "alliance/certificate-expires",
        to=member.organisation,
        at=reminded_at,
        link=certificate.get_absolute_url(),
        certificate=certificate,
        member=member,
    )
    return certificate


def is_renewable(certificate: MemberCertificate, on: date) -> bool:
    """Whether the yearly check may be made: from so many days before the last one."""
    days = figures.on(on)["alliance.certificate.check-days"].value
    return certificate.valid_until - timedelta(days=days) <= on


def level_of(member: Member, on: date) -> str:
    """The level in the charter's words."""
    if charters.in_force(member.alliance, on) is None:
        return member.level
    level = charters.terms(member.alliance, on).levels.get(member.level)
    return level.label if level else member.level


def charter_of(alliance: Alliance, on: date) -> str:
    """The charter in force, with its version."""
    charter = charters.in_force(alliance, on)
    return f"{charter.title}（第 {charter.version} 版）" if charter else f"{alliance.name}章程"


def _issued(member: Member) -> MemberCertificate | None:
    return member.certificates.filter(state=CertificateState.ISSUED).first()


@part
def _issue(
    member: Member, *, by: Actor, seat: Seat | None, until: date | None = None, at: datetime
) -> MemberCertificate:
    issued_at = clock.after_lock()
    on = day_of(issued_at)
    if before := _issued(member):
        move(before, CertificateState.SUPERSEDED, ended_at=issued_at)
    place = member.certificates.count() + 1
    number = f"{member.number}-{place:02}"
    until = until or valid_until(on, figures.on(on)[MONTHS].value)
    facts = _facts(member, member.organisation, number=number, on=on, until=until)
    certificate = MemberCertificate.objects.create(
        code=new_code(),
        number=number,
        member=member,
        facts=facts,
        digest=sha256(canonical(facts).encode()).hexdigest(),
        issued_at=issued_at,
        issued_by=seat,
        valid_until=until,
    )
    record(
        member,
        "certificate.issued",
        by=by,
        at=at,
        public=True,
        number=number,
        digest=certificate.digest,
        valid_until=until,
    )
    letters.post(
        "alliance/certificate-issued",
        to=member.organisation,
        at=issued_at,
        link=certificate.get_absolute_url(),
        certificate=certificate,
        member=member,
    )
    return certificate


def valid_until(on: date, months: int) -> date:
    """The last day of a certificate: so many months, the day of issue counted."""
    return months_after(on, months) - timedelta(days=1)


def _facts(
    member: Member, unit: Organisation, *, number: str, on: date, until: date
) -> dict[str, Any]:
    return {
        "number": number,
        "alliance": member.alliance.name,
        "alliance_number": member.alliance.number,
        "unit": unit.name,
        "uscc": unit.uscc,
        "member_number": member.number,
        "level": level_of(member, on),
        "joined_on": member.joined_on.isoformat(),
        "issued_on": on.isoformat(),
        "valid_until": until.isoformat(),
    }
