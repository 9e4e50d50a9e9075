"""The course of an order: stages done, now and to come, and what its public events are called."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.course import shown
from core.templatetags.gx import last_day, short_instant
from marketplace.models import OrderState, ServiceOrder

EVENTS: Mapping[str, Any] = {
    "order.published": gettext_lazy("The notice was published"),
    "order.witnesses-changed": gettext_lazy("The regulator changed the witnesses"),
    "order.closed": gettext_lazy("The list of bids was frozen"),
    "order.dice-thrown": gettext_lazy("The dice were thrown"),
    "order.dice-confirmed": gettext_lazy("A witness confirmed the dice"),
    "order.awarded": gettext_lazy("The order was awarded"),
    "order.declined": gettext_lazy("The winner let the contract go"),
    "order.failed": gettext_lazy("The order failed"),
    "order.withdrawn": gettext_lazy("The owner ended the order"),
    "order.contracted": gettext_lazy("The contract was concluded"),
    "order.completed": gettext_lazy("The last deliverable was accepted"),
    "order.broken-off": gettext_lazy("The contract ended early, by consent"),
    "order.evaluated": gettext_lazy("The owner evaluated the service"),
}


def words() -> Mapping[str, Any]:
    return EVENTS


def of(order: ServiceOrder, at: datetime) -> list[dict[str, Any]]:
    """Stages as `components/course.html` shows them."""
    ended = {
        OrderState.FAILED: _("Failed"),
        OrderState.WITHDRAWN: _("Ended by the owner"),
        OrderState.BROKEN_OFF: _("Ended early"),
    }.get(OrderState(order.state))
    awarded = order.state in ("awarded", "contracted", "completed", "evaluated", "broken-off")
    contracted = order.state in ("contracted", "completed", "evaluated", "broken-off")
    completed = order.state in ("completed", "evaluated")
    stages = [
        (_("Notice"), short_instant(order.published_at), order.published_at is not None),
        (
            _("Bids"),
            _("until %(when)s") % {"when": short_instant(order.open_until)},
            order.closed_at is not None,
        ),
        (_("Selection"), short_instant(order.awarded_at or order.choose_at), awarded),
        (
            _("Publicity"),
            _("through %(day)s") % {"day": last_day(order.contest_until)}
            if order.contest_until
            else _("%(days)s working days") % {"days": order.publicity_days},
            bool(order.contest_until and order.contest_until <= at),
        ),
        (_("Contract"), "", contracted),
        (
            _("Service"),
            _("%(days)s days") % {"days": order.service_days},
            completed,
        ),
        (_("Evaluation"), "", order.state == OrderState.EVALUATED),
    ]
    return shown(stages, ended=ended)
