from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import CertificateKind, Rank
from alliance import admission, applications, joining, motions, official
from alliance.models import (
    Application,
    ApplicationState,
    ApplicationVersion,
    JoinInvitationState,
    Member,
    ReviewComment,
)
from core import clock
from core.lifecycle import RuleBroken
from core.models import Event, Letter
from tests.alliance import applying
from tests.factories import CertificateFactory, MemberFactory, OrganisationFactory, SeatFactory
from tests.witness import refused

DUTY = f"{official.APPLICATION}.duty"


def now():
    return clock.now()


def events(name):
    return Event.objects.filter(name=name).count()


def post(kind):
    return list(Letter.objects.filter(kind=f"alliance/{kind}").values_list("user_code", flat=True))


@transaction.atomic(durable=True)
def voted(row, *, carried, by):
    """As `meetings.close` calls the effect."""
    meeting = SimpleNamespace(title="第一次理事会会议", number="HY-1")
    motion = SimpleNamespace(subject_code=row.code, meeting=meeting, title="关于入盟的议案")
    outcome = SimpleNamespace(carried=carried)
    motions.effects["admission"](motion, outcome, by=by, at=now())


# ── invitations ──────────────────────────────────────────────────────────────────────────────────


def test_a_unit_is_invited_by_letter_and_its_yes_begins_the_application(cast):
    of = applying.alliance()
    unable = SeatFactory(organisation=cast.agency.organisation, rank=Rank.OPERATOR, deeds=[])
    invitation = applying.invited(cast.agency, of, message="期待贵单位加入。")
    assert post("join-invited") == [cast.agency.user.code]  # and not who may not answer
    assert not joining.addressed_to(unable.user, unable)
    letter = Letter.objects.get(kind="alliance/join-invited")
    assert "期待贵单位加入。" in letter.body
    row = joining.accept(invitation, by=cast.agency, at=now())
    assert (row.state, row.invitation, row.alliance) == (ApplicationState.DRAFT, invitation, of)
    invitation.refresh_from_db()
    assert invitation.state == JoinInvitationState.ACCEPTED
    assert (events("join.accepted"), events("application.begun")) == (1, 1)


def test_an_address_is_invited_and_whoever_reads_it_accepts_for_his_unit(cast):
    facts = {"unit": None, "email": cast.agency.user.email.upper(), "unit_name": "某某公司"}
    invitation = applying.invited(cast.agency, **facts)
    with refused("This invitation is addressed to another unit."):
        joining.accept(invitation, by=cast.rival, at=now())
    joining.accept(invitation, by=cast.agency, at=now())
    invitation.refresh_from_db()
    assert invitation.organisation == cast.agency.organisation


def test_an_invitation_is_answered_once_and_in_time(cast, later):
    invitation = applying.invited(cast.agency)
    before = now()
    with refused("This invitation is addressed to another unit."):
        joining.accept(invitation, by=cast.rival, at=now())
    later(days=31)
    with refused("This invitation was open until %(until)s"):
        joining.accept(invitation, by=cast.agency, at=before)
    with refused("This invitation was open until %(until)s"):
        joining.decline(invitation, reason="", by=cast.agency, at=before)
    again = applying.invited(cast.agency, invitation.alliance)  # it makes room for a new one
    joining.decline(again, reason="暂不考虑", by=cast.agency, at=now())
    assert post("join-declined")
    with refused("cannot be answered"):
        joining.accept(again, by=cast.agency, at=now())
    with refused("This is “%(now)s” by now"):
        joining.withdraw(again, by=applying.secretary(again.alliance), at=now())


def test_who_cannot_be_invited(cast):
    of = applying.alliance()
    invitation = applying.invited(cast.agency, of)
    with refused("An invitation of this unit waits for an answer already."):
        applying.invited(cast.agency, of)
    joining.withdraw(invitation, by=applying.secretary(of), at=now())
    MemberFactory(alliance=of, organisation=cast.rival.organisation)
    with refused("%(unit)s is a member already."):
        applying.invited(cast.rival, of)
    applying.begun(cast.agency, of)
    with refused("%(unit)s is applying already."):
        applying.invited(cast.agency, of)
    person = OrganisationFactory(kind="natural-person", uscc=None)
    with refused("Members are units with a legal person of their own"):
        applying.invited(cast.owner, of, unit=person)
    with refused("Choose a unit of the site"):
        applying.invited(cast.owner, of, unit=None, email="a@example.com")
    for until in (now() + timedelta(hours=2), now() + timedelta(days=200)):
        with refused("Give the unit at least one day"):
            applying.invited(cast.owner, of, open_until=until)


