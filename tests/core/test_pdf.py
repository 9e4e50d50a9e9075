import os
import re
import shutil
import subprocess
from io import BytesIO

import pikepdf
import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from core import pdf
from core.paper import Checks, Fields, Form, Heading, Paper, Paragraph, Signatures, Table

SERVICES = os.environ.get("REQUIRE_SERVICES") == "1"
HOSTILE = '<b>不是标记</b> &amp; <img src="file:///etc/passwd"/> {{ 7*7 }} \\(1\\)'

needs_fonts = pytest.mark.skipif(
    not SERVICES and not (settings.PAPER_FONTS / "NotoSansSC-Regular.ttf").exists(),
    reason="the assets are not built",
)


def tool(*command: str, data: bytes) -> str:
    """What one of poppler's or qpdf's programs says about the PDF."""
    if not shutil.which(command[0]) and not SERVICES:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run(command, input=data, capture_output=True, check=True)
    return done.stdout.decode()


def paper(rows: int = 3, words: str = "服务金额为壹万元整。") -> Paper:
    return Paper(
        "青屿区农村供水水质检测服务采购公告",
        (
            Heading("一、项目概况"),
            Heading("（一）要素", 2),
            Paragraph(words),
            Fields((("项目业主", "青屿区水务局"), ("说明", HOSTILE))),
            Form(
                (("单位", "甲", "性质", ""), ("类别", Checks(((True, "会员"), (False, "观察员")))))
            ),
            Table(
                ("序号", "机构", "报价"),
                tuple((str(row), "云江某某公司", "") for row in range(rows)),
                ("center", "left", "right"),
            ),
            Table(("空表",), ()),
            Checks(((True, "已阅读"),)),
            Signatures((("青屿区水务局", "2026年11月12日"),)),
            Signatures((("甲方：",), ("乙方：",))),
        ),
    )


def frame(of: Paper) -> pdf.Frame:
    return pdf.Frame(
        "GXGG-2026-00001", of.digest(), "http://127.0.0.1/verify/GXGG-2026-00001/", "公告", "水务局"
    )


def drawn(of: Paper) -> bytes:
    return pdf.draw(of, frame(of))


def text(data: bytes) -> str:
    return tool("pdftotext", "-", "-", data=data)


pytestmark = needs_fonts


def test_a_paper_is_drawn_as_the_same_bytes_each_time():
    assert drawn(paper()) == drawn(paper())
    assert drawn(paper()) != drawn(paper(words="服务金额为贰万元整。"))


def test_every_font_is_embedded():
    lines = tool("pdffonts", "-", data=drawn(paper(rows=60))).splitlines()[2:]
    assert lines
    assert all("NotoSansSC" in line for line in lines)
    assert all(re.search(r" yes yes yes ", line) for line in lines)


def test_the_file_is_sound(tmp_path):
    file = tmp_path / "paper.pdf"
    file.write_bytes(drawn(paper()))
    assert "No syntax or stream encoding errors" in tool("qpdf", "--check", str(file), data=b"")


def test_user_text_is_shown_as_it_was_written():
    assert "<b>不是标记</b> &amp; <img" in text(drawn(paper())).replace("\n", " ")


def test_rare_characters_of_names_can_be_copied_out():
    """U+2CB2D: ReportLab alone maps it to another character."""
    assert "王𬭚堃、喆䶮、〇" in text(drawn(paper(words="联系人：王𬭚堃、喆䶮、〇。")))


def test_each_page_bears_number_page_digest_and_address():
    of = paper(rows=90)
    pages = text(drawn(of)).split("\f")[:-1]
    assert len(pages) > 2
    for number, page in enumerate(pages, 1):
        assert "编号：GXGG-2026-00001" in page
        assert f"第 {number} 页，共 {len(pages)} 页" in page
        assert of.digest() in page
        assert "http://127.0.0.1/verify/GXGG-2026-00001/" in page


def test_the_head_of_a_table_is_repeated_on_each_page():
    pages = text(drawn(paper(rows=90))).split("\f")[:-1]
    assert all("机构" in page for page in pages[:3])


