"""Changes of a member's level 会员等级变更: asked for or proposed, reviewed, decided, in effect.

The body decides that the charter in force names for the matter `level-change`. What becomes of the
fees is the charter's proration: the higher fee is owed from the day on; nothing is paid back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db import transaction

from accounts.models import Seat
from alliance import certificates, charters, fees, motions
from alliance.models import Alliance, LevelChange, LevelChangeState, Member, MemberState
from alliance.models.meetings import Motion, MotionState
from alliance.models.membership import Delegate, DelegateRole, DelegateState
from alliance.secretariat import Secretariat
from alliance.terms import CharterTerms
from alliance.voting import Outcome
from core import clock, letters, phrases
from core.audit import Actor, record
from core.calendar import day_of
from core.lifecycle import RuleBroken, lock, move, part
from core.money import yuan
from core.numbering import new_code

MATTER = "level-change"


@transaction.atomic(durable=True)
def apply(
    member: Member, *, to_level: str, reason: str, wanted_on: date, by: Seat, at: datetime
) -> LevelChange:
    """The member's representative in the council asks for another level. Refused where nobody is
    confirmed as that, and wherever `_begun` refuses.
    """
    member = lock(member)
    found = representative(member)
    if found is None:
        raise RuleBroken(
            "Your representative in the council asks for it: name one, and have him confirmed."
        )
    change = _begun(
        member,
        to_level=to_level,
        reason=reason,
        wanted_on=wanted_on,
        representative=found,
        is_proposed=False,
        by=by,
    )
    record(change, "level-change.submitted", by=by, at=at, to=to_level, wanted_on=wanted_on)
    letters.post(
        "alliance/level-change-submitted",
        to=Secretariat(change.alliance),
        at=change.submitted_at,
        link=change.get_absolute_url(),
        change=change,
    )
    return change


@transaction.atomic(durable=True)
def propose(
    member: Member, *, to_level: str, reason: str, wanted_on: date, by: Seat, at: datetime
) -> LevelChange:
    """The secretariat proposes it to the deciding body at once; the unit is told. Refused to the
    unit's own people, and wherever `_begun` refuses.
    """
    member = lock(member)
    if by.organisation_id == member.organisation_id:
        raise RuleBroken("For your own unit its representative asks: the form is on its page.")
    change = _begun(
        member,
        to_level=to_level,
        reason=reason,
        wanted_on=wanted_on,
        representative=None,
        is_proposed=True,
        by=by,
    )
    record(change, "level-change.proposed", by=by, at=at, to=to_level, wanted_on=wanted_on)
    return _forwarded(change, opinion="", by=by, at=at)


@transaction.atomic(durable=True)
def forward(change: LevelChange, *, opinion: str, by: Seat, at: datetime) -> LevelChange:
    """Put it before the deciding body with the secretariat's opinion. Refused to the unit's own
    people, without an opinion, where fees became due meanwhile, and to who is no member any more.
    """
    member = lock(change.member)
    change = lock(change, state=LevelChangeState.SUBMITTED)
    _refuse_own(change, by)
    _check_standing(member)
    _check_fees(member)
    if not opinion.strip():
        raise RuleBroken("Write the secretariat's opinion: the body reads it.")
    return _forwarded(change, opinion=opinion.strip(), by=by, at=at)


@transaction.atomic(durable=True)
def return_(change: LevelChange, *, reason: str, by: Seat, at: datetime) -> LevelChange:
    """Send it back: the unit may ask anew. Refused without a reason, and to its own people."""
    lock(change.member)
    change = lock(change, state=LevelChangeState.SUBMITTED)
    _refuse_own(change, by)
    if not reason.strip():
        raise RuleBroken("Say what is missing: the unit reads it.")
    ended_at = clock.after_lock()
    move(change, LevelChangeState.RETURNED, state_reason=reason.strip()[:500], ended_at=ended_at)
    record(change, "level-change.returned", by=by, at=at, reason=change.state_reason)
    _tell(change, at=ended_at)
    return change


@transaction.atomic(durable=True)
def take_back(change: LevelChange, *, by: Seat, at: datetime) -> LevelChange:
    """Whoever asked or proposed thinks better of it. Refused while it is on an agenda, and once
    it is decided.
    """
    lock(change.member)
    change = lock(change)
    if Motion.objects.about(change).filter(state=MotionState.PENDING).exists():
        raise RuleBroken("It is on the agenda of a meeting: the body decides now.")
    move(change, LevelChangeState.TAKEN_BACK, ended_at=clock.after_lock())
    record(change, "level-change.taken-back", by=by, at=at)
    return change


@part
def decide(motion: Motion, outcome: Outcome, *, by: Actor, at: datetime) -> None:
    """What the counted motion means: approved it holds from its day on, today at the earliest.

    It must not refuse: what was taken back stays so, and who left has no level any more.
    """
    change = LevelChange.objects.get(code=motion.subject_code)
    member = lock(change.member)
    change = lock(change)
    if change.state != LevelChangeState.FORWARDED:
        return
    decided_at = clock.after_lock()
    decided = {"motion": motion, "decided_at": decided_at}
    if member.left_on is not None:
        move(change, LevelChangeState.LAPSED, ended_at=decided_at, **decided)
        return
    if not outcome.carried:
        move(change, LevelChangeState.REJECTED, ended_at=decided_at, **decided)
        record(change, "level-change.rejected", by=by, at=at, public=True, motion=motion.code)
        _tell(change, at=decided_at)
        return
    today = day_of(decided_at)
    effective_on = max(change.wanted_on, today)
    move(change, LevelChangeState.APPROVED, effective_on=effective_on, **decided)
    record(
        change,
        "level-change.approved",
        by=by,
        at=at,
        public=True,
        motion=motion.code,
        effective_on=effective_on,
    )
    if effective_on <= today:
        _take_effect(change, member, by=by, at=at)
    else:
        _tell(change, at=decided_at)


@transaction.atomic(durable=True)
def take_effect(change: LevelChange, *, by: Actor, at: datetime) -> LevelChange:
    """The day has come: level, certificate and fees follow. Refused before it, and twice."""
    member = lock(change.member)
    change = lock(change, state=LevelChangeState.APPROVED)
    now = clock.after_lock()
    if change.effective_on is None or change.effective_on > day_of(now):
        raise RuleBroken("The new level holds from %(day)s on.", day=change.effective_on)
    if member.left_on is not None:
        move(change, LevelChangeState.LAPSED, ended_at=now)
        record(change, "level-change.lapsed", by=by, at=at)
        return change
    return _take_effect(change, member, by=by, at=at)


@part
def _take_effect(change: LevelChange, member: Member, *, by: Actor, at: datetime) -> LevelChange:
    now = clock.after_lock()
    member.level = change.to_level
    member.save(update_fields=["level"])
    move(change, LevelChangeState.EFFECTIVE, ended_at=now)
    change.member = member
    record(
        member,
        "member.level-changed",
        by=by,
        at=at,
        public=True,
        number=member.number,
        before=change.from_label,
        now=change.to_label,
        effective_on=change.effective_on,
    )
    certificates.reissue(member, by=by, at=at)
    fees.charge_difference(change, by=by, at=at)
    _tell(change, at=now)
    return change


def awaiting(alliance: Alliance) -> Iterable[motions.Candidate]:
    """What may be put to the vote: forwarded, of members that still are."""
    rows = alliance.level_changes.filter(
        state=LevelChangeState.FORWARDED, member__in=alliance.members.current()
    )
    for one in rows.select_related("member__organisation").order_by("forwarded_at", "pk"):
        unit = one.member.organisation.name
        said = f"\n秘书处意见：{one.opinion}" if one.opinion else ""
        asked = "秘书处提议" if one.is_proposed else "该单位申请"
        yield motions.Candidate(
            MATTER,
            one,
            f"关于{unit}变更会员等级的议案",
            f"{asked}由{one.from_label}变更为{one.to_label}，"
            f"自 {phrases.day(one.wanted_on)} 起。理由：{one.reason}{said}",
            one.member,
        )


# ── what is known of levels ──────────────────────────────────────────────────────────────────────


def choices(member: Member, on: date) -> list[tuple[str, str]]:
    """The levels of the charter in force that the member has not; none where no charter is."""
    if charters.in_force(member.alliance, on) is None:
        return []
    terms = _terms(member.alliance, on)
    return [(key, one.label) for key, one in terms.levels.items() if key != member.level]


def last_of(members: Iterable[Member]) -> Mapping[int, LevelChange]:
    """The last change in effect of each; one query."""
    rows = LevelChange.objects.in_effect().filter(member__in=[one.pk for one in members])
    return {one.member_id: one for one in rows}


def representative(member: Member) -> Delegate | None:
    """Who is confirmed as the member's representative in the council."""
    held = member.delegates.filter(role=DelegateRole.COUNCIL, state=DelegateState.CONFIRMED)
    return held.first()


