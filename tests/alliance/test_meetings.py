import json

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from alliance import ballots, charters, council_tasks, leaving, meetings, minutes
from alliance.meetings import Proposed
from alliance.models import Ballot, Meeting, MeetingDraft, Minutes, Motion, SecretTally
from alliance.models.meetings import Answer, MeetingState, MotionState, VoteChannel
from alliance.voting import Outcome
from core import clock
from core.models import Event, Letter
from publication.models import Notice
from tests.alliance.councils import Council, applied, refused_with, reviewed, terms, until
from tests.cast import signed_in
from tests.factories import SeatFactory, UploadFactory
from tests.witness import refused


@pytest.fixture
def council(db):
    return Council.of(6)


@pytest.fixture
def opened(council, later):
    return council.begin(council.call(), later)


def recounted(motion):
    motion = Motion.objects.get(pk=motion.pk)
    return ballots.counted(motion).to_json()


def test_a_call_freezes_who_votes_and_by_which_rule_and_writes_to_everybody(council):
    meeting = council.call()
    assert meeting.number == f"{council.alliance.number}-H001"
    assert [one.member for one in meeting.seatings.all()] == council.members
    assert meeting.motions.get().vote_rule.quorum == (2, 3)
    assert meeting.charter == council.charter
    told = Letter.objects.filter(kind="alliance/meeting-called").values_list("organisation_code")
    assert {code for (code,) in told} == {one.organisation.code for one in council.members}
    council.members[1].state = "suspended"
    council.members[1].save()
    assert meeting.seatings.count() == 6
    assert council.call().seatings.count() == 5


def test_a_body_is_called_with_the_charters_working_days_of_notice(council):
    with refused_with("working days of notice", days=5, given=4):
        council.call(days=4)
    with refused_with("working days of notice", days=5, given=4):
        council.call(channel=VoteChannel.WRITING, days=4)
    assert not Meeting.objects.exists()
    assert council.call(days=5)


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"body": "academic"}, "gives this body no list of voters"),
        ({"motions": ()}, "put one motion on the agenda"),
        ({"place": ""}, "Say where the meeting takes place"),
        ({"body": "standing", "motions": (Proposed("budget", "预算"),)}, "is decided by %(body)s"),
        ({"motions": (Proposed("weather", "天气"),)}, "does not know this matter"),
        ({"motions": (Proposed("fees", "会费", subject=("x", "y")),)}, "does not wait"),
    ],
)
def test_what_the_charter_does_not_allow_is_not_called(council, facts, sentence):
    with refused(sentence):
        council.call(**facts)
    assert not Meeting.objects.exists()
    assert not Letter.objects.filter(kind="alliance/meeting-called").exists()


def test_a_way_to_vote_that_the_charter_lacks_is_refused(db):
    council = Council.of(3, channels=["room"])
    with refused("does not let this body decide in that way"):
        council.call(channel=VoteChannel.WRITING)


def test_the_standing_council_is_the_chair_and_its_deputies(council):
    meeting = council.call(body="standing")
    assert [one.member for one in meeting.seatings.all()] == council.members[:1]


def test_votes_are_counted_once_and_can_be_counted_again_from_the_rows(council, opened):
    motion = opened.motions.get()
    council.vote(motion, "for", "for", "for", "for", "against", "abstain")
    council.close(opened)
    motion.refresh_from_db()
    assert motion.state == MotionState.CARRIED
    assert motion.outcome["numbers"] == {
        "listed": 6,
        "present": 6,
        "quorum": 5,
        "recused": 0,
        "base": 6,
        "votes": 4,
        "against": 1,
        "abstained": 1,
        "silent": 0,
        "needed": 4,
    }
    assert recounted(motion) == motion.outcome
    assert Outcome.from_json(motion.outcome).carried
    with refused("Nothing is counted twice"):
        council.close(opened)
    assert Event.objects.filter(name="meeting.closed").count() == 1
    assert Minutes.objects.count() == 1


def test_three_of_six_are_not_more_than_half(council, opened):
    motion = opened.motions.get()
    council.vote(motion, "for", "for", "for", "against")
    council.close(opened)
    motion.refresh_from_db()
    assert motion.state == MotionState.LOST


def test_a_meeting_is_not_opened_without_a_quorum_and_says_the_numbers(council, later):
    meeting = council.call()
    until(later, meeting.begins_at)
    meetings.attend(meeting, [1, 2, 3, 4], by=council.secretary, at=clock.now())
    with refused_with("No quorum", present=4, listed=6, quorum=5):
        meetings.open_(meeting, by=council.secretary, at=clock.now())
    meeting.refresh_from_db()
    assert meeting.state == MeetingState.CALLED


