"""The four figures of the desk 概况: of a unit's work, of an agency's credit, of the whole site.

Counted by one UNION ALL; an agency's credit is computed beside it, from its public facts.
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Organisation, OrganisationState, Seat, Standing
from contracts.models import Agreement, AgreementState
from core import todo
from core.templatetags.gx import day, short_instant, yuan
from credit.scoring import Rating
from marketplace.models import Agency, AgencyState, Bid, OrderState, ServiceOrder

UNDER_WAY = (
    OrderState.SUBMITTED,
    OrderState.PUBLISHED,
    OrderState.AWAITING_DICE,
    OrderState.AWARDED,
    OrderState.CONTRACTED,
)
PERFORMED = (AgreementState.DRAWN_UP, AgreementState.CONCLUDED)
MOMENT = timedelta(microseconds=1)
LISTED = "listed"  # no figure of its own: whether the unit is a listed agency

Rows = QuerySet[Any, Any]


def figures_of(seat: Seat, at: datetime) -> Iterator[Rows]:
    """What is counted for this seat's unit; of the operator and the regulator, the whole site."""
    unit = seat.organisation
    agreements = Agreement.objects.filter(state__in=PERFORMED)
    if unit.standing != Standing.PARTICIPANT:
        open_now = ServiceOrder.objects.filter(state=OrderState.PUBLISHED, open_until__gt=at)
        yield todo.number("site-orders", open_now, at="open_until")
        yield todo.number("site-agreements", agreements, amount="amount")
        yield todo.number("site-agencies", Agency.objects.filter(state=AgencyState.LISTED))
        if unit.standing == Standing.OPERATOR:
            waiting = Organisation.objects.filter(state=OrganisationState.SUBMITTED)
            yield todo.number("site-units", waiting, at="verify_until")
        else:
            contested = ServiceOrder.objects.filter(state=OrderState.AWARDED, contest_until__gt=at)
            yield todo.number("site-contested", contested, at="contest_until")
        return
    orders = ServiceOrder.objects.owned_by(unit).filter(state__in=UNDER_WAY)
    yield todo.number("own-orders", orders, amount="worth")
    bids = Bid.objects.of(unit).filter(withdrawn_at=None, order__state=OrderState.PUBLISHED)
    yield todo.number("own-bids", bids, at="order__open_until")
    yield todo.number("own-agreements", agreements.of(unit), amount="amount")
    yield todo.number(LISTED, Agency.objects.filter(organisation=unit, state=AgencyState.LISTED))


def name_figures() -> None:
    """How each number is told."""
    for name, label, url_name in (
        ("own-orders", gettext_lazy("Orders under way"), "marketplace:desk-orders"),
        ("own-agreements", gettext_lazy("Contracts under way"), "contracts:agreement-list"),
        ("site-agreements", gettext_lazy("Contracts under way"), "contracts:agreement-list"),
    ):
        todo.figure(name, label, _worth, url_name)
    todo.figure("own-bids", gettext_lazy("Bids that stand"), _until, "marketplace:orders")
    todo.figure("site-orders", gettext_lazy("Orders open for bids"), _until, "marketplace:orders")
    todo.figure(
        "site-contested",
        gettext_lazy("Results open to objection"),
        _until_over,
        "marketplace:orders",
    )
    todo.figure("site-agencies", gettext_lazy("Listed agencies"), _plain, "marketplace:agencies")
    todo.figure(
        "site-units", gettext_lazy("Units to verify"), _until_verified, "accounts:verifications"
    )


def until(instant: datetime) -> str:
    """A deadline in words; a day's end is that day, not the next one's midnight."""
    if localtime(instant).time() == time.min:
        return _("the end of %(day)s") % {"day": day(instant - MOMENT)}
    return short_instant(instant)


def told(rating: Rating | None) -> str:
    """96 points, level A; a dash before the first scheme is in force."""
    if rating is None:
        return "—"
    score = f"{rating.score.normalize():f}"
    return _("%(score)s points, level %(level)s") % {"score": score, "level": rating.level}


def _items(count: int) -> str:
    return ngettext("%(count)s item", "%(count)s items", count) % {"count": count}


def _plain(count: int, amount: Decimal | None, at: datetime | None) -> tuple[str, str]:
    return _items(count), ""


def _worth(count: int, amount: Decimal | None, at: datetime | None) -> tuple[str, str]:
    return _items(count), _("worth %(amount)s") % {"amount": yuan(amount)} if amount else ""


def _until(count: int, amount: Decimal | None, at: datetime | None) -> tuple[str, str]:
    return _items(count), _("the first closes %(when)s") % {"when": until(at)} if at else ""


def _until_over(count: int, amount: Decimal | None, at: datetime | None) -> tuple[str, str]:
    return _items(count), _("the first ends %(when)s") % {"when": until(at)} if at else ""


def _until_verified(count: int, amount: Decimal | None, at: datetime | None) -> tuple[str, str]:
    return _items(count), _("the first by %(when)s") % {"when": until(at)} if at else ""
