import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import marketplace
from marketplace.conditions import (
    AllOf,
    AnyOf,
    BadTree,
    Category,
    Certificate,
    Facts,
    Person,
    Qualified,
    Requirement,
    Staffed,
    categories_in,
    check,
    eligible,
    parse,
    to_json,
    wording,
)

TODAY = date(2026, 11, 23)
MAPPING = Category("mapping", "测绘资质", ("甲级", "乙级", "丙级"))
ENGINEER = Category("engineer", "造价工程师", ("一级", "二级"))
CATEGORIES = {row.code: row for row in (MAPPING, ENGINEER)}
SEED = json.loads((Path(marketplace.__file__).parent / "data/service-items.json").read_text())


def facts(**changes):
    return Facts(**{"listed": True, "categories": CATEGORIES, **changes})


def only(tree, **changes):
    """The one line that a tree of one condition gives."""
    return check(facts(**changes), Requirement(tree=parse(tree)), TODAY)[-1]


leaves = st.one_of(
    st.builds(
        Qualified,
        st.sampled_from(["mapping", "other"]),
        st.sampled_from(["", "甲级", "乙级", "丙级"]),
        st.sampled_from(["", "工程测量", "海洋测绘"]),
    ),
    st.builds(
        Staffed,
        st.just("engineer"),
        st.sampled_from(["", "一级", "二级"]),
        st.just(""),
        st.integers(1, 3),
    ),
)


def groups(parts):
    some = st.lists(parts, min_size=1, max_size=3).map(tuple)
    return st.builds(AllOf, some) | st.builds(AnyOf, some)


trees = leaves | groups(leaves) | groups(leaves | groups(leaves))
days = st.none() | st.integers(-400, 400).map(lambda days: TODAY + timedelta(days=days))
units = st.builds(
    Certificate,
    st.sampled_from(["mapping", "other"]),
    st.sampled_from(["", "甲级", "乙级", "丙级"]),
    st.sampled_from(["", "工程测量", "工程测量、海洋测绘"]),
    st.just("ZZ1"),
    days,
    st.sampled_from(["pending", "verified", "returned"]),
)
persons = st.builds(
    Person,
    st.booleans(),
    st.lists(
        st.builds(
            Certificate,
            st.just("engineer"),
            st.sampled_from(["一级", "二级"]),
            st.just(""),
            st.just("ZC1"),
            days,
            st.sampled_from(["pending", "verified"]),
        ),
        max_size=2,
    ).map(tuple),
)
agencies = st.builds(
    facts,
    qualifications=st.lists(units, max_size=4).map(tuple),
    people=st.lists(persons, max_size=4).map(tuple),
)


@given(trees)
def test_a_tree_survives_its_json(tree):
    assert parse(json.loads(json.dumps(to_json(tree)))) == tree


@given(agencies, trees)
def test_every_condition_says_something_whatever_the_verdict(agency, tree):
    for line in check(agency, Requirement(tree=tree), TODAY):
        assert line.text
        assert line.reason


@given(agencies, units, trees)
def test_one_more_certificate_never_makes_an_agency_less_eligible(agency, more, tree):
    requirement = Requirement(tree=tree)
    before = eligible(check(agency, requirement, TODAY))
    richer = facts(qualifications=(*agency.qualifications, more), people=agency.people)
    assert eligible(check(richer, requirement, TODAY)) >= before


@given(agencies, trees, st.integers(1, 500))
def test_time_alone_never_makes_an_agency_eligible(agency, tree, days):
    requirement = Requirement(tree=tree)
    now = eligible(check(agency, requirement, TODAY))
    assert eligible(check(agency, requirement, TODAY + timedelta(days=days))) <= now


@given(agencies, st.lists(leaves, min_size=1, max_size=4))
def test_all_means_every_part_and_any_means_one(agency, parts):
    def met(node):
        return eligible(check(agency, Requirement(tree=node), TODAY))

    assert met(AllOf(tuple(parts))) == all(met(part) for part in parts)
    assert met(AnyOf(tuple(parts))) == any(met(part) for part in parts)


