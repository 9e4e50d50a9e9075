"""Milestones: the service clock, started by the last signature."""

from datetime import datetime, timedelta

from django.db import transaction

from contracts.models import Agreement, AgreementState, Milestone, Side
from core import clock, figures, letters
from core.audit import Actor, record
from core.calendar import Calendar, Due, day_of
from core.lifecycle import RuleBroken, lock, part
from core.models import CalendarDay


@part
def start_clock(agreement: Agreement) -> None:
    """Set the due instant of each milestone of an agreement that was just concluded."""
    calendar = CalendarDay.objects.calendar()
    for milestone in agreement.milestones.all():
        due = _due(agreement, milestone, calendar)
        milestone.due_at, milestone.is_provisional = due.until(), due.provisional
        milestone.save(update_fields=["due_at", "is_provisional"])


@transaction.atomic(durable=True)
def settle(milestone: Milestone, *, by: Actor, at: datetime) -> Milestone:
    """Recompute a provisional due date now that the calendar of its year is known.

    Refused when the calendar is still unknown, or an extension has fixed the date since.
    """
    agreement = lock(milestone.agreement, state=AgreementState.CONCLUDED)
    milestone = lock(milestone)
    due = _due(agreement, milestone, CalendarDay.objects.calendar())
    if not milestone.is_provisional or due.provisional:
        raise RuleBroken("Its due date is not to be settled now.")
    before = milestone.due_at
    milestone.due_at, milestone.is_provisional = due.until(), False
    milestone.save(update_fields=["due_at", "is_provisional"])
    record(
        agreement,
        "milestone.settled",
        by=by,
        at=at,
        place=milestone.place,
        due_before=before,
        due_after=milestone.due_at,
    )
    return milestone


@transaction.atomic(durable=True)
def remind(milestone: Milestone, *, by: Actor, at: datetime) -> Milestone:
    """Write once to the agency, shortly before a milestone is due."""
    agreement = lock(milestone.agreement, state=AgreementState.CONCLUDED)
    milestone = lock(milestone)
    reminded_at = clock.after_lock()
    awaited = Milestone.objects.awaited().filter(pk=milestone.pk).exists()
    if milestone.reminded_at or not awaited or not is_near(milestone.due_at, reminded_at):
        raise RuleBroken("No reminder is due.")
    milestone.reminded_at = reminded_at
    milestone.save(update_fields=["reminded_at"])
    agency = agreement.parties.select_related("organisation").get(side=Side.AGENCY)
    letters.post(
        "contracts/milestone-reminder",
        to=agency.organisation,
        at=reminded_at,
        link=agreement.get_absolute_url(),
        agreement=agreement,
        milestone=milestone,
    )
    return milestone


def reminder(at: datetime) -> timedelta:
    """How long before a deadline a reminder goes out."""
    return timedelta(days=figures.value("agreement.reminder.days", day_of(at)))


def is_near(until: datetime | None, at: datetime) -> bool:
    """Whether a deadline is close enough, and not yet past, for a reminder."""
    return until is not None and until - reminder(at) <= at < until


def days_late(due_at: datetime, at: datetime) -> int:
    """How many days after its last day something came; 0 in time."""
    if at < due_at:
        return 0
    last_day = day_of(due_at - timedelta(microseconds=1))
    return (day_of(at) - last_day).days


def _due(agreement: Agreement, milestone: Milestone, calendar: Calendar) -> Due:
    assert agreement.concluded_at is not None  # noqa: S101 (for the type checker)
    day = day_of(agreement.concluded_at)
    if milestone.in_working_days:
        return calendar.add_working_days(day, milestone.days)
    return calendar.add_days(day, milestone.days)
