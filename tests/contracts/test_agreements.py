import json
from datetime import timedelta
from decimal import Decimal

import pytest

from contracts import agreements
from contracts.drafting import Stage
from contracts.models import Agreement, AgreementState, Party
from core import clock, figures
from core.audit import Clock
from core.calendar import day_of
from core.models import CalendarDay, Event, Letter, Outbox
from core.outbox import consumers
from core.paper import Paper
from publication.models import Notice
from tests.cast import seated
from tests.contracts import drawing
from tests.contracts.drawing import sign
from tests.factories import SeatFactory
from tests.witness import refused


@pytest.fixture
def listening(monkeypatch):
    """Somebody above listens to how agreements end."""
    for name in ("concluded", "declined", "lapsed"):
        monkeypatch.setitem(
            consumers, f"agreement.{name}", {"tests.ear": lambda event, *, at: None}
        )


def facts(name):
    return json.loads(Event.objects.get(name=name).content)["facts"]


def test_drawing_up_numbers_the_paper_fixes_its_text_and_writes_to_both_sides(drawn_up, cast):
    text = Paper.from_json(drawn_up.paper).text()
    assert drawn_up.number == f"GXHT-{clock.now().year}-00001"
    assert drawn_up.number in text
    assert "捌万元整" in text
    assert "结算审核报告 6 份" in text
    assert "{" not in text
    assert drawn_up.digest == Paper.from_json(drawn_up.paper).digest()
    due = CalendarDay.objects.calendar().add_days(day_of(drawn_up.drawn_up_at), 30)
    assert drawn_up.sign_until == due.until()
    assert f"{due.on.month}月{due.on.day}日" in text
    assert set(Letter.objects.values_list("user_code", flat=True)) == {
        cast.owner.user.code,
        cast.approver.user.code,
        cast.agency.user.code,
    }


def test_drawing_up_takes_the_days_to_sign_and_to_accept_from_the_legal_figures(drawn_up):
    in_force = figures.on(day_of(drawn_up.drawn_up_at))
    assert in_force["agreement.signing.days"].value == 30
    assert drawn_up.acceptance_days == in_force["delivery.acceptance.working-days"].value


@pytest.mark.parametrize(
    "mistake",
    [
        {"amount": Decimal("80000.01")},
        {"values": {**drawing.VALUES, "content": " "}},
        {"values": {**drawing.VALUES, "colour": "red"}},
        {"milestones": (Stage("一次交付", 20, Decimal("79999.99")),)},
    ],
)
def test_drawing_up_stops_at_a_callers_mistake(cast, mistake):
    with pytest.raises(ValueError, match=r"do not add up|values missing"):
        drawing.drawn_up(cast, **mistake)
    assert not Agreement.objects.exists()


def test_drawing_up_needs_a_unit_on_each_side(cast):
    with pytest.raises(ValueError, match="each side"):
        drawing.drawn_up(cast, parties={"owner": cast.owner.organisation})


def test_the_last_signature_concludes_starts_the_clock_announces_and_tells(
    drawn_up, cast, listening
):
    sign(drawn_up, cast.agency)
    drawn_up.refresh_from_db()
    assert drawn_up.state == AgreementState.DRAWN_UP
    assert set(drawn_up.milestones.values_list("due_at", flat=True)) == {None}
    assert not Notice.objects.exists()

    sign(drawn_up, cast.approver, typed=cast.approver.organisation.name)

    drawn_up.refresh_from_db()
    assert drawn_up.state == AgreementState.CONCLUDED
    assert list(drawn_up.parties.values_list("side", "signer", "typed")) == [
        ("owner", "approver", "Owner"),
        ("agency", "agency", "同意签署"),
    ]
    calendar, today = CalendarDay.objects.calendar(), day_of(drawn_up.concluded_at)
    first, second = drawn_up.milestones.all()
    assert first.due_at == calendar.add_days(today, 20).until()
    assert second.due_at == calendar.add_working_days(today, 10).until()
    notice = Notice.objects.get()
    assert notice.kind == "agreement-notice"
    assert notice.facts["digest"] == drawn_up.digest
    assert "教学综合楼" in notice.document.text()
    assert (
        "出具结算审核报告" not in notice.document.text()
    )  # the content of the service is not public
    assert facts("agreement.concluded") == {
        "number": drawn_up.number,
        "digest": drawn_up.digest,
        "amount": "80000.00",
        "concluded_at": facts("agreement.concluded")["concluded_at"],
        "parties": [
            {"side": "owner", "organisation": cast.owner.organisation.code},
            {"side": "agency", "organisation": cast.agency.organisation.code},
        ],
    }
    assert Outbox.objects.get(consumer="tests.ear").event.subject_code == drawn_up.code
    assert Letter.objects.filter(kind="contracts/agreement-concluded").count() == 3


