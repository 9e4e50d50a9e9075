"""Corrections of a running inquiry: what may change, by whom, until when, and what follows."""

import json
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from core import cache, calendar, clock
from core.calendar import SHANGHAI
from core.models import CalendarDay, Event, LegalFigure, Letter, Outbox
from core.numbering import new_code
from procurement import archive_pack, corrections, inquiries, opening, quotes
from procurement.forms.corrections import CorrectionForm, bound, typed_of
from procurement.inquiry_terms import AFFECTING, AMENDABLE, Amendable, Milestone
from procurement.inquiry_todo import drafts_of, waiting_for
from procurement.models import Correction, CorrectionState, Procedure
from publication import releases
from publication.models import Notice, Release
from selection.methods import verify
from selection.models import Draw, Envelope
from tests.cast import seated, signed_in
from tests.procurement import buying
from tests.witness import refused

LATER = timedelta(days=5)


def page(name, *args):
    return reverse(f"procurement:{name}", args=args)


def text(client, address):
    cache.clear()
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def submit(cast, procedure, reason="表述不清", **changes):
    row = buying.correction(procedure, cast.owner)
    terms = buying.amended(procedure, **changes)
    return corrections.submit(row, terms, reason, by=cast.owner, at=clock.now())


def publish(row, by):
    return corrections.publish(row, by=by, at=clock.now())


def on(day: date, hour: int = 17) -> datetime:
    return datetime.combine(day, time(hour), SHANGHAI)


def working_days_from_today(number: int) -> date:
    today = calendar.day_of(clock.now())
    return CalendarDay.objects.calendar().add_working_days(today, number).on


@pytest.fixture
def procedure(cast):
    return buying.published(cast)


# ── what is published ────────────────────────────────────────────────────────────────────────────


def test_a_correction_is_the_next_version_of_its_notice_linked_both_ways(cast, procedure):
    first = inquiries.notice_of(procedure)
    before = first.paper
    later = {name: getattr(procedure, name) + LATER for name in ("open_until", "choose_at")}
    row = submit(cast, procedure, content="自助终端 12 台，含安装调试。", **later)
    assert procedure.content != "自助终端 12 台，含安装调试。"  # nothing yet
    row = publish(row, cast.approver)
    procedure.refresh_from_db()
    notice = row.notice
    assert (notice.kind, notice.relation, notice.follows) == ("inquiry-notice", "corrects", first)
    assert notice.version == 2
    first.refresh_from_db()
    assert first.superseded_by == notice
    assert first.paper == before
    assert inquiries.notice_of(procedure) == notice
    told = notice.document.text()
    for words in ("更正说明", "表述不清", first.number, "自助终端 10 台", "自助终端 12 台"):
        assert words in told
    assert "不少于3个工作日（财政部令第74号第四十五条）" in told
    assert procedure.commitment in told
    assert "继续密封、继续有效" in told
    assert notice.facts["changes"]["content"] == {
        "before": "自助终端 10 台，含安装调试。",
        "after": "自助终端 12 台，含安装调试。",
    }
    assert notice.facts["reason"] == "表述不清"
    assert (procedure.content, procedure.open_until) == (
        "自助终端 12 台，含安装调试。",
        later["open_until"],
    )
    assert procedure.corrected_at == row.published_at
    event = Event.objects.get(name="procedure.corrected")
    assert event.public
    assert json.loads(event.content)["facts"]["changed"] == ["choose_at", "content", "open_until"]


def test_a_second_correction_follows_the_first(cast, procedure):
    buying.corrected(cast, procedure)
    buying.corrected(cast, procedure, contact_phone="0000-1")
    versions = Notice.objects.filter(kind="inquiry-notice").order_by("pk")
    assert [one.version for one in versions] == [1, 2, 3]
    assert [one.follows_id for one in versions[1:]] == [one.pk for one in versions[:2]]
    assert "投掷骰子的时间" not in versions[2].document.text()


