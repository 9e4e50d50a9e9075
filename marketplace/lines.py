"""Lines of the order list, drawn once each: lists of any filter and order share them.

A line is drawn from nothing but what it holds, so that one drawn before is the same as one drawn
anew; only the time left is told of the clock, by the minute, as the page itself is.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from marketplace.models import Method, Phase, ServiceOrder

ITEMS = 2  # names of services that fit a line


@dataclass(frozen=True, slots=True)
class Line:
    """What is shown of an order; `minute` of the clock where the time left is told."""

    language: str
    href: str
    number: str
    title: str
    owner: str
    phase: Phase
    items: tuple[str, ...]
    worth: Decimal
    method: Method
    open_until: datetime | None
    minute: datetime | None


def of(order: ServiceOrder, at: datetime) -> SafeString:
    """The line of an order at that instant, in the language of the page."""
    phase = order.phase_shown(at)
    is_open = phase in (Phase.OPEN, Phase.LAST_DAY)
    return _drawn(
        Line(
            language=get_language() or "",
            href=order.get_absolute_url(),
            number=order.number or "",
            title=order.title,
            owner=order.owner_shown,
            phase=phase,
            items=tuple(item.name for item in order.items.all())[:ITEMS],
            worth=order.worth,
            method=Method(order.method),
            open_until=order.open_until,
            minute=at.replace(second=0, microsecond=0) if is_open else None,
        )
    )


@lru_cache(maxsize=4096)
def _drawn(line: Line) -> SafeString:
    return render_to_string("marketplace/order-line.html", {"line": line})
