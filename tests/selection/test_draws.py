import json
from datetime import timedelta

import pytest
from cryptography.exceptions import InvalidTag
from django.db import IntegrityError, connection, transaction
from django.template import Context, Template

from accounts.models import Standing
from core import clock
from core.calendar import day_of, end_of
from core.models import CalendarDay
from selection import draws, explanations, methods, witnesses
from selection.methods import draw as draw_method
from selection.models import Draw
from tests.cast import seated
from tests.factories import SeatFactory, UserFactory
from tests.selection.conftest import facts, frozen, sealed
from tests.witness import refused

DICE = "31415926535897932384"


@pytest.fixture
def listed(cast, rule, order_draw):
    """The draw with two bids, frozen."""
    bids = [sealed(seat, "100.00", rule) for seat in (cast.agency, cast.rival)]
    return frozen(order_draw, rule, *bids, reserves=1)


@pytest.fixture
def enter(order_draw, rule):
    """`enter(place)`: a user comes in as the witness named in that place."""

    def come(place, user=None):
        user = user or UserFactory()
        witness = order_draw.witnesses.all()[place]
        with rule():
            token = witnesses.invite(witness, at=clock.now())
            witnesses.enter(order_draw, token, user=user, at=clock.now())
        return user

    return come


def thrown(row, rule, by, digits=DICE):
    with rule():
        return draws.throw(row, digits, by=by, at=clock.now())


def shown(row):
    page = Template('{% include "selection/awaiting.html" %}')
    return page.render(Context({"draw": row}))


def test_an_awaited_draw_shows_what_is_fixed_and_until_when(listed, rule, enter, later):
    for text in (listed.root, listed.commitment, "王岚", "李放", listed.facts.entries[0].name):
        assert text in shown(listed)
    later(days=1)
    thrown_row = thrown(listed, rule, enter(0))
    assert shown(thrown_row).count("<span>1</span>") == DICE.count("1")
    assert explanations.of(thrown_row) is None
    later(minutes=31)
    with rule():
        secret = draws.reveal(thrown_row, at=clock.now()).secret
    thrown_row.refresh_from_db()
    assert explanations.of(thrown_row).evidence.secret == secret


def test_a_draw_runs_from_commitment_to_a_bundle_that_verifies(listed, rule, enter, later):
    first, second = enter(0), enter(1)
    later(days=1)
    row = thrown(listed, rule, first)
    assert not draws.is_seen(row, clock.now())
    with rule():
        row = draws.confirm(row, DICE, by=second, at=clock.now())
    assert draws.is_seen(row, clock.now())
    with rule():
        evidence = draws.reveal(row, at=clock.now())
    row.refresh_from_db()
    assert draw_method.commitment(row.number, evidence.secret) == row.commitment
    assert draws.missing(row) == ()
    content = draws.bundle(row)
    assert methods.verify(content) == []
    dice = json.loads(content)["evidence"]["dice"]
    assert (dice["thrown_by"], dice["thrown_as"]) == ("王岚", "witness")
    assert [one["by"] for one in dice["confirmations"]] == ["李放"]
    assert dice["confirmations"][0]["at"] is not None


def test_the_secret_is_nowhere_in_the_clear_before_it_is_revealed(listed, rule, enter, later):
    later(days=1)
    with refused("have not confirmed the dice"), rule():
        draws.reveal(listed, at=clock.now())
    row = thrown(listed, rule, enter(0))
    later(minutes=31)
    with rule():
        secret = draws.reveal(row, at=clock.now()).secret
    assert secret.encode() not in bytes(listed.sealed_secret)
    assert bytes.fromhex(secret) not in bytes(listed.sealed_secret)


def test_the_sealed_secret_of_one_order_is_of_no_use_to_another(listed, cast, rule):
    with rule():
        other = draws.commit(
            "GXDD-2026-00002",
            owner=cast.owner.organisation,
            announced_for=clock.now() + timedelta(days=1),
            regulator_days=1,
            failure_days=3,
            confirmation_minutes=30,
            at=clock.now(),
        )
    assert other.commitment != listed.commitment
    other.sealed_secret = listed.sealed_secret
    with pytest.raises(InvalidTag):
        draws._unseal(other)


def test_a_list_is_frozen_once_and_for_its_own_draw(listed, rule, cast):
    made = facts(listed)
    with refused("frozen already"), rule():
        draws.freeze(listed, made, at=made.frozen_at)
    with rule():
        other = draws.commit(
            "GXDD-2026-00002",
            owner=cast.owner.organisation,
            announced_for=clock.now() + timedelta(days=1),
            regulator_days=1,
            failure_days=3,
            confirmation_minutes=30,
            at=clock.now(),
        )
    with pytest.raises(ValueError, match="another draw"), rule():
        draws.freeze(other, made, at=made.frozen_at)


