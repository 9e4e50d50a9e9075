import json
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from consistent_sampler import sampler
from hypothesis import given, settings
from hypothesis import strategies as st

from selection import methods
from selection.methods import Entry, Evidence, Frozen, Result, draw
from tests.selection.facts import EVIDENCE, FROZEN, VECTOR, draws

BUNDLE = draw.bundle(FROZEN, EVIDENCE)


def test_the_published_vector_is_reproduced_byte_by_byte():
    result = draw.choose(FROZEN, EVIDENCE)
    assert draw.commitment(VECTOR["order"], VECTOR["s"]) == VECTOR["C"]
    assert [one.leaf.hex() for one in FROZEN.entries] == VECTOR["entries"]
    assert (result.root, result.seed) == (VECTOR["R"], VECTOR["seed"])
    assert {one.uscc: one.ticket for one in result.places} == VECTOR["tickets"]
    assert [one.uscc for one in result.ranking] == VECTOR["ranked"]


def test_roots_are_those_of_the_certificate_transparency_tests():
    # RFC 6962's reference tree: eight leaves, and the tree of none.
    leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
    leaves += ["606162636465666768696a6b6c6d6e6f"]
    roots = {
        0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    }
    for size, root in roots.items():
        assert draw.root([bytes.fromhex(leaf) for leaf in leaves[:size]]).hex() == root


@given(draws())
def test_a_third_partys_sampler_finds_the_same_order(facts):
    frozen, evidence = facts
    seed, tickets = draw.tickets(frozen, evidence)
    ids = [one.uscc for one in frozen.entries]
    theirs = list(sampler(ids, with_replacement=False, seed=seed, output="id"))
    assert sorted(ids, key=tickets.__getitem__) == theirs


