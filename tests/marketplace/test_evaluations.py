import pytest
from django.db import IntegrityError, transaction

from core import clock
from core.models import Event, Letter
from credit import ratings
from credit.models import Fact
from marketplace import evaluations
from marketplace.models import Evaluation, OrderState
from tests.marketplace import ordering
from tests.marketplace.ordering import evaluate
from tests.witness import refused


@pytest.fixture
def order(cast):
    """Its service is done, by the cast's agency."""
    return ordering.completed(cast)


def test_the_last_acceptance_completes_the_order_and_asks_for_its_evaluation(order, cast):
    letters = Letter.objects.filter(kind="marketplace/evaluation-awaited")
    letter = letters.get(user_code=cast.owner.user.code)
    assert order.state == OrderState.COMPLETED
    assert order.evaluate_until > order.completed_at
    assert letter.organisation_code == cast.owner.organisation.code
    assert Event.objects.get(name="order.completed").public


def test_an_evaluation_grades_the_job_and_feeds_the_agencys_credit(order, cast):
    evaluation = evaluate(order, cast.owner, 92, comment="按期完成，报告质量好。")
    order.refresh_from_db()
    fact = Fact.objects.get(kind="job")
    assert order.state == OrderState.EVALUATED
    assert (evaluation.grade, str(evaluation.score)) == ("优秀", "92.00")
    assert [one["mark"] for one in evaluation.marks] == [92] * 4
    assert (fact.organisation, fact.subject_code) == (cast.agency.organisation, order.code)
    assert ratings.of(cast.agency.organisation, clock.now()).score == 101
    assert Event.objects.get(name="order.evaluated").public
    assert "优秀" in Letter.objects.get(kind="marketplace/order-evaluated").body


def test_a_bad_grade_is_heard_before_it_counts(order, cast):
    assert evaluate(order, cast.owner, 50).grade == "不合格"
    assert Fact.objects.get(kind="job").effective_at > clock.now()
    assert ratings.of(cast.agency.organisation, clock.now()).score == 100


@pytest.mark.parametrize("marks", [{}, {"quality": 90}, {"more": 1}])
def test_a_missing_mark_is_refused(order, cast, marks):
    with refused("none is set for you"):
        evaluations.evaluate(order, marks=marks, comment="", by=cast.owner, at=clock.now())


def test_a_mark_out_of_bounds_and_a_second_evaluation_are_refused(order, cast):
    with refused("from 0 to 100"):
        evaluate(order, cast.owner, 101)
    evaluate(order, cast.owner)
    with refused("load the page again"):
        evaluate(order, cast.owner)


def test_an_order_without_a_finished_service_is_not_evaluated(cast):
    published = ordering.published(cast)
    with refused("load the page again"):
        evaluate(published, cast.owner)


def test_an_evaluation_is_never_changed_by_any_program(order, cast):
    evaluate(order, cast.owner)
    with pytest.raises(IntegrityError), transaction.atomic():
        Evaluation.objects.update(grade="优秀")
    with pytest.raises(IntegrityError), transaction.atomic():
        Evaluation.objects.all().delete()
