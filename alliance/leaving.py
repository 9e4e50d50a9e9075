"""Leaving: applied for, accepted, reviewed, decided; and expulsion: charged, heard, decided."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path

from django.db import transaction

from accounts.models import Seat
from alliance import certificates, delegates, fees, motions, officers
from alliance.meetings import charter_of
from alliance.models import Alliance, Member, MemberState
from alliance.models.leaving import (
    Expulsion,
    ExpulsionState,
    Withdrawal,
    WithdrawalState,
)
from alliance.models.meetings import Motion
from alliance.terms import CharterTerms
from alliance.voting import Outcome
from core import clock, letters, reference, uploads
from core.audit import Actor, record
from core.calendar import day_of
from core.lifecycle import RuleBroken, lock, move, part
from core.models import CalendarDay, Upload
from core.numbering import new_code

CHECKLIST = Path(__file__).parent / "data" / "leaving-review.json"
FINE, OPEN, NOT_APPLICABLE = "fine", "open", "not-applicable"
RESULTS = (FINE, OPEN, NOT_APPLICABLE)


@dataclass(frozen=True)
class Point:
    """A line of the review: what is looked at, and the article it rests on."""

    key: str
    title: str
    basis: str


@dataclass(frozen=True)
class Finding:
    key: str
    title: str
    basis: str
    result: str
    text: str


@cache
def checklist() -> tuple[Point, ...]:
    return tuple(Point(**one) for one in reference.read(CHECKLIST)["points"])


@transaction.atomic(durable=True)
def apply(
    member: Member, *, reason: str, statement: str, scan: Upload, by: Seat, at: datetime
) -> Withdrawal:
    """Apply in writing to leave. Refused to who is no member, and while another one is open."""
    member = lock(member)
    submitted_at = clock.after_lock()
    _check_standing(member)
    if member.withdrawals.filter(ended_at=None).exists():
        raise RuleBroken("Your unit has applied already: see how far it is.")
    withdrawal = Withdrawal.objects.create(
        code=new_code(),
        alliance=member.alliance,
        member=member,
        charter=charter_of(member.alliance, submitted_at),
        reason=reason,
        statement=statement,
        scan=scan,
        submitted_at=submitted_at,
        submitted_by=by,
    )
    uploads.attach(scan, to=withdrawal)
    record(withdrawal, "withdrawal.submitted", by=by, at=at, scan=scan.sha256)
    _tell_secretariat(withdrawal, "withdrawal-submitted", at=submitted_at)
    return withdrawal


@transaction.atomic(durable=True)
def resubmit(
    withdrawal: Withdrawal, *, reason: str, statement: str, scan: Upload, by: Seat, at: datetime
) -> Withdrawal:
    """Send a returned application again."""
    withdrawal = lock(withdrawal, state=WithdrawalState.RETURNED)
    submitted_at = clock.after_lock()
    uploads.attach(scan, to=withdrawal)
    move(
        withdrawal,
        WithdrawalState.SUBMITTED,
        reason=reason,
        statement=statement,
        scan=scan,
        submitted_at=submitted_at,
        submitted_by=by,
    )
    record(withdrawal, "withdrawal.submitted", by=by, at=at, scan=scan.sha256)
    _tell_secretariat(withdrawal, "withdrawal-submitted", at=submitted_at)
    return withdrawal


@transaction.atomic(durable=True)
def accept(withdrawal: Withdrawal, *, by: Seat, at: datetime) -> Withdrawal:
    """Take the application on: the review begins. Refused for what is not applied for."""
    withdrawal = lock(withdrawal, state=WithdrawalState.SUBMITTED)
    accepted_at = clock.after_lock()
    move(withdrawal, WithdrawalState.ACCEPTED, accepted_at=accepted_at, accepted_by=by)
    record(withdrawal, "withdrawal.accepted", by=by, at=at)
    _tell(withdrawal, "withdrawal-moved", at=accepted_at)
    return withdrawal


@transaction.atomic(durable=True)
def return_(withdrawal: Withdrawal, *, reason: str, by: Seat, at: datetime) -> Withdrawal:
    """Ask for a better application. Refused without a reason."""
    withdrawal = lock(withdrawal, state=WithdrawalState.SUBMITTED)
    if not reason.strip():
        raise RuleBroken("Say what is missing: the unit reads it.")
    move(withdrawal, WithdrawalState.RETURNED, return_reason=reason.strip())
    record(withdrawal, "withdrawal.returned", by=by, at=at, reason=withdrawal.return_reason)
    _tell(withdrawal, "withdrawal-moved", at=clock.after_lock())
    return withdrawal


@transaction.atomic(durable=True)
def take_back(withdrawal: Withdrawal, *, by: Seat, at: datetime) -> Withdrawal:
    """Stay a member after all. Refused while it is on an agenda, and once it is decided."""
    withdrawal = lock(withdrawal)
    if Motion.objects.about(withdrawal).filter(state="pending").exists():
        raise RuleBroken("It is on the agenda of a meeting: the body decides now.")
    move(withdrawal, WithdrawalState.TAKEN_BACK, ended_at=clock.after_lock())
    record(withdrawal, "withdrawal.taken-back", by=by, at=at)
    return withdrawal


@transaction.atomic(durable=True)
def review(
    withdrawal: Withdrawal, findings: Sequence[Finding], *, opinion: str, by: Seat, at: datetime
) -> Withdrawal:
    """Note what the review of intellectual property and technical archives found.

    Refused where a point is missing, or one that is open says nothing; and without an opinion.
    """
    withdrawal = lock(withdrawal, state=WithdrawalState.ACCEPTED)
    reviewed_at = clock.after_lock()
    points = {one.key for one in checklist()}
    if {one.key for one in findings} != points or len(findings) != len(points):
        raise RuleBroken("Every point of the review wants a finding.")
    for one in findings:
        if one.result not in RESULTS or (one.result == OPEN and not one.text.strip()):
            raise RuleBroken("“%(title)s”: say what is still open.", title=one.title)
    if not opinion.strip():
        raise RuleBroken("Write the opinion of the review: the council reads it.")
    move(
        withdrawal,
        WithdrawalState.REVIEWED,
        findings=[asdict(one) for one in findings],
        opinion=opinion.strip(),
        reviewed_at=reviewed_at,
        reviewed_by=by,
    )
    record(withdrawal, "withdrawal.reviewed", by=by, at=at, findings=withdrawal.findings)
    _tell(withdrawal, "withdrawal-moved", at=reviewed_at)
    return withdrawal


@part
def decide_withdrawal(motion: Motion, outcome: Outcome, *, by: Actor, at: datetime) -> None:
    """The effect of the body's decision: approved, the membership ends with it."""
    withdrawal = lock(Withdrawal.objects.get(code=motion.subject_code))
    decided_at = clock.after_lock()
    approved = outcome.carried
    move(
        withdrawal,
        WithdrawalState.APPROVED if approved else WithdrawalState.REJECTED,
        motion=motion,
        arrears=fees.arrears(withdrawal.member),
        ended_at=decided_at,
    )
    record(
        withdrawal, f"withdrawal.{withdrawal.state}", by=by, at=at, public=True, motion=motion.code
    )
    if approved:
        _end(withdrawal.member, MemberState.LEFT, by=by, at=at, ended_at=decided_at)
    _tell(withdrawal, "withdrawal-moved", at=decided_at)


