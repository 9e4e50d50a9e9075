from datetime import date
from decimal import Decimal

import pytest
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st

from search import needs, query
from search.query import BANDS, FACETS, Query, Term, parse

unhurried = settings(deadline=None)  # dictionaries are loaded at the first call
ANY = st.text(max_size=60)
TYPED = st.lists(
    st.sampled_from(
        [
            "环评",
            "-监理",
            "“造价 咨询”",
            "标题:测绘",
            "GXDD-2026-1",
            "类别:订单",
            '"',
            "-",
            "：",
            "“",
        ]
    )
    | ANY,
    max_size=6,
).map(" ".join)
VALUES = st.dictionaries(
    st.sampled_from(FACETS), st.lists(st.text("abc-12", min_size=1, max_size=6), max_size=3)
)


def naming(name: str, said: str) -> str:
    return "order" if (name, said) == ("kind", "订单") else ""


@unhurried
@given(TYPED, VALUES, st.sampled_from(query.SORTS))
def test_a_query_is_kept_and_comes_back(text, filters, sort):
    asked = parse(text, filters, sort=sort, naming=naming)
    assert Query.from_json(asked.to_json()) == asked


@unhurried
@given(TYPED, VALUES)
def test_an_address_leads_back_to_its_query(text, filters):
    asked = parse(text, filters, naming=naming)
    address = QueryDict(asked.to_url())
    assert query.from_url(dict(address.lists())) == asked


@unhurried
@given(TYPED)
def test_nothing_that_is_typed_breaks_it(text):
    asked = parse(text, naming=naming)
    assert len(asked.terms) <= query.MOST
    for step in (asked.expanded([("环评", "环境影响评价")]), asked.by_sound(), asked):
        if step is not None:
            needs.of(step)
            step.candidates()


def test_words_phrases_fields_and_what_is_left_out():
    asked = parse("环评 “造价 咨询” -监理 标题:测绘")
    assert asked.terms == (
        Term("环评"),
        Term("造价 咨询", in_order=True),
        Term("测绘", field="title"),
    )
    assert asked.without == (Term("监理"),)
    assert parse("2025-01-02").terms == (Term("2025-01-02"),)
    assert parse("未知:环评").terms == (Term("未知 环评"),)


def test_a_facet_among_the_words_moves_to_the_filters():
    asked = parse("类别:订单 监理", naming=naming)
    assert asked.filters == {"kind": ("order",)}
    assert asked.text == "监理"
    assert asked.without_facet("kind").filters == {}
    assert parse("类别:不明 监理", naming=naming).terms == (Term("类别 不明"), Term("监理"))


def test_conditions_are_added_and_dropped():
    asked = parse("环评 章贡区", {"kind": ["order", "notice"], "region": ["360702"]}, page=4)
    assert asked.without_facet("kind", "order").filters["kind"] == ("notice",)
    assert "kind" not in asked.without_facet("kind").filters
    assert asked.without_facet("region", "360702").page == 1
    assert asked.without_term(0).text == "章贡区"
    assert asked.with_facet("kind", "order") == parse(
        "环评 章贡区", {"kind": ["order", "notice"], "region": ["360702"]}
    )


def test_synonyms_stand_beside_the_word_and_within_it():
    groups = [("环评", "环境影响评价"), ("epc", "总承包")]
    one, other = parse("环评报告 EPC").expanded(groups).terms
    assert one.others == ("环境影响评价报告",)
    assert other.others == ("总承包",)
    assert parse("epcam “环评”").expanded(groups).terms[0].others == ()
    assert parse("“环评”").expanded(groups).terms[0].others == ()


def test_what_is_typed_by_its_sound_reaches_synonyms():
    wider = parse("huanping").by_sound([("环评", "环境影响评价")])
    assert wider.terms[0].others == ("环评", "环境影响评价")
    assert parse("“huanping”").by_sound() is None
    assert parse("2026").by_sound() is None


def test_mistyped_words_are_replaced_whole_codes_first():
    asked = parse("GXLM-00002 jsno")
    known = {"gxlm00002": "gxlm0002", "00002": "00003", "jsno": "json"}
    assert set(asked.candidates()) >= set(known)
    assert asked.corrected(known).text == "gxlm0002 json"


@pytest.mark.parametrize(
    ("amount", "name"),
    [("0", "under-50k"), ("49999.99", "under-50k"), ("50000", "50k-200k"), ("1000000", "1m-up")],
)
def test_an_edge_belongs_to_the_band_above(amount, name):
    assert query.band(Decimal(amount)) == name
    assert name in BANDS


def test_a_period_of_days_ends_today():
    assert query.since("week", date(2026, 11, 24)) == date(2026, 11, 18)
    with pytest.raises(KeyError):
        query.since("century", date(2026, 11, 24))


def test_a_facet_value_that_can_be_no_token_finds_nothing():
    asked = needs.of(parse("", {"kind": ["a b", "order"]}))
    assert asked.marks == ((needs.NOWHERE, "kind:order"),)
