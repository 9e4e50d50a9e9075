"""What the clock does to agreements, and what waits for whom."""

from datetime import timedelta

import pytest

from contracts import milestones, tasks, todo
from contracts.models import Agreement, AgreementState, Milestone
from core import clock
from core.audit import Clock
from core.calendar import day_of
from core.models import CalendarDay, CalendarYear, Letter
from core.todo import COLUMNS, kinds
from tests.contracts import drawing
from tests.witness import refused

pytestmark = pytest.mark.django_db


def waiting(seat):
    rows = []
    for queryset in todo.waiting_for(seat, clock.now()):
        rows += [dict(zip(COLUMNS, row, strict=True)) for row in queryset]
    return {row["todo_kind"]: row for row in rows}


def test_the_clock_lapses_what_was_not_signed_and_one_failure_holds_up_nobody(
    cast, later, monkeypatch, caplog
):
    first, second = drawing.drawn_up(cast), drawing.drawn_up(cast)
    later(days=40)
    lapse = tasks.agreements.lapse

    def failing(agreement, **facts):
        if agreement.pk == first.pk:
            raise ZeroDivisionError
        return lapse(agreement, **facts)

    failing.__name__ = "lapse"
    monkeypatch.setattr(tasks.agreements, "lapse", failing)
    tasks.lapse_unsigned()
    states = dict(Agreement.objects.values_list("pk", "state"))
    assert states == {first.pk: AgreementState.DRAWN_UP, second.pk: AgreementState.LAPSED}
    assert "lapse failed" in caplog.text


def test_reminders_go_out_once_for_signing_handing_in_and_deciding(cast, later):
    unsigned = drawing.drawn_up(cast)
    agreement = drawing.concluded(cast)
    drawing.handed_in(cast, 2, agreement)
    due = agreement.milestones.get(place=1).due_at

    def sent():
        kinds = Letter.objects.filter(kind__endswith="-reminder").values_list("kind", flat=True)
        return sorted(set(kinds))

    tasks.remind()
    assert sent() == []
    for until in sorted(
        [unsigned.sign_until, due, agreement.milestones.get(place=2).last_deliverable.accept_until]
    ):
        later(seconds=(until - timedelta(days=1) - clock.now()).total_seconds())
        tasks.remind()
        count = Letter.objects.count()
        tasks.remind()
        assert Letter.objects.count() == count
    assert sent() == [
        "contracts/agreement-reminder",
        "contracts/delivery-reminder",
        "contracts/milestone-reminder",
    ]


def test_a_due_date_beyond_the_known_calendar_is_settled_when_its_year_is_known(cast):
    known = CalendarYear.objects.order_by("-year").first().year
    days = (known + 1 - clock.now().year) * 366
    agreement = drawing.concluded(
        cast, milestones=[drawing.Stage("报告", days, 80000, in_working_days=False)]
    )
    milestone = agreement.milestones.get()
    assert milestone.is_provisional
    with refused("is not to be settled now"):
        milestones.settle(milestone, by=Clock(), at=clock.now())
    tasks.settle_dues()
    milestone.refresh_from_db()
    assert milestone.is_provisional

    last_day = day_of(milestone.due_at - timedelta(seconds=1))
    for year in range(known + 1, last_day.year + 1):
        row = CalendarYear.objects.create(year=year, source="国办发明电〔假定〕1号")
        if year == last_day.year:
            CalendarDay.objects.create(year=row, on=last_day, working=False, name="假定的假日")
        else:
            CalendarDay.objects.create(year=row, on=f"{year}-01-01", working=False, name="元旦")
    tasks.settle_dues()

    settled = Milestone.objects.get()
    assert not settled.is_provisional
    assert settled.due_at > milestone.due_at


def test_the_desk_shows_each_side_what_waits_for_it(cast, later):
    unsigned = drawing.drawn_up(cast)
    assert waiting(cast.agency)["agreement-sign"]["todo_about"] == unsigned.number
    assert waiting(cast.approver)["agreement-sign"]["todo_due_at"] == unsigned.sign_until
    assert "agreement-sign" not in waiting(cast.owner)
    assert waiting(cast.rival) == waiting(cast.regulator) == {}
    drawing.sign(unsigned, cast.agency)
    assert "agreement-sign" not in waiting(cast.agency)
    drawing.sign(unsigned, cast.approver)

    to_hand_in = waiting(cast.agency)["milestone-hand-in"]
    assert to_hand_in["todo_about"].startswith(f"{unsigned.number}-")
    assert "milestone-hand-in" not in waiting(cast.owner)
    deliverable = drawing.handed_in(cast, agreement=unsigned)
    assert waiting(cast.owner)["deliverable-accept"]["todo_about"] == deliverable.code
    assert "deliverable-accept" not in waiting(cast.agency)
    later(days=60)
    assert "agreement-sign" not in waiting(cast.rival)


def test_a_request_waits_for_the_other_side_only(cast):
    change = drawing.extension_asked(cast)
    assert waiting(cast.owner)["change-answer"]["todo_about"] == change.agreement.number
    assert "change-answer" not in waiting(cast.agency)


def test_every_kind_leads_to_a_page(cast):
    for name in ("agreement-sign", "milestone-hand-in", "deliverable-accept", "change-answer"):
        assert kinds[name].url_name.startswith("contracts:")
