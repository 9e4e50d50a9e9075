"""Money: Decimal yuan, rounded here and nowhere else (half up, to the fen), and in words 大写."""

from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

FEN = Decimal("0.01")
CEILING = Decimal(10) ** 16

DIGITS = "零壹贰叁肆伍陆柒捌玖"
GROUPS = ((10**8, "亿"), (10**4, "万"))
PLACES = ((1000, "仟"), (100, "佰"), (10, "拾"), (1, ""))


def yuan(value: Decimal | int | str) -> Decimal:
    """An amount in yuan, rounded half up to the fen. A float, NaN or an infinity is refused."""
    if isinstance(value, float):
        raise TypeError("money is never a float")
    amount = Decimal(value)
    if not amount.is_finite():
        raise ValueError(f"{value} is no amount of money")
    return amount.quantize(FEN, ROUND_HALF_UP) + Decimal(0)  # never -0.00


def percent(rate: Decimal | int | str, of: Decimal | int | str) -> Decimal:
    """`rate` per cent of an amount, in yuan: percent("2", of="1000.25") is 20.01."""
    return yuan(Decimal(of) * Decimal(rate) / 100)


def split(amount: Decimal, weights: Sequence[Decimal | int]) -> list[Decimal]:
    """Shares of an amount in proportion to `weights`, whole fen, which add up to it exactly.

    What rounding leaves over goes, a fen each, to the shares that lost most; the earlier first.
    """
    total = sum(weights, Decimal(0))
    if total <= 0 or min(weights) < 0:
        raise ValueError("weights are not negative, and one of them is positive")
    fen = yuan(amount) * 100
    exact = [fen * weight / total for weight in weights]
    whole = [share.to_integral_value(ROUND_FLOOR) for share in exact]
    left = int(fen - sum(whole))
    neediest = sorted(range(len(exact)), key=lambda place: (whole[place] - exact[place], place))
    for place in neediest[:left]:
        whole[place] += 1
    return [yuan(share / 100) for share in whole]


def in_words(value: Decimal | int | str) -> str:
    """An amount as cheques and contracts bear it: 1409.50 is 壹仟肆佰零玖元伍角.

    After 《支付结算办法》附一: 整 where it ends with 元; 零 once for any run of zeros between
    digits, and between 元 and 分. Where that text leaves 零 to the writer (an empty place right
    before 万 or 元) none is written.
    """
    amount = yuan(value)
    if abs(amount) >= CEILING:
        raise ValueError(f"{amount} is too much to be written in words")
    sign = "负" if amount < 0 else ""
    whole, fen = divmod(int(abs(amount) * 100), 100)
    tenths, hundredths = divmod(fen, 10)
    text = f"{_integer(whole)}元" if whole or not fen else ""
    if not fen:
        return f"{sign}{text}整"
    if tenths:
        text += f"{DIGITS[tenths]}角"
    elif whole:
        text += "零"
    if hundredths:
        text += f"{DIGITS[hundredths]}分"
    return sign + text


def _integer(number: int) -> str:
    for size, name in GROUPS:
        if number >= size:
            high, low = divmod(number, size)
            return f"{_integer(high)}{name}" + (_gap(low, size) + _integer(low) if low else "")
    text, rest = "", number
    for size, name in PLACES:
        digit, rest = divmod(rest, size)
        if digit:
            text += DIGITS[digit] + name
            if rest:
                text += _gap(rest, size)
    return text or DIGITS[0]


def _gap(low: int, size: int) -> str:
    """零 where the place right after a group or digit is empty."""
    return DIGITS[0] if low < size // 10 else ""