@given(draws(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_nothing(facts, random):
    frozen, evidence = facts
    shuffled = list(frozen.entries)
    random.shuffle(shuffled)
    again = replace(frozen, entries=tuple(shuffled))
    assert draw.choose(again, evidence) == draw.choose(frozen, evidence)


@given(draws(min_size=1), st.data())
def test_who_is_skipped_changes_nobody_elses_order(facts, data):
    frozen, evidence = facts
    out = data.draw(st.sampled_from(frozen.entries))
    fewer = replace(
        frozen,
        needed=0,
        entries=tuple(
            replace(one, reason="资质到期") if one == out else one for one in frozen.entries
        ),
    )
    before = draw.choose(replace(frozen, needed=0), evidence)
    after = draw.choose(fewer, evidence)
    order = [one.uscc for one in before.ranking if one.uscc != out.uscc]
    assert [one.uscc for one in after.ranking] == order
    assert [one.ticket for one in after.places] == [one.ticket for one in before.places]


@given(draws())
def test_winners_reserves_and_skipped_come_out_as_the_notice_says(facts):
    frozen, evidence = facts
    result = draw.choose(frozen, evidence)
    eligible = len(frozen.eligible)
    if eligible < max(frozen.needed, 1):
        assert (result.failure, result.winners, result.reserves) == ("too-few", (), ())
    else:
        assert result.failure == ""
        assert len(result.winners) == min(frozen.winners, eligible)
        assert len(result.reserves) == min(frozen.reserves, eligible - len(result.winners))
        assert [one.rank for one in result.ranking] == list(range(1, eligible + 1))
        tickets = [one.ticket for one in result.ranking]
        assert tickets == sorted(tickets)
    reasons = {one.uscc: one.reason for one in frozen.entries if one.reason}
    assert {one.uscc: one.reason for one in result.skipped} == reasons


@given(draws())
def test_everything_survives_json_and_verifies(facts):
    frozen, evidence = facts
    result = draw.choose(frozen, evidence)
    assert Frozen.from_json(json.loads(json.dumps(frozen.to_json()))) == frozen
    assert Evidence.from_json(json.loads(json.dumps(evidence.to_json()))) == evidence
    assert Result.from_json(json.loads(json.dumps(result.to_json()))) == result
    content = draw.bundle(frozen, evidence)
    assert draw.verify(content) == methods.verify(content) == []
    assert draw.canonical(json.loads(content)) == content


@pytest.mark.parametrize(
    ("known", "awaited"),
    [
        (Evidence(), ("dice", "secret")),
        (replace(EVIDENCE, secret=None), ("secret",)),
        (replace(EVIDENCE, dice=None), ("dice",)),
        (EVIDENCE, ()),
    ],
)
def test_a_draw_waits_for_dice_and_secret(known, awaited):
    assert draw.missing(FROZEN, known) == awaited
    if awaited:
        with pytest.raises(ValueError, match="still waits for"):
            draw.choose(FROZEN, known)


def test_too_few_eligible_fail_without_dice():
    few = replace(FROZEN, needed=4)
    assert draw.missing(few, Evidence()) == ()
    result = draw.choose(few, Evidence())
    assert (result.failure, result.seed, result.winners) == ("too-few", None, ())
    assert draw.verify(draw.bundle(few, Evidence())) == []
    assert "合格者不足" in draw.report(draw.bundle(few, Evidence()), draw.verify)[1]


def test_two_entries_of_one_bidder_are_no_list():
    twice = Entry("91360700MA35A1B23X", "又一家", "11" * 32)
    with pytest.raises(ValueError, match="重复"):
        replace(FROZEN, entries=(*FROZEN.entries, twice))


def test_every_changed_byte_is_caught():
    for place in range(len(BUNDLE)):
        for other in {BUNDLE[place] ^ 1, BUNDLE[place] ^ 0x20, BUNDLE[place] ^ 0x80, 0x30}:
            if other != BUNDLE[place]:
                changed = BUNDLE[:place] + bytes([other]) + BUNDLE[place + 1 :]
                assert draw.verify(changed), (place, changed[place - 20 : place + 20])
        assert draw.verify(BUNDLE[:place] + BUNDLE[place + 1 :]), place
        assert draw.verify(BUNDLE[:place] + b" " + BUNDLE[place:]), place
    assert draw.verify(BUNDLE + b"\n")
    assert draw.verify(b"\xef\xbb\xbf" + BUNDLE)


@given(st.binary(max_size=60))
def test_what_is_no_bundle_is_told_and_never_raises(noise):
    assert methods.verify(noise)
    assert methods.verify(BUNDLE[: len(noise)] + noise)


half_a_character = st.characters(categories=["Cs"])
anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | half_a_character,
    lambda some: st.lists(some, max_size=3) | st.dictionaries(st.text(max_size=5), some),
    max_leaves=6,
)


def places_in(value, way=()):
    """The way to every value within."""
    named = isinstance(value, dict)
    for name, item in value.items() if named else enumerate(value):
        yield (*way, name)
        if isinstance(item, dict | list):
            yield from places_in(item, (*way, name))


WAYS = list(places_in(json.loads(BUNDLE)))


@settings(max_examples=300)
@given(st.sampled_from(WAYS), anything)
def test_any_other_value_anywhere_is_told_and_never_raises(way, value):
    given_ = json.loads(BUNDLE)
    at = given_
    for step in way[:-1]:
        at = at[step]
    if at[way[-1]] == value and type(at[way[-1]]) is type(value):
        return
    at[way[-1]] = value
    assert methods.verify(json.dumps(given_).encode())


def forged(**changes):
    """A bundle changed by somebody who knows the digest's rule too."""
    given_ = json.loads(BUNDLE)
    for way, value in changes.items():
        group, name = way.split("__")
        given_[group][name] = value
    del given_["digest"]
    given_["digest"] = sha256(draw.canonical(given_)).hexdigest()
    return draw.canonical(given_)


def test_a_forger_who_knows_the_rules_is_told_what_he_changed():
    assert draw.verify(forged()) == []
    other = VECTOR["dice"][::-1]
    dice = {**EVIDENCE.dice.to_json(), "digits": other}
    assert any("result.seed 不符" in one for one in draw.verify(forged(evidence__dice=dice)))
    assert "承诺值不符" in draw.verify(forged(evidence__secret="11" * 32))[0]
    assert "result.root 不符" in draw.verify(forged(result__root="11" * 32))[0]
    last = VECTOR["ranked"][-1:]
    assert "result.winners[0] 不符" in draw.verify(forged(result__winners=last))[0]
    assert "result.winners 不符" in draw.verify(forged(result__winners=[]))[0]


def test_dice_thrown_before_the_freeze_and_confirmed_before_the_throw_are_told():
    early = replace(EVIDENCE.dice, thrown_at=FROZEN.frozen_at - timedelta(seconds=1))
    content = draw.bundle(FROZEN, replace(EVIDENCE, dice=early))
    assert draw.verify(content) == ["时间不符：骰子早于名单冻结"]
    hasty = replace(EVIDENCE.dice.confirmations[0], at=FROZEN.frozen_at)
    dice = replace(EVIDENCE.dice, confirmations=(hasty,))
    content = draw.bundle(FROZEN, replace(EVIDENCE, dice=dice))
    assert draw.verify(content) == ["时间不符：李放 的确认早于掷骰"]


def test_an_incomplete_bundle_is_told():
    given_ = json.loads(BUNDLE)
    given_["evidence"]["secret"] = None
    assert draw.verify(draw.canonical(given_)) == ["数据不全：缺 secret"]


@pytest.mark.parametrize(
    ("module", "code", "verdict"), [("draw", 0, "全部一致"), ("lowest", 1, "方法不符")]
)
def test_a_stranger_runs_the_files_alone(module, code, verdict, tmp_path):
    for name in ("draw.py", "lowest.py"):
        (tmp_path / name).write_bytes((Path(draw.__file__).parent / name).read_bytes())
    (tmp_path / "draw.json").write_bytes(BUNDLE)
    run = subprocess.run(
        [sys.executable, "-S", f"{module}.py", "draw.json"],  # without what is installed
        cwd=tmp_path,
        env={"PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (code, "")
    assert verdict in run.stdout
