"""How amounts, days and instants are told on papers, in Chinese whoever reads. Pure."""

from datetime import date, datetime
from decimal import Decimal

from django.utils.timezone import localtime

from core.money import in_words


def yuan(amount: Decimal) -> str:
    return f"{'-' if amount < 0 else ''}¥{abs(amount):,.2f}"


def money(amount: Decimal) -> str:
    return f"{yuan(amount)}（大写：{in_words(amount)}）"


def ten_thousands(amount: Decimal) -> str:
    """An amount as budgets are told: 580 万元, 12.5 万元; below a cent of 万元 in yuan."""
    shown = amount / 10_000
    if shown != round(shown, 4):
        return f"{amount:,.2f} 元"
    text = f"{shown:f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text} 万元"


def day(when: date | datetime) -> str:
    local = localtime(when) if isinstance(when, datetime) else when
    return f"{local.year}年{local.month}月{local.day}日"


def instant(when: datetime) -> str:
    return f"{day(when)} {localtime(when):%H:%M}"


def second(when: datetime) -> str:
    return f"{day(when)} {localtime(when):%H:%M:%S}"


def last_day(until: datetime) -> str:
    """The exclusive end of a period, told as the last hour of its last day."""
    return f"{day(until - datetime.resolution)} 24:00"


def filled(*rows: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """The rows that have a value."""
    return tuple(row for row in rows if row[1])
