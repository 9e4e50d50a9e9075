"""Meetings: called, attended, closed, called off; by the charter that is in force at the call.

Every figure (days of notice, quorum, majority, proxies, channels) is the charter's own.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NoReturn

from django.db import transaction

from accounts.models import Seat
from alliance import minutes, motions
from alliance.ballots import counted, silent
from alliance.models import Alliance, Charter, Member
from alliance.models.meetings import (
    Answer,
    Ballot,
    Meeting,
    MeetingDraft,
    MeetingState,
    Motion,
    MotionState,
    Seating,
    SecretTally,
    VoteChannel,
)
from alliance.terms import CharterTerms
from alliance.voting import Outcome, VoteRule
from core import clock, letters
from core.audit import Actor, record
from core.calendar import day_of
from core.lifecycle import RuleBroken, lock, move, part
from core.models import CalendarDay
from core.numbering import new_code, next_number
from core.once import check, spend

# Of which members a body consists, as both client charters compose them: by level, or all.
VOTERS: Mapping[str, tuple[str, ...]] = {"council": (), "standing": ("chair", "vice-chair")}
CONCERNED = "本议案与该单位有直接利害关系"
NO_QUORUM = "表决截止时仅 {present} 家单位参加表决，不足法定的 {quorum} 家（全体 {listed} 家）"
REMINDER = timedelta(hours=48)


class NoQuorum(RuleBroken):
    """Too few take part: nothing is counted."""


@dataclass(frozen=True)
class Proposed:
    """A motion for the agenda: a candidate's, or a free one."""

    matter: str
    title: str
    text: str = ""
    subject: tuple[str, str] = ("", "")
    concerns: Member | None = None

    @classmethod
    def of(cls, candidate: motions.Candidate) -> "Proposed":
        return cls(
            candidate.matter,
            candidate.title,
            candidate.text,
            candidate.subject,
            candidate.concerns,
        )


@dataclass(frozen=True)
class Call:
    """What the secretariat writes into a call."""

    body: str
    channel: str
    title: str
    agenda: str
    begins_at: datetime
    motions: tuple[Proposed, ...]
    place: str = ""
    votes_until: datetime | None = None
    secret: bool = False


@transaction.atomic(durable=True)
def save_draft(
    alliance: Alliance, typed: Mapping[str, list[str]], *, by: Seat, at: datetime
) -> MeetingDraft:
    """Keep what one person typed of a call, right or wrong: no deed, so no event."""
    alliance = lock(alliance)
    draft, _ = MeetingDraft.objects.update_or_create(
        alliance=alliance, seat=by, defaults={"typed": dict(typed), "saved_at": at}
    )
    return draft


def drafted(alliance: Alliance, seat: Seat) -> dict[str, list[str]]:
    """What this person typed so far of a call."""
    draft = MeetingDraft.objects.filter(alliance=alliance, seat=seat).first()
    return draft.typed if draft else {}


