from datetime import timedelta
from decimal import Decimal

import pytest

from alliance import certificates, delegates, leaving, officers
from alliance.models import Expulsion, MemberState, Post, Withdrawal
from alliance.models.leaving import ExpulsionState, WithdrawalState
from alliance.models.membership import CertificateState, DelegateRole, DelegateState
from core import clock
from core.calendar import day_of
from core.models import Letter
from tests.alliance.councils import (
    Council,
    applied,
    charged,
    findings,
    refused_with,
    reviewed,
    until,
)
from tests.cast import signed_in
from tests.witness import refused


@pytest.fixture
def council(db):
    return Council.of(5)


def accept(council, row):
    return leaving.accept(row, by=council.secretary, at=clock.now())


person = delegates.Person("钟鸣", "副总经理", "13800000001", "zhong@example.com")


def test_a_member_leaves_by_application_review_and_decision(council, later):
    row = reviewed(council)
    member = council.members[2]
    motion = council.decide(row, later, "for", "for", "for", "for")
    assert row.state == WithdrawalState.APPROVED
    assert row.motion == motion
    assert row.arrears == Decimal(0)
    member.refresh_from_db()
    assert member.state == MemberState.LEFT
    assert member.left_on == day_of(row.ended_at)
    assert motion.text.count("未发现遗留问题")
    told = Letter.objects.filter(kind="alliance/withdrawal-moved")
    assert told.filter(organisation_code=member.organisation.code).count() >= 3
    with refused("lies in the future"):
        note(council, row, day_of(clock.now()) + timedelta(days=1))
    note(council, row, day_of(clock.now()))
    with refused("is noted already"):
        note(council, row, day_of(clock.now()))


def note(council, row, on):
    return leaving.note_certificate(
        row, returned_on=on, note="原件收回", by=council.secretary, at=clock.now()
    )


def test_with_the_membership_end_its_certificate_delegates_and_posts(council, later):
    member, seat = council.members[2], council.seats[2]
    certificate = certificates.issue(member, by=council.secretary, at=clock.now())
    named = [
        delegates.nominate(member, role, person, by=seat, at=clock.now())
        for role in (DelegateRole.CONTACT, DelegateRole.COUNCIL)
    ]
    officer = officers.appoint(
        council.alliance, seat, Post.SECRETARY, by=council.secretary, at=clock.now()
    )
    row = reviewed(council)
    council.decide(row, later, "for", "for", "for", "for")
    for one in (certificate, officer, *named):
        one.refresh_from_db()
    assert certificate.state == CertificateState.WITHDRAWN
    assert [one.state for one in named] == [DelegateState.ENDED, DelegateState.WITHDRAWN]
    assert officer.held_until == row.ended_at
    note(council, row, day_of(clock.now()))
    certificate.refresh_from_db()
    assert certificate.state == CertificateState.RETURNED


def test_what_the_body_does_not_carry_leaves_the_member_where_it_is(council, later):
    row = reviewed(council)
    council.decide(row, later, "against", "against", "against", "for")
    assert row.state == WithdrawalState.REJECTED
    council.members[2].refresh_from_db()
    assert council.members[2].state == MemberState.ADMITTED
    with refused("by now: load the page again"):
        note(council, row, day_of(clock.now()))


def test_an_application_is_returned_with_reasons_corrected_or_taken_back(council):
    row = applied(council)
    with refused("Say what is missing"):
        leaving.return_(row, reason="", by=council.secretary, at=clock.now())
    leaving.return_(row, reason="缺公章", by=council.secretary, at=clock.now())
    row.refresh_from_db()
    leaving.resubmit(
        row,
        reason=row.reason,
        statement=row.statement,
        scan=row.scan,
        by=council.seats[2],
        at=clock.now(),
    )
    row.refresh_from_db()
    assert row.state == WithdrawalState.SUBMITTED
    leaving.take_back(row, by=council.seats[2], at=clock.now())
    with refused("by now: load the page again"):
        accept(council, row)
    assert applied(council)


def test_what_is_on_an_agenda_is_not_taken_back(council):
    row = reviewed(council)
    council.call(council.candidate(row))
    with refused("It is on the agenda of a meeting"):
        leaving.take_back(row, by=council.seats[2], at=clock.now())


