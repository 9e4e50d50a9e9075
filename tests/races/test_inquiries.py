"""Many at once on one inquiry, and on one argument."""

import json
from datetime import datetime, timedelta
from functools import partial
from time import sleep

import pytest

from contracts.models import Agreement
from core import clock
from core.audit import canonical
from core.lifecycle import RuleBroken
from core.models import Event
from procurement import arguments, corrections, inquiries, opening, witnessing
from procurement.models import Archive, Comment, Procedure, ProcedureState, Quote
from publication.models import Notice
from selection.models import Envelope, Witness
from selection.naming import Witnessing
from tests.factories import OrganisationFactory, SeatFactory
from tests.procurement import buying
from tests.races.threads import at_once


def refusals(answers):
    return sum(isinstance(one, RuleBroken) for one in answers)


def wait_until(instant: datetime) -> None:
    sleep(max(0, (instant - clock.now()).total_seconds()))


def test_60_suppliers_across_the_closing_second(database, later):
    """Who was told “received” is on the opened list, nobody else is, and nobody was late."""
    cast = database.cast
    procedure = buying.published(cast)
    units = OrganisationFactory.create_batch(60)
    later(seconds=(procedure.open_until - clock.now()).total_seconds() - 2)

    def quote(place, unit):
        wait_until(procedure.open_until + timedelta(milliseconds=20 * (place - 35)))
        return buying.quote(
            procedure, cast.agency, str(2000 - place), supplier=unit, typed=unit.name
        )

    def close():
        wait_until(procedure.open_until - timedelta(milliseconds=20))
        for _ in range(2000):
            try:
                return opening.close(procedure, by=cast.owner, at=clock.now())
            except RuleBroken:
                sleep(0.002)
        return pytest.fail("the inquiry was never opened")

    deeds = [partial(quote, place, unit) for place, unit in enumerate(units)]
    closed, *answers = at_once([close, *deeds], threads=16)

    acknowledged = {answer.code for answer in answers if isinstance(answer, Quote)}
    assert 3 <= len(acknowledged) < 60
    assert closed.state == ProcedureState.OPENED
    assert set(Quote.objects.values_list("code", flat=True)) == acknowledged
    listed = opening.draw_of(closed).facts.entries
    assert {one.uscc for one in listed} == set(
        Quote.objects.values_list("supplier__uscc", flat=True)
    )
    assert all(one.received_at < procedure.open_until for one in Quote.objects.all())
    assert all(envelope.opened_at for envelope in Envelope.objects.all())
    assert all(one.price for one in Quote.objects.all())


def test_of_6_who_open_an_inquiry_one_does(database, later):
    cast = database.cast
    procedure = buying.published(cast)
    for seat in (cast.agency, cast.rival, buying.third()):
        buying.quote(procedure, seat)
    buying.until(later, procedure.open_until)
    close = partial(opening.close, procedure, by=cast.owner, at=clock.now())
    assert refusals(at_once([close] * 6, threads=6)) == 5
    assert Notice.objects.filter(kind="inquiry-opening").count() == 1


def test_two_examinations_at_once_make_one_award(database, later):
    cast = database.cast
    procedure = buying.opened(cast, later, "1500", "1400", "1600")
    examine = [partial(buying.examine, procedure, seat) for seat in (cast.owner, cast.approver)]
    assert refusals(at_once(examine * 3, threads=6)) == 5
    assert Notice.objects.filter(kind="inquiry-result").count() == 1
    assert Agreement.objects.count() == 1
    assert Event.objects.filter(name="procedure.examined").count() == 1


def test_two_inquiries_of_one_need_begin_once(database):
    cast = database.cast
    row = buying.need(cast, state="settled")
    begin = partial(inquiries.begin, row, key="", by=cast.owner, at=clock.now())
    assert refusals(at_once([begin] * 6, threads=6)) == 5
    assert Procedure.objects.count() == 1


def test_a_double_click_makes_one_quote_and_one_comment(database, later):
    cast = database.cast
    procedure = buying.published(cast)
    quote = partial(buying.quote, procedure, cast.agency, key="once")
    assert refusals(at_once([quote] * 5, threads=5)) == 4
    assert Quote.objects.count() == Envelope.objects.count() == 1
    argument = buying.argued(cast)
    buying.until(later, argument.opens_at)
    comment = partial(buying.comment, argument, cast.rival, key="said")
    assert refusals(at_once([comment] * 5, threads=5)) == 4
    assert Comment.objects.count() == 1