def test_whoever_has_quoted_is_told_and_nobody_else(cast, procedure):
    buying.quote(procedure, cast.agency)
    gone = buying.quote(procedure, cast.rival)
    quotes.withdraw(gone, by=cast.rival, at=clock.now())
    buying.corrected(cast, procedure)
    (letter,) = Letter.objects.filter(kind="procurement/inquiry-corrected")
    assert letter.organisation_code == cast.agency.organisation.code
    assert "报价截止时间延后" in letter.subject
    assert "继续密封、继续有效" in letter.body
    buying.corrected(cast, procedure, contact_phone="0000-1")
    last = Letter.objects.filter(kind="procurement/inquiry-corrected").last()
    assert "延后" not in last.subject + last.body


# ── refusals ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (lambda p: {}, "Nothing is changed"),
        (lambda p: {"content": p.content.replace("\n", "\r\n") + "  "}, "Nothing is changed"),
        (lambda p: {"ceiling": Decimal("200000.01")}, "above the budget"),
        (lambda p: {"delivery_days": 0}, "days of delivery"),
        (lambda p: {"stages": (Milestone("交货", 9, Decimal(60)),)}, "do not add up to 100"),
        (lambda p: {"stages": (Milestone("交货", 31, Decimal(100)),)}, "ends after the days"),
        (lambda p: {"open_until": p.open_until - timedelta(minutes=1)}, "moves on, never back"),
        (lambda p: {"choose_at": p.choose_at - timedelta(minutes=1)}, "moves on, never back"),
        (lambda p: {"open_until": p.choose_at + timedelta(minutes=1)}, "choose a later time"),
    ],
)
def test_what_is_no_correction_is_refused(cast, procedure, changes, sentence):
    row = buying.correction(procedure, cast.owner)
    terms = buying.amended(procedure, **changes(procedure))
    with refused(sentence):
        corrections.submit(row, terms, "表述不清", by=cast.owner, at=clock.now())


def test_a_correction_has_a_reason(cast, procedure):
    row = buying.correction(procedure, cast.owner)
    terms = buying.amended(procedure, contact_name="李")
    with refused("State the reason"):
        corrections.submit(row, terms, " ", by=cast.owner, at=clock.now())
    row = submit_existing(row, procedure, cast)
    with refused("what is to be corrected"):
        corrections.return_(row, reason="", by=cast.approver, at=clock.now())


def submit_existing(row, procedure, cast):
    terms = buying.amended(procedure, contact_name="李")
    return corrections.submit(row, terms, "换人", by=cast.owner, at=clock.now())


@pytest.mark.parametrize("name", AMENDABLE)
def test_what_affects_quotes_leaves_them_the_days_of_the_law(cast, later, name):
    """Three working days from the day after the correction; contacts and time alone need none."""
    procedure = buying.published(cast)
    last_day = procedure.open_until - timedelta(hours=3)
    later(seconds=(last_day - clock.now()).total_seconds())
    other = {
        "ceiling": Decimal("170000.00"),
        "delivery_days": 40,
        "stages": (Milestone("交货", 20, Decimal(50)), Milestone("验收", 30, Decimal(50))),
        "open_until": procedure.open_until + timedelta(hours=1),
        "choose_at": procedure.choose_at + timedelta(hours=1),
    }
    change = {name: other.get(name, "另行告知")}
    if name not in AFFECTING:
        assert publish(submit(cast, procedure, **change), cast.approver).notice
        return
    row = buying.correction(procedure, cast.owner)
    early = on(working_days_from_today(3))
    for until in (procedure.open_until, early):
        with refused("must be let in for"):
            corrections.submit(
                row,
                buying.amended(procedure, **change, open_until=until, choose_at=until + LATER),
                "表述不清",
                by=cast.owner,
                at=clock.now(),
            )
    enough = calendar.end_of(working_days_from_today(3))
    assert publish(
        corrections.submit(
            row,
            buying.amended(procedure, **change, open_until=enough, choose_at=enough),
            "表述不清",
            by=cast.owner,
            at=clock.now(),
        ),
        cast.approver,
    ).notice


def test_the_days_are_counted_again_on_the_day_of_publication_by_the_figure_then(cast, procedure):
    row = submit(cast, procedure, payment="验收合格后 10 日内付清。")
    LegalFigure.objects.filter(name="inquiry.clarification.working-days").update(value=30)
    with refused("must be let in for"):
        publish(row, cast.approver)
    LegalFigure.objects.filter(name="inquiry.clarification.working-days").update(value=3)
    assert publish(row, cast.approver).notice