@transaction.atomic(durable=True)
def call(alliance: Alliance, called: Call, *, key: str = "", by: Seat, at: datetime) -> Meeting:
    """Call a body to a meeting, or to vote in writing; freeze who votes, and write to them.

    Refused with fewer working days of notice than the charter wants, for a body that does not
    decide the matter, on a way to vote that the charter does not have, and without a motion.
    """
    alliance = lock(alliance)
    check(key)
    called_at = clock.after_lock()
    charter = charter_of(alliance, called_at)
    terms = CharterTerms.from_json(charter.terms)
    if called.body not in terms.bodies or called.body not in VOTERS:
        raise RuleBroken("The charter gives this body no list of voters: choose another one.")
    if not called.motions:
        raise RuleBroken(
            "A meeting decides about something: put one motion on the agenda at least."
        )
    in_writing = called.channel == VoteChannel.WRITING
    if in_writing and called.votes_until is None:
        raise RuleBroken("Say until when votes may be cast in writing.")
    if not in_writing and not called.place:
        raise RuleBroken("Say where the meeting takes place.")
    rules = [_rule(terms, called, one.matter) for one in called.motions]
    _check_notice(rules, called, called_at)
    meeting = Meeting.objects.create(
        code=new_code(),
        number=f"{alliance.number}-H{next_number(f'meeting-{alliance.number}'):03}",
        alliance=alliance,
        charter=charter,
        body=called.body,
        body_name=terms.bodies[called.body].name,
        title=called.title,
        channel=called.channel,
        agenda=called.agenda,
        place=called.place,
        begins_at=called.begins_at,
        votes_until=called.votes_until if in_writing else None,
        called_at=called_at,
        called_by=by,
    )
    seatings = _freeze(meeting)
    _put(meeting, called, rules, seatings, at=called_at)
    MeetingDraft.objects.filter(alliance=alliance, seat=by).delete()
    spend(key, made=meeting, at=called_at)
    record(
        meeting,
        "meeting.called",
        by=by,
        at=at,
        public=True,
        number=meeting.number,
        body=meeting.body,
        channel=meeting.channel,
        charter=charter.code,
        begins_at=meeting.begins_at,
        votes_until=meeting.votes_until,
        voters=[one.member.organisation.code for one in seatings],
        motions=[
            {"matter": one.matter, "title": one.title, "rule": one.rule}
            for one in meeting.motions.all()
        ],
    )
    _tell(meeting, "meeting-called", at=called_at)
    return meeting


@transaction.atomic(durable=True)
def answer(
    seating: Seating,
    said: str,
    *,
    representative: str = "",
    proxy_to: Seating | None = None,
    by: Seat,
    at: datetime,
) -> Seating:
    """Say, for the seat's unit, whether it attends, or to whom it gives its proxy; the last counts.

    Refused once the meeting has begun, and a proxy where the charter has none, to who gave one
    away, and above the number that a person may hold.
    """
    meeting = lock(seating.meeting, state=MeetingState.CALLED)
    answered_at = clock.after_lock()
    seating = _own(meeting, seating, by)
    if meeting.in_writing:
        raise RuleBroken("Nobody has to attend a vote in writing: cast your ballot.")
    if said == Answer.SENDS_PROXY:
        _check_proxy(meeting, seating, proxy_to)
    elif said == Answer.COMES and not representative.strip():
        raise RuleBroken("Name who represents your unit.")
    if said != Answer.COMES and seating.proxies.exists():
        raise RuleBroken(
            "%(units)s gave you a proxy: attend, or ask them to withdraw it first.",
            units="、".join(one.unit for one in seating.proxies.all()),
        )
    seating.answer = said
    seating.representative = representative.strip() if said == Answer.COMES else ""
    seating.proxy_to = proxy_to if said == Answer.SENDS_PROXY else None
    seating.answered_at, seating.answered_by = answered_at, by
    seating.save(
        update_fields=["answer", "representative", "proxy_to", "answered_at", "answered_by"]
    )
    record(
        meeting,
        "meeting.answered",
        by=by,
        at=at,
        said=said,
        representative=seating.representative,
        proxy_to=proxy_to.member.organisation.code if seating.proxy_to and proxy_to else None,
    )
    return seating


@transaction.atomic(durable=True)
def attend(meeting: Meeting, places: Collection[int], *, by: Seat, at: datetime) -> Meeting:
    """Note who is in the room, by their places on the list. Who comes takes the proxy back.

    Refused before the hour, and for who is missing now but has voted.
    """
    meeting = lock(meeting)
    noted_at = clock.after_lock()
    _check_room(meeting)
    if meeting.state not in (MeetingState.CALLED, MeetingState.OPEN):
        raise RuleBroken("The meeting is over: its attendance stands.")
    if noted_at < meeting.begins_at - timedelta(hours=1):
        raise RuleBroken("Attendance is taken from one hour before the meeting begins.")
    voted = set(Ballot.objects.filter(motion__meeting=meeting).values_list("seating", "by_proxy"))
    busy = {holder or seating for seating, holder in voted}
    for seating in meeting.seatings.all():
        here = seating.place in places
        if not here and seating.pk in busy:
            raise RuleBroken("%(unit)s has voted, so it was there.", unit=seating.unit)
        if here and seating.proxy_to_id:
            if any(one == seating.pk for one, _holder in voted):
                raise RuleBroken("%(unit)s has voted by proxy already.", unit=seating.unit)
            seating.proxy_to, seating.answer = None, Answer.COMES
        seating.is_present = here
        seating.save(update_fields=["is_present", "proxy_to", "answer"])
    record(meeting, "meeting.attended", by=by, at=at, places=sorted(places))
    return meeting


