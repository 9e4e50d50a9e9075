"""Catalogues and standards of regions: enacted in versions, and what they propose for a need."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Prefetch

from core import outbox
from core.audit import Actor, record
from core.calendar import day_of
from core.lifecycle import RuleBroken
from core.models import Region
from core.numbering import new_code
from procurement.models import CatalogueEntry, Form, Kind, ProcurementStandard
from procurement.proposals import Entry, Proposal, Standards, propose

LIMITS = tuple(f"{kind}_{what}" for what in ("from", "tender") for kind in Kind.values)


@dataclass(frozen=True)
class Row:
    """An entry of a catalogue as it is entered."""

    item: str
    name: str
    kind: str
    form: str
    from_amount: Decimal | None = None
    note: str = ""


@transaction.atomic(durable=True)
def enact(
    region: Region,
    *,
    title: str,
    year: int,
    source: str,
    from_on: date,
    limits: Mapping[str, Decimal | None],
    rows: Iterable[Row],
    is_example: bool = False,
    by: Actor,
    at: datetime,
) -> ProcurementStandard:
    """Give a region its next catalogue and standards, in force from a day on.

    Refused from a day before the version in force began or that has passed, without a source, with
    one item twice, and where a limit for tenders lies below the one for procurement.
    """
    rows = list(rows)
    if not source.strip():
        raise RuleBroken("Name the document that sets these figures: it is published.")
    if len({row.item for row in rows}) < len(rows):
        raise RuleBroken("An item stands twice in the catalogue: name it once.")
    for kind in Kind:
        low, high = limits.get(f"{kind}_from"), limits.get(f"{kind}_tender")
        if low is not None and high is not None and high < low:
            raise RuleBroken(
                "%(kind)s: the standard for tenders lies below the limit: check both.",
                kind=str(kind.label),
            )
    if any(row.form not in (Form.CENTRAL, Form.DEPARTMENT) for row in rows):
        raise RuleBroken("What the catalogue names is procured centrally: choose who does it.")
    before = (
        ProcurementStandard.objects.select_for_update().filter(region=region, until_on=None).first()
    )
    if from_on < day_of(at) or (before is not None and from_on <= before.from_on):
        raise RuleBroken(
            "A new version begins today or later, and after the one before it: choose a later day."
        )
    if before is not None:
        before.until_on = from_on
        before.save(update_fields=["until_on"])
    try:
        with transaction.atomic():
            standard = ProcurementStandard.objects.create(
                code=new_code(),
                region=region,
                version=before.version + 1 if before else 1,
                year=year,
                title=title,
                source=source.strip(),
                is_example=is_example,
                from_on=from_on,
                **{name: limits.get(name) for name in LIMITS},
            )
    except IntegrityError as twin:
        if "procurementstandard" not in str(twin):
            raise
        raise RuleBroken("This version was added already: load the page again.") from twin
    CatalogueEntry.objects.bulk_create(
        CatalogueEntry(
            standard=standard,
            item=row.item,
            name=row.name,
            kind=row.kind,
            form=row.form,
            from_amount=row.from_amount,
            note=row.note,
        )
        for row in rows
    )
    outbox.emit(
        record(
            standard,
            "procurement-standard.enacted",
            by=by,
            at=at,
            public=True,
            region=region.code,
            version=standard.version,
            title=title,
            source=source,
            from_on=from_on,
            limits={name: limits.get(name) for name in LIMITS},
            items=[row.item for row in rows],
        )
    )
    return standard


def in_force(region: Region | None, day: date) -> ProcurementStandard | None:
    """The nearest place's standard: the county's before the city's and the province's."""
    if region is None:
        return None
    codes = [region.code, region.code[:4] + "00", region.code[:2] + "0000"]
    found = (
        ProcurementStandard.objects.in_force(day)
        .filter(region__code__in=codes)
        .select_related("region")
        .prefetch_related(Prefetch("entries", CatalogueEntry.objects.order_by("item")))
    )
    return min(found, key=lambda one: codes.index(one.region.code), default=None)


def figures_of(standard: ProcurementStandard | None, kind: str) -> Standards | None:
    """A standard's figures for a kind, as `proposals` takes them."""
    if standard is None or kind not in Kind.values:
        return None
    return Standards(
        title=standard.title,
        source=standard.source,
        limit=getattr(standard, f"{kind}_from"),
        tender=getattr(standard, f"{kind}_tender"),
        is_example=standard.is_example,
    )


def entry_of(standard: ProcurementStandard | None, item: str) -> Entry | None:
    if standard is None or not item:
        return None
    for row in standard.entries.all():
        if row.item == item:
            return Entry(row.item, row.name, row.form, row.from_amount)
    return None


def proposal(
    region: Region | None,
    kind: str,
    item: str,
    budget: Decimal,
    day: date,
    *,
    with_others: Decimal = Decimal(0),
) -> Proposal:
    """What the standards in force that day propose."""
    standard = in_force(region, day)
    return propose(
        kind,
        budget,
        figures_of(standard, kind),
        entry_of(standard, item),
        with_others=with_others,
    )


def limit_rows(standard: ProcurementStandard) -> list[tuple[str, Any, Any]]:
    """Kind, limit and tender standard, for tables."""
    return [
        (
            str(kind.label),
            getattr(standard, f"{kind}_from"),
            getattr(standard, f"{kind}_tender"),
        )
        for kind in Kind
    ]