def test_a_correction_comes_before_the_deadline_by_the_rules_own_clock(cast, later, procedure):
    draft = buying.correction(buying.published(cast), cast.owner)
    row = submit(cast, procedure, contact_phone="0000-1")
    in_time = clock.now()
    buying.until(later, procedure.open_until)
    with refused("while quotes are let in only"):
        corrections.publish(row, by=cast.approver, at=in_time)
    with refused("while quotes are let in only"):
        corrections.submit(
            draft,
            buying.amended(draft.procedure, contact_phone="0000-1"),
            "换号",
            by=cast.owner,
            at=in_time,
        )
    with refused("while quotes are let in only"):
        corrections.begin(procedure, {}, key=new_code(), by=cast.owner, at=in_time)
    assert Correction.objects.alive_at(clock.now()).count() == 0


def test_only_a_published_inquiry_is_corrected_and_by_one_at_a_time(cast, procedure):
    waiting = buying.submitted(cast)
    with refused("while quotes are let in only"):
        corrections.begin(waiting, {}, key=new_code(), by=cast.owner, at=clock.now())
    row = buying.correction(procedure, cast.owner)
    with refused("being corrected already"):
        buying.correction(procedure, cast.owner)
    corrections.discard(row, by=cast.owner, at=clock.now())
    assert buying.correction(procedure, cast.owner).state == CorrectionState.DRAFT


def test_a_second_person_approves_or_returns(cast, procedure):
    row = buying.proposed(cast, procedure)
    for by in (cast.owner, cast.agency, cast.operator, cast.regulator):
        with refused("a second person of the owner"):
            publish(row, by)
        with refused("a second person of the owner"):
            corrections.return_(row, reason="不妥", by=by, at=clock.now())
    with refused("load the page again"):
        corrections.save(row, {"content": "另外的"}, by=cast.owner, at=clock.now())
    with refused("load the page again"):
        corrections.discard(row, by=cast.owner, at=clock.now())
    row = corrections.return_(row, reason="期限再长些", by=cast.approver, at=clock.now())
    assert (row.state, row.terms, row.submitted_by) == (CorrectionState.DRAFT, None, None)
    letter = Letter.objects.get(kind="procurement/correction-returned")
    assert "期限再长些" in letter.body
    row = publish(submit_existing(row, procedure, cast), cast.approver)
    with refused("load the page again"):
        publish(row, cast.approver)
    assert Notice.objects.filter(relation="corrects").count() == 1


def test_the_operator_approves_for_a_unit_of_one_person(cast):
    alone = replace(cast, owner=seated("lone", kind="government"))
    row = buying.submitted(alone)
    procedure = inquiries.publish(row, by=cast.operator, at=clock.now())
    proposed = buying.proposed(alone, procedure)
    assert ("correction-approve", proposed.code) in kinds(cast.operator)
    assert publish(proposed, cast.operator).notice


# ── sealed quotes, dice, what follows ────────────────────────────────────────────────────────────


def test_sealed_quotes_stay_valid_and_may_be_replaced_until_the_new_deadline(cast, later):
    procedure = buying.published(cast)
    announced = procedure.open_until
    for seat, price in ((cast.agency, "1500"), (cast.rival, "1400"), (buying.third(), "1600")):
        buying.quote(procedure, seat, price)
    kept = Envelope.objects.get(bidder=cast.rival.organisation.uscc).digest
    procedure = buying.corrected(cast, procedure)
    buying.until(later, announced)
    with refused("Quotes are let in until"):
        opening.close(procedure, by=cast.owner, at=clock.now())
    mine = procedure.quotes.get(supplier=cast.agency.organisation)
    quotes.withdraw(mine, by=cast.agency, at=clock.now())
    buying.quote(procedure, cast.agency, "1300")
    buying.until(later, procedure.open_until)
    with refused("find another inquiry"):
        buying.quote(procedure, cast.rival, "1")
    procedure = opening.close(procedure, by=cast.owner, at=clock.now())
    facts = opening.draw_of(procedure).facts
    assert facts.notice == inquiries.notice_of(procedure).digest
    assert kept in {one.envelope for one in facts.entries}
    won = buying.examine(procedure, cast.owner)
    assert (won.winner.supplier, won.amount) == (cast.agency.organisation, Decimal("1300.00"))
    assert verify(opening.bundle(won)) == []