def decided_by(alliance: Alliance, on: date) -> str:
    """The name of the body that decides by the charter in force; empty where no charter is."""
    if charters.in_force(alliance, on) is None:
        return ""
    return _terms(alliance, on).rule(MATTER)[0].name


# ── steps ────────────────────────────────────────────────────────────────────────────────────────


@part
def _begun(
    member: Member,
    *,
    to_level: str,
    reason: str,
    wanted_on: date,
    representative: Delegate | None,
    is_proposed: bool,
    by: Seat,
) -> LevelChange:
    """A change of the locked member. Refused to who is no member in good standing, while another
    change is open or fees are unpaid, for the same level, one that the charter does not know or
    whose places are taken, without a reason, and for a day that has passed.
    """
    submitted_at = clock.after_lock()
    today = day_of(submitted_at)
    _check_standing(member)
    charter = charters.in_force(member.alliance, today)
    if charter is None:
        raise RuleBroken("No charter is in force: there are no levels yet.")
    terms = charters.terms_of(charter)
    wanted = terms.levels.get(to_level)
    if wanted is None:
        raise RuleBroken("The charter in force knows no such level: choose one of its levels.")
    if to_level == member.level:
        raise RuleBroken("%(unit)s has this level already.", unit=member.organisation.name)
    if member.level_changes.open().exists():
        raise RuleBroken("Another change of this member's level is under way: wait for it.")
    _check_fees(member)
    taken = member.alliance.members.current().filter(level=to_level).count()
    if wanted.places is not None and taken >= wanted.places:
        raise RuleBroken(
            "All %(places)s places of this level are taken.",
            places=wanted.places,
        )
    if not reason.strip():
        raise RuleBroken("State the reason: the body reads it.")
    if wanted_on < today:
        raise RuleBroken("That day has passed: a level changes for the future only.")
    now = terms.levels.get(member.level)
    return LevelChange.objects.create(
        code=new_code(),
        alliance=member.alliance,
        member=member,
        charter=charter,
        from_level=member.level,
        from_label=now.label if now else member.level,
        to_level=to_level,
        to_label=wanted.label,
        reason=reason.strip(),
        wanted_on=wanted_on,
        is_proposed=is_proposed,
        representative=representative,
        submitted_at=submitted_at,
        submitted_by=by,
    )


