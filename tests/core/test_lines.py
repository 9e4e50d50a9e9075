import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.lines import NEVER_FIRST, NEVER_LAST, broken, clean, unbreakable


def wide(text: str) -> float:
    """A fake font: Chinese two units, the rest one."""
    return sum(1 if ord(one) < 0x2000 else 2 for one in text)


def lines(text: str, width: float = 10, first: float = 0) -> list[str]:
    return broken(text, width=width, first=first, measure=wide)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("采购公告采购公告", ["采购公告采", "购公告"]),
        ("采购公告采，购", ["采购公告", "采，购"]),  # a comma never begins a line
        ("采购公告（采购）", ["采购公告", "（采购）"]),  # a bracket never ends one
        ("采购公告《采》", ["采购公告", "《采》"]),
        ("采购公采——购", ["采购公", "采——购"]),
        ("采购公采……购", ["采购公", "采……购"]),
        ("金额为1,234.50元", ["金额为", "1,234.50元"]),  # an amount stays whole
        ("采购公告 GB/T 19001", ["采购公告", "GB/T 19001"]),
        ("一\n\n二", ["一", "", "二"]),
        ("", [""]),
    ],
)
def test_lines_break_where_chinese_allows(text, expected):
    assert lines(text) == expected


def test_a_digest_longer_than_a_line_is_broken_where_the_line_is_full():
    digest = "0123456789abcdef" * 4
    assert lines(digest, width=20) == [digest[:20], digest[20:40], digest[40:60], digest[60:]]


def test_the_first_line_is_indented():
    assert lines("采购公告采购公告", first=4) == ["采购公", "告采购公告"]


def test_an_ideographic_space_is_kept_and_a_plain_one_at_a_break_goes():
    assert lines("甲\u3000\u3000乙") == ["甲\u3000\u3000乙"]
    assert lines("采购公告采 购") == ["采购公告采", "购"]


def test_a_variation_selector_stays_with_its_character():
    assert unbreakable("葛\U000e0100城") == ["葛\U000e0100", "城"]


def test_control_characters_go():
    assert clean("甲\x00乙\x1b\t丙\r\n丁") == "甲乙 丙\n丁"


alphabet = "甲乙丙丁ab1 0.,-，。（）《》“”—…￥%𬭚"


@given(st.text(alphabet, max_size=60), st.integers(6, 30))
def test_no_character_is_lost_and_no_line_is_too_wide(text, width):
    out = lines(text, width=width)
    assert "".join(out).replace(" ", "") == text.replace(" ", "")
    assert all(wide(line) <= width for line in out)


@given(
    st.text("甲乙丙丁，。（）《》", max_size=60).filter(
        lambda text: all(wide(piece) <= 12 for piece in unbreakable(text))
    )
)
def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one(text):
    out = [line for line in lines(text, width=12) if line]
    assert not any(line[0] in NEVER_FIRST for line in out[1:])
    assert not any(line[-1] in NEVER_LAST for line in out[:-1])
