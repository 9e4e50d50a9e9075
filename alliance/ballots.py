"""Ballots: cast once, openly or in secret, by a unit or its proxy; recusals; what they come to.

A secret choice goes into the totals and nowhere else: no row, event or letter tells it.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import F

from accounts.models import Seat
from alliance.models import Alliance, Officer, Post
from alliance.models.meetings import (
    Ballot,
    BallotChoice,
    Meeting,
    MeetingState,
    Motion,
    Recusal,
    Seating,
    SecretTally,
)
from alliance.voting import Choice, Counts, Outcome, decide, judge, taking_part
from core import clock, letters
from core.audit import record
from core.lifecycle import RuleBroken, lock, part
from core.numbering import new_code


@transaction.atomic(durable=True)
def recuse(motion: Motion, seating: Seating, *, reason: str, by: Seat, at: datetime) -> Recusal:
    """Leave a unit out of one vote: by its own word, or noted by the secretariat.

    Refused once it has voted, and twice.
    """
    meeting = lock(motion.meeting)
    declared_at = clock.after_lock()
    if meeting.state not in (MeetingState.CALLED, MeetingState.OPEN):
        raise RuleBroken("The meeting is over: nobody can be recused any more.")
    own = seating.member.organisation_id == by.organisation_id
    if not own and not _is_secretary(meeting.alliance, by, declared_at):
        raise RuleBroken("Only the unit itself or the secretariat may say so.")
    if not reason.strip():
        raise RuleBroken("State the reason: it stands in the minutes.")
    if motion.ballots.filter(seating=seating).exists():
        raise RuleBroken("%(unit)s has voted on this motion already.", unit=seating.unit)
    if motion.recusals.filter(seating=seating).exists():
        raise RuleBroken("%(unit)s is recused already.", unit=seating.unit)
    recusal = motion.recusals.create(
        seating=seating, reason=reason.strip(), declared_at=declared_at, declared_by=by
    )
    record(
        meeting,
        "meeting.recused",
        by=by,
        at=at,
        motion=motion.code,
        unit=seating.member.organisation.code,
        reason=recusal.reason,
    )
    return recusal


@transaction.atomic(durable=True)
def cast(motion: Motion, seating: Seating, choice: str, *, by: Seat, at: datetime) -> Ballot:
    """Cast the ballot of the seat's unit, or of one whose proxy it holds. It cannot be changed.

    Refused outside the time to vote, twice, to the recused, and in a room to who is not there.
    A secret choice goes into the totals and nowhere else: no row, event or letter tells it.
    """
    meeting = lock(motion.meeting)
    cast_at = clock.after_lock()
    if not meeting.is_voting(cast_at):
        raise RuleBroken("Votes are not being cast now: see when on the page of the meeting.")
    seating = meeting.seatings.select_related("member__organisation", "proxy_to__member").get(
        pk=seating.pk
    )
    holder = _holder(seating, by)
    if seating.member.left_on is not None:
        raise RuleBroken("%(unit)s is no member any more.", unit=seating.unit)
    there = holder or seating
    if not meeting.in_writing and not there.is_present:
        raise RuleBroken("%(unit)s is not noted as present: tell the secretariat.", unit=there.unit)
    if motion.recusals.filter(seating=seating).exists():
        raise RuleBroken("%(unit)s is recused and does not vote on this.", unit=seating.unit)
    if motion.ballots.filter(seating=seating).exists():
        raise RuleBroken("%(unit)s has voted on this already.", unit=seating.unit)
    ballot = Ballot.objects.create(
        code=new_code(),
        motion=motion,
        seating=seating,
        choice="" if motion.is_secret else BallotChoice(choice),
        cast_at=cast_at,
        cast_by=by,
        by_proxy=holder,
    )
    if motion.is_secret:
        _add(motion, BallotChoice(choice))
    record(
        meeting,
        "ballot.cast",
        by=by,
        at=at,
        motion=motion.code,
        unit=seating.member.organisation.code,
        receipt=ballot.code,
        choice=ballot.choice or None,
        cast_at=cast_at,
    )
    letters.post(
        "alliance/ballot-receipt",
        to=seating.member.organisation,
        at=cast_at,
        link=meeting.get_absolute_url(),
        meeting=meeting,
        motion=motion,
        ballot=ballot,
        by=by,
    )
    return ballot


def counted(motion: Motion) -> Outcome:
    """What the stored ballots come to, now or again: of a closed meeting the same as at closing."""
    meeting, rule = motion.meeting, motion.vote_rule
    seatings = list(meeting.seatings.all())
    name = {one.pk: str(one.place) for one in seatings}
    present = {name[one.pk] for one in seatings if one.is_present}
    proxies = {name[one.pk]: name[one.proxy_to_id] for one in seatings if one.proxy_to_id}
    recusals = list(motion.recusals.all())
    recused = {name[one.seating_id] for one in recusals}
    if meeting.in_writing:  # who sends word that it is recused takes part, as with a ballot
        present |= {name[one.seating_id] for one in recusals if one.declared_by_id}
    if not motion.is_secret:
        ballots = {name[one.seating_id]: Choice(one.choice) for one in motion.ballots.all()}
        return decide(
            rule, name.values(), ballots, present=present, recused=recused, proxies=proxies
        )
    voted = {name[one.seating_id] for one in motion.ballots.all()}
    here = taking_part(name.values(), present=present, proxies=proxies) | voted
    tally: SecretTally = motion.tally
    if tally.in_favour + tally.against + tally.abstained != len(voted):
        raise RuntimeError(f"the totals of {motion.code} are not those of its {len(voted)} ballots")
    return judge(
        rule,
        Counts(
            listed=len(seatings),
            taking_part=len(here),
            recused=len(recused),
            recused_taking_part=len(recused & here),
            for_=tally.in_favour,
            against=tally.against,
            abstained=tally.abstained,
        ),
    )


def silent(meeting: Meeting) -> Iterable[Seating]:
    """Who has not answered the call, or, in writing, has a vote left to cast."""
    seatings = meeting.seatings.select_related("member__organisation")
    if not meeting.in_writing:
        return seatings.filter(answer="")
    votes = Counter(
        Ballot.objects.filter(motion__meeting=meeting).values_list("seating", flat=True)
    )
    votes.update(Recusal.objects.filter(motion__meeting=meeting).values_list("seating", flat=True))
    total = meeting.motions.count()
    return [one for one in seatings if votes[one.pk] < total]


def _holder(seating: Seating, by: Seat) -> Seating | None:
    """None where the unit votes itself, the holder where its proxy does. Refused to others."""
    if seating.proxy_to is not None:
        if seating.proxy_to.member.organisation_id == by.organisation_id:
            return seating.proxy_to
        raise RuleBroken("%(unit)s gave its vote to a proxy.", unit=seating.unit)
    if seating.member.organisation_id != by.organisation_id:
        raise RuleBroken("This is the vote of %(unit)s, not of yours.", unit=seating.unit)
    return None


@part
def _add(motion: Motion, choice: BallotChoice) -> None:
    """One statement that rewrites the whole row, whatever the choice."""
    SecretTally.objects.filter(motion=motion).update(
        in_favour=F("in_favour") + int(choice == BallotChoice.FOR),
        against=F("against") + int(choice == BallotChoice.AGAINST),
        abstained=F("abstained") + int(choice == BallotChoice.ABSTAIN),
    )


def _is_secretary(alliance: Alliance, by: Seat, at: datetime) -> bool:
    posts = (Post.SECRETARY_GENERAL, Post.SECRETARY)
    held = Officer.objects.held_at(at).of(by, *posts)
    return held.filter(alliance=alliance).exists()