@transaction.atomic(durable=True)
def note_certificate(
    withdrawal: Withdrawal, *, returned_on: date, note: str, by: Seat, at: datetime
) -> Withdrawal:
    """Note that the certificate of membership came back. Refused before the approval, and twice."""
    member = lock(withdrawal.member)
    withdrawal = lock(withdrawal, state=WithdrawalState.APPROVED)
    noted_at = clock.after_lock()
    if withdrawal.certificate_returned_on:
        raise RuleBroken("The return of the certificate is noted already.")
    if returned_on > day_of(noted_at):
        raise RuleBroken("That day lies in the future.")
    withdrawal.certificate_returned_on = returned_on
    withdrawal.certificate_note, withdrawal.certificate_noted_by = note.strip(), by
    withdrawal.save(
        update_fields=["certificate_returned_on", "certificate_note", "certificate_noted_by"]
    )
    record(withdrawal, "withdrawal.certificate-returned", by=by, at=at, returned_on=returned_on)
    certificates.give_back(member, by=by, at=at)
    return withdrawal


@transaction.atomic(durable=True)
def charge(
    member: Member,
    *,
    breach: str,
    article: str,
    evidence: str,
    hearing_at: datetime,
    hearing_place: str,
    by: Seat,
    at: datetime,
) -> Expulsion:
    """Charge a member with a breach and set its hearing.

    Refused with fewer working days until the hearing than the charter gives notice of a meeting.
    """
    member = lock(member)
    charged_at = clock.after_lock()
    _check_standing(member)
    if member.expulsions.filter(ended_at=None).exists():
        raise RuleBroken("Proceedings against this member are open already.")
    charter = charter_of(member.alliance, charged_at)
    _body, rule = CharterTerms.from_json(charter.terms).rule("expulsion")
    calendar, today = CalendarDay.objects.calendar(), day_of(charged_at)
    given = calendar.working_days_between(today, day_of(hearing_at))
    if given < rule.notice_working_days:
        raise RuleBroken(
            "The hearing is %(given)s working days away, %(days)s are needed:"
            " %(earliest)s is the first possible day.",
            given=given,
            days=rule.notice_working_days,
            earliest=calendar.add_working_days(today, rule.notice_working_days).on,
        )
    expulsion = Expulsion.objects.create(
        code=new_code(),
        alliance=member.alliance,
        member=member,
        charter=charter,
        breach=breach,
        article=article,
        evidence=evidence,
        hearing_at=hearing_at,
        hearing_place=hearing_place,
        charged_at=charged_at,
        charged_by=by,
    )
    record(expulsion, "expulsion.charged", by=by, at=at, article=article, hearing_at=hearing_at)
    _tell(expulsion, "expulsion-charged", at=charged_at)
    return expulsion