def test_a_meeting_that_lost_its_quorum_is_not_counted(council, opened):
    meetings.attend(opened, [1, 2, 3, 4], by=council.secretary, at=clock.now())
    council.vote(opened.motions.get(), "for", "for", "for", "for")
    with refused_with("No quorum", present=4, listed=6, quorum=5):
        council.close(opened)
    opened.refresh_from_db()
    assert opened.state == MeetingState.OPEN
    assert not Minutes.objects.exists()


def test_a_vote_in_writing_is_counted_by_the_clock_once_its_window_is_over(council, later):
    meeting = council.call(channel=VoteChannel.WRITING)
    motion = meeting.motions.get()
    council.vote(motion, "for", "for", "for", "for", "for")
    with refused("Votes may be cast until"):
        council.close(meeting)
    council_tasks.close_due_votes()
    assert Meeting.objects.get().state == MeetingState.CALLED
    later(days=20)
    with refused("Votes are not being cast now"):
        council.vote(motion, None, None, None, None, None, "for")
    council_tasks.close_due_votes()
    motion.refresh_from_db()
    assert motion.state == MotionState.CARRIED
    assert motion.outcome["numbers"]["present"] == 5


def test_a_vote_in_writing_without_a_quorum_lapses_with_the_numbers(council, later):
    meeting = council.call(channel=VoteChannel.WRITING)
    council.vote(meeting.motions.get(), "for", "for", "for", "for")
    with refused("The time to vote is not over"):
        meetings.lapse(meeting, by=council.secretary, at=clock.now())
    later(days=20)
    with refused_with("No quorum", present=4, listed=6, quorum=5):
        council.close(meeting)
    council_tasks.close_due_votes()
    meeting.refresh_from_db()
    assert meeting.state == MeetingState.LAPSED
    assert "4 家" in meeting.end_reason
    assert "5 家" in meeting.end_reason
    assert meeting.motions.get().state == MotionState.DROPPED


def test_what_is_typed_of_a_call_is_kept_until_it_is_called(council):
    number = council.alliance.number
    client, page = (
        signed_in(council.secretary.user),
        reverse("alliance:meeting-call", args=[number]),
    )
    save = reverse("alliance:meeting-call-autosave", args=[number])
    typed = {"title": "第三次理事", "begins_at": "不知道", "secret": "on", "once": "K"}
    assert "已" in client.post(save, typed).json()["saved"]
    assert not Event.objects.filter(name__startswith="meeting.").exists()
    shown = client.get(page)
    assert f'data-autosave="{save}"' in shown.content.decode()
    form = shown.context["form"]
    assert [form[name].value() for name in ("title", "begins_at", "secret")] == [
        "第三次理事",
        "不知道",
        "on",
    ]
    assert form["once"].value() != "K"
    other = signed_in(council.chair.user).get(page).context["form"]
    assert other["title"].value() is None  # a draft is its writer's
    council.call()
    assert not MeetingDraft.objects.exists()


def test_a_ballot_is_cast_once_by_the_unit_itself_with_a_receipt(council, opened, cast):
    motion, seating = opened.motions.get(), opened.seatings.first()
    with refused("This is the vote of"):
        ballots.cast(motion, seating, "for", by=cast.agency, at=clock.now())
    ballot = ballots.cast(motion, seating, "against", by=council.seats[0], at=clock.now())
    assert ballot.code in Letter.objects.filter(kind="alliance/ballot-receipt").first().subject
    with refused("has voted on this already"):
        ballots.cast(motion, seating, "for", by=council.seats[0], at=clock.now())
    assert Ballot.objects.get().choice == "against"


def test_a_unit_votes_on_its_page_once_it_has_said_that_it_is_sure(council, opened):
    motion, client = opened.motions.get(), signed_in(council.seats[1].user)
    url = reverse("alliance:motion-vote", args=[motion.code, 2])
    desk = reverse("alliance:desk-meeting", args=[opened.number])
    assert 'href="#motions"' in client.get(desk).content.decode()
    client.post(url, {"choice": "for"})
    assert not motion.ballots.exists()
    client.post(url, {"choice": "for", "sure": "on"})
    ballot = motion.ballots.get()
    assert (ballot.seating.place, ballot.choice) == (2, "for")
    assert 'href="#motions"' not in client.get(desk).content.decode()


