import json
from decimal import Decimal
from hashlib import sha256

import pytest
from django.utils.translation import gettext_lazy
from hypothesis import given
from hypothesis import strategies as st

from core.audit import canonical
from core.paper import (
    Checks,
    Fields,
    Form,
    Heading,
    Paper,
    Paragraph,
    Signatures,
    Table,
)

text = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20)
blocks = st.one_of(
    st.builds(Heading, text, st.sampled_from([1, 2])),
    st.builds(Paragraph, text, st.booleans()),
    st.builds(Fields, st.lists(st.tuples(text, text), max_size=3).map(tuple)),
    st.builds(Checks, st.lists(st.tuples(st.booleans(), text), max_size=3).map(tuple)),
    st.builds(
        lambda cells: Form(((*cells, "类别", Checks(((True, "甲"),))),)), st.tuples(text, text)
    ),
    st.builds(
        lambda rows: Table(("甲", "乙"), rows, ("left", "right")),
        st.lists(st.tuples(text, text), max_size=3).map(tuple),
    ),
    st.builds(Signatures, st.lists(st.tuples(text, text), max_size=3).map(tuple)),
)
papers = st.builds(Paper, text, st.lists(blocks, max_size=5).map(tuple), text)


@given(papers)
def test_a_paper_comes_back_from_its_json_with_the_same_digest(paper):
    again = Paper.from_json(json.loads(json.dumps(paper.to_json())))
    assert again == paper
    assert again.digest() == paper.digest()


@given(papers)
def test_the_digest_is_of_the_canonical_text_that_events_use(paper):
    assert paper.digest() == sha256(canonical(paper.to_json()).encode()).hexdigest()


def test_the_digest_of_a_known_paper_never_changes():
    paper = Paper("中选公告", (Heading("一、项目"), Paragraph("甲")), "GXZX-2026-00001")
    assert paper.digest() == "17fee4bc5051d3e5a409b885919747189623664dc242e8a1bd079a35abe1000c"


def test_one_changed_character_changes_the_digest():
    paper, other = (Paper("公告", (Paragraph(text),)) for text in ("壹万元", "贰万元"))
    assert paper.digest() != other.digest()


@pytest.mark.parametrize("value", [Decimal(1), None, gettext_lazy("e-mail")])
def test_only_finished_text_is_taken(value):
    with pytest.raises(TypeError, match="finished text"):
        Fields((("金额", value),))


@pytest.mark.parametrize(
    "broken",
    [
        lambda: Heading("一", 3),
        lambda: Table(("甲", "乙"), (("一",),)),
        lambda: Table(("甲",), (), ("middle",)),
        lambda: Form((("单位名称",),)),
        lambda: Fields((("甲", "乙", "丙"),)),
    ],
)
def test_a_block_of_a_wrong_shape_is_not_made(broken):
    with pytest.raises(ValueError, match=r"level|cells|align|pairs|label"):
        broken()


def test_a_paper_is_made_of_blocks():
    with pytest.raises(TypeError, match="made of blocks"):
        Paper("公告", ("一段文字",))


def test_the_words_of_a_paper_can_be_searched():
    paper = Paper(
        "公告",
        (Table(("机构",), (("云江某某公司",),)), Form((("类别", Checks(((True, "会员"),))),))),
    )
    assert paper.text().split("\n") == ["公告", "机构", "云江某某公司", "类别", "会员"]