# ── writing ──────────────────────────────────────────────────────────────────────────────────────


def test_a_unit_applies_once_at_a_time(cast):
    of = applying.alliance()
    row = applying.begun(cast.agency, of)
    with refused("%(unit)s is applying already."):
        applying.begun(cast.agency, of)
    applications.discard(row, by=cast.agency, at=now())
    assert not Application.objects.exists()
    assert applying.begun(cast.agency, of).unit_kind == "enterprise"


def test_who_cannot_apply(cast):
    of = applying.alliance()
    MemberFactory(alliance=of, organisation=cast.agency.organisation)
    with refused("%(unit)s is a member already."):
        applying.begun(cast.agency, of)
    with refused("The operator and the regulator join no alliance"):
        applying.begun(cast.operator, of)
    person = SeatFactory(organisation__kind="natural-person", organisation__uscc=None)
    with refused("Members are units with a legal person of their own"):
        applying.begun(person, of)
    with refused("The charter in force admits no unit of this kind"):
        applying.begun(cast.owner, of)  # a government body
    applying.invited(cast.rival, of)
    with refused("An invitation waits for your unit"):
        applying.begun(cast.rival, of)
    of.state, of.dissolved_at = "dissolved", now()
    of.save()
    newcomer = SeatFactory()
    with refused("This alliance is dissolved"):
        applying.begun(newcomer, of)


def test_enterprises_fill_in_two_forms_and_all_others_one(cast):
    university = SeatFactory(organisation__kind="university")
    of = applying.alliance()
    two = applications.forms_of(applying.begun(cast.agency, of))
    one = applications.forms_of(applying.begun(university, of))
    assert [form.key for form in two] == [official.APPLICATION, official.PROFILE]
    assert [form.key for form in one] == [official.APPLICATION]


def test_a_form_opens_with_what_registration_and_wallet_say(cast):
    unit = cast.agency.organisation
    unit.address, unit.contact_phone = "云江市江堤路 8 号", "0757-22380000"
    unit.save()
    CertificateFactory(
        organisation=unit,
        kind=CertificateKind.OTHER,
        name="高新技术企业证书",
        number="GR202344000001",
        issued_on=date(2023, 12, 28),
        valid_until=date(2099, 12, 27),
    )
    for _each in range(2):
        CertificateFactory(
            organisation=unit, kind=CertificateKind.OTHER, name="发明专利证书", valid_until=None
        )
    row = applying.begun(cast.agency)
    values, sources = applications.prefilled(row, official.PROFILE)
    assert values["name"] == unit.name
    assert values["address"] == "云江市江堤路 8 号"
    assert (values["high_tech"], values["high_tech_on"]) == ("yes", "2023-12-28")
    assert values["patents_invention"] == "2"
    assert sources["high_tech"] == "证照库：高新技术企业证书 GR202344000001"
    assert sources["address"] == "单位注册信息"
    typed = {**values, "address": "别处", "name": "别人"}
    row = applications.save_draft(row, official.PROFILE, typed, by=cast.agency, at=now())
    values, sources = applications.prefilled(row, official.PROFILE)
    assert (values["address"], values["name"]) == ("别处", unit.name)  # the name is the unit's
    assert "address" not in sources


def test_a_draft_is_kept_as_it_was_typed_until_it_is_handed_in(cast):
    row = applying.begun(cast.agency)
    row = applications.save_draft(row, "x", {"staff": "many"}, by=cast.agency, at=now())
    assert row.draft == {"x": {"staff": "many"}}
    row = applying.submit(cast.agency, row)
    with refused("what you typed was not kept"):
        applications.save_draft(row, "x", {}, by=cast.agency, at=now())
    with refused("This is “%(now)s” by now"):
        applications.discard(row, by=cast.agency, at=now())


# ── handing in ───────────────────────────────────────────────────────────────────────────────────


def test_handing_in_freezes_a_version_and_tells_the_secretariat(cast):
    of = applying.alliance()
    row = applying.submitted(cast.agency, of)
    assert (row.state, row.number, row.version) == ("submitted", f"{of.number}-SQ0001", 1)
    version = row.versions.get()
    assert version.digest == applications.digest(version.content)
    assert version.content["forms"][official.PROFILE]["sales"] == "21350"
    assert version.content["files"]["stamped"][0]["sha256"]
    assert post("application-submitted") == [applying.secretary(of).user.code]
    whole = applying.handed(cast.agency, row)
    with refused("This is “%(now)s” and cannot become"):
        applying.submit(cast.agency, row, whole)