def test_a_cast_ballot_is_never_changed(council, opened):
    council.vote(opened.motions.get(), "for")
    with pytest.raises(IntegrityError, match="immutable"), transaction.atomic():
        Ballot.objects.update(choice="against")
    with pytest.raises(IntegrityError, match="immutable"), transaction.atomic():
        Ballot.objects.all().delete()


def test_who_is_not_in_the_room_does_not_vote_there(council, later):
    meeting = council.begin(council.call(), later, present=5)
    with refused("is not noted as present"):
        council.vote(meeting.motions.get(), *[None] * 5, "for")
    council.vote(meeting.motions.get(), "for")
    with refused("has voted, so it was there"):
        meetings.attend(meeting, [2, 3, 4, 5], by=council.secretary, at=clock.now())


def test_a_secret_vote_leaves_no_trace_of_who_chose_what(db, later):
    council = Council.of(3, secret=True)
    meeting = council.begin(council.call(), later)
    motion = meeting.motions.get()
    council.vote(motion, "for", "against", "for")
    assert set(Ballot.objects.values_list("choice", flat=True)) == {""}
    tally = SecretTally.objects.get()
    assert (tally.in_favour, tally.against, tally.abstained) == (2, 1, 0)
    cast = Event.objects.filter(name="ballot.cast")
    assert cast.count() == 3
    for event in cast:
        assert json.loads(event.content)["facts"]["choice"] is None
    told = Letter.objects.filter(kind="alliance/ballot-receipt").values_list("body", "subject")
    assert not any(word in text for row in told for text in row for word in ("同意", "反对"))
    council.close(meeting)
    motion.refresh_from_db()
    assert motion.outcome["numbers"]["votes"] == 2
    assert recounted(motion) == motion.outcome
    text = Minutes.objects.get().paper
    assert "无记名" in json.dumps(text, ensure_ascii=False)


def test_a_secret_ballot_rewrites_the_same_row_whatever_its_choice(db, later):
    council = Council.of(3, secret=True)
    meeting = council.begin(council.call(), later)
    statements = []
    for choice, seat, seating in zip(
        ("for", "against", "abstain"), council.seats, meeting.seatings.all(), strict=True
    ):
        with connection.execute_wrapper(
            lambda run, sql, params, many, context: (
                statements.append(sql),
                run(sql, params, many, context),
            )[1]
        ):
            ballots.cast(meeting.motions.get(), seating, choice, by=seat, at=clock.now())
    updates = {one for one in statements if one.startswith('UPDATE "alliance_secrettally"')}
    assert len(updates) == 1
    assert SecretTally.objects.count() == 1


def test_totals_that_are_not_those_of_the_ballots_stop_the_count(db, later):
    council = Council.of(3, secret=True)
    meeting = council.begin(council.call(), later)
    council.vote(meeting.motions.get(), "for", "for", "for")
    SecretTally.objects.update(in_favour=4)
    with pytest.raises(RuntimeError, match="not those of its 3 ballots"):
        council.close(meeting)


def test_whom_a_motion_concerns_is_recused_from_it(council, later):
    row = reviewed(council)
    meeting = council.begin(council.call(council.candidate(row)), later)
    with refused("is recused and does not vote on this"):
        council.vote(meeting.motions.get(), None, None, "for")
    council.vote(meeting.motions.get(), "for", "for", None, "for")
    council.close(meeting)
    motion = meeting.motions.get()
    assert motion.outcome["numbers"]["base"] == 5
    assert motion.state == MotionState.CARRIED  # 3 of 5


def test_a_unit_recuses_itself_with_a_reason_before_it_votes(council, opened):
    motion, seatings = opened.motions.get(), list(opened.seatings.all())
    with refused("State the reason"):
        ballots.recuse(motion, seatings[1], reason=" ", by=council.seats[1], at=clock.now())
    with refused("Only the unit itself or the secretariat"):
        ballots.recuse(motion, seatings[1], reason="利害关系", by=council.seats[2], at=clock.now())
    ballots.recuse(motion, seatings[1], reason="利害关系", by=council.seats[1], at=clock.now())
    with refused("is recused already"):
        ballots.recuse(motion, seatings[1], reason="又", by=council.secretary, at=clock.now())
    council.vote(motion, "for")
    with refused("has voted on this motion already"):
        ballots.recuse(motion, seatings[0], reason="迟", by=council.chair, at=clock.now())


