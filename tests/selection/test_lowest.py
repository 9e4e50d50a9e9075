import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selection import methods
from selection.methods import Evidence, Quote, draw, lowest
from tests.selection.facts import EVIDENCE, FROZEN, auctions

A, B, C = (one.uscc for one in FROZEN.entries)
LOWEST = replace(FROZEN, method="lowest", ceiling=Decimal("100.00"), reserves=0)
DRAWN = [place.uscc for place in draw.choose(FROZEN, EVIDENCE).ranking]


def quotes(*asked):
    return tuple(Quote(one.uscc, price) for one, price in zip(FROZEN.entries, asked, strict=True))


def outcomes(result):
    return {one.uscc: (one.outcome, one.reason) for one in result.places}


def test_the_lowest_valid_quote_wins_without_dice():
    evidence = Evidence(quotes=quotes("90.00", "80.00", "85.00"))
    assert lowest.missing(LOWEST, evidence) == ()
    result = lowest.choose(LOWEST, evidence)
    assert [one.uscc for one in result.ranking] == [B, C, A]
    assert [one.price for one in result.winners] == ["80.00"]
    assert (result.seed, result.places[0].ticket) == (None, None)
    assert lowest.verify(lowest.bundle(LOWEST, evidence)) == []


@pytest.mark.parametrize(
    ("price", "reason"),
    [
        ("100.01", "above-ceiling"),
        ("100.00", ""),
        ("9.99", "below-floor"),
        ("10.00", ""),
        ("0.00", "malformed"),
        ("-5.00", "malformed"),
        ("５０.00", "malformed"),
        ("50.000", "malformed"),
        ("50.00 ", "malformed"),
        ("", "malformed"),
        (None, "not-opened"),
    ],
)
def test_an_invalid_quote_keeps_its_reason(price, reason):
    frozen = replace(LOWEST, floor=Decimal("10.00"), needed=1)
    result = lowest.choose(frozen, Evidence(quotes=quotes(price, "99.00", "98.00")))
    outcome = outcomes(result)[A]
    assert outcome[1] == reason
    assert (outcome[0] == "invalid") == bool(reason)


def test_equal_lowest_prices_wait_for_the_dice_and_fall_by_draw_0():
    evidence = Evidence(quotes=quotes("80.00", "80.00", "95.00"))
    assert lowest.tied(LOWEST, evidence) == tuple(sorted([A, B]))
    assert lowest.missing(LOWEST, evidence) == ("dice", "secret")
    with pytest.raises(ValueError, match="still waits for dice, secret"):
        lowest.choose(LOWEST, evidence)
    evidence = replace(EVIDENCE, quotes=evidence.quotes)
    result = lowest.choose(LOWEST, evidence)
    assert [one.uscc for one in result.ranking] == [*(u for u in DRAWN if u != C), C]
    assert result.seed == draw.choose(FROZEN, EVIDENCE).seed
    assert lowest.verify(lowest.bundle(LOWEST, evidence)) == []


def test_equal_prices_that_decide_no_place_need_no_dice():
    behind = Evidence(quotes=quotes("70.00", "80.00", "80.00"))
    assert lowest.missing(LOWEST, behind) == ()
    assert lowest.missing(replace(LOWEST, reserves=1), behind) == ("dice", "secret")
    among_winners = Evidence(quotes=quotes("70.00", "70.00", "80.00"))
    assert lowest.missing(replace(LOWEST, winners=2), among_winners) == ()


def test_prices_of_one_amount_are_equal_however_they_are_written():
    evidence = Evidence(quotes=quotes("80", "80.00", "80.0"))
    assert lowest.tied(LOWEST, evidence) == tuple(sorted([A, B, C]))


def test_too_few_valid_quotes_fail_and_are_shown():
    evidence = Evidence(quotes=quotes("100.01", "80.00", None))
    result = lowest.choose(LOWEST, evidence)
    assert (result.failure, result.winners) == ("too-few", ())
    assert outcomes(result) == {
        A: ("invalid", "above-ceiling"),
        B: ("unchosen", ""),
        C: ("invalid", "not-opened"),
    }
    assert lowest.verify(lowest.bundle(LOWEST, evidence)) == []


def test_too_few_eligible_fail_unopened():
    frozen = replace(LOWEST, needed=4)
    assert lowest.missing(frozen, Evidence()) == ()
    result = lowest.choose(frozen, Evidence())
    assert {one.price for one in result.places} == {None}
    assert result.failure == "too-few"


def test_every_eligible_quote_is_needed_and_no_other():
    assert lowest.missing(LOWEST, Evidence()) == ("quotes",)
    given_ = json.loads(lowest.bundle(LOWEST, Evidence(quotes=quotes("90.00", "80.00", "85.00"))))
    del given_["evidence"]["quotes"][0]
    assert "逐一对应" in lowest.verify(draw.canonical(given_))[0]


@given(auctions())
def test_nobody_valid_asks_less_than_the_winner(facts):
    frozen, evidence = facts
    result = lowest.choose(frozen, evidence)
    prices = [Decimal(one.price) for one in result.ranking]
    assert prices == sorted(prices)
    for one in result.ranking:
        assert frozen.ceiling is None or Decimal(one.price) <= frozen.ceiling
        assert frozen.floor is None or Decimal(one.price) >= frozen.floor
    assert len(result.places) == len(frozen.entries)
    content = lowest.bundle(frozen, evidence)
    assert lowest.verify(content) == methods.verify(content) == []


@given(auctions(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_nothing(facts, random):
    frozen, evidence = facts
    entries, opened = list(frozen.entries), list(evidence.quotes)
    random.shuffle(entries)
    random.shuffle(opened)
    again = replace(frozen, entries=tuple(entries)), replace(evidence, quotes=tuple(opened))
    assert lowest.choose(*again) == lowest.choose(frozen, evidence)


@given(auctions())
def test_where_no_dice_are_awaited_they_change_no_place(facts):
    frozen, evidence = facts
    bare = replace(evidence, dice=None, secret=None)
    if lowest.missing(frozen, bare):
        return
    with_dice, without = lowest.choose(frozen, evidence), lowest.choose(frozen, bare)
    assert {one.uscc for one in with_dice.winners} == {one.uscc for one in without.winners}
    assert [one.uscc for one in with_dice.reserves] == [one.uscc for one in without.reserves]


def test_every_changed_byte_is_caught():
    content = lowest.bundle(LOWEST, replace(EVIDENCE, quotes=quotes("80.00", "80.00", "101.00")))
    for place in range(len(content)):
        for other in (content[place] ^ 1, content[place] ^ 0x20):
            changed = content[:place] + bytes([other]) + content[place + 1 :]
            assert lowest.verify(changed), (place, changed[place - 20 : place + 20])


def test_a_bundle_of_another_method_is_told():
    assert "方法不符" in lowest.verify(draw.bundle(FROZEN, EVIDENCE))[0]