def test_what_cannot_be_handed_in(cast):
    row = applying.begun(cast.agency)
    whole = applying.handed(cast.agency, row)
    wrong = replace(whole, forms=applying.forms(row, strengths=""))
    with refused("“%(form)s” needs %(count)s corrections."):
        applying.submit(cast.agency, row, wrong)
    for lacking, sentence in (
        ("licence", "Add the scan of your unit's licence"),
        ("stamped", "Print the forms, stamp them, and add the scan."),
    ):
        with refused(sentence):
            applying.submit(cast.agency, row, replace(whole, files={**whole.files, lacking: []}))
    with refused("The forms were changed after they were stamped"):
        applications.submit(row, whole, stamped_for="ab" * 32, by=cast.agency, at=now())
    unit = cast.agency.organisation
    unit.state, unit.verified_at = "submitted", None
    unit.save()
    row.refresh_from_db()
    with refused("Your unit is not verified yet"):
        applying.submit(cast.agency, row, whole)


@pytest.mark.parametrize("change", ["UPDATE {} SET digest = ''", "DELETE FROM {}"])
def test_a_version_is_never_changed_by_whatever_program(cast, change):
    applying.submitted(cast.agency)
    statement = change.format(ApplicationVersion._meta.db_table)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert ApplicationVersion.objects.exclude(digest="").count() == 1


# ── review ───────────────────────────────────────────────────────────────────────────────────────


def test_it_is_returned_with_comments_and_handed_in_anew(cast):
    row = applying.returned(cast.agency)
    assert row.state == ApplicationState.RETURNED
    letter = Letter.objects.get(kind="alliance/application-returned")
    assert "职务：请写明职务全称。" in letter.body
    assert letter.user_code == cast.agency.user.code
    same = row.versions.get().content
    assert same["forms"]
    row = applying.submit(cast.agency, row, applying.handed(cast.agency, row, sales="21360"))
    assert (row.version, row.number) == (2, f"{row.alliance.number}-SQ0001")
    assert not ReviewComment.objects.about(row).unsettled().exists()
    old, new = row.versions.order_by("version")
    told = {one.key: [each.field for each in one.changes] for one in admission.compared(old, new)}
    assert told == {official.APPLICATION: [], official.PROFILE: ["sales"], "files": []}


def test_unchanged_it_is_not_handed_in_again(cast):
    row = applying.begun(cast.agency)
    whole = applying.handed(cast.agency, row)
    row = applying.submit(cast.agency, row, whole)
    by = applying.secretary(row.alliance)
    row = admission.return_(row, {DUTY: "请改。"}, by=by, at=now())
    with refused("Nothing has changed since it was returned"):
        applying.submit(cast.agency, row, whole)


def test_what_the_secretariat_cannot_do(cast):
    row = applying.submitted(cast.agency)
    by = applying.secretary(row.alliance)
    for comments in ({}, {DUTY: "  "}, {"unheard.of": "文字"}):
        with refused("Say beside the fields what is to be corrected"):
            admission.return_(row, comments, message="请改", by=by, at=now())
    with refused("Nobody reviews what his own unit handed in"):
        admission.return_(row, {DUTY: "请改。"}, by=cast.agency, at=now())
    with refused("Nobody reviews what his own unit handed in"):
        admission.forward(row, level="member", by=cast.agency, at=now())
    with refused("The charter in force knows no such level"):
        admission.forward(row, level="emperor", by=by, at=now())
    row = admission.forward(row, level="member", by=by, at=now())
    with refused("This is “%(now)s” by now"):
        admission.forward(row, level="member", by=by, at=now())
    with refused("This is “%(now)s” by now"):
        admission.return_(row, {DUTY: "请改。"}, by=by, at=now())
    with refused("This is “%(now)s” by now"):
        admission.save_review(row, {DUTY: "请改。"}, by=by, at=now())


def test_without_a_charter_nobody_can_decide(cast):
    of = applying.alliance(chartered=False)
    row = applying.submitted(cast.agency, of)
    with refused("No charter of %(alliance)s is in force."):
        admission.forward(row, level="member", by=applying.secretary(of), at=now())
    assert admission.levels(of, now()) == []
    assert admission.decided_by(of, now()) == ""


