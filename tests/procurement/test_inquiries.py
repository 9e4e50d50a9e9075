from datetime import timedelta
from decimal import Decimal

import pytest

from contracts import agreements
from contracts.models import Agreement
from core import clock
from core.audit import Clock
from core.models import Event, Letter, Outbox
from credit.models import Fact
from procurement import inquiries, inquiry_guard, inquiry_tasks, opening, performance, quotes
from procurement.inquiry_terms import Milestone
from procurement.models import Procedure, ProcedurePhase, ProcedureState, Quote
from publication.models import Notice
from selection.methods import verify
from selection.models import Envelope
from selection.naming import Witnessing
from tests.cast import seated
from tests.procurement import buying
from tests.witness import refused


@pytest.fixture
def third(db):
    return buying.third()


def publish(procedure, by):
    return inquiries.publish(procedure, by=by, at=clock.now())


def close(procedure, by):
    return opening.close(procedure, by=by, at=clock.now())


# ── begin: the guard ─────────────────────────────────────────────────────────────────────────────


def test_an_inquiry_begins_only_from_a_settled_need_and_once(cast):
    row = buying.need(cast)
    with refused("by now: load the page again"):
        buying.draft(cast, row)
    settled = buying.need(cast, state="settled")
    procedure = buying.draft(cast, settled)
    assert "自助终端 10 台" in procedure.draft["content"]
    with refused("has a procedure already"):
        buying.draft(cast, settled)


@pytest.mark.parametrize(
    ("proposal", "told"),
    [
        (buying.DISPERSED, "达到分散采购限额标准。（《政府采购法》第二条）"),
        ({**buying.OUTSIDE, "open_methods": ["own"]}, "不足分散采购限额标准"),
        ({}, "不能确认其在限额标准以下"),
    ],
)
def test_the_standards_forbid_an_inquiry_with_their_reasons(cast, proposal, told):
    row = buying.need(cast, state="settled", proposal=proposal)
    assert told in inquiry_guard.reasons_against(row)
    with refused("An inquiry cannot buy this need here"):
        buying.draft(cast, row)


# ── submit and publish ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"ceiling": Decimal("200000.01")}, "is above the budget"),
        ({"delivery_days": 0}, "days of delivery"),
        ({"stages": (Milestone("到货", 10, Decimal(90)),)}, "do not add up to 100"),
        ({"stages": (Milestone("到货", 31, Decimal(100)),)}, "A stage ends after"),
        ({"witnesses": ()}, "Name at least one witness"),
        ({"witnesses": (Witnessing("甲", "1"), Witnessing("乙", "1"))}, "a phone of his own"),
    ],
)
def test_terms_that_contradict_each_other_are_refused(cast, changes, sentence):
    procedure, given = buying.draft(cast), buying.terms(**changes)
    with refused(sentence):
        inquiries.submit(procedure, given, by=cast.owner, at=clock.now())


def test_the_response_period_has_its_figure(cast):
    procedure = buying.draft(cast)
    soon = clock.now() + timedelta(hours=20)
    given = buying.terms(open_until=soon, choose_at=soon)
    with refused("quotes must be let in for"):
        inquiries.submit(procedure, given, by=cast.owner, at=clock.now())
    given = buying.terms(choose_at=clock.now())
    with refused("The decision comes after"):
        inquiries.submit(procedure, given, by=cast.owner, at=clock.now())


def test_a_deadline_that_became_too_early_is_refused_at_publication(cast, later):
    procedure = buying.submitted(cast)
    later(days=8)
    with refused("quotes must be let in for"):
        publish(procedure, cast.approver)


def test_a_second_person_publishes_or_returns(cast):
    procedure = buying.submitted(cast)
    for seat in (cast.owner, cast.rival, cast.operator):
        with refused("approved by a second person"):
            publish(procedure, seat)
    with refused("Say what is to be corrected"):
        inquiries.return_(procedure, reason=" ", by=cast.approver, at=clock.now())
    inquiries.return_(procedure, reason="补充验收标准", by=cast.approver, at=clock.now())
    assert Letter.objects.get(kind="procurement/inquiry-returned").body.count("补充验收标准")


