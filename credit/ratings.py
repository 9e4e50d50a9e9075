"""Ratings: score and level of agencies at an instant, from their facts; two queries for many."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from accounts.models import Organisation
from core.calendar import day_of
from credit import scoring
from credit.models import Fact, Scheme
from credit.scoring import Rating


def of(organisation: Organisation, at: datetime) -> Rating:
    return of_many([organisation], at)[organisation.pk]


def of_many(organisations: Iterable[Organisation], at: datetime) -> dict[int, Rating]:
    """By primary key; who has no facts has the base."""
    wanted = [organisation.pk for organisation in organisations]
    scheme = Scheme.objects.in_force(day_of(at)).rules
    entries: defaultdict[int, list[scoring.Entry]] = defaultdict(list)
    facts = Fact.objects.filter(organisation__in=wanted, entered_at__lte=at)
    for fact in facts.select_related("supersedes").defer("evidence", "reason"):
        entries[fact.organisation_id].append(fact.entry())
    return {pk: scoring.rate(entries[pk], scheme, at) for pk in wanted}


def outlook(organisation: Organisation, at: datetime) -> list[tuple[datetime, Rating]]:
    """How the score changes from now on, if nothing more happens.

    What the unit is still heard about is left out: it is not public yet.
    """
    scheme = Scheme.objects.in_force(day_of(at)).rules
    known = Fact.objects.filter(organisation=organisation, effective_at__lte=at, entered_at__lte=at)
    entries = [fact.entry() for fact in known.select_related("supersedes")]
    return scoring.outlook(entries, scheme, at)


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
