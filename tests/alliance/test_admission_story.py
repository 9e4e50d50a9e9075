"""Admission, whole: application, review, a meeting that is called, votes, the count, the member."""

import pytest

from alliance import admission, charters, council_tasks, meetings, minutes
from alliance.models import Application, ApplicationState, Meeting, Member
from alliance.models.meetings import MeetingState, Motion, MotionState, VoteChannel
from alliance.models.membership import CertificateState
from contracts.models import Agreement
from core import clock
from core.models import Event, Letter
from tests.alliance import applying
from tests.alliance.councils import Council, refused_with, until
from tests.cast import signed_in
from tests.contracts.drawing import sign
from tests.marketplace.ordering import carry_news
from tests.witness import refused

pytestmark = pytest.mark.django_db
SIX = 6


@pytest.fixture
def council():
    """Six units under the client's charter: more than 2/3 come, more than 1/2 of all agree."""
    return Council.under(charters.templates()["guangdong-2016"].terms, SIX)


@pytest.fixture
def row(cast, council):
    """Handed in, returned once, handed in anew, and put before the council."""
    found = applying.returned(cast.agency, council.alliance)
    changed = applying.handed(cast.agency, found, sales="21360")
    found = applying.submit(cast.agency, found, changed)
    return admission.forward(found, level="member", by=council.secretary, at=clock.now())


def attend(council, meeting, number):
    places = range(1, number + 1)
    meetings.attend(meeting, list(places), by=council.secretary, at=clock.now())


def by(council):
    return {"by": council.secretary, "at": clock.now()}


def signed(council, row):
    for role, seat in ((minutes.RECORDER, council.secretary), (minutes.CHAIR, council.chair)):
        how = {"typed": minutes.CONSENT, "digest": row.digest, "by": seat, "at": clock.now()}
        row = minutes.sign(row, role=role, **how)


def state(row):
    row.refresh_from_db()
    return row.state


def test_a_unit_becomes_a_member_by_a_meeting_that_is_closed(cast, council, row, later):
    meeting = council.call(council.candidate(row))
    motion = meeting.motions.get()
    assert "拟定级别：理事单位" in motion.text
    assert meeting.seatings.count() == SIX
    with refused("This is “%(now)s” by now"):
        council.close(meeting)  # nobody has come yet

    council.begin(meeting, later, present=5)
    council.vote(motion, "for", "for", "for")
    attend(council, meeting, 4)  # the fifth goes before it has voted
    with refused_with("No quorum", motion=motion.title, present=4, listed=6, quorum=5):
        council.close(meeting)
    assert state(row) == ApplicationState.FORWARDED
    assert not council.alliance.members.filter(organisation=row.organisation).exists()

    attend(council, meeting, 5)  # and comes back
    council.vote(motion, None, None, None, "for", "against")
    council.close(meeting)
    motion.refresh_from_db()
    assert motion.state == MotionState.CARRIED
    told = {"present": 5, "quorum": 5, "listed": 6, "votes": 4, "needed": 4, "against": 1}
    assert told.items() <= motion.outcome["numbers"].items()

    assert state(row) == ApplicationState.ADMITTED
    member = Member.objects.get(organisation=row.organisation)
    assert row.member == member
    assert (member.alliance, member.level, member.is_founder) == (council.alliance, "member", False)
    assert meeting.number in row.decision
    letter = Letter.objects.get(kind="alliance/application-admitted")
    assert (letter.organisation_code, member.number in letter.body) == (row.organisation.code, True)

    (agreement,) = Agreement.objects.about(member)
    assert meeting.number in str(agreement.paper)
    for seat in (cast.agency, council.secretary):  # the secretary acts for the lead unit
        sign(agreement, seat)
    carry_news()
    certificate = member.certificates.get()
    assert certificate.state == CertificateState.ISSUED
    assert certificate.facts["level"] == "理事单位"

    following = council.call()  # who was admitted votes from now on
    assert following.seatings.filter(member=member).exists()
    assert not meeting.seatings.filter(member=member).exists()


def test_nothing_is_counted_twice(council, row, later):
    meeting = council.call(council.candidate(row))
    council.begin(meeting, later)
    council.vote(meeting.motions.get(), *["for"] * SIX)
    council.close(meeting)
    told = {"votes": 6, "against": 0, "needed": 4, "present": 6, "listed": 6}
    with refused_with("Nothing is counted twice", **told):
        council.close(meeting)
    assert Member.objects.filter(organisation=row.organisation).count() == 1
    assert Event.objects.filter(name="application.admitted").count() == 1


def test_half_of_all_is_not_more_than_half(cast, council, row, later):
    meeting = council.call(council.candidate(row))
    council.begin(meeting, later)
    motion = meeting.motions.get()
    council.vote(motion, "for", "for", "for", "abstain", "against", "against")
    council.close(meeting)
    motion.refresh_from_db()
    assert (motion.outcome["numbers"]["votes"], motion.outcome["numbers"]["needed"]) == (3, 4)
    assert state(row) == ApplicationState.REJECTED
    page = signed_in(cast.agency.user).get(row.get_absolute_url(), follow=True).content.decode()
    assert "同意 3 票" in page
    assert "业绩不足" not in page
    signed(council, minutes.remark(meeting.minutes, remarks="业绩不足。", **by(council)))
    page = signed_in(cast.agency.user).get(row.get_absolute_url(), follow=True).content.decode()
    assert "业绩不足" in page  # the reason stands in the published minutes
    assert not Member.objects.filter(organisation=row.organisation).exists()
    assert not Agreement.objects.exists()


def test_the_clock_counts_a_vote_in_writing_and_the_unit_is_a_member(cast, later):
    council = Council.under(charters.templates()["conghua-2017"].terms, SIX)
    found = applying.submitted(cast.agency, council.alliance)
    found = admission.forward(found, level="member", by=council.secretary, at=clock.now())
    meeting = council.call(council.candidate(found), channel=VoteChannel.WRITING)
    council.vote(meeting.motions.get(), "for", "for", "for", "against")
    until(later, meeting.votes_until)
    council_tasks.close_due_votes()
    assert Meeting.objects.get().state == MeetingState.CLOSED
    assert Motion.objects.get().outcome["numbers"]["needed"] == 3  # of the four that took part
    assert Application.objects.get().state == ApplicationState.ADMITTED
    assert Member.objects.filter(organisation=cast.agency.organisation).count() == 1