@transaction.atomic(durable=True)
def open_(meeting: Meeting, *, by: Seat, at: datetime) -> Meeting:
    """Open a meeting in the room to voting. Refused before the hour, and without a quorum."""
    meeting = lock(meeting, state=MeetingState.CALLED)
    opened_at = clock.after_lock()
    _check_room(meeting)
    if opened_at < meeting.begins_at:
        raise RuleBroken("The meeting begins at %(at)s: open it then.", at=meeting.begins_at)
    for motion in meeting.motions.all():
        _check_quorum(motion, counted(motion))
    move(meeting, MeetingState.OPEN, opened_at=opened_at)
    record(meeting, "meeting.opened", by=by, at=at, public=True, opened_at=opened_at)
    return meeting


@transaction.atomic(durable=True)
def close(meeting: Meeting, *, by: Actor, at: datetime) -> Meeting:
    """Count every motion once, let each take effect, draft the minutes, and tell.

    Refused without a quorum and twice, with the numbers; and before a written vote is over.
    """
    meeting = lock(meeting)
    closed_at = clock.after_lock()
    if meeting.state == MeetingState.CLOSED:
        _refuse_counted(meeting)
    lock(meeting, state=MeetingState.CALLED if meeting.in_writing else MeetingState.OPEN)
    if meeting.votes_until is not None and closed_at < meeting.votes_until:
        raise RuleBroken(
            "Votes may be cast until %(until)s: count them then.", until=meeting.votes_until
        )
    pending = list(meeting.motions.select_related("meeting", "concerns"))
    outcomes = [(motion, counted(motion)) for motion in pending]
    for motion, outcome in outcomes:
        _check_quorum(motion, outcome)
    move(meeting, MeetingState.CLOSED, ended_at=closed_at)
    for motion, outcome in outcomes:
        move(
            motion,
            MotionState.CARRIED if outcome.carried else MotionState.LOST,
            outcome=outcome.to_json(),
            decided_at=closed_at,
        )
    record(
        meeting,
        "meeting.closed",
        by=by,
        at=at,
        public=True,
        number=meeting.number,
        closed_at=closed_at,
        motions=[{"code": one.code, "outcome": outcome.to_json()} for one, outcome in outcomes],
    )
    for motion, outcome in outcomes:
        motions.take_effect(motion, outcome, by=by, at=at)
    minutes.draft(meeting, at=closed_at)
    _tell(meeting, "meeting-closed", at=closed_at, motions=pending)
    return meeting


@transaction.atomic(durable=True)
def lapse(meeting: Meeting, *, by: Actor, at: datetime) -> Meeting:
    """End a vote in writing in which too few took part. Refused before its end, and otherwise."""
    meeting = lock(meeting, state=MeetingState.CALLED)
    lapsed_at = clock.after_lock()
    if meeting.votes_until is None or lapsed_at < meeting.votes_until:
        raise RuleBroken("The time to vote is not over.")
    outcomes = [counted(motion) for motion in meeting.motions.select_related("meeting")]
    failing = next((one for one in outcomes if not one.quorate), None)
    if failing is None:
        raise RuleBroken("A quorum took part: close the meeting instead.")
    _end(meeting, MeetingState.LAPSED, NO_QUORUM.format(**failing.numbers), by, at, lapsed_at)
    return meeting


@transaction.atomic(durable=True)
def cancel(meeting: Meeting, *, reason: str, by: Seat, at: datetime) -> Meeting:
    """Call a meeting off, with a reason that everybody reads. Refused once it is counted."""
    meeting = lock(meeting)
    cancelled_at = clock.after_lock()
    if not reason.strip():
        raise RuleBroken("State the reason: everybody who was called reads it.")
    _end(meeting, MeetingState.CANCELLED, reason.strip()[:500], by, at, cancelled_at)
    return meeting