def test_the_notice_states_all_that_it_must(cast):
    procedure = buying.published(cast)
    assert procedure.number.startswith("GXXJ-")
    notice = Notice.objects.about(procedure).get()
    text = notice.document.text()
    for told in (
        procedure.need.number,
        "¥180,000.00",
        "3 家有效报价",
        procedure.commitment,
        "财政部令第74号",
        "至少保存 15 年",
        "周建国",
    ):
        assert told in text
    assert notice.facts["quotes_needed"] == 3


def test_an_inquiry_is_ended_with_a_reason_and_its_envelopes_stay_shut(cast):
    procedure = buying.published(cast)
    buying.quote(procedure, cast.agency)
    with refused("State the reason"):
        inquiries.withdraw(procedure, reason="", by=cast.approver, at=clock.now())
    procedure = inquiries.withdraw(procedure, reason="预算调整", by=cast.approver, at=clock.now())
    assert procedure.retain_until.year == clock.now().year + 15
    assert Envelope.objects.get().opened_at is None
    assert Letter.objects.get(kind="procurement/inquiry-withdrawn").organisation_code
    assert procedure.archives.count() == 1
    buying.draft(cast, procedure.need)  # the need may be bought anew


# ── quotes ───────────────────────────────────────────────────────────────────────────────────────


def test_a_quote_is_sealed_replaced_and_withdrawn_until_the_deadline(cast, later):
    procedure = buying.published(cast)
    mine = buying.quote(procedure, cast.agency, "150000")
    first = mine.envelope
    assert b"150000" not in bytes(first.ciphertext)
    assert (mine.price, mine.offer) == ("", "")
    mine = buying.quote(procedure, cast.agency, "140000")
    assert Quote.objects.count() == 1
    first.refresh_from_db()
    assert first.standing_until is not None
    quotes.withdraw(mine, by=cast.agency, at=clock.now())
    mine.refresh_from_db()
    with refused("was withdrawn already"):
        quotes.withdraw(mine, by=cast.agency, at=clock.now())
    again = buying.quote(procedure, cast.agency, "145000")
    early = clock.now()
    buying.until(later, procedure.open_until)
    with refused("Quotes were let in until"):
        quotes.withdraw(again, by=cast.agency, at=early)


def test_a_late_quote_is_refused_whatever_its_door_says(cast, later):
    procedure = buying.published(cast)
    early = clock.now()
    buying.until(later, procedure.open_until)
    with refused("Quotes were let in until"):
        buying.quote(procedure, cast.agency, at=early)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"typed": "同意"}, "Type your unit's full name"),
        ({"price": Decimal(0)}, "above zero"),
        ({"offer": " "}, "Say what you offer"),
        ({"days": 0}, "Say what you offer"),
    ],
)
def test_a_quote_that_is_not_whole_is_refused(cast, changes, sentence):
    procedure = buying.published(cast)
    with refused(sentence):
        buying.quote(procedure, cast.agency, **changes)


def test_the_purchaser_and_a_second_sending_are_refused(cast):
    procedure = buying.published(cast)
    with refused("You cannot quote here"):
        buying.quote(procedure, cast.approver)
    with refused("You cannot quote here"):
        buying.quote(procedure, cast.operator)
    buying.quote(procedure, cast.agency, key="once")
    with refused("This form was sent already"):
        buying.quote(procedure, cast.agency, key="once")


def test_an_unverified_unit_does_not_quote(cast):
    procedure = buying.published(cast)
    unit = cast.agency.organisation
    unit.state, unit.verified_at = "submitted", None
    unit.save()
    with refused("You cannot quote here"):
        buying.quote(procedure, cast.agency)


# ── opening ──────────────────────────────────────────────────────────────────────────────────────


def test_opening_is_refused_before_the_deadline_and_twice(cast, later):
    procedure = buying.published(cast)
    with refused("open them then"):
        close(procedure, cast.owner)
    buying.until(later, procedure.open_until)
    close(procedure, cast.owner)
    with refused("load the page again"):
        close(procedure, cast.owner)


