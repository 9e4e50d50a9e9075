from decimal import Decimal

import cn2an
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import in_words, percent, split, yuan

amounts = st.decimals("0", "99999999999999.99", places=2)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        # The examples of 《支付结算办法》附一.
        ("1409.50", "壹仟肆佰零玖元伍角"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
        ("107000.53", "壹拾万柒仟元伍角叁分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角"),
        ("10", "壹拾元整"),
        ("100000000", "壹亿元整"),
        ("100010001", "壹亿零壹万零壹元整"),
        ("10100000001", "壹佰零壹亿零壹元整"),
        ("1000000000000", "壹万亿元整"),
        ("1000000010000.10", "壹万亿零壹万元壹角"),
        ("-3.20", "负叁元贰角"),
        ("0.005", "壹分"),
    ],
)
def test_an_amount_in_words(amount, words):
    assert in_words(amount) == words


@given(amounts)
def test_words_say_what_another_library_reads_back(amount):
    words = in_words(amount)
    assert "零零" not in words
    assert not words.startswith("零") or words == "零元整"
    assert words.endswith(("整", "角", "分"))
    whole = words.partition("元")[0] if "元" in words else "零"
    assert cn2an.cn2an(whole, "smart") == int(amount)


@given(amounts.filter(lambda amount: amount < 10**8))
def test_below_a_hundred_million_another_library_writes_the_same(amount):
    assert in_words(amount) == cn2an.an2cn(str(amount), "rmb")


def test_too_much_for_words_is_refused():
    with pytest.raises(ValueError, match="too much"):
        in_words(10**16)


@pytest.mark.parametrize(
    ("value", "rounded"), [("0.005", "0.01"), ("-0.005", "-0.01"), ("-0.001", "0.00"), (3, "3.00")]
)
def test_yuan_rounds_half_up_to_the_fen(value, rounded):
    assert str(yuan(value)) == rounded


def test_floats_and_infinities_are_no_money():
    with pytest.raises(TypeError, match="never a float"):
        yuan(0.1)
    with pytest.raises(ValueError, match="no amount"):
        yuan("Infinity")


def test_a_percentage_of_an_amount():
    assert percent("2", of="1000.25") == Decimal("20.01")


@given(
    st.decimals("-9999999.99", "9999999.99", places=2),
    st.lists(st.integers(0, 1000), min_size=1, max_size=12).filter(any),
)
def test_shares_add_up_and_none_is_off_by_a_fen(amount, weights):
    shares = split(amount, weights)
    assert sum(shares) == amount
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share - amount * weight / sum(weights)) < Decimal("0.01")
        assert weight or share == 0


def test_nothing_to_weigh_by_is_refused():
    with pytest.raises(ValueError, match="weights"):
        split(Decimal(1), [0, 0])