@transaction.atomic(durable=True)
def remind(meeting: Meeting, *, by: Actor, at: datetime) -> Meeting:
    """Write once, shortly before, to who has not answered, or has not voted in writing."""
    meeting = lock(meeting, state=MeetingState.CALLED)
    reminded_at = clock.after_lock()
    end = meeting.votes_until or meeting.begins_at
    if meeting.reminded_at or not end - REMINDER <= reminded_at < end:
        raise RuleBroken("No reminder is due.")
    meeting.reminded_at = reminded_at
    meeting.save(update_fields=["reminded_at"])
    for seating in silent(meeting):
        letters.post(
            "alliance/meeting-reminder",
            to=seating.member.organisation,
            at=reminded_at,
            link=meeting.get_absolute_url(),
            meeting=meeting,
        )
    return meeting


def charter_of(alliance: Alliance, at: datetime) -> Charter:
    """The charter in force. Refused to an alliance that has none."""
    charter = Charter.objects.in_force(alliance, day_of(at))
    if charter is None:
        raise RuleBroken("No charter of %(name)s is in force yet.", name=alliance.name)
    return charter


def is_body(body: str) -> bool:
    return body in VOTERS


# ── steps ────────────────────────────────────────────────────────────────────────────────────────


def _rule(terms: CharterTerms, called: Call, matter: str) -> VoteRule:
    """By which of the charter's votes the body decides the matter; free ones by its first."""
    if matter == motions.OTHER:
        votes = list(terms.votes)
    elif matter in terms.matters:
        found = terms.matters[matter]
        votes = [found.vote, *found.alternatives]
    else:
        raise RuleBroken("The charter does not know this matter.")
    vote = next((terms.votes[one] for one in votes if terms.votes[one].body == called.body), None)
    if vote is None:
        raise RuleBroken(
            "“%(matter)s” is decided by %(body)s: call that body.",
            matter=motions.LABELS[matter],
            body=terms.bodies[terms.votes[votes[0]].body].name,
        )
    if called.channel not in vote.rule.channels:
        raise RuleBroken("The charter does not let this body decide in that way.")
    return vote.rule


def _check_notice(rules: list[VoteRule], called: Call, at: datetime) -> None:
    """In a room the meeting, in writing the end of the window, lies that many working days off."""
    days = max(rule.notice_working_days for rule in rules)
    calendar, today = CalendarDay.objects.calendar(), day_of(at)
    until = called.votes_until if called.channel == VoteChannel.WRITING else called.begins_at
    if called.begins_at < at - timedelta(minutes=5):
        raise RuleBroken("The meeting begins in the past.")
    if until is None or (until <= called.begins_at and until is not called.begins_at):
        raise RuleBroken("The time to vote ends after it begins.")
    given = calendar.working_days_between(today, day_of(until))
    if given < days:
        raise RuleBroken(
            "The charter wants %(days)s working days of notice, these are %(given)s:"
            " %(earliest)s is the first possible day.",
            days=days,
            given=given,
            earliest=calendar.add_working_days(today, days).on,
        )


@part
def _freeze(meeting: Meeting) -> list[Seating]:
    """Write down who votes: the members of the body at this moment. Refused where nobody does."""
    members = Member.objects.voting().filter(alliance=meeting.alliance)
    if levels := VOTERS[meeting.body]:
        members = members.filter(level__in=levels)
    found = list(members.select_related("organisation").order_by("number"))
    if not found:
        raise RuleBroken("This body has no members: nobody could vote.")
    return Seating.objects.bulk_create(
        Seating(
            meeting=meeting,
            member=member,
            place=place,
            unit=member.organisation.name,
            level=member.level,
        )
        for place, member in enumerate(found, 1)
    )