def test_fewer_than_three_quotes_fail_unopened(cast, later):
    procedure = buying.opened(cast, later, "150000.00", "140000.00")
    assert procedure.state == ProcedureState.FAILED
    assert "不足 3 家（共 2 家）" in procedure.state_reason
    assert not Envelope.objects.exclude(opened_at=None).exists()
    notice = Notice.objects.about(procedure).get(kind="inquiry-failure")
    assert "信封未予开启" in notice.document.text()
    assert "150,000" not in notice.document.text()
    assert procedure.archives.count() == 1


def test_the_opening_record_is_published_at_once(cast, later):
    procedure = buying.opened(cast, later, "150000.00", "140000.00", "180000.01")
    assert procedure.state == ProcedureState.OPENED
    text = Notice.objects.about(procedure).get(kind="inquiry-opening").document.text()
    for told in ("150,000.00", "140,000.00", "报价高于最高限价", "某牌 Z-10 型", "20 日"):
        assert told in text
    for quote in procedure.quotes.select_related("envelope"):
        assert quote.envelope.digest in text
    assert procedure.phase(clock.now()) == ProcedurePhase.OPENED


def test_the_clock_opens_what_is_due(cast, later):
    procedure = buying.published(cast)
    inquiry_tasks.open_due()
    procedure.refresh_from_db()
    assert procedure.state == ProcedureState.PUBLISHED
    buying.until(later, procedure.open_until)
    inquiry_tasks.open_due()
    procedure.refresh_from_db()
    assert procedure.state == ProcedureState.FAILED


# ── examination and award ────────────────────────────────────────────────────────────────────────


def test_the_lowest_valid_quote_wins_and_everything_follows_in_one_deed(cast, later):
    procedure = buying.opened(cast, later, "150000.00", "140000.00", "160000.00")
    procedure = buying.examine(procedure, cast.owner)
    assert procedure.state == ProcedureState.AWARDED
    assert procedure.winner.supplier == cast.rival.organisation
    assert procedure.amount == Decimal("140000.00")
    result = Notice.objects.about(procedure).get(kind="inquiry-result")
    text = result.document.text()
    for told in (cast.owner.user.name, "140,000.00", procedure.commitment, result.facts["bundle"]):
        assert told in text
    letter = Notice.objects.about(procedure).get(kind="inquiry-award-letter")
    assert letter.number.startswith("GXCJ-")
    agreement = Agreement.objects.get()
    assert (agreement.subject_code, agreement.amount) == (procedure.code, procedure.amount)
    assert "某牌 Z-10 型自助终端 10 台" in str(agreement.paper)
    assert verify(opening.bundle(procedure)) == []
    subjects = {
        one.organisation_code: one.subject
        for one in Letter.objects.filter(kind="procurement/inquiry-awarded")
    }
    assert subjects[cast.rival.organisation.code].startswith("成交")
    assert subjects[cast.agency.organisation.code].startswith("询价结果")
    assert procedure.contest_until > procedure.notice_until > procedure.awarded_at


def test_an_invalid_quote_has_its_reason_and_its_examiner_in_public(cast, later):
    procedure = buying.opened(cast, later, "150000.00", "140000.00", "160000.00")
    with refused("Judge every quote"):
        opening.examine(procedure, {}, by=cast.owner, at=clock.now())
    fourth = buying.examine(procedure, cast.owner, Rival="未响应防护等级要求")
    assert fourth.state == ProcedureState.FAILED  # two valid quotes are too few
    assert "2 家有效" in fourth.state_reason
    text = Notice.objects.about(procedure).get(kind="inquiry-failure").document.text()
    assert "未响应防护等级要求" in text
    assert cast.owner.user.name in text
    assert verify(opening.bundle(fourth)) == []
    event = Event.objects.get(name="procedure.examined")
    assert event.public
    assert "未响应防护等级要求" in event.content