def answered(meeting, place, council, said, **facts):
    seating = meeting.seatings.get(place=place)
    seat = council.seats[place - 1]
    return meetings.answer(seating, said, by=seat, at=clock.now(), **facts)


def test_a_proxy_is_given_within_the_charters_limits_and_votes(council, later):
    meeting = council.call()
    holder = meeting.seatings.get(place=1)
    with refused("Name who represents your unit"):
        answered(meeting, 1, council, Answer.COMES)
    answered(meeting, 1, council, Answer.COMES, representative="周理事")
    answered(meeting, 6, council, Answer.SENDS_PROXY, proxy_to=holder)
    with refused("holds %(allowed)s already"):
        answered(meeting, 5, council, Answer.SENDS_PROXY, proxy_to=holder)
    with refused("gave you a proxy"):
        answered(meeting, 1, council, Answer.STAYS_AWAY)
    with refused("A proxy cannot be passed on"):
        answered(meeting, 5, council, Answer.SENDS_PROXY, proxy_to=meeting.seatings.get(place=6))
    council.begin(meeting, later, present=4)  # with the proxy five take part
    motion = meeting.motions.get()
    council.vote(motion, "for", "for", "for")
    given = meeting.seatings.get(place=6)
    with refused("gave its vote to a proxy"):
        ballots.cast(motion, given, "against", by=council.seats[5], at=clock.now())
    ballots.cast(motion, given, "for", by=council.seats[0], at=clock.now())
    council.close(meeting)
    motion.refresh_from_db()
    assert motion.outcome["numbers"]["present"] == 5
    assert motion.state == MotionState.CARRIED
    assert recounted(motion) == motion.outcome


def test_who_comes_takes_the_proxy_back(council, later):
    meeting = council.call()
    answered(meeting, 6, council, Answer.SENDS_PROXY, proxy_to=meeting.seatings.get(place=1))
    council.begin(meeting, later)
    assert meeting.seatings.get(place=6).proxy_to is None


def test_a_charter_without_proxies_has_none(db):
    council = Council.of(3, proxies_per_person=0)
    meeting = council.call()
    with refused("The charter allows no proxies"):
        answered(meeting, 2, council, Answer.SENDS_PROXY, proxy_to=meeting.seatings.get(place=1))


def test_a_meeting_is_called_off_with_a_reason_and_its_motions_wait_again(council):
    row = reviewed(council)
    meeting = council.call(council.candidate(row))
    with refused("State the reason"):
        meetings.cancel(meeting, reason=" ", by=council.secretary, at=clock.now())
    meetings.cancel(meeting, reason="场地停电", by=council.secretary, at=clock.now())
    assert council.candidate(row)
    with refused("cannot become"):
        meetings.cancel(meeting, reason="再次", by=council.secretary, at=clock.now())


def test_a_row_stands_on_one_agenda_at_a_time(council):
    row = reviewed(council)
    proposed = council.candidate(row)
    council.call(proposed)
    with refused("is on an agenda already"):
        council.call(proposed)


def test_units_are_reminded_once_of_what_they_have_not_done(council, later):
    meeting = council.call()
    answered(meeting, 1, council, Answer.COMES, representative="周理事")
    council_tasks.remind_of_meetings()
    assert not Letter.objects.filter(kind="alliance/meeting-reminder").exists()
    later(seconds=(meeting.begins_at - clock.now()).total_seconds() - 3600)
    council_tasks.remind_of_meetings()
    council_tasks.remind_of_meetings()
    reminded = Letter.objects.filter(kind="alliance/meeting-reminder")
    units = set(reminded.values_list("organisation_code", flat=True))
    assert len(units) == 5
    assert council.members[0].organisation.code not in units


# ── minutes ──────────────────────────────────────────────────────────────────────────────────────


def sign(row, role, by, **changes):
    row.refresh_from_db()
    facts = {"typed": minutes.CONSENT, "digest": row.digest} | changes
    return minutes.sign(row, role=role, by=by, at=clock.now(), **facts)


@pytest.fixture
def drafted(council, opened):
    council.vote(opened.motions.get(), "for", "for", "for", "for", "against")
    council.close(opened)
    return Minutes.objects.get()


