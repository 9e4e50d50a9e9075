from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.drafting import Stage, draft, names, period, priced
from core.money import split
from core.paper import Table

BODY = [
    {"kind": "heading", "text": "一、{subject}", "level": 1},
    {"kind": "fields", "rows": [["编号", "{number}"]]},
    {"kind": "stages"},
    {"kind": "paragraph", "text": "{text}", "indent": True},
]
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(words, words)
def test_a_value_is_never_read_as_a_name(text, number):
    paper = draft(
        BODY,
        title="合同",
        values={"subject": "{number}", "number": number, "text": text},
        stages=[Stage("初稿", 5, Decimal("1.00"))],
    )
    assert paper.blocks[0].text == "一、{number}"
    assert paper.blocks[1].rows == (("编号", number),)
    assert paper.blocks[3].text == text


def test_the_stages_stand_where_the_template_says_with_their_periods_and_shares():
    stages = [Stage("初稿", 5, Decimal("1.00")), Stage("终稿", 3, Decimal("2345.60"), "报告", True)]
    values = {"subject": "服务", "number": "1", "text": ""}
    table = draft(BODY, title="合同", values=values, stages=stages).blocks[2]
    assert isinstance(table, Table)
    assert table.rows == (
        ("1", "初稿", "合同生效后 5 日", "¥1.00"),
        ("2", "终稿\n报告", "合同生效后 3 个工作日", "¥2,345.60"),
    )


def test_a_name_without_a_value_is_a_bug():
    with pytest.raises(KeyError):
        draft(BODY, title="合同", values={"subject": "", "number": ""}, stages=[])
    assert names(BODY) == {"subject", "number", "text"}
    assert period(1, in_working_days=False) == "合同生效后 1 日"


@given(
    st.decimals("0.01", "99999999", places=2),
    st.lists(st.integers(1, 100), min_size=1, max_size=6),
)
def test_shares_of_the_price_add_up_to_the_fen(amount, weights):
    assert sum(split(amount, weights)) == amount


def test_milestones_bear_their_percent_of_the_price_to_the_fen():
    stages = [
        {"title": "初稿", "days": 10, "percent": "33.33"},
        {"title": "终稿", "days": "30", "percent": "66.67"},
    ]
    assert priced(stages, Decimal("100.01")) == [
        Stage("初稿", 10, Decimal("33.33")),
        Stage("终稿", 30, Decimal("66.68")),
    ]