def test_every_signature_is_an_event_that_bears_what_was_signed(drawn_up, cast):
    sign(drawn_up, cast.agency)
    signed = facts("agreement.signed")
    assert (signed["digest"], signed["side"], signed["typed"]) == (
        drawn_up.digest,
        "agency",
        "同意签署",
    )
    assert Letter.objects.filter(kind="contracts/agreement-signed").count() == 2


def test_sign_refuses_another_text_other_words_twice_and_after_the_end(drawn_up, cast, later):
    with refused("not that of this contract"):
        agreements.sign(drawn_up, typed="同意签署", digest="0" * 64, by=cast.agency, at=clock.now())
    with refused("character by character"):
        sign(drawn_up, cast.agency, typed="同意")
    with refused("character by character"):
        sign(drawn_up, cast.agency, typed="Owner")
    sign(drawn_up, cast.agency)
    with refused("it is the others' turn"):
        sign(drawn_up, cast.agency)
    later(days=40)
    with refused("The time to sign ended"):
        sign(drawn_up, cast.approver)


def test_a_door_called_in_time_does_not_excuse_who_waited_past_the_end(drawn_up, cast, later):
    in_time = clock.now()
    later(days=40)
    with refused("The time to sign ended"):
        sign(drawn_up, cast.agency, at=in_time)


def test_nobody_signs_for_both_sides(drawn_up, cast):
    sign(drawn_up, cast.agency)
    both = SeatFactory(user=cast.agency.user, organisation=cast.owner.organisation)
    with refused("a colleague must sign"):
        sign(drawn_up, both)


def test_a_stranger_to_the_agreement_has_no_side_to_sign_for(drawn_up, cast):
    with pytest.raises(Party.DoesNotExist):
        sign(drawn_up, cast.rival)


def test_decline_ends_it_with_its_reason_and_tells_above(drawn_up, cast, listening):
    with refused("Say why your unit does not sign"):
        agreements.decline(drawn_up, reason=" ", by=cast.agency, at=clock.now())
    sign(drawn_up, cast.approver)
    with refused("Your unit has signed already"):
        agreements.decline(drawn_up, reason="改主意", by=cast.approver, at=clock.now())

    agreements.decline(drawn_up, reason="人员不足", by=cast.agency, at=clock.now())

    drawn_up.refresh_from_db()
    assert (drawn_up.state, drawn_up.end_reason) == (AgreementState.DECLINED, "人员不足")
    assert facts("agreement.declined")["side"] == "agency"
    assert facts("agreement.declined")["organisation"] == cast.agency.organisation.code
    assert Outbox.objects.filter(event__name="agreement.declined").count() == 1
    with refused("by now: load the page again"):
        sign(drawn_up, cast.agency)


def test_an_agreement_lapses_by_the_clock_and_says_who_had_not_signed(
    drawn_up, cast, later, listening
):
    with refused("It may be signed until"):
        agreements.lapse(drawn_up, by=Clock(), at=clock.now())
    sign(drawn_up, cast.approver)
    later(days=40)

    agreements.lapse(drawn_up, by=Clock(), at=clock.now())

    drawn_up.refresh_from_db()
    assert drawn_up.state == AgreementState.LAPSED
    assert facts("agreement.lapsed")["unsigned"] == [
        {"side": "agency", "organisation": cast.agency.organisation.code}
    ]
    assert Outbox.objects.filter(event__name="agreement.lapsed").count() == 1
    with refused("by now: load the page again"):
        agreements.lapse(drawn_up, by=Clock(), at=clock.now())


def test_a_reminder_goes_once_and_only_to_who_has_not_signed(drawn_up, cast, later):
    with refused("No reminder is due"):
        agreements.remind(drawn_up, by=Clock(), at=clock.now())
    sign(drawn_up, cast.approver)
    later(seconds=(drawn_up.sign_until - timedelta(days=2) - clock.now()).total_seconds())
    agreements.remind(drawn_up, by=Clock(), at=clock.now())
    assert Letter.objects.get(kind="contracts/agreement-reminder").user_code == (
        cast.agency.user.code
    )
    with refused("No reminder is due"):
        agreements.remind(drawn_up, by=Clock(), at=clock.now())


def test_only_the_sides_and_the_supervisor_see_an_agreement(drawn_up, cast):
    another = seated("another", deeds=[])
    seen = [
        Agreement.objects.visible_to(seat).exists()
        for seat in (cast.owner, cast.agency, cast.regulator, cast.rival, cast.operator, another)
    ]
    assert seen == [True, True, True, False, False, False]


def test_the_announcement_follows_the_last_notice_about_the_order(cast):
    first = drawing.concluded(cast)
    assert Notice.objects.get().follows is None
    second = drawing.concluded(cast)
    assert Notice.objects.last().follows == Notice.objects.first()
    assert [first.number[-1], second.number[-1]] == ["1", "2"]