def test_dice_count_once(listed, rule, enter, later):
    first, second = enter(0), enter(1)
    later(days=1)
    row = thrown(listed, rule, first)
    for user in (first, second):
        with refused("they count once"), rule():
            draws.throw(row, DICE[::-1], by=user, at=clock.now())


@pytest.mark.parametrize("digits", ["", DICE[:19], DICE + "0", "3141592653589793238x", "３" * 20])
def test_dice_are_twenty_digits(digits, listed, rule, enter, later):
    user = enter(0)
    later(days=1)
    with refused("Type the twenty digits"), rule():
        draws.throw(listed, digits, by=user, at=clock.now())


def test_dice_are_thrown_neither_early_nor_before_the_freeze(order_draw, rule, enter, later, cast):
    user = enter(0)
    later(days=1)
    with refused("not frozen yet"), rule():
        draws.throw(order_draw, DICE, by=user, at=clock.now())
    later(days=-1)
    row = frozen(order_draw, rule, sealed(cast.agency, "1.00", rule))
    # An old `at` of a door changes nothing: the database's instant is judged.
    with refused("The dice are announced for"), rule():
        draws.throw(row, DICE, by=user, at=row.announced_for)


def test_only_a_witness_who_entered_throws(listed, rule, cast, enter, later):
    later(days=1)
    for actor in (UserFactory(), cast.owner, cast.operator, cast.agency, cast.regulator):
        with refused("witness"), rule():
            draws.throw(listed, DICE, by=actor, at=clock.now())


def test_a_regulator_throws_once_no_witness_came_in_a_working_day(listed, rule, cast, later):
    day, calendar = day_of(listed.announced_for), CalendarDay.objects.calendar()
    assert listed.regulator_from == calendar.add_working_days(day, 1).until()
    later(seconds=(listed.regulator_from - clock.now()).total_seconds() - 30)
    with refused("A regulator throws only when no witness has come by"), rule():
        draws.throw(listed, DICE, by=cast.regulator, at=clock.now())
    later(seconds=60)
    row = thrown(listed, rule, cast.regulator)
    assert (row.thrown_as, row.thrown_by) == ("regulator", "Regulator regulator")


def test_after_three_working_days_nobody_throws_and_the_order_fails(listed, rule, enter, later):
    user = enter(0)
    day, calendar = day_of(listed.announced_for), CalendarDay.objects.calendar()
    assert listed.fails_at == end_of(calendar.add_working_days(day, 3).on)
    assert not draws.is_failed(listed, listed.fails_at - timedelta(seconds=1))
    assert draws.is_failed(listed, listed.fails_at)
    later(seconds=(listed.fails_at - clock.now()).total_seconds() + 1)
    with refused("Nobody threw the dice in time"), rule():
        draws.throw(listed, DICE, by=user, at=listed.announced_for)


def test_other_digits_are_not_confirmed(listed, rule, enter, later):
    first, second = enter(0), enter(1)
    with refused("not thrown yet"), rule():
        draws.confirm(listed, DICE, by=second, at=clock.now())
    later(days=1)
    row = thrown(listed, rule, first)
    with refused("These are not the digits that were typed in"), rule():
        draws.confirm(row, DICE[::-1], by=second, at=clock.now())
    with refused("You threw the dice yourself"), rule():
        draws.confirm(row, DICE, by=first, at=clock.now())
    with refused("Only another named witness"), rule():
        draws.confirm(row, DICE, by=UserFactory(), at=clock.now())


def test_who_does_not_confirm_within_half_an_hour_is_shown_as_not_having(
    listed, rule, enter, later
):
    first, second = enter(0), enter(1)
    later(days=1)
    row = thrown(listed, rule, first)
    with refused("have not confirmed the dice yet"), rule():
        draws.reveal(row, at=clock.now())
    later(minutes=30, seconds=1)
    with refused("The time to confirm the dice is over"), rule():
        draws.confirm(row, DICE, by=second, at=row.thrown_at)
    with rule():
        evidence = draws.reveal(row, at=clock.now())
    assert [(one.by, one.at) for one in evidence.dice.confirmations] == [("李放", None)]


def test_a_confirmation_counts_once_and_not_after_the_secret(listed, rule, enter, later):
    first, second = enter(0), enter(1)
    later(days=1)
    row = thrown(listed, rule, first)
    with rule():
        draws.confirm(row, DICE, by=second, at=clock.now())
    with refused("You confirmed the dice already"), rule():
        draws.confirm(row, DICE, by=second, at=clock.now())


def test_quotes_are_opened_for_those_who_are_eligible(cast, rule, order_draw):
    bids = [sealed(cast.agency, "80.00", rule), sealed(cast.rival, "70.00", rule)]
    row = frozen(order_draw, rule, *bids, method="lowest")
    assert draws.missing(row) == ("quotes",)
    with rule():
        draws.open_quotes(row, at=clock.now())
    result = draws.choose(row)
    assert [one.price for one in result.ranking] == ["70.00", "80.00"]
    assert methods.verify(draws.bundle(row)) == []


