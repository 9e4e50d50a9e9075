from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from core import phrases
from core.calendar import start_of

LATE = datetime(2026, 1, 4, 16, 5, 9, tzinfo=UTC)  # past midnight in Beijing


def test_instants_are_told_in_beijing_time():
    assert phrases.day(LATE) == "2026年1月5日"
    assert phrases.instant(LATE) == "2026年1月5日 00:05"
    assert phrases.second(LATE) == "2026年1月5日 00:05:09"


def test_a_day_is_told_as_it_is():
    assert phrases.day(date(2026, 12, 31)) == "2026年12月31日"


def test_the_end_of_a_period_is_told_as_the_last_hour_of_its_last_day():
    assert phrases.last_day(start_of(date(2026, 3, 1))) == "2026年2月28日 24:00"


@pytest.mark.parametrize(
    ("amount", "told"),
    [("0", "¥0.00"), ("1234.5", "¥1,234.50"), ("-20", "-¥20.00")],
)
def test_amounts_are_told_to_the_fen(amount, told):
    assert phrases.yuan(Decimal(amount)) == told


def test_an_amount_is_told_in_digits_and_in_words():
    assert phrases.money(Decimal("1409.50")) == "¥1,409.50（大写：壹仟肆佰零玖元伍角）"


@pytest.mark.parametrize(
    ("amount", "told"),
    [("5800000", "580 万元"), ("125000", "12.5 万元"), ("123.45", "123.45 元")],
)
def test_budgets_are_told_in_ten_thousands(amount, told):
    assert phrases.ten_thousands(Decimal(amount)) == told


def test_only_rows_with_a_value_are_told():
    assert phrases.filled(("编码", "A1"), ("备注", "")) == (("编码", "A1"),)
