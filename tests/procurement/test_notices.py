"""Composed notices: their contents, time limits, second person, correction and end."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import cache, clock
from core.calendar import SHANGHAI, day_of
from core.models import CalendarDay
from procurement import composing, notice_kinds
from procurement.models import Composition, CompositionState
from procurement.notice_kinds import TERMINATION
from publication import periods
from publication.kinds import kinds
from publication.models import Notice
from tests.cast import seated, signed_in
from tests.procurement import noticing, writing
from tests.witness import refused

pytestmark = pytest.mark.django_db
OWNERS = [
    name
    for name, kind in notice_kinds.table().items()
    if kind.by == "purchaser" and name != TERMINATION
]


def at(year, month, day, hour=9):
    return datetime(year, month, day, hour, tzinfo=SHANGHAI)


def test_every_kind_is_registered_with_what_it_must_state_and_rows_that_exist():
    for name, kind in notice_kinds.table().items():
        wanted = {one.name for one in kind.fields if not one.optional}
        assert wanted <= kinds[name].required.keys()
        rows = [one.period for one in (*kind.checks, *kind.states, *kind.due)]
        assert set(rows) <= periods.table().keys()
        named = {one.name for one in kind.fields}
        assert {one.end for one in kind.checks} <= named


@pytest.mark.parametrize("kind", OWNERS)
def test_a_notice_is_published_by_a_second_person_as_it_was_shown(kind, cast):
    made = noticing.submitted(cast, kind)
    paper = composing.paper_of(made, clock.now())
    made = composing.publish(made, by=cast.approver, at=clock.now())
    assert made.state == CompositionState.PUBLISHED
    assert made.notice.kind == kind
    assert made.notice.document == paper
    assert made.notice.issuer == cast.owner.organisation.name
    text = made.notice.document.to_json()
    for one in notice_kinds.table()[kind].fields:
        assert one.optional or f"、{one.label}" in str(text)


@pytest.mark.parametrize("kind", OWNERS)
def test_a_notice_without_one_of_its_contents_is_refused(kind, cast):
    field = next(one for one in notice_kinds.table()[kind].fields if not one.optional)
    made = noticing.draft(cast, kind, **{field.name: ""})
    with refused("This notice must state"):
        composing.submit(made, by=cast.owner, at=clock.now())


BOUND = [(name, check) for name in OWNERS for check in notice_kinds.table()[name].checks]


@pytest.mark.parametrize(("kind", "check"), BOUND, ids=[f"{n}-{c.end}" for n, c in BOUND])
def test_a_date_that_breaks_a_minimum_is_refused_with_its_article(kind, check, cast):
    tomorrow = day_of(clock.now()) + timedelta(days=1)
    field = notice_kinds.table()[kind].field(check.end)
    soon = at(tomorrow.year, tomorrow.month, tomorrow.day) if field.kind == "instant" else tomorrow
    made = noticing.draft(cast, kind, **{check.end: soon.isoformat()})
    with refused("comes too early"):
        composing.submit(made, by=cast.owner, at=clock.now())


def broken(published_at, close_at, announced_on=None, **more):
    known = {
        name: periods.Figure(name, "", value, unit, "", 1)
        for name, value, unit in (
            ("tender.period.days", 20, "日"),
            ("tender.documents.working-days", 5, "工作日"),
            ("tender.clarification.days", 15, "日"),
        )
    }
    facts = {
        "documents_from": date(2026, 9, 11),
        "documents_until": date(2026, 9, 30),
        "close_at": close_at,
        **more,
    }
    kind = notice_kinds.table()["procurement-tender"]
    calendar = CalendarDay.objects.calendar()
    found = notice_kinds.broken(
        kind, facts, published_at, known, calendar, announced_on=announced_on
    )
    return [one.field.name for one in found]


def test_a_tender_that_would_close_in_the_holiday_week_closes_after_it():
    published = at(2026, 9, 11)
    assert broken(published, at(2026, 10, 8, 23)) == ["close_at"]  # 1 October moves to the 8th
    assert broken(published, at(2026, 10, 9, 0)) == []


def test_documents_that_were_given_out_before_the_notice_win_no_time():
    assert broken(at(2026, 9, 21), at(2026, 10, 9, 0)) == ["close_at"]


def test_a_correction_leaves_the_time_that_ran_and_asks_for_fifteen_days_where_it_affects_bids():
    first, closes = date(2026, 9, 11), at(2026, 10, 9, 9)
    assert broken(at(2026, 9, 25), closes) == ["documents_until", "close_at"]  # as a new notice
    assert broken(at(2026, 9, 25), closes, first) == []
    assert broken(at(2026, 9, 25), closes, first, affects=True) == ["close_at"]
    assert broken(at(2026, 9, 25), at(2026, 10, 10, 23), first, affects=True) == ["close_at"]
    assert (
        broken(at(2026, 9, 25), at(2026, 10, 11, 0), first, affects=True) == []
    )  # worked Saturday
    assert broken(at(2026, 9, 23), closes, first, affects=True) == []  # 8 October is the fifteenth


def test_the_minimums_are_counted_again_on_the_day_of_publication(cast, later):
    today = day_of(clock.now())
    planned = today + timedelta(days=45)
    made = noticing.submitted(cast, "procurement-intention", planned_on=planned.isoformat())
    later(days=40)
    with refused("comes too early"):
        composing.publish(made, by=cast.approver, at=clock.now())


def test_the_writer_does_not_publish_his_own(cast):
    made = noticing.submitted(cast)
    with refused("a second person of its issuer"):
        composing.publish(made, by=cast.owner, at=clock.now())
    with refused("a second person of its issuer"):
        composing.publish(made, by=cast.agency, at=clock.now())


def test_a_returned_notice_is_written_on_with_the_reason(cast):
    made = noticing.submitted(cast)
    with refused("Say what is to be corrected"):
        composing.return_(made, reason=" ", by=cast.approver, at=clock.now())
    made = composing.return_(made, reason="地点写错。", by=cast.approver, at=clock.now())
    assert (made.state, made.state_reason) == (CompositionState.DRAFT, "地点写错。")
    composing.submit(made, by=cast.owner, at=clock.now())


def corrected(cast, made):
    again = composing.begin(
        made.need, made.kind, follows=made.notice, key="", by=cast.owner, at=clock.now()
    )
    assert again.typed == made.typed
    composing.save(again, {**again.typed, "reason": "地点写错。"}, by=cast.owner, at=clock.now())
    again.refresh_from_db()
    composing.submit(again, by=cast.owner, at=clock.now())
    return composing.publish(again, by=cast.approver, at=clock.now())


def test_a_correction_is_the_next_version_linked_both_ways(cast):
    made = noticing.published(cast)
    again = corrected(cast, made)
    assert again.notice.follows == made.notice
    assert again.notice.version == 2
    first = Notice.objects.get(pk=made.notice.pk)
    assert first.superseded_by == again.notice
    pages = [Client().get(one.get_absolute_url()).content.decode() for one in (first, again.notice)]
    assert again.notice.number in pages[0]
    assert first.number in pages[1]
    with refused("This notice was superseded"):
        composing.begin(made.need, made.kind, follows=first, key="", by=cast.owner, at=clock.now())


def test_a_late_correction_that_affects_bids_puts_the_closing_off(cast, later):
    close = day_of(clock.now()) + timedelta(days=40)
    typed = {"close_at": at(close.year, close.month, close.day).isoformat()}
    made = noticing.published(cast, **typed)
    later(days=30)
    again = composing.begin(
        made.need, made.kind, follows=made.notice, key="", by=cast.owner, at=clock.now()
    )
    told = {**again.typed, "reason": "接口版本写错。", "affects": "1"}
    composing.save(again, told, by=cast.owner, at=clock.now())
    again.refresh_from_db()
    with refused("comes too early"):
        composing.submit(again, by=cast.owner, at=clock.now())
    composing.save(again, {**told, "affects": ""}, by=cast.owner, at=clock.now())
    again.refresh_from_db()
    again = composing.submit(again, by=cast.owner, at=clock.now())
    again = composing.publish(again, by=cast.approver, at=clock.now())
    assert "影响投标文件" not in str(again.notice.paper)


def test_a_correction_says_that_it_affects_bids(cast):
    made = noticing.published(cast)
    again = composing.begin(
        made.need, made.kind, follows=made.notice, key="", by=cast.owner, at=clock.now()
    )
    shown = signed_in(cast.owner.user).get(reverse("procurement:notice-edit", args=[again.code]))
    assert 'type="checkbox" name="affects"' in shown.content.decode()
    told = {**again.typed, "reason": "接口版本写错。", "affects": "on"}
    edit = reverse("procurement:notice-edit", args=[again.code])
    signed_in(cast.owner.user).post(edit, told)
    again.refresh_from_db()
    assert again.typed["affects"] == "1"
    composing.submit(again, by=cast.owner, at=clock.now())
    again = composing.publish(again, by=cast.approver, at=clock.now())
    assert again.notice.facts["affects"] is True
    assert "影响投标文件或者资格预审申请文件的编制" in str(again.notice.paper)
    third = composing.begin(
        made.need, made.kind, follows=again.notice, key="", by=cast.owner, at=clock.now()
    )
    assert "affects" not in third.typed


def test_a_notice_is_ended_by_a_notice_of_termination(cast):
    made = noticing.published(cast)
    end = composing.begin(
        made.need, TERMINATION, follows=made.notice, key="", by=cast.owner, at=clock.now()
    )
    with refused("This notice must state"):
        composing.submit(end, by=cast.owner, at=clock.now())
    composing.save(end, {"reason": "重大变故，采购任务取消。"}, by=cast.owner, at=clock.now())
    end.refresh_from_db()
    composing.submit(end, by=cast.owner, at=clock.now())
    end = composing.publish(end, by=cast.approver, at=clock.now())
    assert (end.notice.follows, end.notice.relation) == (made.notice, "withdraws")
    assert composing.composed(made.need, cast.owner.organisation) == []
    with refused("This notice was superseded"):
        composing.begin(
            made.need, TERMINATION, follows=end.notice, key="", by=cast.owner, at=clock.now()
        )


def test_of_two_corrections_the_second_is_refused(cast):
    made = noticing.published(cast)
    other = composing.begin(
        made.need, made.kind, follows=made.notice, key="", by=cast.owner, at=clock.now()
    )
    typed = {**other.typed, "reason": "另一处写错。"}
    composing.save(other, typed, by=cast.owner, at=clock.now())
    other.refresh_from_db()
    other = composing.submit(other, by=cast.owner, at=clock.now())
    corrected(cast, made)
    with refused("This notice was superseded"):
        composing.publish(other, by=cast.approver, at=clock.now())


def test_who_may_not_write_a_kind_is_refused(cast):
    need = writing.published(cast)
    for kind, by in (
        ("procurement-tender", cast.agency),
        ("procurement-tender", cast.regulator),
        ("procurement-complaint", cast.owner),
    ):
        with refused("published by somebody else"):
            composing.begin(need, kind, key="", by=by, at=clock.now())
    with refused("Choose the notice"):
        composing.begin(need, TERMINATION, key="", by=cast.owner, at=clock.now())


def test_nothing_is_announced_about_what_is_not_published(cast):
    need = writing.submitted(cast)
    with refused("not published, or was ended"):
        composing.begin(need, "procurement-tender", key="", by=cast.owner, at=clock.now())


def test_the_supervisor_publishes_a_decision_about_a_complaint_with_a_second_person(cast):
    need, kind = writing.published(cast), "procurement-complaint"
    made = composing.begin(need, kind, key="", by=cast.regulator, at=clock.now())
    composing.save(made, noticing.typed(kind), by=cast.regulator, at=clock.now())
    made.refresh_from_db()
    made = composing.submit(made, by=cast.regulator, at=clock.now())
    with refused("a second person of its issuer"):
        composing.publish(made, by=cast.approver, at=clock.now())
    second = seated("second", standing="regulator", kind="government")
    second.organisation = cast.regulator.organisation
    second.save()
    made = composing.publish(made, by=second, at=clock.now())
    assert made.notice.issuer == cast.regulator.organisation.name


def test_a_result_states_its_period_and_tells_its_approver_that_it_is_late(cast):
    kind, today = "procurement-result", day_of(clock.now())
    made = noticing.draft(
        cast, kind, determined_on=(today - timedelta(days=30)).isoformat(), amount="480000.00"
    )
    assert [one.figure.name for one in composing.late(made, clock.now())] == [
        "order.result-notice.working-days"
    ]
    composing.submit(made, by=cast.owner, at=clock.now())
    made = composing.publish(made, by=cast.approver, at=clock.now())
    known = composing.figures.on(today)
    chain = periods.remedies(known, CalendarDay.objects.calendar(), today)
    told = made.notice.facts["periods"]
    assert list(told) == ["公告期限届满", "质疑截止"]
    assert datetime.fromisoformat(told["质疑截止"]) == chain.objection.until


def test_the_form_composes_a_notice_from_the_need_to_the_public_page(cast):
    need = writing.published(cast)
    client = signed_in(cast.owner.user)
    assert (
        reverse("procurement:notice-new", args=[need.code])
        in client.get(reverse("procurement:desk-need", args=[need.code])).content.decode()
    )
    address = reverse("procurement:notice-new", args=[need.code])
    edit = client.post(address, {"kind": "procurement-single-source"}).headers["Location"]
    shown = client.post(edit, {"supplier": "唯一公司", "publicity_until": "2026年"})
    assert "需要更正" in shown.content.decode()
    made = Composition.objects.get()
    assert made.typed == {"supplier": "唯一公司"}  # what is no date is not kept
    preview = client.post(edit, noticing.typed("procurement-single-source")).headers["Location"]
    assert "拟定的唯一供应商名称" in client.get(preview).content.decode()
    client.post(reverse("procurement:notice-submit", args=[made.code]))
    signed_in(cast.approver.user).post(reverse("procurement:notice-publish", args=[made.code]))
    made.refresh_from_db()
    assert Client().get(made.notice.get_absolute_url()).status_code == 200


def test_the_list_costs_the_same_for_more(cast):
    client, address = signed_in(cast.owner.user), reverse("procurement:desk-notices")
    need, counts = writing.published(cast), []
    noticing.draft(cast, need=need)
    client.get(address)
    for _number in range(2):
        cache.clear()
        with CaptureQueriesContext(connection) as caught:
            assert client.get(address).status_code == 200
        counts.append(len(caught))
        for _more in range(4):
            noticing.draft(cast, need=need)
    assert counts[0] == counts[1]