@transaction.atomic(durable=True)
def state(expulsion: Expulsion, *, statement: str, by: Seat, at: datetime) -> Expulsion:
    """The unit's own statement, before the hearing is recorded; once, for the record."""
    expulsion = lock(expulsion, state=ExpulsionState.CHARGED)
    if expulsion.statement:
        raise RuleBroken("Your unit's statement is on record already.")
    if not statement.strip():
        raise RuleBroken("Write what your unit has to say.")
    expulsion.statement = statement.strip()
    expulsion.stated_at, expulsion.stated_by = clock.after_lock(), by
    expulsion.save(update_fields=["statement", "stated_at", "stated_by"])
    record(expulsion, "expulsion.stated", by=by, at=at)
    return expulsion


@transaction.atomic(durable=True)
def hear(
    expulsion: Expulsion, *, hearing_record: str, was_attended: bool, by: Seat, at: datetime
) -> Expulsion:
    """Record the hearing; the council may decide then. Refused before its hour."""
    expulsion = lock(expulsion, state=ExpulsionState.CHARGED)
    heard_at = clock.after_lock()
    if heard_at < expulsion.hearing_at:
        raise RuleBroken("The hearing is at %(at)s: record it then.", at=expulsion.hearing_at)
    if not hearing_record.strip():
        raise RuleBroken("Write what was said: the council decides upon it.")
    move(
        expulsion,
        ExpulsionState.HEARD,
        hearing_record=hearing_record.strip(),
        was_attended=was_attended,
        heard_at=heard_at,
    )
    record(expulsion, "expulsion.heard", by=by, at=at, was_attended=was_attended)
    return expulsion