def test_a_lowered_ceiling_judges_quotes_that_were_sealed_before(cast, later):
    procedure = buying.published(cast)
    for seat, price in ((cast.agency, "175000"), (cast.rival, "1400"), (buying.third(), "1600")):
        buying.quote(procedure, seat, price)
    until = procedure.open_until + LATER
    procedure = buying.corrected(
        cast, procedure, ceiling=Decimal("170000.00"), open_until=until, choose_at=until
    )
    buying.until(later, until)
    procedure = opening.close(procedure, by=cast.owner, at=clock.now())
    above = procedure.quotes.get(supplier=cast.agency.organisation)
    assert (above.is_valid, above.reason) == (False, "报价高于最高限价")


def test_the_draw_moves_on_with_the_decision_and_its_result_is_computed_again(cast, later):
    procedure = buying.published(cast)
    before = opening.draw_of(procedure)
    announced = procedure.choose_at
    for seat, price in ((cast.agency, "1500"), (cast.rival, "1500"), (buying.third(), "1600")):
        buying.quote(procedure, seat, price)
    user = buying.witness(procedure, cast.owner)
    procedure = buying.corrected(cast, procedure)
    after = opening.draw_of(procedure)
    assert after.announced_for == procedure.choose_at == announced + LATER
    assert after.regulator_from > before.regulator_from
    assert after.fails_at > before.fails_at
    assert after.commitment == before.commitment == procedure.commitment
    assert bytes(after.sealed_secret) == bytes(before.sealed_secret)
    buying.until(later, procedure.open_until)
    procedure = opening.close(procedure, by=cast.owner, at=clock.now())
    procedure = buying.examine(procedure, cast.owner)
    with refused("The dice are announced for"):
        opening.throw_dice(procedure, buying.DICE, by=user, at=clock.now())
    buying.until(later, procedure.choose_at)
    won = opening.throw_dice(procedure, buying.DICE, by=user, at=clock.now())
    assert won.state == "awarded"
    assert verify(opening.bundle(won)) == []
    told = json.loads(opening.bundle(won))
    assert told["frozen"]["notice"] == inquiries.notice_of(won).digest


def test_a_correction_that_leaves_the_decision_leaves_the_draw(cast, procedure):
    before = Draw.objects.values().get()
    buying.corrected(cast, procedure, contact_phone="0000-1")
    assert Draw.objects.values().get() == before


def test_an_ended_inquiry_ends_its_corrected_notice_and_its_archive_holds_both(cast, procedure):
    buying.corrected(cast, procedure)
    row = buying.proposed(cast, procedure, contact_phone="0000-1")
    ended = inquiries.withdraw(procedure, reason="计划调整", by=cast.approver, at=clock.now())
    with refused("while quotes are let in only"):
        publish(row, cast.approver)
    numbers = Notice.objects.about(ended).values_list("number", flat=True)
    packed = archive_pack.pack(ended.archives.get(), progress=lambda done, total: None)
    assert len(numbers) == 3
    assert packed.files > 3


# ── open data ────────────────────────────────────────────────────────────────────────────────────


def test_a_correction_amends_the_tender_of_its_record(cast, procedure):
    announced = procedure.open_until
    procedure = buying.corrected(cast, procedure)
    buying.carry_news()
    number = procedure.process
    rows = [row.json for row in Release.objects.filter(number=number).order_by("released_at")]
    assert [one["tag"] for one in rows] == [["tender"], ["tenderAmendment"]]
    first, second = (one["tender"] for one in rows)
    assert datetime.fromisoformat(first["tenderPeriod"]["endDate"]) == announced
    assert datetime.fromisoformat(second["tenderPeriod"]["endDate"]) == procedure.open_until
    notice = inquiries.notice_of(procedure)
    assert second["amendments"][0]["id"] == notice.number
    assert [one["id"] for one in second["documents"]] == [notice.number]
    merged = releases.record_of(number)["compiledRelease"]["tender"]
    assert datetime.fromisoformat(merged["tenderPeriod"]["endDate"]) == procedure.open_until
    assert merged["description"] == procedure.content
    assert {one["id"] for one in merged["documents"]} >= {notice.number, notice.follows.number}


