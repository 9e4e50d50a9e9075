"""What the clock starts for orders: one rule call a row; one that fails does not hold up others."""

import logging

from core import clock
from core.audit import Clock
from marketplace import closing
from marketplace.models import OrderState, ServiceOrder
from selection import draws

logger = logging.getLogger(__name__)


def close_due_orders() -> None:
    """Close every order whose deadline is past."""
    for order in ServiceOrder.objects.due_at(clock.now()).order_by("open_until"):
        try:
            closing.close(order, by=Clock(), at=clock.now())
        except Exception:
            logger.exception("order %s was not closed", order.number)


def settle_dice() -> None:
    """Award where a witness let the time to confirm pass; fail where nobody threw in time."""
    for order in ServiceOrder.objects.filter(state=OrderState.AWAITING_DICE).order_by("pk"):
        draw, at = draws.of(order.number or ""), clock.now()
        try:
            if draws.is_seen(draw, at):
                closing.award(order, by=Clock(), at=at)
            elif draws.is_failed(draw, at):
                closing.fail(order, by=Clock(), at=at)
        except Exception:
            logger.exception("the dice of order %s were not settled", order.number)