def test_minutes_are_published_with_both_signatures(council, drafted):
    minutes.remark(drafted, remarks="会议听取了年度报告。", by=council.secretary, at=clock.now())
    sign(drafted, minutes.RECORDER, council.secretary)
    assert not Notice.objects.filter(kind=minutes.KIND).exists()
    sign(drafted, minutes.CHAIR, council.chair)
    notice = Notice.objects.get(kind=minutes.KIND)
    text = notice.document.text()
    for words in ("同意 4 票", "法定人数 5 家", "需 4 票", "本议案通过", "会议听取了年度报告"):
        assert words in text
    assert drafted.meeting.seatings.first().unit in text
    assert notice.number.startswith("GXJY-")
    assert notice.title == "第一次理事会会议纪要"
    drafted.refresh_from_db()
    assert notice.facts["signed"] == drafted.digest


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"digest": "0" * 64}, "The text you confirmed is not that of these minutes"),
        ({"typed": "好"}, "character by character"),
    ],
)
def test_another_text_or_word_signs_nothing(council, drafted, changes, sentence):
    with refused(sentence):
        sign(drafted, minutes.CHAIR, council.chair, **changes)


def test_one_person_does_not_sign_twice_and_signed_minutes_stand(council, drafted):
    both = SeatFactory(user=council.chair.user)
    sign(drafted, minutes.CHAIR, council.chair)
    with refused("This signature is given already"):
        sign(drafted, minutes.CHAIR, council.chair)
    with refused("somebody else must sign"):
        sign(drafted, minutes.RECORDER, both)
    with refused("The minutes are signed"):
        minutes.remark(drafted, remarks="补充", by=council.secretary, at=clock.now())


def test_both_client_charters_can_call_their_council(db):
    import json
    from pathlib import Path

    import alliance

    for file in sorted((Path(alliance.__file__).parent / "data" / "charters").glob("*.json")):
        written = json.loads(file.read_text(encoding="utf-8"))["terms"]
        council = Council.under(written, 3)
        meeting = council.call(Proposed("budget", "关于年度预算的议案"))
        assert meeting.motions.get().vote_rule.notice_working_days == 5


def test_the_window_is_measured_after_the_lock(council, later, settings):
    meeting = council.call(channel=VoteChannel.WRITING)
    old = clock.now()
    later(days=20)
    with refused("Votes are not being cast now"):
        ballots.cast(
            meeting.motions.get(), meeting.seatings.first(), "for", by=council.seats[0], at=old
        )


def test_nothing_is_applied_for_twice(council):
    applied(council)
    scan = UploadFactory(purpose="alliance.withdrawal", user_code=council.seats[2].user.code)
    with refused("has applied already"):
        leaving.apply(
            council.members[2],
            reason="再次",
            statement="无",
            scan=scan,
            by=council.seats[2],
            at=clock.now(),
        )


# ── what others put to the vote ──────────────────────────────────────────────────────────────────


def test_a_carried_change_of_the_charter_is_in_force_and_its_draft_stands_until_then(
    council, later
):
    def rewritten(title):
        return charters.Wording(
            title=title,
            source="秘书处草案",
            chapters=[{"title": "总则", "articles": [{"number": 1, "title": "", "text": "略"}]}],
            terms=terms(majority=[2, 3]),
        )

    draft = charters.write(
        council.alliance, rewritten("章程（修订）"), by=council.secretary, at=clock.now()
    )
    meeting = council.call(council.candidate(draft))
    motion = meeting.motions.get()
    assert charters.digest(draft) in motion.text
    with refused("The draft is on the agenda of"):
        charters.write(council.alliance, rewritten("另一稿"), by=council.secretary, at=clock.now())
    with refused("The draft is on the agenda of"):
        charters.discard(draft, by=council.secretary, at=clock.now())
    council.begin(meeting, later)
    council.vote(motion, "for", "for", "for", "for", "for")
    council.close(meeting)
    in_force = meetings.charter_of(council.alliance, clock.now())
    assert in_force == draft
    assert meeting.number in in_force.adopted_by
    assert council.call().motions.get().vote_rule.majority == (2, 3)


def test_a_change_that_is_not_carried_leaves_the_draft(council, later):
    draft = charters.write(
        council.alliance,
        charters.Wording(
            title="章程（修订）",
            source="",
            chapters=[{"title": "总则", "articles": [{"number": 1, "title": "", "text": "略"}]}],
            terms=terms(),
        ),
        by=council.secretary,
        at=clock.now(),
    )
    council.decide(draft, later, "against", "against", "against", "against")
    assert draft.state == "draft"
    assert meetings.charter_of(council.alliance, clock.now()) == council.charter
