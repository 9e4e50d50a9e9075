"""“按目前的选择”: what follows from a draft as far as it is filled in."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core import calendar, figures
from core.models import CalendarDay, Region
from core.money import in_words, yuan
from core.templatetags.gx import day as shown_day
from marketplace.models import Method, Regime, ServiceOrder
from marketplace.terms import consequences
from selection import guards


def of(order: ServiceOrder, at: datetime) -> list[tuple[str, str]]:
    """Label and consequence, in the order of the form; were the notice published today."""
    draft = order.draft
    regime = str(draft.get("regime") or "")
    method = str(draft.get("method") or Method.DRAW)
    funds = _number(draft.get("public_funds")) or Decimal(0)
    region = Region.objects.filter(code=str(draft.get("region") or "")).first()
    today = calendar.day_of(at)
    working = CalendarDay.objects.calendar()
    in_force = figures.on(today, region=region, regime=regime)
    known = method if method in Method.values else Method.DRAW
    follows = consequences(in_force, working, today, method=known, public_funds=funds)
    lines = []
    if regime in Regime.values:
        forbidden = guards.forbidden(regime)
        lines.append((_("Regime"), str(Regime(regime).label)))
        if method in forbidden:
            lines.append((pgettext("method", "Forbidden"), str(forbidden[method])))
    lines.append(
        (
            _("Bids needed"),
            _("%(count)s eligible at least, else the order fails")
            % {"count": follows.bidders_needed},
        )
    )
    earliest = _("%(days)s working days at least: published today, through %(day)s") % {
        "days": follows.registration_days,
        "day": shown_day(follows.earliest.on),
    }
    if follows.earliest.provisional:
        earliest += _(" (provisional: the days off of that year are not announced yet)")
    lines.append((_("Deadline for bids"), earliest))
    lines.append(
        (
            _("Publicity"),
            _("%(days)s working days after the result") % {"days": follows.publicity_days},
        )
    )
    lines.append(
        (
            _("Dice"),
            _(
                "by the witness, the others confirm within %(minutes)s minutes; after %(first)s "
                "working day by the regulator, after %(last)s it fails"
            )
            % {
                "minutes": in_force["witness.confirmation.minutes"].value,
                "first": in_force["witness.absence.working-days"].value,
                "last": in_force["witness.failure.working-days"].value,
            },
        )
    )
    for name, label in (("price", _("Fixed price")), ("ceiling", _("Ceiling"))):
        if amount := _number(draft.get(name)):
            lines.append((label, in_words(yuan(amount))))
    return lines


def _number(typed: Any) -> Decimal | None:
    try:
        number = Decimal(str(typed or "").replace(",", "").replace("，", "").strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and 0 <= number < 10**14 else None