@part
def _forwarded(change: LevelChange, *, opinion: str, by: Seat, at: datetime) -> LevelChange:
    forwarded_at = clock.after_lock()
    terms = _terms(change.alliance, day_of(forwarded_at))
    key = terms.votes[terms.matters[MATTER].vote].body
    move(
        change,
        LevelChangeState.FORWARDED,
        opinion=opinion[:500],
        deciding_body=key,
        deciding_body_name=terms.bodies[key].name,
        forwarded_at=forwarded_at,
        forwarded_by=by,
    )
    record(change, "level-change.forwarded", by=by, at=at, body=change.deciding_body_name)
    _tell(change, at=forwarded_at)
    return change


def _check_standing(member: Member) -> None:
    if member.left_on is not None:
        raise RuleBroken("%(unit)s is no member any more.", unit=member.organisation.name)
    if member.state == MemberState.SUSPENDED:
        raise RuleBroken("%(unit)s is suspended: its level stays.", unit=member.organisation.name)


def _check_fees(member: Member) -> None:
    if owed := fees.arrears(member):
        raise RuleBroken(
            "Fees of ¥%(amount)s are unpaid: they are settled before a level changes.",
            amount=f"{yuan(owed):,.2f}",
        )


def _refuse_own(change: LevelChange, by: Seat) -> None:
    if by.organisation_id == change.member.organisation_id:
        raise RuleBroken("Nobody reviews what his own unit handed in: ask another secretary.")


def _terms(alliance: Alliance, on: date) -> CharterTerms:
    return charters.terms(alliance, on)


@part
def _tell(change: LevelChange, *, at: datetime) -> None:
    letters.post(
        "alliance/level-change-moved",
        to=change.member.organisation,
        at=at,
        link=change.get_absolute_url(),
        change=change,
    )
