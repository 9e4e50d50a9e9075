"""Fees: their scale by the council, raised for a period, reminded of, waived by decision."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.models import Seat
from alliance import dues, motions
from alliance.meetings import charter_of
from alliance.models import Alliance, LevelChange, LevelChangeState, Member
from alliance.models.fees import Due, DueState, FeeScale, FeeScaleState
from alliance.models.meetings import Motion
from alliance.terms import CharterTerms
from alliance.voting import Outcome
from core import clock, letters, phrases
from core.audit import Actor, record
from core.calendar import day_of
from core.lifecycle import RuleBroken, lock, move, part
from core.money import yuan
from core.numbering import new_code

PAY_DAYS = 30  # from the raising to the due day, where the raiser says nothing else
REMINDER = timedelta(days=7)


@dataclass(frozen=True)
class Line:
    """What one member would owe for the period: the preview of a raising."""

    member: Member
    label: str
    fee: Decimal | None
    owed: dues.Owed | None
    is_raised: bool = False
    level: str = ""

    @property
    def amount(self) -> Decimal:
        return self.owed.amount if self.owed else Decimal(0)

    @property
    def is_due(self) -> bool:
        return self.amount > 0 and not self.is_raised


def scale_of(alliance: Alliance, terms: CharterTerms) -> Mapping[str, Decimal | None]:
    """The fee of each level: what the council has set, else what the charter says."""
    adopted = alliance.fee_scales.filter(state=FeeScaleState.ADOPTED).first()
    set_ = adopted.fees if adopted else {}
    return {
        key: Decimal(set_[key]) if key in set_ else level.fee for key, level in terms.levels.items()
    }


def preview(
    alliance: Alliance, *, period_from: date, period_until: date, at: datetime
) -> list[Line]:
    """Every member's line for a period, as the charter in force and the scale have it."""
    terms = CharterTerms.from_json(charter_of(alliance, at).terms)
    scale = scale_of(alliance, terms)
    raised = set(
        Due.objects.filter(
            alliance=alliance, period_from__lt=period_until, period_until__gt=period_from
        ).values_list("member", flat=True)
    )
    members = alliance.members.current().select_related("organisation").order_by("number")
    changes = _changes_of(alliance)
    lines = []
    for member in members:
        levels = _levels_in(
            changes.get(member.pk, ()), member.level, period_from, period_until - date.resolution
        )
        last = levels[-1][1]
        level = terms.levels.get(last)
        set_ = [(day, scale.get(key)) for day, key in levels]
        found = _owed(member, set_, period_from, period_until, terms.dues.proration)
        label = level.label if level else last
        raised_ = member.pk in raised
        lines.append(Line(member, label, found.fee if found else None, found, raised_, last))
    return lines


def _owed(
    member: Member,
    fees: Sequence[tuple[date, Decimal | None]],
    period_from: date,
    period_until: date,
    proration: str,
) -> dues.Owed | None:
    """What a member owes; None where nobody has set a fee for a level that it has or had."""
    if any(fee is None for _day, fee in fees):
        return None
    joined_on = member.joined_on
    if len(fees) == 1:
        fee = fees[0][1] or Decimal(0)
        return dues.owed(fee, period_from, period_until, joined_on=joined_on, proration=proration)
    known = [(day, fee or Decimal(0)) for day, fee in fees]
    return dues.owed_in_turn(
        known, period_from, period_until, joined_on=joined_on, proration=proration
    )


def _changes_of(alliance: Alliance) -> Mapping[int, Sequence[LevelChange]]:
    """What was decided about levels, by member and in order."""
    decided = [LevelChangeState.APPROVED, LevelChangeState.EFFECTIVE]
    found: dict[int, list[LevelChange]] = {}
    rows = alliance.level_changes.filter(state__in=decided).order_by("effective_on", "pk")
    for one in rows:
        found.setdefault(one.member_id, []).append(one)
    return found


def _levels_in(
    changes: Sequence[LevelChange], now: str, first: date, last: date
) -> list[tuple[date, str]]:
    """The level on the first day, and each later one with the day that it began."""
    began = [(one.effective_on, one.to_level) for one in changes if one.effective_on]
    level = changes[0].from_level if changes else now
    for day, to in began:
        if day <= first:
            level = to
    return [(first, level), *((day, to) for day, to in began if first < day <= last)]