@pytest.mark.parametrize("lines", range(22, 34))
def test_nobody_signs_on_a_page_that_says_nothing(lines):
    text = [Paragraph("按公告执行。") for _ in range(lines)]
    signed = Signatures((("青屿区水务局", "2026年11月12日"),))
    last = (Heading("九、地点"), Paragraph("第二开标室"), signed)
    file = drawn(Paper("采购公告", (*text, *last)))
    pages = tool("pdftotext", "-layout", "-", "-", data=file).split("\f")
    (page,) = (one for one in pages if "2026年11月12日" in one)
    assert "九、地点" in page
    assert "第二开标室" in page


@pytest.mark.parametrize("lines", range(22, 34))
def test_a_short_table_is_not_broken_and_its_heading_stays_with_it(lines):
    text = [Paragraph("按公告执行。") for _ in range(lines)]
    table = Table(("序号", "机构"), tuple((str(row), f"第{row}家") for row in range(4)))
    file = drawn(Paper("采购公告", (*text, Heading("二、名单"), table)))
    pages = tool("pdftotext", "-layout", "-", "-", data=file).split("\f")
    (page,) = (one for one in pages if "二、名单" in one)
    assert all(f"第{row}家" in page for row in range(4))


FOLLOWING = {
    "long table": Table(("序号", "机构"), tuple((str(row), f"第{row}家") for row in range(30))),
    "long form": Fields(tuple((f"第{row}家", "甲\n乙\n丙") for row in range(30))),
    "tall rows": Fields((("第0家", "甲\n" * 29), ("第1家", "乙\n" * 29))),
    "long text": Paragraph("第0家" + "按公告执行。" * 900),
    "boxes": Checks(((True, "第0家"),)),
}


@pytest.mark.parametrize("name", FOLLOWING)
def test_no_heading_stands_alone_at_the_foot_of_a_page(name):
    heads = (Heading("七、名单"), Heading("（一）入围", 2))
    for lines in range(18, 36):
        before = [Paragraph("按公告执行。") for _ in range(lines)]
        file = drawn(Paper("采购公告", (*before, *heads, FOLLOWING[name])))
        pages = tool("pdftotext", "-layout", "-", "-", data=file).split("\f")
        (page,) = (one for one in pages if "七、名单" in one)
        assert "第0家" in page.partition("（一）入围")[2]


@pytest.mark.parametrize("name", ["long table", "long form", "long text"])
def test_what_may_be_parted_begins_below_its_heading_and_not_on_a_new_page(name):
    before = [Paragraph("按公告执行。") for _ in range(12)]
    file = drawn(Paper("采购公告", (*before, Heading("七、名单"), FOLLOWING[name])))
    first, second, *_ = tool("pdftotext", "-layout", "-", "-", data=file).split("\f")
    assert "第0家" in first.partition("七、名单")[2]
    assert second.strip()


def test_no_line_begins_with_a_closing_mark():
    lines = text(drawn(paper(words="服务，金额。" * 200))).splitlines()
    assert not [line for line in lines if line and line[0] in "，。"]


@pytest.mark.parametrize(
    "block",
    [
        Paragraph("很长" * 20_000),
        Paragraph("很长\n" * 300),
        Fields((("说明", "很长" * 4_000),)),
        Form((("甲", "乙", "丙", "丁"), ("说明", "很长" * 4_000))),
        Table(("甲", "乙"), (("很长" * 4_000, "短"),)),
        Table(tuple("甲乙丙丁戊己庚辛"), (("a" * 200,) * 8,)),
        Heading("很长" * 100),
        Signatures((("很长" * 60,),)),
        Signatures(()),
        Fields(()),
        Checks(()),
        Paragraph(""),
    ],
)
def test_whatever_its_length_a_block_is_drawn_whole(block):
    of = Paper("公告", (block,))
    words = text(drawn(of))
    for one in "很长":
        assert words.count(one) == of.text().count(one)


def test_its_properties_say_what_it_is():
    with pikepdf.open(BytesIO(drawn(paper()))) as document:
        assert str(document.docinfo.Title) == "青屿区农村供水水质检测服务采购公告"
        assert str(document.docinfo.Author) == "水务局"
        assert str(document.Root.Lang) == "zh-CN"


def test_missing_fonts_are_named(settings, tmp_path):
    settings.PAPER_FONTS = tmp_path
    with pytest.raises(ImproperlyConfigured, match=r"NotoSansSC-Regular.ttf is missing"):
        drawn(paper())
