from fractions import Fraction
from itertools import combinations_with_replacement, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alliance.voting import Base, Choice, Counts, Outcome, VoteRule, decide, judge, needed

# 《章程》 20(8): more than 2/3 of the units take part; more than half of all who may vote agree.
COUNCIL = VoteRule(quorum=(2, 3), quorum_inclusive=False, base="all")
# 《章程》 29: more than 2/3 of all.
CHANGE = VoteRule(
    quorum=(2, 3), quorum_inclusive=False, majority=(2, 3), majority_inclusive=False, base="all"
)
ALL_RULES = [
    VoteRule(
        quorum=quorum,
        quorum_inclusive=quorum_inclusive,
        majority=majority,
        majority_inclusive=majority_inclusive,
        base=base,
    )
    for quorum in ((1, 2), (2, 3))
    for quorum_inclusive in (True, False)
    for majority in ((1, 2), (2, 3), (3, 4))
    for majority_inclusive in (True, False)
    for base in Base
]
ABSENT = "absent"
PATTERN = (*Choice, ABSENT)


def naive(rule, pattern):
    """Quorate and carried, written down from the charter's words with fractions of whole lists."""
    came = [one for one in pattern if one != ABSENT]
    agreed = [one for one in came if one == "for"]
    whom = {
        "all": list(pattern),
        "present": came,
        "cast": [one for one in came if one in ("for", "against")],
    }[rule.base]

    def reaches(part, whole, share, inclusive):
        if not part or not whole:
            return False
        reached = Fraction(len(part), len(whole))
        return reached >= Fraction(*share) if inclusive else reached > Fraction(*share)

    quorate = reaches(came, pattern, rule.quorum, rule.quorum_inclusive)
    carried = quorate and reaches(agreed, whom, rule.majority, rule.majority_inclusive)
    return quorate, carried


def voted(rule, pattern, names):
    ballots = {name: one for name, one in zip(names, pattern, strict=True) if one != ABSENT}
    outcome = decide(rule, names, ballots)
    return outcome.quorate, outcome.carried


@pytest.mark.parametrize("members", range(1, 10))
def test_every_pattern_of_votes_up_to_9_members_is_decided_as_the_charter_words_it(members):
    names = [f"unit {place}" for place in range(members)]
    seen = 0
    for pattern in product(PATTERN, repeat=members):
        assert voted(COUNCIL, pattern, names) == naive(COUNCIL, pattern), pattern
        seen += 1
    assert seen == 4**members


@pytest.mark.parametrize("rule", ALL_RULES, ids=str)
def test_every_number_of_votes_up_to_9_members_is_decided_by_every_rule(rule):
    for members in range(1, 10):
        names = [f"unit {place}" for place in range(members)]
        for pattern in combinations_with_replacement(PATTERN, members):
            assert voted(rule, pattern, names) == naive(rule, pattern), pattern


@pytest.mark.parametrize(
    ("share", "of", "inclusive", "least"),
    [
        ((2, 3), 12, True, 8),
        ((2, 3), 12, False, 9),
        ((2, 3), 30, True, 20),
        ((2, 3), 30, False, 21),
        ((2, 3), 10, True, 7),
        ((2, 3), 10, False, 7),
        ((1, 2), 11, True, 6),
        ((1, 2), 11, False, 6),
        ((1, 2), 12, True, 6),
        ((1, 2), 12, False, 7),
        ((1, 2), 0, True, 1),
    ],
)
def test_a_strict_share_is_exceeded_and_an_inclusive_one_reached(share, of, inclusive, least):
    assert needed(share, of, inclusive=inclusive) == least


def test_the_majority_of_those_due_counts_the_absent_of_those_present_does_not():
    names = [f"unit {place}" for place in range(12)]
    nine = dict.fromkeys(names[:9], Choice.ABSTAIN) | dict.fromkeys(names[:6], Choice.FOR)
    of_all = decide(COUNCIL, names, nine)
    assert of_all.quorate
    assert not of_all.carried
    assert of_all.numbers == {
        "listed": 12,
        "present": 9,
        "quorum": 9,
        "recused": 0,
        "base": 12,
        "votes": 6,
        "against": 0,
        "abstained": 3,
        "silent": 0,
        "needed": 7,
    }
    of_present = decide(VoteRule(quorum_inclusive=False, base="present"), names, nine)
    assert of_present.carried
    assert of_present.votes_needed == 5


def test_the_recused_count_for_the_quorum_and_not_for_the_majority():
    names = [f"unit {place}" for place in range(12)]
    ballots = dict.fromkeys(names[:6], Choice.FOR)
    outcome = decide(COUNCIL, names, ballots, present=names[:9], recused=[names[8]])
    assert outcome.quorate
    assert (outcome.base, outcome.votes_needed, outcome.carried) == (11, 6, True)
    assert outcome.counts.silent == 2
    away = decide(COUNCIL, names, ballots, present=names[:8], recused=[names[8]])
    assert not away.quorate
    assert not away.carried


