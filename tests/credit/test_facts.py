from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from core import clock, outbox
from core.calendar import day_of
from core.models import CalendarDay, Event, Letter
from core.once import AlreadyDone
from credit import facts, ratings, scoring, todo
from credit.models import Fact, Scheme, Statement
from tests.contracts import drawing
from tests.credit.records import entered, graded
from tests.factories import OrganisationFactory
from tests.witness import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def agency(cast):
    return cast.agency.organisation


def rating(agency):
    return ratings.of(agency, clock.now())


def annul(fact, cast, reason="申辩成立"):
    return facts.annul(fact, reason=reason, by=cast.regulator, at=clock.now())


def answer(fact, cast, text="业主未及时提供图纸"):
    return facts.state_case(fact, text=text, by=cast.agency, at=clock.now())


def test_what_gives_points_counts_at_once(agency):
    fact = graded(agency)
    assert fact.effective_at == fact.entered_at
    assert rating(agency).score == 101
    assert not Letter.objects.exists()


def test_a_loss_is_heard_first(agency, later):
    fact = entered(agency)
    today = day_of(fact.entered_at)
    assert fact.effective_at == CalendarDay.objects.calendar().add_working_days(today, 5).until()
    letter = Letter.objects.get()
    assert "成果提交逾期" in letter.subject
    assert "−3" in letter.body
    assert letter.link == "/desk/credit/"
    assert rating(agency).score == 100
    later(days=15)
    assert rating(agency).score == 97


def test_a_bad_grade_is_heard_too(agency):
    fact = graded(agency, "-5")
    assert fact.effective_at > fact.entered_at


def test_the_same_news_makes_one_fact(agency):
    assert graded(agency) == graded(agency)
    graded(agency, key="GXDD-2026-00002")
    assert Fact.objects.count() == 2


def test_a_kind_has_points_of_its_own_or_is_given_them(agency):
    with pytest.raises(ValueError, match="not both"):
        entered(agency, points=Decimal(-1))
    with pytest.raises(ValueError, match="not neither"):
        entered(agency, "job")
    with pytest.raises(KeyError):
        entered(agency, "no-such-kind")


def test_a_fact_is_entered_within_a_rule_only(agency):
    with pytest.raises(RuntimeError, match="enter is a part"):
        facts.enter(
            organisation=agency,
            kind="job",
            about=agency,
            occurred_at=clock.now(),
            by=agency,
            at=clock.now(),
        )


def test_a_fact_keeps_the_scheme_of_its_day(agency):
    old = Scheme.objects.get()
    data = old.data | {
        "kinds": old.data["kinds"]
        | {"delivery-late": old.data["kinds"]["delivery-late"] | {"points": "-4"}}
    }
    day = day_of(clock.now())
    new = Scheme.objects.create(version=2, name="第2版", source="x", from_on=day, data=data)
    earlier = entered(agency, occurred_at=clock.now() - timedelta(days=2))
    today = entered(agency, key="other", occurred_at=clock.now())
    assert (earlier.scheme, earlier.points) == (old, -3)
    assert (today.scheme, today.points) == (new, -4)


def test_an_annulled_fact_counts_nothing_and_stays_on_record(agency, cast, later):
    fact = entered(agency)
    later(days=15)
    assert rating(agency).score == 97
    before = clock.now()
    later(seconds=1)
    successor = annul(fact, cast)
    assert rating(agency).score == 100
    assert rating(agency).lines == ()
    assert ratings.of(agency, before).score == 97  # what was so then is not rewritten
    assert Fact.objects.filter(organisation=agency).count() == 2
    assert successor.supersedes == fact
    assert "申辩成立" in Letter.objects.latest("pk").body
    assert Event.objects.filter(name="fact.superseded", subject_code=successor.code).exists()


def test_a_correction_is_milder(agency, cast, later):
    fact = entered(agency, "delivery-unfit")
    with refused("never harsher"):
        facts.correct(fact, points=Decimal(-7), reason="x", by=cast.regulator, at=clock.now())
    facts.correct(fact, points=Decimal(-1), reason="部分成立", by=cast.regulator, at=clock.now())
    later(days=15)
    assert rating(agency).score == 99


