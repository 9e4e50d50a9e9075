"""The printed forms beside the text of the originals, which the client handed over."""

import re
from datetime import date
from pathlib import Path

import pytest

from alliance import forms_pdf, official
from alliance.forms_pdf import Foot, Sheet
from alliance.official import APPLICATION, FOUNDING, KEYS, PROFILE
from tests.alliance import applying
from tests.core.test_pdf import needs_fonts, tool

pytestmark = needs_fonts
ORIGINALS = {
    key: (Path(__file__).parent / "originals" / f"{key}.txt").read_text(encoding="utf-8")
    for key in KEYS
}


def text(pdf: bytes) -> str:
    return tool("pdftotext", "-raw", "-", "-", data=pdf)


def bare(words: str) -> str:
    """Without blanks, boxes and lines to write on, and with one kind of each sign."""
    words = re.sub(r"[\s　_□☐☑—]+", "", words)
    return words.translate(str.maketrans("．:()", ".：（）"))


def empty(key: str) -> bytes:
    return forms_pdf.draw(Sheet(official.load(key)))


@pytest.mark.parametrize("key", KEYS)
def test_every_heading_and_label_stands_in_the_order_of_the_original(key):
    printed = bare(text(empty(key)))
    place = 0
    for line in filter(None, map(bare, ORIGINALS[key].splitlines())):
        found = printed.find(line, place)
        assert found >= 0, (
            f"{line} is not printed, or too early, after {printed[place - 20 : place]}"
        )
        place = found + len(line)


@pytest.mark.parametrize("key", KEYS)
def test_nothing_stands_on_the_empty_form_that_the_original_has_not(key):
    printed = bare(text(empty(key)))
    for line in map(bare, ORIGINALS[key].splitlines()):
        printed = printed.replace(line, "", 1) if line else printed
    left = re.sub(r"第\d+页，共\d+页", "", printed)
    # The client's copy of one form breaks off within 股份有限.
    assert left == ("限" if key == PROFILE else "")


@pytest.mark.parametrize("key", KEYS)
def test_an_empty_form_is_one_page_and_the_same_bytes_every_time(key):
    assert "共 1 页" in text(empty(key))
    assert empty(key) == empty(key)


@pytest.mark.parametrize("key", KEYS)
def test_everything_filled_in_is_printed(key):
    form = official.load(key)
    values = official.normal(form, applying.VALUES[key])
    printed = bare(text(forms_pdf.draw(Sheet(form, values))))
    for field in form.applicant_fields():
        if field.kind == "table":
            for row in values[field.name]:
                for column in field.columns:
                    assert bare(official.shown(column, row.get(column.name, ""))) in printed
        elif field.kind not in ("choice", "choices"):
            assert bare(official.shown(field, values[field.name])) in printed, field.name


def test_a_ticked_box_is_drawn_otherwise():
    form = official.load(APPLICATION)
    values = official.normal(form, applying.APPLICATION)
    ticked = forms_pdf.draw(Sheet(form, values))
    other = forms_pdf.draw(Sheet(form, {**values, "unit_type": "university"}))
    assert bare(text(ticked)) == bare(text(other))
    assert ticked != other


def test_the_forms_of_an_alliance_bear_its_name_and_the_foot_the_digest():
    words = {"alliance": "云江市智慧水务联盟", "union": "云江市智慧水务联盟", "office": "秘书处"}
    words["numbering_office"] = "秘书处"
    sheets = [
        Sheet(official.load(key), applying.VALUES[key], words, {"number": "GXLM-2020-001-SQ0001"})
        for key in (APPLICATION, PROFILE)
    ]
    foot = Foot("ab" * 32, "https://gongxin.example/desk/", "与第 1 版内容一致。")
    printed = bare(text(forms_pdf.draw(*sheets, foot=foot)))
    assert "云江市智慧水务联盟成员情况表（企业）" in printed
    assert "云江市智慧水务联盟会员入盟申请表" in printed
    assert "编号：GXLM-2020-001-SQ0001" in printed
    assert printed.count("ab" * 32) == 2
    assert "从化" not in printed
    assert "广东省一门式" not in printed


def test_long_lists_go_on_upon_further_pages():
    form = official.load(FOUNDING)
    units = [{"name": f"第{place}号发起单位有限公司"} for place in range(1, 61)]
    values = {**applying.FOUNDING, "units": units, "filled_on": date(2026, 9, 20).isoformat()}
    printed = text(forms_pdf.draw(Sheet(form, values)))
    assert "60.第60号发起单位有限公司" in printed
    assert printed.index("26.第26号") < printed.index("27.第27号") < printed.index("60.第60号")


def test_more_products_than_the_paper_prints_get_rows_of_their_own():
    form = official.load(PROFILE)
    products = [{"product": f"产品{place}"} for place in range(1, 8)]
    printed = bare(text(forms_pdf.draw(Sheet(form, {**applying.PROFILE, "products": products}))))
    assert "7：产品7" in printed
