"""What the front page tells: today by the hour, orders about to close, the month in figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from core.meanings import Meaning
from marketplace.models import ServiceOrder
from publication.models import Notice

CLOSING, TODAY, NEWS, RESULTS = 5, 6, 5, 3
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Hour:
    """Something that falls on today: done already, or to come."""

    at: datetime
    meaning: Meaning
    label: object
    order: ServiceOrder


@dataclass(frozen=True)
class Month:
    """The running calendar month, Beijing time, until this instant."""

    since: datetime
    published: int
    awarded: int
    amount: Decimal
    failed: int


@dataclass(frozen=True)
class Front:
    today: Sequence[Hour]
    closing: Sequence[ServiceOrder]
    open: int
    month: Month
    news: Sequence[Notice]
    results: Sequence[ServiceOrder]
    until: datetime  # when the clock alone changes something of this


def front(at: datetime) -> Front:
    """Everything the front page shows at that instant, in six queries."""
    orders = ServiceOrder.objects.public().select_related("owner").only(*SHOWN)
    still_open = ServiceOrder.objects.filter(state="published", open_until__gt=at)
    today = _today(orders, at)
    by_end = orders.filter(state="published", open_until__gt=at).order_by("open_until", "pk")
    closing = list(by_end[:CLOSING])
    chosen = (
        ServiceOrder.objects.public()
        .filter(awarded_at__lte=at)
        .select_related("owner", "winner__bidder")
        .only(*SHOWN, "amount", "winner__bidder__name")
        .order_by("-awarded_at", "-pk")
    )
    midnight = localtime(at).replace(hour=0, minute=0, second=0, microsecond=0) + DAY
    instants = [hour.at for hour in today if hour.at > at]
    instants += [order.open_until for order in closing[:1] if order.open_until]
    return Front(
        today=today,
        closing=closing,
        open=still_open.count(),
        month=month(at),
        news=list(Notice.objects.in_list().order_by("-published_at", "-pk")[:NEWS]),
        results=list(chosen[:RESULTS]),
        until=min([midnight, *instants]),
    )


SHOWN = (
    "number",
    "title",
    "state",
    "method",
    "budget",
    "price",
    "ceiling",
    "open_until",
    "choose_at",
    "closed_at",
    "awarded_at",
    "contest_until",
    "owner__name",
    "owner_name",
)


def _today(orders: QuerySet[ServiceOrder], at: datetime) -> list[Hour]:
    begin = localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    end = begin + DAY
    within = {"gte": begin, "lt": end}

    def falls(column: str) -> Q:
        return Q(**{f"{column}__{test}": value for test, value in within.items()})

    hours: list[Hour] = []
    touched = orders.filter(
        falls("open_until") | falls("choose_at") | falls("awarded_at") | falls("contest_until")
    ).exclude(state__in=["withdrawn", "failed"])
    for order in touched.order_by("open_until", "pk")[:50]:
        hours += _hours(order, at)
    hours = [hour for hour in hours if begin <= hour.at < end]
    hours.sort(key=lambda hour: (hour.at, hour.order.pk))
    # What is still to come matters most; what is over fills the room that is left.
    coming = [hour for hour in hours if hour.at > at][:TODAY]
    over = [hour for hour in hours if hour.at <= at]
    return over[max(0, len(over) - (TODAY - len(coming))) :] + coming


def _hours(order: ServiceOrder, at: datetime) -> list[Hour]:
    """The instants of one order that a day may hold."""
    found: list[Hour] = []
    if order.awarded_at:
        found.append(Hour(order.awarded_at, Meaning.DONE, _("selected"), order))
    elif order.choose_at:
        found.append(Hour(order.choose_at, Meaning.WAIT, _("to be selected"), order))
    if order.open_until and at < order.open_until:
        found.append(Hour(order.open_until, Meaning.SOON, _("bids close"), order))
    elif order.open_until and not order.awarded_at:
        found.append(Hour(order.open_until, Meaning.ENDED, _("bids closed"), order))
    if order.contest_until:
        found.append(Hour(order.contest_until, Meaning.PUBLIC, _("contest period ends"), order))
    return found


def month(at: datetime) -> Month:
    """What the calendar month has brought until then: one query."""
    since = localtime(at).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    awarded = Q(awarded_at__gte=since, awarded_at__lte=at)
    counted = ServiceOrder.objects.public().aggregate(
        published=Count("pk", filter=Q(published_at__gte=since, published_at__lte=at)),
        awarded=Count("pk", filter=awarded),
        amount=Sum("amount", filter=awarded),
        failed=Count("pk", filter=Q(state="failed", closed_at__gte=since, closed_at__lte=at)),
    )
    return Month(since=since, **{**counted, "amount": counted["amount"] or Decimal(0)})