@pytest.mark.parametrize(
    ("has", "needed", "ok"),
    [
        ("甲级", "乙级", True),
        ("乙级", "乙级", True),
        ("丙级", "乙级", False),
        ("", "乙级", False),
        ("乙级", "", True),
        ("特级", "乙级", False),
    ],
)
def test_a_level_is_met_by_itself_and_every_higher_one(has, needed, ok):
    row = Certificate("mapping", has, "", "ZZ1")
    assert only({"qualification": "mapping", "level": needed}, qualifications=(row,)).ok is ok


def test_a_certificate_counts_through_the_day_printed_on_it():
    row = Certificate("mapping", "甲级", "", "ZZ1", TODAY)
    tree = {"qualification": "mapping"}
    assert only(tree, qualifications=(row,)).ok
    late = Certificate("mapping", "甲级", "", "ZZ1", TODAY - timedelta(days=1))
    line = only(tree, qualifications=(late,))
    assert not line.ok
    assert "ZZ1" in line.reason
    assert "2026" in line.reason


@pytest.mark.parametrize("state", ["pending", "returned"])
def test_what_is_not_verified_does_not_count(state):
    row = Certificate("mapping", "甲级", "", "ZZ1", None, state)
    assert not only({"qualification": "mapping"}, qualifications=(row,)).ok


def test_a_certificate_of_several_specialties_covers_each():
    row = Certificate("mapping", "甲级", "工程测量、海洋测绘", "ZZ1")
    tree = {"qualification": "mapping", "specialty": "海洋测绘"}
    assert only(tree, qualifications=(row,)).ok
    assert not only({**tree, "specialty": "地图编制"}, qualifications=(row,)).ok


def test_a_person_counts_once_however_many_certificates():
    both = Person(True, (Certificate("engineer", "一级"), Certificate("engineer", "二级")))
    assert not only({"staff": "engineer", "count": 2}, people=(both,)).ok
    assert only({"staff": "engineer", "count": 2}, people=(both, both)).ok


def test_who_is_not_verified_does_not_count():
    person = Person(False, (Certificate("engineer", "一级"),))
    assert not only({"staff": "engineer"}, people=(person,)).ok


def test_items_all_or_any():
    both = (("a", "测绘"), ("b", "审计"))
    agency = facts(items=frozenset({"a"}))
    assert [line.ok for line in check(agency, Requirement(both), TODAY)] == [True, True, False]
    assert eligible(check(agency, Requirement(both, any_item=True), TODAY))
    assert not eligible(check(facts(), Requirement(both, any_item=True), TODAY))


def test_who_is_not_listed_is_not_eligible():
    assert not eligible(check(facts(listed=False), Requirement(), TODAY))


def test_a_demand_in_words():
    tree = parse({"any": [{"qualification": "mapping", "level": "乙级"}, {"staff": "engineer"}]})
    assert "测绘资质" in wording(tree, CATEGORIES)
    assert "造价工程师" in wording(tree, CATEGORIES)
    assert categories_in(tree) == {"mapping", "engineer"}


@pytest.mark.parametrize(
    "tree",
    [
        [],
        {},
        {"all": []},
        {"any": [None]},
        {"qualification": ""},
        {"qualification": "mapping", "count": 2},
        {"qualification": "mapping", "level": 1},
        {"staff": "engineer", "count": 0},
        {"staff": "engineer", "count": True},
        {"staff": "engineer", "count": "2"},
        {"all": [{"staff": "engineer"}], "any": [{"staff": "engineer"}]},
        {"all": [{"all": [{"all": [{"all": [{"staff": "engineer"}]}]}]}]},
    ],
)
def test_what_is_no_tree(tree):
    with pytest.raises(BadTree):
        parse(tree)


@pytest.mark.parametrize("item", SEED["items"], ids=lambda item: item["code"])
def test_the_catalogue_demands_what_its_categories_know(item):
    known = {row["code"]: row for row in SEED["categories"]}

    def leaves_of(node):
        return (
            [leaf for part in node.of for leaf in leaves_of(part)]
            if hasattr(node, "of")
            else [node]
        )

    tree = parse(item["requirement"])
    for leaf in leaves_of(tree) if tree else []:
        category = known[leaf.category]
        assert leaf.level in ("", *category["levels"])
        assert leaf.specialty in ("", *category["specialties"])
        assert category["holder"] == ("person" if isinstance(leaf, Staffed) else "unit")
