"""A need beside others of its owner: the method that is proposed, and splitting 化整为零."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet, Sum

from accounts.models import Organisation
from core import calendar
from core.models import Region
from procurement import standards
from procurement.models import Need, NeedState
from procurement.need_drafts import Basics
from procurement.proposals import Part, Proposal, Splitting, splitting


def proposal_for(need: Need, basics: Basics, at: datetime) -> Proposal:
    """The proposal for these terms, with what the owner needs of the same item that year."""
    others = same_item(need, basics.item, basics.kind, basics.budget_year)
    sum_of_others = others.aggregate(whole=Sum("budget"))["whole"] or Decimal(0)
    region = Region.objects.filter(code=basics.region).first()
    return standards.proposal(
        region,
        basics.kind,
        basics.item,
        basics.budget,
        calendar.day_of(at),
        with_others=sum_of_others,
    )


def same_item(need: Need, item: str, kind: str, year: int | None) -> QuerySet[Need]:
    """The owner's other needs of the same item, or of the same kind where no item is named."""
    others = Need.objects.filter(owner_id=need.owner_id, budget_year=year, kind=kind, item=item)
    return others.exclude(pk=need.pk).exclude(state__in=[NeedState.DRAFT, NeedState.WITHDRAWN])


def splitting_of(need: Need, at: datetime) -> Splitting | None:
    """Whether the need, with others of its owner, item and year, evades a limit (化整为零)."""
    if need.budget is None:
        return None
    others = same_item(need, need.item, need.kind, need.budget_year).order_by("pk")
    rows = [need, *others]
    standard = standards.in_force(need.region, calendar.day_of(at))
    return splitting(
        [Part(row.code, row.title, row.budget) for row in rows if row.budget is not None],
        standards.figures_of(standard, need.kind),
    )


def split_groups(at: datetime, owners: Iterable[Organisation] | None = None) -> list[Any]:
    """Every group of needs that together reach a limit that each evades, for the regulator."""
    rows = Need.objects.exclude(state__in=[NeedState.DRAFT, NeedState.WITHDRAWN])
    if owners is not None:
        rows = rows.filter(owner__in=owners)
    groups = (
        rows.values("owner", "budget_year", "kind", "item")
        .annotate(count=Count("pk"))
        .filter(count__gt=1)
        .order_by("-budget_year", "owner")
    )
    found = []
    for group in groups[:200]:
        kept = {name: value for name, value in group.items() if name != "count"}
        first = rows.filter(**kept).select_related("owner", "region").order_by("pk").first()
        whole = splitting_of(first, at) if first else None
        if whole is not None:
            found.append((first, whole))
    return found
