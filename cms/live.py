"""What live blocks show: rows of the site as they are at an instant, and until when that holds.

Each function runs a fixed number of queries, however many rows there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils.timezone import localtime

from alliance.models import Alliance, Meeting, Member
from alliance.models.meetings import MeetingState
from cms.front import DAY, SHOWN, Month
from cms.front import month as counted
from core.calendar import day_of
from core.figures import Figure
from core.figures import on as figures_on
from marketplace.models import ServiceOrder
from publication.models import Notice


@dataclass(frozen=True)
class Told:
    """Rows with the instant at which the clock alone changes them."""

    rows: Sequence[Any]
    until: datetime


def midnight(at: datetime) -> datetime:
    """The end of the day in Beijing."""
    return localtime(at).replace(hour=0, minute=0, second=0, microsecond=0) + DAY


def newest_orders(at: datetime, count: int) -> Told:
    """What was published last and is public, whatever became of it since."""
    rows = ServiceOrder.objects.public().select_related("owner").only(*SHOWN, "published_at")
    found = list(rows.filter(published_at__lte=at).order_by("-published_at", "-pk")[:count])
    ends = [order.open_until for order in found if order.open_until and order.open_until > at]
    return Told(found, min([midnight(at), *ends]))


def closing_soon(at: datetime, count: int) -> Told:
    """Open orders, the first to close first."""
    rows = ServiceOrder.objects.public().select_related("owner").only(*SHOWN)
    open_now = rows.filter(state="published", open_until__gt=at).order_by("open_until", "pk")
    found = list(open_now[:count])
    ends = [order.open_until for order in found[:1] if order.open_until]
    return Told(found, min([midnight(at), *ends]))


def results_today(at: datetime, count: int) -> Told:
    """What was chosen today, Beijing time."""
    end = midnight(at)
    rows = ServiceOrder.objects.public().select_related("owner", "winner__bidder")
    chosen = rows.filter(awarded_at__gte=end - DAY, awarded_at__lte=at)
    shown = chosen.only(*SHOWN, "amount", "winner__bidder__name")
    return Told(list(shown.order_by("-awarded_at", "-pk")[:count]), end)


def month(at: datetime) -> Month:
    return counted(at)


def notices(at: datetime, count: int, kind: str = "") -> Told:
    rows = Notice.objects.in_list().order_by("-published_at", "-pk")
    return Told(list((rows.filter(kind=kind) if kind else rows)[:count]), midnight(at))


def legal_figures(at: datetime, names: Sequence[str]) -> Told:
    """Figures in force today, in the order asked for; unknown names are left out."""
    in_force = figures_on(day_of(at))
    found: list[Figure] = [in_force[name] for name in names if name in in_force]
    return Told(found, midnight(at))


@dataclass(frozen=True)
class Members:
    alliance: Alliance
    rows: Sequence[Member]
    count: int


def members(number: str, count: int) -> Members | None:
    """The members of an alliance in the order of their numbers; None without such an alliance."""
    alliance = Alliance.objects.filter(number=number).first()
    if alliance is None:
        return None
    current = alliance.members.current()
    rows = current.select_related("organisation").order_by("number")
    return Members(alliance, list(rows[:count]), current.count())


def next_meetings(at: datetime, count: int, number: str = "") -> Told:
    """Meetings that are called and begin later: which body, when and how, not what about."""
    rows = Meeting.objects.filter(state=MeetingState.CALLED, begins_at__gt=at)
    if number:
        rows = rows.filter(alliance__number=number)
    rows = rows.select_related("alliance").order_by(F("begins_at").asc(), "pk")
    found = list(
        rows.only(
            "body_name", "begins_at", "votes_until", "channel", "alliance__name", "alliance__number"
        )[:count]
    )
    return Told(found, min([midnight(at), *(one.begins_at for one in found[:1])]))
