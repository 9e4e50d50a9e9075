"""Selection by the lowest price 竞价·最低价: who asks least wins, after 赣市府办发〔2023〕11号.

What is inside an envelope is judged once it is open, by its text alone: a quote above the ceiling,
below the floor, malformed, or in an envelope that does not open is invalid. Where equal prices
decide a place, draw-0 orders them (draw.py beside this file): the order then waits for the dice of
its witness and the secret. No Django: a stranger runs `python lowest.py draw.json`.
"""

from __future__ import annotations

import re
import sys
from decimal import Decimal

try:
    from selection.methods import draw
except ImportError:  # a stranger has this file and draw.py, not the platform
    import draw  # type: ignore[import-not-found,no-redef]

METHOD = "lowest"

PRICE = r"(0|[1-9][0-9]{0,11})(\.[0-9]{1,2})?"  # yuan, as an envelope holds it
ABOVE_CEILING, BELOW_FLOOR = "above-ceiling", "below-floor"
UNREADABLE, NOT_OPENED = "malformed", "not-opened"


def fault(frozen: draw.Frozen, quote: draw.Quote) -> str:
    """Why the quote is invalid; empty where it is valid."""
    if quote.price is None:
        return NOT_OPENED
    if not re.fullmatch(PRICE, quote.price) or Decimal(quote.price) == 0:
        return UNREADABLE
    if frozen.ceiling is not None and Decimal(quote.price) > frozen.ceiling:
        return ABOVE_CEILING
    if frozen.floor is not None and Decimal(quote.price) < frozen.floor:
        return BELOW_FLOOR
    return ""


def valid(frozen: draw.Frozen, evidence: draw.Evidence) -> dict[str, Decimal]:
    """The price of each valid quote, by uscc."""
    quotes = evidence.quotes or ()
    return {one.uscc: Decimal(one.price or 0) for one in quotes if not fault(frozen, one)}


def tied(frozen: draw.Frozen, evidence: draw.Evidence) -> tuple[str, ...]:
    """Whose place equal prices leave open: the uscc of each, sorted.

    Winners are all alike, reserves each have a place of their own: equal prices that fall wholly
    among the winners, or wholly behind the last reserve, leave nothing open.
    """
    prices = valid(frozen, evidence)
    open_: list[str] = []
    before = 0
    for price in sorted(set(prices.values())):
        group = [uscc for uscc, asked in prices.items() if asked == price]
        after = before + len(group)
        alike = after <= frozen.winners or before >= frozen.winners + frozen.reserves
        if len(group) > 1 and not alike:
            open_ += group
        before = after
    return tuple(sorted(open_))


def missing(frozen: draw.Frozen, evidence: draw.Evidence) -> tuple[str, ...]:
    """What is still waited for: "quotes" (every eligible envelope opened), and then, only where
    equal prices decide a place, "dice" and "secret".
    """
    if len(frozen.eligible) < max(frozen.needed, 1):
        return ()
    if evidence.quotes is None:
        return ("quotes",)
    _one_each(frozen, evidence)
    if len(valid(frozen, evidence)) < max(frozen.needed, 1) or not tied(frozen, evidence):
        return ()
    waiting = (("dice", evidence.dice), ("secret", evidence.secret))
    return tuple(name for name, value in waiting if value is None)


def choose(frozen: draw.Frozen, evidence: draw.Evidence) -> draw.Result:
    """The result, the same for all who have the same facts. ValueError while some are missing."""
    if waiting := missing(frozen, evidence):
        raise ValueError(f"choose() still waits for {', '.join(waiting)}")
    made, drawn = draw.tickets(frozen, evidence)
    quotes = {one.uscc: one for one in evidence.quotes or ()}
    prices = valid(frozen, evidence)
    failed = len(prices) < max(frozen.needed, 1)
    names = {one.uscc: one.name for one in frozen.entries}
    ranked = sorted(prices, key=lambda uscc: (prices[uscc], drawn.get(uscc, ""), uscc))
    places = [
        draw.Place(
            uscc,
            names[uscc],
            draw.UNCHOSEN if failed else draw.outcome(frozen, rank),
            None if failed else rank,
            price=quotes[uscc].price,
        )
        for rank, uscc in enumerate(ranked, 1)
    ]
    for one in frozen.entries:
        if not one.eligible:
            places.append(draw.Place(one.uscc, one.name, draw.INELIGIBLE, reason=one.reason))
        elif one.uscc not in quotes:  # too few were eligible: nothing was opened
            places.append(draw.Place(one.uscc, one.name, draw.UNCHOSEN))
        elif one.uscc not in prices:
            quote = quotes[one.uscc]
            why = fault(frozen, quote)
            places.append(
                draw.Place(one.uscc, one.name, draw.INVALID, price=quote.price, reason=why)
            )
    return draw.Result(
        frozen.root.hex(),
        made,
        tuple(draw.with_ticket(place, drawn) for place in places),
        draw.TOO_FEW if failed else "",
    )


def bundle(frozen: draw.Frozen, evidence: draw.Evidence) -> bytes:
    """The file draw.json: all facts, the result, and a digest over both, in canonical form."""
    return draw.pack(frozen, evidence, choose(frozen, evidence))


def verify(content: bytes) -> list[str]:
    """The differences between draw.json and what its facts give, in Chinese; none is well."""
    return draw.compare(content, method=METHOD, missing=missing, choose=choose)


def _one_each(frozen: draw.Frozen, evidence: draw.Evidence) -> None:
    opened = [one.uscc for one in evidence.quotes or ()]
    if opened != [one.uscc for one in frozen.eligible]:
        raise draw.Malformed("evidence.quotes 应与合格的报名逐一对应")


if __name__ == "__main__":
    sys.exit(draw.main(sys.argv[1:], verify))