def test_news_carried_late_still_tells_the_first_notice(cast, procedure):
    """The release of the first notice is read from that notice, not from the corrected row."""
    announced = procedure.open_until
    assert Outbox.objects.filter(done_at=None).exists()
    buying.corrected(cast, procedure)
    buying.carry_news()
    first = Release.objects.order_by("released_at", "pk").first()
    assert datetime.fromisoformat(first.json["tender"]["tenderPeriod"]["endDate"]) == announced


# ── pure ─────────────────────────────────────────────────────────────────────────────────────────

TEXTS = st.text(max_size=30)
INSTANTS = st.datetimes(
    min_value=datetime(2026, 1, 1),  # noqa: DTZ001 (Hypothesis adds the zone)
    max_value=datetime(2027, 1, 1),  # noqa: DTZ001
    timezones=st.just(SHANGHAI),
)
AMOUNTS = st.decimals(min_value=1, max_value=10**9, places=2)
STAGES = st.lists(
    st.builds(
        Milestone,
        title=TEXTS,
        days=st.integers(1, 999),
        percent=st.decimals(min_value=1, max_value=100, places=2),
    ),
    max_size=4,
).map(tuple)
TERMS = st.builds(
    Amendable,
    content=TEXTS,
    ceiling=st.none() | AMOUNTS,
    delivery_days=st.integers(1, 999),
    delivery_place=TEXTS,
    acceptance=TEXTS,
    payment=TEXTS,
    stages=STAGES,
    open_until=INSTANTS,
    choose_at=INSTANTS,
    contact_name=TEXTS,
    contact_phone=TEXTS,
    complaint_phone=TEXTS,
)


@given(TERMS)
def test_terms_survive_being_kept(terms):
    kept = Amendable.from_json(json.loads(json.dumps(terms.to_json())))
    assert kept == terms
    assert terms.changed(kept) == ()


@given(TERMS, TERMS)
def test_what_changed_is_told_either_way_round(one, other):
    assert one.changed(other) == other.changed(one)
    assert set(corrections.changes_of(one, other)) == set(one.changed(other))


# ── pages ────────────────────────────────────────────────────────────────────────────────────────


def kinds(seat, source=waiting_for):
    rows = [row for rows in source(seat, clock.now()) for row in rows]
    return sorted((kind, about) for kind, _title, about, _due in rows)


def test_what_of_a_correction_waits_for_whom(cast, later, procedure):
    def corrects(seat, source=waiting_for):
        return [one for one in kinds(seat, source) if one[0].startswith("correction")]

    row = buying.correction(procedure, cast.owner)
    assert corrects(cast.owner, drafts_of) == [("correction-draft", row.code)]
    assert corrects(cast.approver) == []
    row = submit_existing(row, procedure, cast)
    assert corrects(cast.approver) == [("correction-approve", row.code)]
    assert corrects(cast.owner) == corrects(cast.operator) == corrects(cast.agency) == []
    row = corrections.return_(row, reason="不妥", by=cast.approver, at=clock.now())
    assert corrects(cast.owner) == [("correction-write", row.code)]
    assert corrects(cast.owner, drafts_of) == []
    buying.until(later, procedure.open_until)
    assert corrects(cast.owner) == []


def test_the_form_reads_the_terms_as_they_stand(cast, procedure):
    form = CorrectionForm({**typed_of(procedure), "reason": "换人"})
    assert form.is_valid(), form.errors
    assert corrections.terms_of(procedure).changed(corrections.normal(form.amended())) == ()
    staged = buying.published(
        cast,
        buying.terms(
            ceiling=None,
            stages=(Milestone("交货", 20, Decimal("62.5")), Milestone("验收", 30, Decimal("37.5"))),
        ),
    )
    form = bound(buying.correction(staged, cast.owner))
    form.data = {**form.data, "reason": "换人"}
    assert form.is_valid(), form.errors
    assert corrections.terms_of(staged).changed(form.amended()) == ()