@part
def _put(
    meeting: Meeting,
    called: Call,
    rules: list[VoteRule],
    seatings: list[Seating],
    *,
    at: datetime,
) -> None:
    """The motions on the agenda; whoever one concerns is recused from it."""
    waiting = {one.subject for one in motions.awaiting(meeting.alliance)}
    for place, (one, rule) in enumerate(zip(called.motions, rules, strict=True), 1):
        if one.subject != ("", "") and one.subject not in waiting:
            raise RuleBroken(
                "“%(title)s” does not wait for a decision, or is on an agenda already.",
                title=one.title,
            )
        waiting.discard(one.subject)
        motion = Motion.objects.create(
            code=new_code(),
            meeting=meeting,
            place=place,
            matter=one.matter,
            title=one.title[:200],
            text=one.text,
            subject=one.subject[0],
            subject_code=one.subject[1],
            concerns=one.concerns,
            rule={**rule.to_json(), "secret": rule.secret or called.secret},
        )
        if motion.is_secret:
            SecretTally.objects.create(motion=motion)
        for seating in seatings:
            if one.concerns is not None and seating.member_id == one.concerns.pk:
                motion.recusals.create(seating=seating, reason=CONCERNED, declared_at=at)


@part
def _end(
    meeting: Meeting, to: MeetingState, reason: str, by: Actor, at: datetime, ended_at: datetime
) -> None:
    move(meeting, to, ended_at=ended_at, end_reason=reason)
    for motion in meeting.motions.all():
        move(motion, MotionState.DROPPED)
    record(
        meeting,
        f"meeting.{to}",
        by=by,
        at=at,
        public=True,
        number=meeting.number,
        reason=reason,
        ended_at=ended_at,
    )
    _tell(meeting, "meeting-ended", at=ended_at)


def _check_quorum(motion: Motion, outcome: Outcome) -> None:
    if not outcome.quorate:
        raise NoQuorum(
            "No quorum for “%(motion)s”: %(present)s of %(listed)s units take part,"
            " %(quorum)s are needed.",
            motion=motion.title,
            present=outcome.counts.taking_part,
            listed=outcome.counts.listed,
            quorum=outcome.quorum_needed,
        )


def _refuse_counted(meeting: Meeting) -> NoReturn:
    """Say what the first count came to; with several motions, the first one's numbers."""
    motion = meeting.motions.decided()[0]
    raise RuleBroken(
        "Counted already, at %(at)s: “%(motion)s” has %(votes)s votes for it, %(against)s against,"
        " %(abstained)s abstained; %(needed)s were needed, %(present)s of %(listed)s units took"
        " part. Nothing is counted twice.",
        at=motion.decided_at,
        motion=motion.title,
        **Outcome.from_json(motion.outcome or {}).numbers,
    )


def _check_room(meeting: Meeting) -> None:
    if meeting.in_writing:
        raise RuleBroken("This body votes in writing: nobody comes to a room.")


def _check_proxy(meeting: Meeting, seating: Seating, holder: Seating | None) -> None:
    allowed = min(motion.vote_rule.proxies_per_person for motion in meeting.motions.all())
    if allowed == 0:
        raise RuleBroken("The charter allows no proxies for what is decided here.")
    if holder is None or holder.meeting_id != meeting.pk or holder.pk == seating.pk:
        raise RuleBroken("Choose another unit on the list to hold your proxy.")
    if holder.proxy_to_id or seating.proxies.exists():
        raise RuleBroken("A proxy cannot be passed on: choose a unit that attends itself.")
    if holder.proxies.exclude(pk=seating.pk).count() >= allowed:
        raise RuleBroken(
            "%(unit)s holds %(allowed)s already: no more are allowed.",
            unit=holder.unit,
            allowed=allowed,
        )


def _own(meeting: Meeting, seating: Seating, by: Seat) -> Seating:
    found = meeting.seatings.filter(pk=seating.pk, member__organisation=by.organisation).first()
    if found is None:
        raise RuleBroken("Your unit is not on the list of this meeting.")
    return found


@part
def _tell(meeting: Meeting, kind: str, *, at: datetime, **facts: Any) -> None:
    """Write to every unit on the list."""
    for seating in meeting.seatings.select_related("member__organisation"):
        letters.post(
            f"alliance/{kind}",
            to=seating.member.organisation,
            at=at,
            link=meeting.get_absolute_url(),
            meeting=meeting,
            **facts,
        )