def test_a_fact_is_superseded_once_and_with_a_reason(agency, cast):
    fact = entered(agency)
    with refused("Give the reason"):
        annul(fact, cast, reason=" ")
    annul(fact, cast)
    with refused("corrected already"):
        annul(fact, cast)
    with refused("corrected already"):
        answer(fact, cast)


def test_a_case_is_stated_once_and_in_time(agency, cast, later):
    fact = entered(agency)
    with refused("Write what speaks against it"):
        answer(fact, cast, text="  ")
    statement = answer(fact, cast)
    assert statement.seat == cast.agency
    with refused("stated already"):
        answer(fact, cast)
    second = entered(agency, key="other")
    old = clock.now()
    later(days=15)
    with refused("hearing ended"):
        facts.state_case(second, text="迟了", by=cast.agency, at=old)  # the door was called in time


def test_a_finding_is_entered_once_for_each_form(agency, cast):
    given = {
        "kind": "fraud",
        "title": "提供虚假检测报告",
        "basis": "云环罚〔2026〕12号",
        "occurred_at": clock.now() - timedelta(days=3),
        "once": "k" * 22,
        "by": cast.regulator,
        "at": clock.now(),
    }
    fact = facts.find(agency, **given)
    assert (fact.points, fact.basis) == (-40, "云环罚〔2026〕12号")
    with pytest.raises(AlreadyDone) as caught:
        facts.find(agency, **given)
    assert caught.value.subject_code == fact.code
    assert Fact.objects.count() == 1
    with refused("does not know this kind"):
        facts.find(agency, **given | {"kind": "job", "once": "m" * 22})


def waiting(seat):
    rows = [row for source in todo.waiting_for(seat, clock.now()) for row in source]
    return [(kind, about) for kind, _title, about, _due in rows]


def test_the_desk_puts_a_fact_before_the_agency_and_its_case_before_the_regulator(
    agency, cast, later
):
    fact = entered(agency)
    graded(agency)
    assert waiting(cast.agency) == [("fact-answer", fact.code)]
    assert waiting(cast.rival) == waiting(cast.regulator) == waiting(cast.owner) == []
    answer(fact, cast)
    assert waiting(cast.agency) == []
    assert waiting(cast.regulator) == [("fact-decide", fact.code)]
    letter = Letter.objects.get(user_code=cast.regulator.user.code)
    assert letter.link == f"/desk/credit/{fact.code}/"
    later(days=15)
    assert waiting(cast.regulator) == []


@pytest.mark.parametrize("table", ["scheme", "fact", "statement"])
@pytest.mark.parametrize("change", ["UPDATE credit_{} SET id = id", "DELETE FROM credit_{}"])
def test_the_database_refuses_every_change(agency, cast, table, change):
    answer(entered(agency), cast)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        connection.cursor().execute(change.format(table))
    assert Scheme.objects.exists()
    assert Fact.objects.exists()
    assert Statement.objects.exists()


def test_many_ratings_cost_two_queries(agency, django_assert_num_queries):
    graded(agency)
    units = [agency, *OrganisationFactory.create_batch(30)]
    for few in ([agency], units):
        with django_assert_num_queries(2):
            rated = ratings.of_many(few, clock.now())
    assert rated[agency.pk].score == 101
    assert rated[units[-1].pk].score == 100


def test_a_bar_lasts_as_long_as_its_kind_says(agency, later):
    fact = entered(agency, "signing-refused")
    assert ratings.bars(agency, clock.now()) == []  # still heard
    later(days=15)
    (bar,) = ratings.bars(agency, clock.now())
    assert bar.until == fact.bars_until()
    assert ratings.bars(agency, bar.until) == []
    assert ratings.bars(agency, bar.until - timedelta(microseconds=1)) == [bar]