def test_a_refused_lowest_quote_leaves_the_next_one_the_winner(cast, later):
    procedure = buying.published(cast)
    seats = (cast.agency, cast.rival, buying.third(), seated("fourth"))
    for seat, price in zip(seats, ("1500", "1400", "1600", "1700"), strict=True):
        buying.quote(procedure, seat, price)
    buying.until(later, procedure.open_until)
    procedure = close(procedure, cast.owner)
    procedure = buying.examine(procedure, cast.owner, Rival="所供标的不符合要求")
    assert procedure.winner.supplier == cast.agency.organisation
    places = {one.supplier.name: one.place for one in procedure.quotes.select_related("supplier")}
    assert places == {"Agency": 1, "Rival": None, "Third": 2, "Fourth": 3}
    assert verify(opening.bundle(procedure)) == []
    with refused("load the page again"):
        buying.examine(procedure, cast.owner)


def test_what_the_envelope_makes_invalid_stays_so(cast, later):
    procedure = buying.published(cast)
    seats = (cast.agency, cast.rival, buying.third(), seated("fourth"))
    for seat, price in zip(seats, ("180000.01", "1400", "1600", "1700"), strict=True):
        buying.quote(procedure, seat, price)
    buying.until(later, procedure.open_until)
    procedure = buying.examine(close(procedure, cast.owner), cast.owner)
    assert procedure.winner.supplier == cast.rival.organisation
    row = procedure.quotes.get(supplier=cast.agency.organisation)
    assert (row.is_valid, row.reason, row.place) == (False, "报价高于最高限价", None)


# ── ties ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def tied(cast, later):
    procedure = buying.published(cast)
    user = buying.witness(procedure, cast.owner)
    for seat in (cast.agency, cast.rival, buying.third()):
        buying.quote(procedure, seat, "150000.00")
    buying.until(later, procedure.open_until)
    procedure = close(procedure, cast.owner)
    return buying.examine(procedure, cast.owner), user


def test_equal_prices_wait_for_the_dice_of_the_witness(cast, later, tied):
    procedure, user = tied
    assert procedure.state == ProcedureState.AWAITING_DICE
    with refused("The dice are announced for"):
        opening.throw_dice(procedure, buying.DICE, by=user, at=clock.now())
    buying.until(later, procedure.choose_at)
    with refused("Only a witness"):
        opening.throw_dice(procedure, buying.DICE, by=cast.stranger, at=clock.now())
    procedure = opening.throw_dice(procedure, buying.DICE, by=user, at=clock.now())
    assert procedure.state == ProcedureState.AWARDED
    assert verify(opening.bundle(procedure)) == []
    text = Notice.objects.about(procedure).get(kind="inquiry-result").document.text()
    assert buying.DICE in text


def test_dice_that_nobody_throws_fail_the_inquiry(cast, later, tied):
    procedure, _user = tied
    with refused("not thrown, or not confirmed"):
        opening.settle_dice(procedure, by=Clock(), at=clock.now())
    buying.until(later, opening.draw_of(procedure).fails_at)
    inquiry_tasks.settle_dice()
    procedure.refresh_from_db()
    assert procedure.state == ProcedureState.FAILED
    assert "未投掷骰子" in procedure.state_reason


def test_a_second_witness_confirms(cast, later):
    given = buying.terms(
        witnesses=(Witnessing("周建国", "13800000001"), Witnessing("李雪", "13800000002"))
    )
    procedure = buying.published(cast, given)
    first = buying.witness(procedure, cast.owner)
    row = opening.draw_of(procedure).witnesses.get(name="李雪")
    token = opening.invite(procedure, row, by=cast.owner, at=clock.now())
    opening.enter(procedure, token, by=cast.stranger, at=clock.now())
    for seat in (cast.agency, cast.rival, buying.third()):
        buying.quote(procedure, seat, "150000.00")
    buying.until(later, procedure.open_until)
    procedure = buying.examine(close(procedure, cast.owner), cast.owner)
    buying.until(later, procedure.choose_at)
    procedure = opening.throw_dice(procedure, buying.DICE, by=first, at=clock.now())
    assert procedure.state == ProcedureState.AWAITING_DICE
    with refused("not the digits"):
        opening.confirm_dice(procedure, "0" * 20, by=cast.stranger, at=clock.now())
    procedure = opening.confirm_dice(procedure, buying.DICE, by=cast.stranger, at=clock.now())
    assert procedure.state == ProcedureState.AWARDED