def test_a_price_that_is_no_text_is_malformed_not_missing(cast, rule, order_draw):
    row = frozen(order_draw, rule, sealed(cast.agency, 80, rule), method="lowest")
    with rule():
        draws.open_quotes(row, at=clock.now())
    assert draws.choose(row).places[0].reason == "malformed"


@pytest.mark.parametrize(
    "change",
    [
        {"commitment": "0" * 64},
        {"announced_for": "2027-01-01T00:00Z"},
        {"frozen": {}},
        {"dice": "0" * 20},
        {"sealed_secret": b""},
        {"thrown_by": "另一人"},
        {"thrown_at": None},
    ],
)
def test_the_database_refuses_to_change_a_step_taken(change, listed, rule, enter, later):
    user = enter(0)
    later(days=1)
    row = thrown(listed, rule, user)
    with pytest.raises(IntegrityError, match="takes each step once"), transaction.atomic():
        Draw.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(IntegrityError, match="takes each step once"), transaction.atomic():
        Draw.objects.filter(pk=row.pk)._raw_delete("default")


def test_the_announced_time_moves_on_until_the_list_is_frozen(order_draw, rule, cast):
    announced, secret = order_draw.announced_for, bytes(order_draw.sealed_secret)
    days = {"regulator_days": 1, "failure_days": 3}
    with refused("later, not earlier"), rule():
        draws.postpone(order_draw, announced - timedelta(minutes=1), **days)
    with rule():
        moved = draws.postpone(order_draw, announced + timedelta(days=7), **days)
    moved.refresh_from_db()
    assert moved.announced_for == announced + timedelta(days=7)
    assert moved.announced_for < moved.regulator_from < moved.fails_at
    assert (moved.commitment, bytes(moved.sealed_secret)) == (order_draw.commitment, secret)
    frozen(moved, rule, sealed(cast.agency, "100.00", rule))
    with refused("frozen already"), rule():
        draws.postpone(moved, announced + timedelta(days=8), **days)


@pytest.mark.parametrize(
    "change",
    [
        {"announced_for": "2020-01-01T00:00Z"},
        {"announced_for": "2020-01-01T00:00Z", "regulator_from": "2020-01-02T00:00Z"},
        {"fails_at": "2020-01-01T00:00Z"},
    ],
)
def test_the_database_lets_no_announced_time_come_nearer(change, order_draw):
    with pytest.raises(IntegrityError, match="takes each step once"), transaction.atomic():
        Draw.objects.filter(pk=order_draw.pk).update(**change)


@pytest.mark.parametrize(
    "change", [{"thrown_at": "2026-12-01T00:00Z"}, {"secret": "0" * 64}, {"dice": "12"}]
)
def test_the_database_refuses_half_a_step(change, order_draw):
    with pytest.raises(IntegrityError), transaction.atomic():
        Draw.objects.filter(pk=order_draw.pk).update(**change)


def test_a_link_is_kept_as_its_hash_and_works_once(order_draw, rule):
    witness = order_draw.witnesses.all()[0]
    with rule():
        old = witnesses.invite(witness, at=clock.now())
        token = witnesses.invite(witness, at=clock.now())
    assert witnesses.find(old) is None
    assert witnesses.find(token) == witness
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM selection_witness")
        assert token not in str(cursor.fetchall())
    user = UserFactory()
    with rule():
        witnesses.enter(order_draw, token, user=user, at=clock.now())
        again = witnesses.enter(order_draw, token, user=user, at=clock.now())
    assert again.user == user
    with refused("used by somebody else"), rule():
        witnesses.enter(order_draw, token, user=UserFactory(), at=clock.now())
    with refused("has entered already"), rule():
        witnesses.invite(again, at=clock.now())


def test_a_link_that_invites_nobody_is_refused(order_draw, rule):
    with refused("invites no witness of the order"), rule():
        witnesses.enter(order_draw, "x" * 32, user=UserFactory(), at=clock.now())


def test_one_person_is_one_witness(order_draw, rule, enter):
    user = enter(0)
    with rule():
        token = witnesses.invite(order_draw.witnesses.all()[1], at=clock.now())
    with refused("You are a witness of this order already"), rule():
        witnesses.enter(order_draw, token, user=user, at=clock.now())


def test_an_order_has_so_many_witnesses_at_most(order_draw, rule):
    with rule():
        witnesses.name(order_draw, [{"name": "周宁"}], limit=3, at=clock.now())
    with refused("An order has up to"), rule():
        witnesses.name(order_draw, [{"name": "陈宁"}], limit=3, at=clock.now())