@transaction.atomic(durable=True)
def raise_(
    alliance: Alliance,
    *,
    period_from: date,
    period_until: date,
    due_on: date,
    expected: Decimal,
    by: Seat,
    at: datetime,
) -> list[Due]:
    """Ask every member for its fee of a period. `expected`: the total that the preview showed.

    Refused for a period without a day, a due day in the past, where nobody owes anything (any
    more), and where the total has changed since it was looked at.
    """
    alliance = lock(alliance)
    raised_at = clock.after_lock()
    today = day_of(raised_at)
    if period_until <= period_from:
        raise RuleBroken("The period ends after it begins.")
    if due_on < today:
        raise RuleBroken("The due day lies in the past.")
    charter = charter_of(alliance, raised_at)
    terms = CharterTerms.from_json(charter.terms)
    lines = [
        one
        for one in preview(
            alliance, period_from=period_from, period_until=period_until, at=raised_at
        )
        if one.is_due
    ]
    if not lines:
        raise RuleBroken(
            "Nobody owes a fee for this period: it is raised already, or no fee is set."
        )
    total = sum((one.amount for one in lines), Decimal(0))
    if total != expected:
        raise RuleBroken(
            "The total is %(total)s by now, not %(expected)s: look at the preview again.",
            total=total,
            expected=expected,
        )
    made = [
        Due.objects.create(
            code=new_code(),
            alliance=alliance,
            member=one.member,
            charter=charter,
            level=one.level,
            level_label=one.label,
            period_from=period_from,
            period_until=period_until,
            fee=yuan(one.fee or 0),
            amount=one.amount,
            rest=one.amount,
            reckoning=reckoning(one),
            due_on=due_on,
            grace_until=due_on + timedelta(days=terms.dues.grace_days),
            raised_at=raised_at,
            raised_by=by,
        )
        for one in lines
    ]
    record(
        alliance,
        "dues.raised",
        by=by,
        at=at,
        period_from=period_from,
        period_until=period_until,
        due_on=due_on,
        total=total,
        dues={one.code: one.amount for one in made},
    )
    for due in made:
        _tell(due, "due-raised", at=raised_at)
    return made


@part
def charge_difference(change: LevelChange, *, by: Actor, at: datetime) -> list[Due]:
    """What a higher level costs more for periods whose fee was asked for already: a due of its own.

    A lower level lowers the next period's fee: nothing is paid back, and what is waived stays so.
    """
    member, on, secretary = change.member, change.effective_on, change.forwarded_by
    if on is None or secretary is None:
        raise ValueError(f"{change} has not been decided")
    now = clock.after_lock()
    charter = charter_of(change.alliance, now)
    terms = CharterTerms.from_json(charter.terms)
    scale = scale_of(change.alliance, terms)
    changes = _changes_of(change.alliance).get(member.pk, [change])
    asked: dict[date, list[Due]] = {}
    for one in member.dues.filter(period_from__lte=on, period_until__gt=on).order_by("period_from"):
        asked.setdefault(one.period_until, []).append(one)
    made = []
    for until, running in asked.items():
        start = running[0].period_from
        levels = _levels_in(changes, member.level, start, until - date.resolution)
        fees = [(day, scale.get(key)) for day, key in levels]
        found = _owed(member, fees, start, until, terms.dues.proration)
        listed = sum((one.amount for one in running), Decimal(0))
        more = found.amount - listed if found else Decimal(0)
        if found is None or more <= 0 or any(one.state == DueState.WAIVED for one in running):
            continue
        due_on = day_of(now) + timedelta(days=PAY_DAYS)
        due = Due.objects.create(
            code=new_code(),
            alliance=change.alliance,
            member=member,
            charter=charter,
            level=change.to_level,
            level_label=change.to_label,
            period_from=on,
            period_until=until,
            fee=found.fee,
            amount=more,
            rest=more,
            reckoning=f"自 {phrases.day(on)} 起由{change.from_label}变更为{change.to_label}："
            f"当期应缴 {found.amount} 元，已列 {listed} 元，补缴差额。",
            due_on=due_on,
            grace_until=due_on + timedelta(days=terms.dues.grace_days),
            raised_at=now,
            raised_by=secretary,
        )
        record(due, "due.difference-raised", by=by, at=at, amount=more, change=change.code)
        _tell(due, "due-raised", at=now)
        made.append(due)
    return made


@transaction.atomic(durable=True)
def remind(due: Due, *, by: Actor, at: datetime) -> Due:
    """Write once before the due day, and once when the grace is over. Refused otherwise."""
    due = lock(due, state=DueState.RAISED)
    now = clock.after_lock()
    today = day_of(now)
    if due.is_overdue(today) and due.overdue_told_at is None:
        due.overdue_told_at = now
        _tell(due, "due-overdue", at=now)
    elif due.due_on - REMINDER <= today <= due.due_on and due.reminded_at is None:
        due.reminded_at = now
        _tell(due, "due-reminder", at=now)
    else:
        raise RuleBroken("No reminder is due.")
    due.save(update_fields=["reminded_at", "overdue_told_at"])
    record(due, "due.reminded", by=by, at=at, overdue=due.overdue_told_at is not None)
    return due


@transaction.atomic(durable=True)
def ask_waiver(due: Due, *, reason: str, by: Seat, at: datetime) -> Due:
    """Put a waiver of what is left before the council.

    Refused without a reason, twice, and once it is settled.
    """
    due = lock(due, state=DueState.RAISED)
    if not reason.strip():
        raise RuleBroken("State the reason: the council reads it.")
    if due.waiver_reason:
        raise RuleBroken("The waiver waits for the council already.")
    due.waiver_reason, due.waiver_asked_at = reason.strip(), clock.after_lock()
    due.save(update_fields=["waiver_reason", "waiver_asked_at"])
    record(due, "due.waiver-asked", by=by, at=at, reason=due.waiver_reason)
    return due


