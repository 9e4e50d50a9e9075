"""What becomes of an inquiry's contract: concluded, fulfilled, broken off, let go; the assessment.

Consumers of what contracts tell, and one rule: the owner's assessment of the performance 履约评价,
which enters the supplier's credit.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from accounts.models import Seat
from contracts import news
from contracts.models import Deliverable, DeliverableState, Side
from core import clock, letters, outbox
from core.audit import Clock, record
from core.calendar import day_of
from core.lifecycle import lock, move, part
from core.models import CalendarDay, Event
from core.phrases import second
from credit import grading
from procurement import archives, inquiry_papers, opening
from procurement.models import Procedure, ProcedureState
from publication import notices
from publication.models import Notice, Relation

NOT_SIGNED = "未在期限内签署合同"
OWNER_DECLINED = "采购人未与成交供应商签订合同"


@part
def contract(event: Event, *, at: datetime) -> None:
    """The agreement is concluded: the inquiry is under contract, and the contract to be public."""
    procedure = news.subject_of(event, Procedure)
    if procedure is None:
        return
    agreement = news.agreement_of(event)
    days = int(procedure.figures["agreement.publication.working-days"]["value"])
    concluded_at = agreement.concluded_at or at
    due = CalendarDay.objects.calendar().add_working_days(day_of(concluded_at), days)
    move(
        procedure,
        ProcedureState.CONTRACTED,
        contracted_at=concluded_at,
        announce_until=due.until(),
    )
    record(
        procedure,
        "procedure.contracted",
        by=Clock(),
        at=at,
        public=True,
        agreement=agreement.number,
        announce_until=procedure.announce_until,
    )


@part
def complete(event: Event, *, at: datetime) -> None:
    """The last deliverable was accepted: the acceptance is published, the archive drawn."""
    procedure = news.subject_of(event, Procedure)
    if procedure is None:
        return
    completed_at = news.agreement_of(event).ended_at or at
    move(
        procedure,
        ProcedureState.COMPLETED,
        completed_at=completed_at,
        **archives.ended(procedure, completed_at),
    )
    accepted = _accepted(event)
    notice = notices.publish(
        "inquiry-acceptance",
        about=procedure,
        title=inquiry_papers.acceptance_title(procedure),
        paper=inquiry_papers.acceptance(procedure, accepted, completed_at),
        follows=Notice.objects.about(procedure).in_force().last(),
        relation=Relation.FOLLOWS,
        by=Clock(),
        at=at,
        issuer=procedure.owner_shown,
        facts={
            "procedure": procedure.number,
            "supplier": procedure.winner.supplier.uscc if procedure.winner else "",
            "completed_at": completed_at,
            "milestones": len(accepted),
        },
    )
    outbox.emit(
        record(
            procedure,
            "procedure.completed",
            by=Clock(),
            at=at,
            public=True,
            notice=notice.number,
            digest=notice.digest,
        )
    )
    archives.ask(procedure, by=Clock(), at=at)
    letters.post(
        "procurement/assessment-awaited",
        to=procedure.owner,
        at=at,
        link=procedure.get_absolute_url(),
        procedure=procedure,
    )


@part
def break_off(event: Event, *, at: datetime) -> None:
    """The agreement ended by consent before it was fulfilled: the inquiry ends with it."""
    procedure = news.subject_of(event, Procedure)
    if procedure is not None:
        agreement = news.agreement_of(event)
        move(
            procedure,
            ProcedureState.BROKEN_OFF,
            state_reason=agreement.end_reason[:1000],
            **archives.ended(procedure, agreement.ended_at or at),
        )
        record(procedure, "procedure.broken-off", by=Clock(), at=at, public=True)
        archives.ask(procedure, by=Clock(), at=at)


@part
def pass_on(event: Event, *, at: datetime) -> None:
    """The agreement was declined, or not signed in time: the next reserve, or failure."""
    procedure = news.subject_of(event, Procedure)
    if procedure is None:
        return
    agreement = news.agreement_of(event)
    if news.unwilling(event) == Side.OWNER:
        opening.fail_after_award(procedure, OWNER_DECLINED, at=at)
    else:
        opening.pass_on(procedure, agreement, agreement.end_reason or NOT_SIGNED, at=at)


@transaction.atomic(durable=True)
def assess(
    procedure: Procedure, *, marks: Mapping[str, int], remark: str, by: Seat, at: datetime
) -> Procedure:
    """Grade the performance, for good, and enter it into the supplier's credit.

    Refused before everything is accepted, twice, and with a mark missing or out of bounds.
    """
    procedure = lock(procedure, state=ProcedureState.COMPLETED)
    winner = procedure.winner
    if winner is None:
        raise RuntimeError(f"procedure {procedure.number} was completed by nobody")
    assessed_at = clock.after_lock()
    job = grading.enter(
        marks,
        organisation=winner.supplier,
        about=procedure,
        source="采购人履约评价",
        graded_at=assessed_at,
        by=by,
        at=at,
    )
    move(
        procedure,
        ProcedureState.ASSESSED,
        marks=job.marks,
        score=job.score,
        grade=job.grade.label,
        remark=remark.strip(),
        assessed_by=by,
        assessed_at=assessed_at,
    )
    outbox.emit(
        record(
            procedure,
            "procedure.assessed",
            by=by,
            at=at,
            public=True,
            marks=dict(marks),
            score=job.score,
            grade=job.grade.code,
            scheme=job.scheme.version,
            remark=procedure.remark,
        )
    )
    letters.post(
        "procurement/performance-assessed",
        to=winner.supplier,
        at=at,
        link=procedure.get_absolute_url(),
        procedure=procedure,
    )
    return procedure


def _accepted(event: Event) -> list[tuple[str, ...]]:
    accepted = (
        Deliverable.objects.filter(
            milestone__agreement=news.agreement_of(event), state=DeliverableState.ACCEPTED
        )
        .select_related("milestone", "decided_by__user")
        .order_by("milestone__place")
    )
    return [
        (
            one.milestone.title,
            second(one.handed_in_at),
            f"逾期 {one.days_late} 日" if one.days_late else "未逾期",
            second(one.decided_at) if one.decided_at else "",
            str(one.decided_by.user) if one.decided_by else "",
        )
        for one in accepted
    ]