def test_no_witness_is_named_or_replaced_once_the_list_is_frozen(listed, rule):
    with refused("The list of bids is frozen"), rule():
        witnesses.name(listed, [{"name": "周宁"}], limit=3, at=clock.now())
    with refused("The list of bids is frozen"), rule():
        witnesses.replace(listed.witnesses.all()[0], at=clock.now())


def test_who_was_replaced_neither_enters_nor_throws_nor_is_waited_for(
    order_draw, cast, rule, enter, later
):
    entered, waiting = enter(0), order_draw.witnesses.all()[1]
    with rule():
        token = witnesses.invite(waiting, at=clock.now())
        for one in order_draw.witnesses.all():
            witnesses.replace(one, at=clock.now())
        (anew,) = witnesses.name(order_draw, [{"name": "周宁"}], limit=1, at=clock.now())
    with refused("the link works no more"), rule():
        witnesses.enter(order_draw, token, user=UserFactory(), at=clock.now())
    with refused("the link works no more"), rule():
        witnesses.invite(waiting, at=clock.now())
    with refused("replaced already"), rule():
        witnesses.replace(waiting, at=clock.now())
    # Who was replaced may be named again, and enters by a link of that day.
    with rule():
        token = witnesses.invite(anew, at=clock.now())
        witnesses.enter(order_draw, token, user=entered, at=clock.now())
    row = frozen(order_draw, rule, sealed(cast.agency, "1", rule), sealed(cast.rival, "2", rule))
    later(days=1)
    row = thrown(row, rule, entered)
    assert draws.is_seen(row, clock.now())
    assert draws.evidence(row).dice.confirmations == ()


def test_a_replaced_witness_throws_nothing(order_draw, cast, rule, enter, later):
    user = enter(0)
    with rule():
        witnesses.replace(order_draw.witnesses.all()[0], at=clock.now())
    row = frozen(order_draw, rule, sealed(cast.agency, "1", rule), sealed(cast.rival, "2", rule))
    later(days=1)
    with refused("Only a witness of the order"):
        thrown(row, rule, user)


@pytest.mark.parametrize("minutes", [10, 30])
def test_the_time_to_confirm_is_the_one_committed_to(minutes, cast, rule):
    with rule():
        row = draws.commit(
            "GXDD-2026-00003",
            owner=cast.owner.organisation,
            announced_for=clock.now() + timedelta(days=1),
            regulator_days=1,
            failure_days=3,
            confirmation_minutes=minutes,
            at=clock.now(),
        )
    assert row.confirmed_until is None
    row.thrown_at = clock.now()
    assert row.confirmed_until - row.thrown_at == timedelta(minutes=minutes)
    with pytest.raises(IntegrityError, match="takes each step once"), transaction.atomic():
        Draw.objects.filter(pk=row.pk).update(confirmation_minutes=minutes + 1)


@pytest.mark.parametrize(
    ("who", "sentence"), [("owner", "a seat at the owner"), ("operator", "a seat at the operator")]
)
def test_nobody_of_the_owner_or_the_operator_enters(who, sentence, cast, order_draw, rule):
    with rule():
        token = witnesses.invite(order_draw.witnesses.all()[0], at=clock.now())
    with refused(sentence), rule():
        witnesses.enter(order_draw, token, user=getattr(cast, who).user, at=clock.now())


def test_who_gave_his_seat_up_since_the_notice_is_barred_still(cast, order_draw, rule, later):
    seat = SeatFactory(organisation=cast.owner.organisation)
    later(hours=1)
    seat.held_until = clock.now()
    seat.save()
    with rule():
        token = witnesses.invite(order_draw.witnesses.all()[0], at=clock.now())
    with refused("a seat at the owner"), rule():
        witnesses.enter(order_draw, token, user=seat.user, at=clock.now())


def test_an_agencys_person_enters_unsuspected_and_is_refused_once_the_list_is_frozen(
    cast, order_draw, rule, enter, later
):
    # A refusal before the deadline would tell that the agency has bid.
    user = enter(0, cast.agency.user)
    row = frozen(order_draw, rule, sealed(cast.agency, "1.00", rule))
    later(days=1)
    with refused("a seat at an agency on the list"), rule():
        draws.throw(row, DICE, by=user, at=clock.now())
    free = enter(1)
    row = thrown(row, rule, free)
    with refused("a seat at an agency on the list"), rule():
        draws.confirm(row, DICE, by=user, at=clock.now())


def test_a_regulator_who_sits_at_the_owner_does_not_throw(cast, listed, rule, later):
    double = seated("double", standing=Standing.REGULATOR, kind="government")
    SeatFactory(user=double.user, organisation=cast.owner.organisation)
    later(seconds=(listed.regulator_from - clock.now()).total_seconds() + 1)
    with refused("a seat at the owner"), rule():
        draws.throw(listed, DICE, by=double, at=clock.now())
