from decimal import Decimal
from io import BytesIO

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from procurement import comparison, importing
from procurement.checker import WEIGHTS, Rule, check, faults, shipped
from procurement.document import Document, Items, Paragraph, Section, Subheading, Table, numeral
from procurement.proposals import Entry, Part, Standards, propose, splitting
from tests.procurement import writing

FIGURES = Standards("目录", "文件", Decimal(500_000), Decimal(2_000_000))
words = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=20)
blocks = st.one_of(
    st.builds(Paragraph, words),
    st.builds(Subheading, words),
    st.builds(Items, st.lists(words, max_size=3).map(tuple)),
    st.builds(
        lambda head, body: Table(head, tuple(body)),
        st.tuples(words, words),
        st.lists(st.tuples(words, words), max_size=3),
    ),
)
sections = st.lists(blocks, max_size=4).map(tuple)


def with_text(text):
    return Document((Section("content", "内容", (Paragraph(text),)),))


@pytest.mark.parametrize("rule", shipped(), ids=lambda rule: rule.name)
def test_each_rule_finds_its_sentence_and_leaves_the_other(rule):
    assert rule.weight in WEIGHTS
    assert rule.article
    assert rule.why
    assert [one.sentence for one in check(with_text(rule.trips), [rule])] == [rule.trips]
    assert not check(with_text(rule.passes), [rule])
    assert faults(rule) == []


def test_there_are_at_least_25_rules_each_named_once():
    assert len(shipped()) >= 25
    assert len({rule.name for rule in shipped()}) == len(shipped())


def test_no_rule_finds_anything_in_a_clean_need():
    assert check(writing.document(), shipped()) == []


@pytest.mark.parametrize("sentence", ["不得要求供应商的注册资本。", "不要求供应商具有市场份额。"])
def test_a_sentence_that_demands_nothing_is_left(sentence):
    assert not check(with_text(sentence), shipped())


def test_a_condition_split_over_the_cells_of_a_row_is_found():
    table = Table(("条件", "要求"), (("注册资本", "不少于500万元"),))
    document = Document((Section("qualifications", "资格", (table,)),))
    (found,) = check(document, shipped())
    assert found.excerpt == "注册资本"
    assert found.around == ("", "注册资本", "，不少于500万元")


def test_a_broken_rule_is_told():
    rule = Rule("r", "t", "a", "w", "caution", ("(",), "x", "y")
    assert faults(rule) == ["pattern"]
    assert faults(Rule("r", "t", "a", "w", "caution", ("x",), "y", "x")) == ["trips", "passes"]


@given(sections)
def test_a_document_comes_back_from_its_json(of):
    document = Document((Section("content", "内容", of),))
    assert Document.from_json(document.to_json()) == document


@given(sections, sections)
def test_a_comparison_loses_no_word_of_either(old, new):
    before = Document((Section("content", "内容", old),))
    after = Document((Section("content", "内容", new),))
    pieces = [
        piece
        for section in comparison.compare(before, after)
        for block in section.blocks
        for line in block.lines
        for piece in line
    ]
    for document, dropped in ((before, "added"), (after, "removed")):
        kept = "".join(piece.text for piece in pieces if piece.change != dropped)
        lines = [one for block in document["content"].blocks for one in comparison._lines(block)]
        assert sorted(kept) == sorted("".join(lines))


def test_words_that_changed_are_told_apart():
    pieces = comparison.words("并发用户不少于500个", "并发用户不少于800个")
    assert [(one.change, one.text) for one in pieces] == [
        ("same", "并发用户不少于"),
        ("removed", "500"),
        ("added", "800"),
        ("same", "个"),
    ]


@pytest.mark.parametrize(("number", "shown"), [(1, "一"), (10, "十"), (12, "十二"), (20, "二十")])
def test_sections_are_numbered_in_chinese(number, shown):
    assert numeral(number) == shown


@pytest.mark.parametrize(
    ("budget", "form", "method"),
    [
        ("499999.99", "outside", "inquiry"),
        ("500000", "dispersed", "inquiry"),  # 以上 holds the number itself
        ("1999999.99", "dispersed", "inquiry"),
        ("2000000", "dispersed", "open-tender"),
    ],
)
def test_limits_hold_their_own_number(budget, form, method):
    found = propose("goods", Decimal(budget), FIGURES, None)
    assert (found.form, found.method) == (form, method)
    assert all(reason.text for reason in found.reasons)


def test_what_the_catalogue_names_is_procured_centrally():
    entry = Entry("A02", "计算机", "central", Decimal(100_000))
    assert propose("goods", Decimal(100_000), FIGURES, entry).form == "central"
    assert propose("goods", Decimal(99_999), FIGURES, entry).form == "outside"


def test_without_figures_nothing_is_guessed():
    assert propose("goods", Decimal(1), None, None).method == ""
    unknown = Standards("目录", "文件", None, None)
    found = propose("goods", Decimal(1), unknown, None)
    assert (found.form, found.method) == ("", "")


@given(st.lists(st.integers(1, 3_000_000), max_size=5))
def test_splitting_is_told_exactly_where_parts_evade_a_limit(amounts):
    parts = [Part(str(n), "", Decimal(amount)) for n, amount in enumerate(amounts)]
    found = splitting(parts, FIGURES)
    evaded = [
        limit
        for limit in (2_000_000, 500_000)
        if sum(amounts) >= limit and all(amount < limit for amount in amounts)
    ]
    assert (found.limit if found else None) == (Decimal(evaded[0]) if evaded else None)


def word(*lines, table=None, picture=False):
    made = docx.Document()
    for style, text in lines:
        made.add_paragraph(text, style=style)
    if table:
        grid = made.add_table(len(table), len(table[0]))
        for row, texts in enumerate(table):
            for column, text in enumerate(texts):
                grid.cell(row, column).text = text
        if picture:
            grid.cell(0, 0).merge(grid.cell(0, 1))
    kept = BytesIO()
    made.save(kept)
    return kept.getvalue()


def test_a_word_document_becomes_sections():
    content = word(
        (None, "一、项目背景"),
        (None, "系统使用已满六年。"),
        ("Heading 1", "采购内容"),
        ("List Bullet", "受理"),
        ("List Bullet", "审批"),
        (None, "（一）性能"),
        ("Heading 1", "应急响应"),
        (None, "两小时内到达。"),
        table=[["名称", "数量"], ["平台", "1套"]],
    )
    read = importing.read(content)
    document = read.document
    assert document["background"].blocks == (Paragraph("系统使用已满六年。"),)
    assert document["content"].blocks == (Items(("受理", "审批")), Subheading("性能"))
    assert document["own-1"].title == "应急响应"
    assert document["own-1"].blocks[-1] == Table(("名称", "数量"), (("平台", "1套"),))
    assert [(one.kind, one.near) for one in read.remarks] == [("unnamed", "应急响应")]


def test_what_was_not_understood_is_told():
    read = importing.read(word((None, "采购内容"), table=[["甲", "乙"], ["1", "2"]], picture=True))
    assert [one.kind for one in read.remarks] == ["merged"]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no document"])
def test_what_is_no_word_document_is_unreadable(content):
    with pytest.raises(importing.Unreadable):
        importing.read(content)