def test_an_annulled_fact_bars_nobody(agency, cast, later):
    annul(entered(agency, "signing-refused"), cast)
    later(days=15)
    assert ratings.bars(agency, clock.now()) == []


# What contracts tell.


def carry():
    while outbox.run_once(at=clock.now()):
        pass


def kinds(agency) -> list[str]:
    return list(
        Fact.objects.filter(organisation=agency).order_by("pk").values_list("kind", flat=True)
    )


def decide(deliverable, cast, *, good=True):
    rule = drawing.deliveries.accept if good else drawing.deliveries.return_
    more = {"opinion": ""} if good else {"reason": "工程量计算有误", "days": 5}
    rule(deliverable, by=cast.owner, at=clock.now(), **more)
    carry()


@pytest.mark.parametrize(("days", "late"), [(19, False), (24, False), (27, True)])
def test_a_deliverable_late_by_more_than_a_fifth_is_noted(cast, agency, later, days, late):
    agreement = drawing.concluded(cast)  # 初稿 is due in 20 days, or the working day after
    later(days=days)
    decide(drawing.handed_in(cast, agreement=agreement), cast)
    assert kinds(agency) == ["delivery-late"] * late


def test_a_deliverable_returned_twice_is_noted_once(cast, agency):
    agreement = drawing.concluded(cast)
    for returned in (1, 2, 3):
        decide(drawing.handed_in(cast, agreement=agreement), cast, good=False)
        assert kinds(agency) == (["delivery-unfit"] if returned > 1 else [])
    assert Fact.objects.get().evidence[0]["href"] == agreement.get_absolute_url()


def test_lateness_is_noted_once_a_milestone(cast, agency, later):
    agreement = drawing.concluded(cast)
    later(days=40)
    decide(drawing.handed_in(cast, agreement=agreement), cast, good=False)
    later(days=40)
    decide(drawing.handed_in(cast, agreement=agreement), cast)
    assert kinds(agency) == ["delivery-late"]


def test_an_agency_that_declines_is_noted_and_an_owner_is_not(cast, agency):
    for seat in (cast.approver, cast.agency):
        agreement = drawing.drawn_up(cast)
        drawing.agreements.decline(agreement, reason="人员不足", by=seat, at=clock.now())
        carry()
    assert kinds(agency) == ["signing-refused"]
    assert Fact.objects.get().key == agreement.number


@pytest.mark.parametrize(("signer", "noted"), [("approver", True), ("agency", False)])
def test_who_lets_the_time_to_sign_pass_is_noted(cast, agency, later, signer, noted):
    agreement = drawing.drawn_up(cast)
    drawing.sign(agreement, getattr(cast, signer))
    later(days=60)
    drawing.agreements.lapse(agreement, by=cast.operator, at=clock.now())
    carry()
    assert kinds(agency) == ["signing-refused"] * noted


@pytest.mark.parametrize(
    ("months", "second"), [(11, "withdrawal-repeated"), (12, "signing-refused")]
)
def test_a_second_refusal_within_twelve_months_is_one_entry_the_heavier(
    cast, agency, later, months, second
):
    first = decline(cast)
    begun = Fact.objects.get().occurred_at
    later(seconds=(scoring.months_after(begun, months) - clock.now()).total_seconds() + 1)
    again = decline(cast)
    assert [(one.kind, one.key) for one in Fact.objects.order_by("pk")] == [
        ("signing-refused", first.number),
        (second, again.number),
    ]
    points = Fact.objects.get(key=again.number).points
    assert points == (-15 if second == "withdrawal-repeated" else -10)


def test_a_refusal_that_was_annulled_makes_the_next_one_no_second(cast, agency):
    decline(cast)
    annul(Fact.objects.get(), cast)
    again = decline(cast)
    assert Fact.objects.get(key=again.number).kind == "signing-refused"


def decline(cast):
    agreement = drawing.drawn_up(cast)
    drawing.agreements.decline(agreement, reason="人员不足", by=cast.agency, at=clock.now())
    carry()
    return agreement