@pytest.mark.parametrize(
    ("found", "opinion", "sentence"),
    [
        (findings()[1:], "同意", "Every point of the review wants a finding"),
        ([findings()[0], *findings()[:-1]], "同意", "Every point of the review wants a finding"),
        (findings(), " ", "Write the opinion"),
        (
            [leaving.Finding(one.key, one.title, one.basis, "open", "") for one in findings()],
            "同意",
            "say what is still open",
        ),
        (findings("splendid"), "同意", "say what is still open"),
    ],
)
def test_a_review_answers_every_point(council, found, opinion, sentence):
    row = accept(council, applied(council))
    with refused(sentence):
        leaving.review(row, found, opinion=opinion, by=council.academic, at=clock.now())


def test_who_has_left_cannot_leave_again(council, later):
    row = reviewed(council)
    council.decide(row, later, "for", "for", "for", "for")
    member = council.members[2]
    with refused("is no member any more"):
        leaving.apply(
            member,
            reason="再次",
            statement="无",
            scan=row.scan,
            by=council.seats[2],
            at=clock.now(),
        )
    assert Withdrawal.objects.count() == 1


def test_a_member_is_expelled_after_a_hearing_by_decision(council, later):
    row = charged(council)
    leaving.state(row, statement="系误用，已停止。", by=council.seats[3], at=clock.now())
    with refused("is on record already"):
        leaving.state(row, statement="再次", by=council.seats[3], at=clock.now())
    with refused("The hearing is at"):
        hear(council, row)
    until(later, row.hearing_at)
    with refused("Write what was said"):
        hear(council, row, record="")
    hear(council, row)
    motion = council.decide(row, later, "for", "for", "for", "for")
    assert row.state == ExpulsionState.EXPELLED
    assert "系误用" in motion.text
    member = council.members[3]
    member.refresh_from_db()
    assert member.state == MemberState.EXPELLED
    assert member.left_on


def hear(council, row, record="该单位到场陈述。"):
    return leaving.hear(
        row, hearing_record=record, was_attended=True, by=council.secretary, at=clock.now()
    )


def test_a_hearing_is_set_with_the_charters_days_of_notice(council):
    with refused_with("working days away", given=4, days=5):
        charged(council, days=4)
    assert not Expulsion.objects.exists()
    charged(council)
    with refused("are open already"):
        charged(council)


def test_a_charge_falls_with_a_reason_or_by_the_vote(council, later):
    row = charged(council)
    with refused("State the reason"):
        leaving.drop(row, reason="", by=council.secretary, at=clock.now())
    leaving.drop(row, reason="查无实据", by=council.secretary, at=clock.now())
    again = charged(council)
    until(later, again.hearing_at)
    hear(council, again)
    council.decide(again, later, "against", "against", "against", "against")
    assert again.state == ExpulsionState.DISMISSED
    council.members[3].refresh_from_db()
    assert council.members[3].state == MemberState.ADMITTED


def test_an_expelled_member_that_had_applied_to_leave_is_left_alone_by_the_later_decision(
    council, later
):
    withdrawal = reviewed(council, 3)
    row = charged(council)
    until(later, row.hearing_at)
    hear(council, row)
    council.decide(row, later, "for", "for", "for", "for")
    council.decide(withdrawal, later, "for", "for", "for", "for")
    council.members[3].refresh_from_db()
    assert council.members[3].state == MemberState.EXPELLED


def test_the_pages_of_leaving_lead_from_one_step_to_the_next(council):
    row = applied(council)
    address = row.get_absolute_url()
    secretary, academic, unit = (
        signed_in(seat.user) for seat in (council.secretary, council.academic, council.seats[2])
    )
    assert "受理" in secretary.get(address).content.decode()
    secretary.post(f"{address}accept/")
    row.refresh_from_db()
    assert row.state == WithdrawalState.ACCEPTED
    data = {f"result_{one.key}": "fine" for one in leaving.checklist()} | {"opinion": "同意"}
    academic.post(f"{address}review/", data)
    row.refresh_from_db()
    assert row.state == WithdrawalState.REVIEWED
    page = unit.get(address).content.decode()
    assert "保守技术秘密" in page
    assert "共有技术和知识产权的清单与归属" in page
