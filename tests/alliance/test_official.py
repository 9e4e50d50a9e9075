import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from alliance import official
from alliance.official import APPLICATION, FOUNDING, KEYS, PROFILE
from tests.alliance import applying


def right(key, **changes):
    form = official.load(key)
    return form, official.normal(form, {**applying.VALUES[key], **changes})


def told(form, values):
    return {(fault.field, fault.row) for fault in official.faults(form, values)}


@pytest.mark.parametrize("key", KEYS)
def test_a_form_filled_in_rightly_has_no_fault(key):
    assert official.faults(*right(key)) == []


@pytest.mark.parametrize("key", KEYS)
def test_an_empty_form_lacks_every_required_field_and_nothing_else(key):
    form = official.load(key)
    empty = official.normal(form, {})
    lacking = {field.name for field in official.missing(form, empty)}
    assert lacking == {field.name for field in form.applicant_fields() if field.required}
    assert {name for name, _row in told(form, empty)} == lacking


@pytest.mark.parametrize("key", KEYS)
def test_the_grid_of_a_form_shows_every_field(key):
    form = official.load(key)
    cells = [cell for row in form.rows for cell in row["cells"]]
    shown = {
        cell[name]
        for cell in cells
        for name in ("label", "value", "options", "list")
        if name in cell
    }
    lines = " ".join(str(cell.get("line", "")) for cell in [*cells, *form.above])
    written = {one.write_in for field in form.fields.values() for one in field.options}
    for field in form.fields.values():
        table = field.kind == "table"
        assert field.name in shown | written or f"{{{field.name}}}" in lines or table, field.name


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("postcode", "5283"),
        ("email", "lijing"),
        ("phone", "12"),
        ("staff", "many"),
        ("patents_design", "1.5"),
        ("capital", "-1"),
        ("capital", "1.23456"),
        ("debt_ratio", "123456789"),
        ("high_tech_on", "2023-13-01"),
        ("nature", "unheard-of"),
        ("strengths", "长" * 401),
        ("researchers", "287"),  # more than all
        ("research_share", "12"),  # the figures say 10
        ("nature_other", ""),  # chosen, not written out
        ("platform_provincial", ""),
        ("high_tech_on", ""),
        ("standard_names", ""),
    ],
)
def test_each_kind_of_fault_is_told_at_its_field(name, typed):
    form, values = right(PROFILE, **{name: typed})
    assert told(form, values) == {(name, None)}


def test_a_table_tells_the_row_and_how_many_it_needs():
    products = [{"product": "甲"}, {"share_domestic": "9"}]
    form, values = right(PROFILE, products=products)
    assert told(form, values) == {("products", 1)}
    form, values = right(FOUNDING, units=[{"name": "甲"}] * 9)
    (fault,) = official.faults(form, values)
    assert (fault.field, fault.row) == ("units", None)
    assert "9" in fault.text
    assert "10" in fault.text


def test_numbers_are_kept_in_one_shape():
    _form, values = right(PROFILE, capital="5,000.50", debt_ratio="38.20%", staff="286")
    assert (values["capital"], values["debt_ratio"]) == ("5000.5", "38.2")


def test_what_is_written_beside_a_box_goes_with_the_box():
    _form, values = right(PROFILE, nature="limited")
    assert values["nature_other"] == ""


def test_versions_are_compared_field_by_field():
    form, old = right(PROFILE)
    _form, new = right(PROFILE, sales="21360", standards=["national", "industry"], products=[])
    changes = official.compare(form, old, new)
    assert [one.field for one in changes] == ["sales", "standards", "products"]
    assert (changes[1].old, changes[1].new) == ("国家标准", "国家标准、行业标准")
    assert changes[2].old.startswith("1. 一门式综合受理平台，市场占有率：国内 12.5%")
    assert official.compare(form, old, old) == []


def test_an_unknown_form_is_none():
    with pytest.raises(KeyError):
        official.load("unheard-of")


words = st.text("甲乙1２,.%-\n ", max_size=12)
raw = st.one_of(st.none(), words, st.integers(), st.lists(words, max_size=3))


@example({"products": 1})
@given(st.dictionaries(st.sampled_from(sorted(official.load(PROFILE).fields)), raw))
def test_normal_values_stay_as_they_are_and_are_always_judged(typed):
    form = official.load(PROFILE)
    once = official.normal(form, typed)
    assert official.normal(form, once) == once
    assert set(once) == {field.name for field in form.applicant_fields()}
    for fault in official.faults(form, once):
        assert fault.text
    assert official.compare(form, once, once) == []


@given(st.decimals(min_value=0, max_value=10**8, places=4))
def test_a_money_field_takes_any_amount_it_can_print(amount):
    form, values = right(PROFILE, capital=amount)
    assert told(form, values) == set()
    assert official.Decimal(values["capital"]) == amount


def test_the_application_knows_a_mobile_number():
    form, values = right(APPLICATION, mobile="12900000001")
    assert told(form, values) == {("mobile", None)}
