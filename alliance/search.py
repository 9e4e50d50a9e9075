"""What of the alliances is found: alliances, members who consented to the directory, calls."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from urllib.parse import urlencode

from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from alliance.models import (
    Alliance,
    AllianceState,
    Call,
    Charter,
    CharterState,
    Meeting,
    Member,
    Statement,
)
from alliance.models.register import MemberQuerySet
from core import searched
from core.models import Event
from core.searched import Entry, Facets, Standing

SUMMARY = 160  # characters
# What notices are about, and where that lies.
REGIONS: dict[type[Model], str] = {
    Alliance: "region__code",
    Call: "region__code",
    Meeting: "alliance__region__code",
    Statement: "alliance__region__code",
}


def register() -> None:
    """Called once, from `apps.py`."""
    searched.kind(
        "alliance",
        _("alliance"),
        alliance,
        lambda: Alliance.objects.values_list("code", flat=True),
        {
            "alliance.alliance": searched.by_code,
            "alliance.charter": _alliance_of_charter,
            "accounts.organisation": _alliances_of_unit,
        },
        weight=4,
    )
    searched.kind(
        "member",
        _("member of an alliance"),
        member,
        lambda: _listed().values_list("code", flat=True),
        {"alliance.member": searched.by_code, "accounts.organisation": _members_of_unit},
        weight=2,
    )
    searched.kind(
        "call",
        _("call for alliances"),
        call,
        lambda: Call.objects.public().values_list("code", flat=True),
        {"alliance.call": searched.by_code},
        weight=3,
    )
    for model, region in REGIONS.items():
        searched.subjects[model._meta.label_lower] = partial(_in_region, model, region)


def alliance(code: str, at: datetime) -> Entry | None:
    """An alliance with the charter that is adopted."""
    row = Alliance.objects.select_related("lead", "region").filter(code=code).first()
    if row is None:
        return None
    charter = row.charters.filter(state=CharterState.ADOPTED).first()
    fields = row.field_labels
    return Entry(
        path=row.get_absolute_url(),
        title=row.name,
        at=row.registered_at,
        number=row.number,
        summary=row.introduction[:SUMMARY] or f"{'、'.join(fields)} · {row.lead.name}",
        text="\n".join([row.introduction, row.authority, row.address, *_articles(charter)]),
        names=tuple(filter(None, [row.short_name, *fields, row.lead.name])),
        region=row.region.code if row.region else "",
        standing=Standing.IN_FORCE if row.state == AllianceState.REGISTERED else Standing.ENDED,
    )


def member(code: str, at: datetime) -> Entry | None:
    """A member by what it consented to be shown; without consent it is on the roll only."""
    row = _listed().filter(code=code).first()
    if row is None or row.listed_at is None:
        return None
    unit = row.organisation
    asked = urlencode({"q": row.number})
    return Entry(
        path=f"{reverse('alliance:members', args=[row.alliance.number])}?{asked}",
        title=unit.name,
        at=row.listed_at,
        number=row.number,
        summary=f"{row.alliance.name} · {row.business}",
        names=tuple(filter(None, [row.alliance.short_name, str(row.get_unit_kind_display())])),
        region=unit.region.code if unit.region else "",
    )


def call(code: str, at: datetime) -> Entry | None:
    """A published call for foundings, open until its deadline."""
    row = Call.objects.public().select_related("regulator", "region").filter(code=code).first()
    if row is None or row.published_at is None:
        return None
    is_open = row.is_open(at)
    told = [f"{one.get('title', '')} {one.get('text', '')}" for one in row.conditions]
    told += [str(one.get("label", "")) for one in row.materials]
    return Entry(
        path=row.get_absolute_url(),
        title=row.title,
        at=row.published_at,
        number=row.number or "",
        summary=f"{row.regulator.name} · {'、'.join(row.fields)}",
        text="\n".join([row.principles, *told, row.support]),
        region=row.region.code if row.region else "",
        deadline=row.open_until,
        standing=Standing.OPEN if is_open else Standing.ENDED,
        standing_after=Standing.ENDED if is_open else "",
        changes_at=row.open_until if is_open else None,
    )


def _in_region(model: type[Model], region: str, code: str) -> Facets:
    """Where the row lies that a notice is about."""
    found = model._default_manager.filter(code=code).values_list(region, flat=True).first()
    return Facets(region=found or "")


def _listed() -> MemberQuerySet:
    rows = Member.objects.current().exclude(listed_at=None)
    return rows.select_related("organisation__region", "alliance")


def _articles(charter: Charter | None) -> list[str]:
    chapters = charter.chapters if charter else []
    return [
        f"{article.get('title', '')} {article['text']}"
        for chapter in chapters
        for article in chapter["articles"]
    ]


def _alliance_of_charter(event: Event) -> Iterable[str]:
    rows = Charter.objects.filter(code=event.subject_code)
    return rows.values_list("alliance__code", flat=True)


def _alliances_of_unit(event: Event) -> Iterable[str]:
    return Alliance.objects.filter(lead__code=event.subject_code).values_list("code", flat=True)


def _members_of_unit(event: Event) -> Iterable[str]:
    rows = _listed().filter(organisation__code=event.subject_code)
    return rows.values_list("code", flat=True)