def test_nothing_is_carried_where_everybody_is_recused():
    outcome = decide(VoteRule(), ["a", "b"], {}, present=["a", "b"], recused=["a", "b"])
    assert outcome.quorate
    assert not outcome.carried


def test_a_proxy_takes_part_only_with_its_holder():
    rule = VoteRule(quorum=(1, 1), proxies_per_person=1)
    names = ["a", "b", "c"]
    there = decide(rule, names, {"c": Choice.FOR}, present=["a", "b"], proxies={"c": "a"})
    assert there.quorate
    assert there.counts.for_ == 1
    assert not decide(rule, names, {}, present=["b"], proxies={"c": "a"}).quorate


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"ballots": {"d": "for"}}, "not on the list"),
        ({"ballots": {"a": "for"}, "recused": ["a"]}, "recused, and voted"),
        ({"proxies": {"a": "b", "b": "c"}}, "gave a proxy and hold one"),
        ({"proxies": {"a": "a"}}, "gave a proxy and hold one"),
        ({"proxies": {"a": "b"}, "present": ["a", "b"]}, "gave a proxy and came"),
        ({"proxies": {"a": "c", "b": "c"}, "present": ["c"]}, "1 proxies at most"),
        ({"proxies": {"a": "c"}, "ballots": {"a": "for"}}, "absent proxy"),
        ({"ballots": {"a": "perhaps"}}, "perhaps"),
    ],
)
def test_what_the_doors_refuse_is_a_mistake_here(facts, sentence):
    facts = {"ballots": {}} | facts
    with pytest.raises(ValueError, match=sentence):
        decide(VoteRule(proxies_per_person=1), ["a", "b", "c"], **facts)


@pytest.mark.parametrize(
    "facts",
    [
        {"quorum": (0, 3)},
        {"quorum": (4, 3)},
        {"majority": (1, 1)},
        {"majority": (1, 2, 3)},
        {"majority": (0.5, 1)},
        {"base": "some"},
        {"channels": ()},
        {"channels": ("telephone",)},
        {"notice_working_days": -1},
    ],
)
def test_a_rule_that_cannot_be_applied_is_refused(facts):
    with pytest.raises(ValueError, match=r".+"):
        VoteRule(**facts)


@pytest.mark.parametrize("numbers", [(3, 4, 0, 0, 0, 0, 0), (3, 2, 0, 0, 3, 0, 0), (1,) * 7])
def test_counts_that_cannot_be_are_refused(numbers):
    with pytest.raises(ValueError, match="more "):
        Counts(*numbers)


shares = st.tuples(st.integers(1, 9), st.integers(1, 9)).filter(lambda one: one[0] < one[1])
rules = st.builds(
    VoteRule,
    quorum=shares,
    quorum_inclusive=st.booleans(),
    majority=shares,
    majority_inclusive=st.booleans(),
    base=st.sampled_from(Base),
    secret=st.booleans(),
    notice_working_days=st.integers(0, 30),
    proxies_per_person=st.integers(0, 3),
)
patterns = st.lists(st.sampled_from(PATTERN), min_size=1, max_size=60)


@given(rules, patterns)
def test_large_councils_are_decided_as_the_charter_words_it(rule, pattern):
    names = [f"unit {place}" for place in range(len(pattern))]
    assert voted(rule, pattern, names) == naive(rule, pattern)


@given(rules, patterns, st.integers(0, 59))
def test_one_vote_more_in_favour_never_lets_a_motion_fall(rule, pattern, place):
    names = [f"unit {place}" for place in range(len(pattern))]
    better = list(pattern)
    better[place % len(pattern)] = Choice.FOR
    assert voted(rule, pattern, names) <= voted(rule, better, names)


@given(rules, patterns)
def test_rules_and_outcomes_survive_being_written_down(rule, pattern):
    assert VoteRule.from_json(rule.to_json() | {"article": "第二十条"}) == rule
    names = [f"unit {place}" for place in range(len(pattern))]
    ballots = {name: one for name, one in zip(names, pattern, strict=True) if one != ABSENT}
    outcome = decide(rule, names, ballots)
    assert Outcome.from_json(outcome.to_json()) == outcome
    assert judge(rule, outcome.counts) == outcome


def test_an_outcome_that_was_altered_is_noticed():
    written = decide(COUNCIL, ["a", "b"], {"a": Choice.FOR, "b": Choice.FOR}).to_json()
    with pytest.raises(ValueError, match="does not follow"):
        Outcome.from_json(written | {"carried": False})