def test_it_goes_before_the_body_that_the_charter_names(cast):
    row = applying.forwarded(cast.agency)
    assert (row.deciding_body_name, row.level) == ("联盟理事会", "member")
    assert row.charter == applying.charter_of(row.alliance)
    (candidate,) = motions.candidates["admission"](row.alliance)
    assert (candidate.row, candidate.matter) == (row, "admission")
    assert "拟定级别：理事单位" in candidate.text
    assert post("application-forwarded") == [cast.agency.user.code]


# ── the decision ─────────────────────────────────────────────────────────────────────────────────


def test_a_carried_motion_writes_the_unit_onto_the_roll(cast):
    row = applying.forwarded(cast.agency)
    voted(row, carried=True, by=applying.secretary(row.alliance))
    row.refresh_from_db()
    assert row.state == ApplicationState.ADMITTED
    member = Member.objects.get(organisation=cast.agency.organisation)
    assert (row.member, member.level, member.unit_kind) == (member, "member", "enterprise")
    letter = Letter.objects.get(kind="alliance/application-admitted")
    assert member.number in letter.body
    assert "第一次理事会会议（HY-1）议题：关于入盟的议案" in letter.body


def test_a_lost_motion_rejects_it_and_the_unit_may_apply_anew(cast):
    row = applying.forwarded(cast.agency)
    voted(row, carried=False, by=applying.secretary(row.alliance))
    row.refresh_from_db()
    assert row.state == ApplicationState.REJECTED
    assert not Member.objects.exists()
    assert post("application-rejected") == [cast.agency.user.code]
    applying.begun(cast.agency, row.alliance)


def test_what_was_withdrawn_before_the_vote_stays_so(cast):
    row = applying.forwarded(cast.agency)
    row = applications.withdraw(row, reason="改组", by=cast.agency, at=now())
    assert post("application-withdrawn") == [applying.secretary(row.alliance).user.code]
    voted(row, carried=True, by=applying.secretary(row.alliance))
    row.refresh_from_db()
    assert row.state == ApplicationState.WITHDRAWN
    assert not Member.objects.exists()
    with refused("cannot become"):
        applications.withdraw(row, reason="", by=cast.agency, at=now())


def test_a_decision_counts_once(cast):
    row = applying.forwarded(cast.agency)
    by = applying.secretary(row.alliance)
    voted(row, carried=True, by=by)
    voted(row, carried=False, by=by)
    assert events("application.admitted") == 1
    assert events("application.rejected") == 0


# ── who sees what ────────────────────────────────────────────────────────────────────────────────


def test_who_sees_an_application_at_which_moment(cast):
    of = applying.alliance()
    by = applying.secretary(of)
    other = SeatFactory()
    MemberFactory(alliance=of, organisation=other.organisation)

    def seen():
        return [
            Application.objects.visible_to(seat, now()).exists()
            for seat in (cast.agency, by, other, cast.rival)
        ]

    row = applying.begun(cast.agency, of)
    assert seen() == [True, False, False, False]
    row = applying.submit(cast.agency, row)
    assert seen() == [True, True, False, False]
    assert list(Application.objects.in_secretariat_of(of)) == [row]
    assert list(Application.objects.to_review_by(by, now())) == [row]
    assert not Application.objects.to_review_by(cast.rival, now()).exists()
    admission.forward(row, level="member", by=by, at=now())
    assert seen() == [True, True, True, False]
    assert not Application.objects.to_review_by(by, now()).exists()


STEPS = ("submit", "return", "forward", "admit", "reject", "withdraw")


@given(st.lists(st.sampled_from(STEPS), max_size=8))
def test_a_walk_never_leaves_the_moves(walk):
    """The table alone: every state is reached and none leads out of it."""
    to = {
        "submit": ApplicationState.SUBMITTED,
        "return": ApplicationState.RETURNED,
        "forward": ApplicationState.FORWARDED,
        "admit": ApplicationState.ADMITTED,
        "reject": ApplicationState.REJECTED,
        "withdraw": ApplicationState.WITHDRAWN,
    }
    state = ApplicationState.DRAFT
    for step in walk:
        if to[step] in Application.MOVES.get(state, ()):
            state = to[step]
    assert state in ApplicationState
    if state in (ApplicationState.ADMITTED, ApplicationState.REJECTED):
        assert state not in Application.MOVES


def test_a_part_runs_in_a_rule_only(cast):
    row = applying.forwarded(cast.agency)
    with pytest.raises(RuntimeError, match="part"):
        admission.settled(row, carried=True, decision="", by=cast.agency, at=now())
    with pytest.raises(RuleBroken):
        applications.discard(row, by=cast.agency, at=now())