# ── contract, acceptance, assessment ─────────────────────────────────────────────────────────────


@pytest.fixture
def awarded(cast, later):
    procedure = buying.opened(cast, later, "150000.00", "140000.00", "160000.00")
    return buying.examine(procedure, cast.owner)


def test_the_contract_is_public_at_once_within_its_two_working_days(cast, awarded):
    buying.contracted(awarded, cast, cast.rival)
    awarded.refresh_from_db()
    assert awarded.state == ProcedureState.CONTRACTED
    notice = Notice.objects.about(awarded).get(kind="agreement-notice")
    assert notice.published_at < awarded.announce_until


def test_acceptance_is_published_assessed_and_enters_the_credit(cast, awarded):
    procedure = buying.completed(awarded, cast, cast.rival)
    assert procedure.state == ProcedureState.COMPLETED
    assert procedure.retain_until.year == clock.now().year + 15
    notice = Notice.objects.about(procedure).get(kind="inquiry-acceptance")
    assert "全部节点验收合格" in notice.document.text()
    with refused("Give a mark"):
        performance.assess(procedure, marks={}, remark="", by=cast.owner, at=clock.now())
    procedure = buying.assess(procedure, cast.owner)
    assert (procedure.state, procedure.grade) == (ProcedureState.ASSESSED, "优秀")
    fact = Fact.objects.get(kind="job")
    assert fact.organisation == cast.rival.organisation
    assert fact.subject_code == procedure.code
    with refused("load the page again"):
        buying.assess(procedure, cast.owner)


def test_a_winner_who_declines_makes_room_for_the_reserve(cast, awarded):
    agreement = Agreement.objects.get()
    agreements.decline(agreement, reason="无法供货", by=cast.rival, at=clock.now())
    buying.carry_news()
    awarded.refresh_from_db()
    assert awarded.state == ProcedureState.AWARDED
    assert awarded.winner.supplier == cast.agency.organisation
    again = Notice.objects.about(awarded).filter(kind="inquiry-result").last()
    assert "递补" in again.title
    assert Fact.objects.filter(kind="signing-refused").exists()
    agreement = Agreement.objects.order_by("-pk")[0]
    agreements.decline(agreement, reason="不签", by=cast.approver, at=clock.now())
    buying.carry_news()
    awarded.refresh_from_db()
    assert awarded.state == ProcedureState.FAILED
    assert awarded.winner is None


def test_a_refused_deed_leaves_nothing_behind(cast, awarded):
    with refused("load the page again"):
        inquiries.withdraw(awarded, reason="晚了", by=cast.approver, at=clock.now())
    assert not Outbox.objects.filter(event__name="procedure.withdrawn").exists()


def test_later_notices_of_an_inquiry_bear_the_name_that_its_owner_had(cast, later):
    ended = buying.published(cast)
    unit, old = ended.owner, ended.owner.name
    won = buying.opened(cast, later, "1500", "1400", "1600")
    unit.name = "更名后的单位"
    unit.save(update_fields=["name"])
    won = buying.examine(Procedure.objects.get(pk=won.pk), cast.owner)
    buying.completed(won, cast, cast.rival)
    ended.refresh_from_db()
    buying.until(later, ended.open_until)
    opening.close(Procedure.objects.get(pk=ended.pk), by=cast.owner, at=clock.now())
    gone = buying.published(cast)
    unit.name = "再次更名的单位"
    unit.save(update_fields=["name"])
    inquiries.withdraw(
        Procedure.objects.get(pk=gone.pk), reason="调整", by=cast.approver, at=clock.now()
    )
    kept = {
        "inquiry-result": old,
        "inquiry-award-letter": old,
        "inquiry-acceptance": old,
        "inquiry-failure": old,
        "inquiry-withdrawal": "更名后的单位",
    }
    for kind, name in kept.items():
        notice = Notice.objects.get(kind=kind)
        assert notice.issuer == name, kind
        text = notice.document.text()
        assert name in text, kind
        others = {old, "更名后的单位", "再次更名的单位"} - {name}
        assert not any(other in text for other in others), kind
