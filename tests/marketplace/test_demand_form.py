"""The rows in which the staff writes a demand say the very tree that they show."""

import json
from pathlib import Path

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

import marketplace
from marketplace.conditions import AllOf, AnyOf, Qualified, Staffed, parse, to_json
from marketplace.forms.demand import DemandForm
from marketplace.models import QualificationCategory

SEED = json.loads((Path(marketplace.__file__).parent / "data/service-items.json").read_text())
CATEGORIES = [QualificationCategory(**row) for row in SEED["categories"]]

words = st.text("甲乙丙级工程，·ab", max_size=6)
leaves = st.one_of(
    st.builds(
        Qualified, st.sampled_from(["survey-mapping", "cost-engineer", "gone"]), words, words
    ),
    st.builds(
        Staffed, st.sampled_from(["cost-engineer", "cma", "gone"]), words, words, st.integers(1, 99)
    ),
)


def groups(parts):
    some = st.lists(parts, min_size=1, max_size=3).map(tuple)
    return st.builds(AllOf, some) | st.builds(AnyOf, some)


def nested(leaves):
    twice = leaves | groups(leaves)
    return st.none() | twice | groups(twice) | groups(twice | groups(twice))


trees = nested(leaves)
known = nested(
    st.builds(
        Qualified,
        st.just("survey-mapping"),
        st.sampled_from(["", "甲级", "乙级"]),
        st.sampled_from(["", "工程测量", "海洋测绘"]),
    )
    | st.builds(
        Staffed, st.just("cost-engineer"), st.sampled_from(["", "一级"]), count=st.integers(1, 99)
    )
)


def form_of(data=None, tree=None):
    return DemandForm(data, categories=CATEGORIES, tree=tree)


def sent(tree, **typed):
    """What a browser sends of the form as it is shown, with what somebody `typed`."""
    form = form_of(tree=tree)
    shown = {form[name].html_name: form[name].value() for name in form.fields}
    shown |= {f"demand-{name.replace('_', '-')}": value for name, value in typed.items()}
    return {name: str(value) for name, value in shown.items() if value not in (None, False)}


def answered(tree, **typed):
    return form_of(sent(tree, **typed), tree)


def said(tree, **typed):
    form = answered(tree, **typed)
    assert form.is_valid(), form.errors
    return form.tree()


TWO = {"any": [{"qualification": "cma"}, {"all": [{"staff": "cost-engineer", "count": 2}]}]}


@pytest.mark.parametrize("item", SEED["items"], ids=lambda item: item["code"])
def test_every_item_of_the_catalogue_comes_back_as_it_was(item):
    tree = item["requirement"]
    assert json.dumps(said(tree)) == json.dumps(tree)


@given(trees)
def test_every_tree_comes_back_as_it_was(node):
    tree = to_json(node)
    assert json.dumps(said(tree)) == json.dumps(tree)


@given(known.filter(bool))
def test_a_tree_is_written_from_nothing(node):
    form = form_of(sent(to_json(node)))
    assert form.is_valid(), form.errors
    assert parse(form.tree()) == node


def test_what_is_not_spelt_out_stays_so():
    assert said({"staff": "cma", "level": ""}) == {"staff": "cma", "level": ""}


def test_rows_are_added_in_any_place():
    first = {"qualification": "survey-mapping", "level": "乙级", "specialty": "工程测量"}
    typed = {
        "row_3_what": "qualification:survey-mapping",
        "row_3_level": "乙级",
        "row_3_specialty": "工程测量",
        "row_3_number": "2.2",
        "row_4_what": "staff:registered-surveyor",
    }
    whole = said(TWO, **typed)
    assert whole == {
        "any": [
            TWO["any"][0],
            {"all": [{"staff": "cost-engineer", "count": 2}, first]},
            {"staff": "registered-surveyor", "count": 1},
        ]
    }


def test_more_rows_than_came_with_the_page_are_read():
    assert said(None, row_41_what="qualification:cma") == {"qualification": "cma"}


def test_numbers_are_the_order():
    moved = said(TWO, row_0_number="3")
    assert moved == {"any": TWO["any"][::-1]}


def test_a_row_is_removed_right_or_wrong():
    left = said(TWO, row_0_remove="on", row_0_number="zwei")
    assert left == {"any": TWO["any"][1:]}
    assert said(TWO["any"][0], row_0_remove="on") is None


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"row_0_number": "2"}, "row-1-number", "Another row"),
        ({"row_0_number": "0.1"}, "row-0-number", "Write a number"),
        ({"row_0_number": "1.1.1.1"}, "row-0-number", "Write a number"),
        ({"row_0_number": "7.1"}, "row-0-number", "There is no group 7."),
        ({"row_2_number": "1.1"}, "row-2-number", "Row 1 is no group."),
        ({"row_2_remove": "on"}, "row-1-what", "give a row the number 2.1."),
        ({"row_1_remove": "on"}, "row-2-number", "There is no group 2."),
        ({"row_1_level": "甲级"}, "row-1-level", "A group has none"),
        ({"row_0_count": "2"}, "row-0-count", "Only practitioners"),
        ({"row_2_count": "0"}, "row-2-count", ""),
        ({"row_2_level": "甲级"}, "row-2-level", "Its levels are: 一级、二级."),
        ({"row_0_level": "甲级"}, "row-0-level", "It has no levels."),
        ({"row_0_specialty": "工程测量"}, "row-0-specialty", "Its specialties are"),
        ({"row_3_number": "4"}, "row-3-what", "Choose a certificate"),
        ({"row_3_what": "no"}, "row-3-what", ""),
        ({"row_3_what": "all", "row_3_number": "2.2.1"}, "row-3-what", "as deep as this"),
        ({"joined": ""}, "joined", "Say whether all"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field_and_stays(typed, field, sentence):
    form = answered(TWO, **typed)
    with override("en"):
        assert not form.is_valid()
        assert sentence in form.errors[field][0]
    for name, value in typed.items():
        assert str(form[name.replace("_", "-")].value()) == {"on": "True"}.get(value, value)


def test_what_the_lists_lack_is_offered_where_it_is_written():
    tree = {"qualification": "gone", "level": "特级", "specialty": "水利"}
    form = form_of(tree=tree)
    for name in ("what", "level", "specialty"):
        assert " selected" in str(form[f"row-0-{name}"])
    assert said(tree) == tree


def test_without_a_row_the_question_how_they_count_has_one_answer():
    removed = {f"row_{row}_remove": "on" for row in range(3)}
    assert list(answered(TWO, **removed).errors) == ["joined"]
    assert said(TWO, **removed, joined="") is None