def test_two_publishers_number_one_argument(database):
    cast = database.cast
    argument = buying.ready(cast)
    second = SeatFactory(organisation=cast.owner.organisation)
    publish = [
        partial(arguments.publish, argument, by=seat, at=clock.now())
        for seat in (cast.approver, second)
    ]
    assert refusals(at_once(publish * 3, threads=6)) == 5
    assert Notice.objects.filter(kind="argument-notice").count() == 1


def test_a_failed_inquiry_asks_for_one_archive(database, later):
    cast = database.cast
    procedure = buying.published(cast)
    buying.until(later, procedure.open_until)
    close = partial(opening.close, procedure, by=cast.owner, at=clock.now())
    at_once([close] * 4, threads=4)
    assert Archive.objects.count() == 1


def test_two_approvers_publish_one_correction(database):
    cast = database.cast
    procedure = buying.published(cast)
    row = buying.proposed(cast, procedure)
    publish = partial(corrections.publish, row, by=cast.approver, at=clock.now())
    assert refusals(at_once([publish] * 6, threads=6)) == 5
    assert Notice.objects.filter(relation="corrects").count() == 1
    assert Event.objects.filter(name="procedure.corrected").count() == 1


def test_of_many_who_begin_a_correction_one_does(database):
    cast = database.cast
    procedure = buying.published(cast)
    begin = partial(buying.correction, procedure, cast.owner)
    assert refusals(at_once([begin] * 6, threads=6)) == 5
    assert procedure.corrections.count() == 1


def test_a_correction_and_a_regulators_witness_at_once_make_one_chain(database):
    """Both correct the notice: each waits for the inquiry, so the second follows the first."""
    cast = database.cast
    procedure = buying.published(cast)
    row = buying.proposed(cast, procedure)
    named = partial(
        witnessing.change,
        procedure,
        leaving=[],
        coming=[Witnessing("孟青", "13800000009")],
        reason="应当增加",
        by=cast.regulator,
        at=clock.now(),
    )
    publish = partial(corrections.publish, row, by=cast.approver, at=clock.now())
    assert refusals(at_once([named, publish], threads=2)) == 0
    first, second, third = Notice.objects.filter(kind="inquiry-notice").order_by("pk")
    assert (second.follows, third.follows) == (first, second)
    procedure.refresh_from_db()
    assert third.facts["open_until"] == json.loads(canonical(procedure.open_until))
    assert "孟青" in third.document.text()
    assert Witness.objects.standing().count() == 2
    assert opening.draw_of(procedure).announced_for == procedure.choose_at


def test_quotes_sealed_while_a_correction_is_published_all_count(database, later):
    """Who was told “received” is on the opened list, whichever notice he read."""
    cast = database.cast
    procedure = buying.published(cast)
    row = buying.proposed(cast, procedure)
    units = OrganisationFactory.create_batch(12)

    def quote(place, unit):
        return buying.quote(
            procedure, cast.agency, str(2000 - place), supplier=unit, typed=unit.name
        )

    publish = partial(corrections.publish, row, by=cast.approver, at=clock.now())
    deeds = [partial(quote, place, unit) for place, unit in enumerate(units)]
    answers = at_once([*deeds[:6], publish, *deeds[6:]], threads=13)
    assert refusals(answers) == 0
    procedure.refresh_from_db()
    buying.until(later, procedure.open_until)
    closed = opening.close(procedure, by=cast.owner, at=clock.now())
    assert len(opening.draw_of(closed).facts.entries) == 12


def test_a_correction_across_the_deadline_moves_it_or_is_too_late(database, later):
    """Either the inquiry is opened as announced, or its deadline moved: never both."""
    cast = database.cast
    procedure = buying.published(cast)
    for seat in (cast.agency, cast.rival, buying.third()):
        buying.quote(procedure, seat)
    announced = procedure.open_until
    row = buying.proposed(cast, procedure)
    later(seconds=(announced - clock.now()).total_seconds() - 1)

    def publish():
        wait_until(announced - timedelta(milliseconds=10))
        return corrections.publish(row, by=cast.approver, at=clock.now())

    def close():
        wait_until(announced)
        return opening.close(procedure, by=cast.owner, at=clock.now())

    answers = at_once([publish, close, close], threads=3)
    procedure.refresh_from_db()
    moved = procedure.open_until > announced
    assert refusals(answers) == 2
    assert (procedure.state == ProcedureState.PUBLISHED) is moved
    assert (procedure.closed_at is None) is moved
    assert Notice.objects.filter(kind="inquiry-opening").exists() is not moved