@transaction.atomic(durable=True)
def propose_scale(
    alliance: Alliance, fees: Mapping[str, Decimal], *, reason: str, by: Seat, at: datetime
) -> FeeScale:
    """Put the fees by level before the council. Refused for a level that the charter lacks, and
    while another proposal waits."""
    alliance = lock(alliance)
    proposed_at = clock.after_lock()
    terms = CharterTerms.from_json(charter_of(alliance, proposed_at).terms)
    if set(fees) != set(terms.levels):
        raise RuleBroken("Name a fee for each level of the charter, 0 where nothing is paid.")
    if alliance.fee_scales.filter(state=FeeScaleState.PROPOSED).exists():
        raise RuleBroken("Another proposal waits for the council already.")
    scale = FeeScale.objects.create(
        code=new_code(),
        alliance=alliance,
        fees={key: str(yuan(fee)) for key, fee in fees.items()},
        reason=reason.strip(),
        proposed_at=proposed_at,
        proposed_by=by,
    )
    record(scale, "fees.proposed", by=by, at=at, fees=scale.fees)
    return scale


@part
def decide(motion: Motion, outcome: Outcome, *, by: Actor, at: datetime) -> None:
    """The effect of a motion about fees: a scale, or a waiver."""
    decided_at = clock.after_lock()
    if motion.subject == FeeScale._meta.label_lower:
        scale = lock(FeeScale.objects.get(code=motion.subject_code))
        if outcome.carried:
            for earlier in scale.alliance.fee_scales.filter(state=FeeScaleState.ADOPTED):
                move(earlier, FeeScaleState.SUPERSEDED)
        to = FeeScaleState.ADOPTED if outcome.carried else FeeScaleState.REJECTED
        move(scale, to, motion=motion, decided_at=decided_at)
        record(scale, f"fees.{to}", by=by, at=at, public=True, fees=scale.fees)
        return
    due = lock(Due.objects.get(code=motion.subject_code))
    if due.state != DueState.RAISED:
        return  # paid meanwhile: there is nothing left to waive
    if outcome.carried:
        waived = due.rest
        move(due, DueState.WAIVED, rest=Decimal(0), settled_at=decided_at)
        record(due, "due.waived", by=by, at=at, amount=waived, motion=motion.code)
        _tell(due, "due-waived", at=decided_at, waived=waived)
    else:
        due.waiver_reason, due.waiver_asked_at = "", None
        due.save(update_fields=["waiver_reason", "waiver_asked_at"])


def awaiting(alliance: Alliance) -> Iterable[motions.Candidate]:
    """Proposed scales and waivers, for an agenda."""
    terms = CharterTerms.from_json(charter_of(alliance, clock.now()).terms)
    for scale in alliance.fee_scales.filter(state=FeeScaleState.PROPOSED):
        lines = "；".join(
            f"{terms.levels[key].label if key in terms.levels else key} {fee} 元"
            for key, fee in scale.fees.items()
        )
        yield motions.Candidate(
            "fees", scale, "关于会费标准的议案", f"各级会费标准：{lines}。{scale.reason}"
        )
    asked = Due.objects.unpaid().filter(alliance=alliance).exclude(waiver_reason="")
    for due in asked.select_related("member__organisation"):
        unit = due.member.organisation.name
        yield motions.Candidate(
            "fees",
            due,
            f"关于减免{unit}会费的议案",
            f"{due.period}会费 {_left(due)}。理由：{due.waiver_reason}",
            due.member,
        )


def arrears(member: Member) -> Decimal:
    """What the member has not paid."""
    unpaid = member.dues.unpaid().values_list("rest", flat=True)
    return sum(unpaid, Decimal(0))


def reckoning(line: Line) -> str:
    """How the amount came about, for the letter and the receipt."""
    owed = line.owed
    if owed is None or owed.is_whole:
        return f"{line.label}会费标准 {yuan(line.fee or 0)} 元，按整个期间计收。"
    unit = {dues.BY_MONTH: "个月", dues.BY_DAY: "天"}[owed.proration]
    if len(owed.steps) > 1:
        told = "；".join(
            f"按 {one.fee} 元计 {one.parts} {unit}，{one.amount} 元" for one in owed.steps
        )
        return f"期间内变更会员等级，共 {owed.of} {unit}：{told}。"
    return (
        f"{line.label}会费标准 {owed.fee} 元；{phrases.day(line.member.joined_on)}加入，"
        f"按 {owed.of} {unit}中的 {owed.parts} {unit}计收（加入的当{unit[-1:]}计入）。"
    )


def _left(due: Due) -> str:
    if due.is_in_parts:
        return f"{due.amount} 元，尚欠 {due.rest} 元"
    return f"{due.amount} 元"


@part
def _tell(due: Due, kind: str, *, at: datetime, **facts: Any) -> None:
    letters.post(
        f"alliance/{kind}",
        to=due.member.organisation,
        at=at,
        link=due.get_absolute_url(),
        due=due,
        alliance=due.alliance,
        **facts,
    )
