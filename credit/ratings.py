"""Ratings: score and level of agencies at an instant, from their facts; two queries for many."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.timezone import localtime

from accounts.models import Organisation
from core.calendar import day_of, start_of
from credit import chart, scoring
from credit.models import Fact, Scheme
from credit.scoring import Rating


def of(organisation: Organisation, at: datetime) -> Rating | None:
    return of_many([organisation], at)[organisation.pk]


def of_many(organisations: Iterable[Organisation], at: datetime) -> dict[int, Rating | None]:
    """By primary key; who has no facts has the base. None before the first scheme is in force."""
    wanted = [organisation.pk for organisation in organisations]
    scheme = Scheme.objects.on(day_of(at))
    if scheme is None:
        return dict.fromkeys(wanted)
    entries: defaultdict[int, list[scoring.Entry]] = defaultdict(list)
    facts = Fact.objects.filter(organisation__in=wanted, entered_at__lte=at)
    for fact in facts.select_related("supersedes").defer("evidence", "reason"):
        entries[fact.organisation_id].append(fact.entry())
    return {pk: scoring.rate(entries[pk], scheme.rules, at) for pk in wanted}


def outlook(organisation: Organisation, at: datetime) -> list[tuple[datetime, Rating]]:
    """How the score changes from now on, if nothing more happens.

    What the unit is still heard about is left out: it is not public yet.
    """
    scheme = Scheme.objects.on(day_of(at))
    if scheme is None:
        return []
    known = Fact.objects.filter(organisation=organisation, effective_at__lte=at, entered_at__lte=at)
    entries = [fact.entry() for fact in known.select_related("supersedes")]
    return scoring.outlook(entries, scheme.rules, at)


def course(organisation: Organisation, at: datetime) -> list[chart.Point]:
    """The score at the beginning of each of the last 12 months and at `at`, each by the rules of
    its day; no month before the unit was verified. Two queries.
    """
    schemes = sorted(Scheme.objects.all(), key=lambda scheme: scheme.from_on, reverse=True)
    known = Fact.objects.filter(organisation=organisation, entered_at__lte=at)
    facts = list(known.select_related("supersedes").defer("evidence", "reason"))
    points = []
    for instant in [*_months(day_of(at)), at]:
        in_force = next((one for one in schemes if one.from_on <= day_of(instant)), None)
        since = organisation.verified_at
        if in_force is None or since is None or instant < since:
            continue
        entries = [fact.entry() for fact in facts if fact.entered_at <= instant]
        rating = scoring.rate(entries, in_force.rules, instant)
        points.append(chart.Point(localtime(instant), rating.score, rating.level))
    return points


def _months(today: date) -> list[datetime]:
    """The first instants of this month and the 11 before it, the oldest first."""
    months = [today.year * 12 + today.month - 1 - back for back in range(11, -1, -1)]
    return [start_of(date(month // 12, month % 12 + 1, 1)) for month in months]


@dataclass(frozen=True)
class Bar:
    """Why, and until when, an agency may not bid."""

    title: str
    until: datetime


def bars(organisation: Organisation, at: datetime) -> list[Bar]:
    """What keeps an agency from bidding at an instant, the longest first."""
    standing = Fact.objects.standing().filter(
        organisation=organisation, effective_at__lte=at, points__lt=0
    )
    found = []
    for fact in standing.select_related("scheme"):
        until = fact.bars_until()
        if until is not None and at < until:
            found.append(Bar(fact.title, until))
    return sorted(found, key=lambda bar: bar.until, reverse=True)
