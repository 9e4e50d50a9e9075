"""A double click, and two officers at once."""

from functools import partial

from django.db import transaction

from core import clock, once
from core.forms import new_once
from core.models import SpentKey
from credit import facts
from credit.models import Fact
from tests.credit.records import entered
from tests.races.threads import at_once


@transaction.atomic(durable=True)
def make(made, key):
    once.spend(key, made=made, at=clock.now())
    return made.code


def test_of_ten_sendings_of_one_form_one_makes_a_row(database):
    key = new_once()
    answers = at_once([partial(make, database.cast.agency, key)] * 10, threads=10)
    assert SpentKey.objects.count() == 1
    code = database.cast.agency.code
    refused = [one for one in answers if isinstance(one, once.AlreadyDone)]
    assert len(refused) == 9
    assert {one.subject_code for one in refused} == {code}


def test_a_fact_annulled_by_eight_at_once_is_annulled_once(database):
    cast = database.cast
    fact = entered(cast.agency.organisation)
    annul = partial(facts.annul, fact, reason="申辩成立", by=cast.regulator, at=clock.now())
    answers = at_once([annul] * 8, threads=8)
    assert sum(isinstance(one, Fact) for one in answers) == 1
    assert Fact.objects.count() == 2


def test_news_carried_twice_at_once_makes_one_fact(database):
    # A consumer that loses the race fails on the constraint, and finds the fact when tried again.
    def enter():
        try:
            return entered(database.cast.agency.organisation).code
        except Exception as lost:  # noqa: BLE001 - whatever the database says
            return type(lost).__name__

    answers = at_once([enter] * 6, threads=6)
    assert Fact.objects.count() == 1
    assert Fact.objects.get().code in answers
    assert set(answers) <= {Fact.objects.get().code, "IntegrityError"}
