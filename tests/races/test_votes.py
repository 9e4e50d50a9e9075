"""Many at once at one meeting."""

from functools import partial

from alliance import ballots, meetings
from alliance.models import Ballot, Meeting, Minutes, SecretTally
from alliance.models.meetings import MeetingState
from core import clock
from core.lifecycle import RuleBroken
from core.models import Event
from tests.alliance.councils import Council
from tests.races.threads import at_once


def refusals(answers):
    return sum(isinstance(one, RuleBroken) for one in answers)


def test_of_8_who_close_a_meeting_one_counts_it(database, later):
    council = Council.of(3)
    meeting = council.begin(council.call(), later)
    council.vote(meeting.motions.get(), "for", "for", "against")
    close = partial(meetings.close, meeting, by=council.secretary, at=clock.now())
    assert refusals(at_once([close] * 8, threads=8)) == 7
    assert Meeting.objects.get().state == MeetingState.CLOSED
    assert Minutes.objects.count() == Event.objects.filter(name="meeting.closed").count() == 1


def test_ballots_and_the_count_at_the_same_moment_agree(database, later):
    """Whoever has a receipt is counted; whoever is counted has a receipt; secret totals too."""
    council = Council.of(12, secret=True, quorum=[1, 12], quorum_inclusive=True)
    meeting = council.begin(council.call(), later)
    motion = meeting.motions.get()
    votes = [
        partial(ballots.cast, motion, seating, "for", by=seat, at=clock.now())
        for seating, seat in zip(meeting.seatings.all(), council.seats, strict=True)
    ]
    close = partial(meetings.close, meeting, by=council.secretary, at=clock.now())
    answers = at_once([*votes[:6], close, *votes[6:]], threads=13)
    cast = sum(isinstance(one, Ballot) for one in answers)
    motion.refresh_from_db()
    assert cast + refusals(answers) == 12
    assert Ballot.objects.count() == cast
    assert motion.outcome["counts"]["for_"] == SecretTally.objects.get().in_favour == cast


def test_a_double_click_casts_one_ballot(database, later):
    council = Council.of(3)
    meeting = council.begin(council.call(), later)
    cast = partial(
        ballots.cast,
        meeting.motions.get(),
        meeting.seatings.first(),
        "for",
        by=council.seats[0],
        at=clock.now(),
    )
    assert refusals(at_once([cast] * 6, threads=6)) == 5
    assert Ballot.objects.count() == 1