@transaction.atomic(durable=True)
def drop(expulsion: Expulsion, *, reason: str, by: Seat, at: datetime) -> Expulsion:
    """Let the charge fall. Refused without a reason, and while it is on an agenda."""
    expulsion = lock(expulsion)
    if not reason.strip():
        raise RuleBroken("State the reason: the unit reads it.")
    if Motion.objects.about(expulsion).filter(state="pending").exists():
        raise RuleBroken("It is on the agenda of a meeting: the body decides now.")
    dropped_at = clock.after_lock()
    move(expulsion, ExpulsionState.DROPPED, ended_at=dropped_at, end_reason=reason.strip())
    record(expulsion, "expulsion.dropped", by=by, at=at, reason=expulsion.end_reason)
    _tell(expulsion, "expulsion-ended", at=dropped_at)
    return expulsion


@part
def decide_expulsion(motion: Motion, outcome: Outcome, *, by: Actor, at: datetime) -> None:
    """The effect of the body's decision: expelled, the membership ends with it."""
    expulsion = lock(Expulsion.objects.get(code=motion.subject_code))
    decided_at = clock.after_lock()
    to = ExpulsionState.EXPELLED if outcome.carried else ExpulsionState.DISMISSED
    move(expulsion, to, motion=motion, ended_at=decided_at)
    record(expulsion, f"expulsion.{to}", by=by, at=at, public=True, motion=motion.code)
    if outcome.carried:
        _end(expulsion.member, MemberState.EXPELLED, by=by, at=at, ended_at=decided_at)
    _tell(expulsion, "expulsion-ended", at=decided_at)


def withdrawals_awaiting(alliance: Alliance) -> Iterable[motions.Candidate]:
    """Reviewed ones, as the body reads of them."""
    reviewed = alliance.withdrawals.filter(state=WithdrawalState.REVIEWED)
    for one in reviewed.select_related("member__organisation"):
        unit = one.member.organisation.name
        owed = fees.arrears(one.member)
        text = f"退出理由：{one.reason}\n审查意见：{one.opinion}\n未缴会费：{owed} 元。"
        yield motions.Candidate("withdrawal", one, f"关于{unit}退出联盟的议案", text, one.member)


def expulsions_awaiting(alliance: Alliance) -> Iterable[motions.Candidate]:
    heard = alliance.expulsions.filter(state=ExpulsionState.HEARD)
    for one in heard.select_related("member__organisation"):
        unit = one.member.organisation.name
        said = f"\n该单位的陈述：{one.statement}" if one.statement else ""
        text = f"违约情况：{one.breach}（{one.article}）{said}\n听证记录：{one.hearing_record}"
        yield motions.Candidate("expulsion", one, f"关于将{unit}除名的议案", text, one.member)


# ── steps ────────────────────────────────────────────────────────────────────────────────────────


def _check_standing(member: Member) -> None:
    if member.left_on is not None:
        raise RuleBroken("%(unit)s is no member any more.", unit=member.organisation.name)


@part
def _end(member: Member, to: MemberState, *, by: Actor, at: datetime, ended_at: datetime) -> None:
    """End a membership, and what else is open about it; unless it has ended already."""
    member = lock(member)
    if member.left_on is not None:
        return
    move(member, to, left_on=day_of(ended_at))
    record(member, f"member.{to}", by=by, at=at, public=True, number=member.number)
    certificates.withdraw(member, by=by, at=at)
    delegates.release(member, at=ended_at)
    officers.release(member, by=by, at=at, until=ended_at)


@part
def _tell(row: Withdrawal | Expulsion, kind: str, *, at: datetime) -> None:
    letters.post(
        f"alliance/{kind}",
        to=row.member.organisation,
        at=at,
        link=row.get_absolute_url(),
        row=row,
        alliance=row.alliance,
    )


@part
def _tell_secretariat(row: Withdrawal, kind: str, *, at: datetime) -> None:
    posts = ("secretary-general", "secretary")
    for officer in row.alliance.officers.held_at(at).filter(post__in=posts):
        letters.post(
            f"alliance/{kind}",
            to=officer.seat,
            at=at,
            link=row.get_absolute_url(),
            row=row,
            alliance=row.alliance,
        )