def test_a_correction_from_the_desk_to_the_public_page(cast, later, procedure):
    buying.quote(procedure, cast.agency, "1500")
    later(minutes=1)
    owner, approver = signed_in(cast.owner.user), signed_in(cast.approver.user)
    new = page("correction-new", procedure.code)
    assert f'href="{new}"' in text(owner, page("desk-inquiry", procedure.code))
    begun = owner.post(new, {"key": new_code()})
    row = Correction.objects.get()
    assert begun.url == page("correction-edit", row.code)
    assert owner.get(new).url == page("desk-correction", row.code)
    edit = text(owner, begun.url)
    assert "财政部令第74号第四十五条" in edit
    assert "自助终端 10 台" in edit
    assert 'name="qualifications"' not in edit
    assert "witness" not in edit
    typed = {**row.typed, "reason": "配置有误", "content": "自助终端 10 台，含两年维护。"}
    kept = owner.post(page("correction-autosave", row.code), typed)
    assert kept.status_code == 200
    row.refresh_from_db()
    assert row.typed["content"] == "自助终端 10 台，含两年维护。"
    early = {**typed, "content": "自助终端 10 台，含两年维护。", "reason": ""}
    assert "有 1 处需要更正" in owner.post(begun.url, early).content.decode()
    assert owner.post(begun.url, typed).url == page("correction-submit", row.code)
    preview = text(owner, page("correction-submit", row.code))
    assert "更正说明" in preview
    assert owner.post(page("correction-submit", row.code)).url == page("desk-correction", row.code)
    assert page("desk-correction", row.code) in text(approver, page("desk-inquiry", procedure.code))
    shown = text(approver, page("desk-correction", row.code))
    assert page("correction-publish", row.code) in shown
    assert "两年维护" in shown
    assert "两年维护" not in text(Client(), procedure.get_absolute_url())
    done = approver.post(page("correction-publish", row.code))
    assert done.url == page("desk-inquiry", procedure.code)
    row.refresh_from_db()
    public = text(Client(), procedure.get_absolute_url())
    for words in ("公告已于", "两年维护", row.notice.number, "配置有误", "采购内容"):
        assert words in public
    mine = procedure.quotes.get()
    receipt = text(signed_in(cast.agency.user), page("quote-detail", mine.code))
    assert "继续有效" in receipt
    assert "（更正）" in text(Client(), row.notice.get_absolute_url())
    first = text(Client(), row.notice.follows.get_absolute_url())
    assert row.notice.number in first
    assert "已更正" in text(Client(), page("inquiries"))


def test_a_preview_says_what_stands_against_it(cast, procedure):
    owner = signed_in(cast.owner.user)
    row = buying.correction(procedure, cast.owner)
    typed = {**row.typed, "reason": "没有变化"}
    corrections.save(row, typed, by=cast.owner, at=clock.now())
    shown = text(owner, page("correction-submit", row.code))
    assert "没有任何变更" in shown
    before = Correction.objects.values().get()
    owner.post(page("correction-submit", row.code))
    assert Correction.objects.values().get() == before


def test_one_that_came_to_nothing_says_so_and_may_be_deleted(cast, later, procedure):
    row = buying.correction(procedure, cast.owner)
    buying.until(later, procedure.open_until)
    owner = signed_in(cast.owner.user)
    shown = text(owner, page("desk-correction", row.code))
    assert "不再产生效力" in shown
    assert page("correction-edit", row.code) not in shown
    owner.post(page("correction-discard", row.code))
    assert not Correction.objects.exists()


def test_the_desk_of_an_inquiry_costs_the_same_for_more_corrections(cast, procedure):
    owner = signed_in(cast.owner.user)

    def queries(client, address):
        text(client, address)
        cache.clear()
        with CaptureQueriesContext(connection) as caught:
            assert client.get(address).status_code == 200
        return len(caught)

    buying.corrected(cast, procedure, contact_phone="0000-1")
    desk, public = page("desk-inquiry", procedure.code), procedure.get_absolute_url()
    one = (queries(owner, desk), queries(Client(), public))
    for place in range(2, 5):
        buying.corrected(cast, procedure, contact_phone=f"0000-{place}")
    assert (queries(owner, desk), queries(Client(), public)) == one


def test_a_refused_publication_leaves_the_inquiry_as_it_was(cast, procedure):
    row = buying.proposed(cast, procedure)
    kept = Procedure.objects.values().get(pk=procedure.pk), Draw.objects.values().get()
    with refused("a second person of the owner"):
        publish(row, cast.owner)
    assert (Procedure.objects.values().get(pk=procedure.pk), Draw.objects.values().get()) == kept
