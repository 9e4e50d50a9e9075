"""What of the marketplace is found: listed agencies, services, published orders."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import searched
from core.models import Event, Upload
from core.searched import Entry, Facets, Standing
from credit import ratings
from credit.models import Fact
from marketplace.models import (
    Agency,
    Evaluation,
    Method,
    Phase,
    ServiceItem,
    ServiceItemVersion,
    ServiceOrder,
)

SUMMARY = 160  # characters
STANDINGS = {
    Phase.OPEN: Standing.OPEN,
    Phase.CHOOSING: Standing.DECIDING,
    Phase.CONTESTABLE: Standing.CONTESTABLE,
    Phase.AWARDED: Standing.UNDER_WAY,
    Phase.CONTRACTED: Standing.UNDER_WAY,
    Phase.COMPLETED: Standing.DONE,
    Phase.FAILED: Standing.FAILED,
    Phase.WITHDRAWN: Standing.ENDED,
    Phase.BROKEN_OFF: Standing.ENDED,
}
GRADES = {
    "level-A": pgettext_lazy("search", "credit level A"),
    "level-B": pgettext_lazy("search", "credit level B"),
    "level-C": pgettext_lazy("search", "credit level C"),
    "level-D": pgettext_lazy("search", "credit level D"),
    "job-excellent": pgettext_lazy("search", "job: excellent"),
    "job-good": pgettext_lazy("search", "job: good"),
    "job-qualified": pgettext_lazy("search", "job: qualified"),
    "job-barely": pgettext_lazy("search", "job: barely qualified"),
    "job-unqualified": pgettext_lazy("search", "job: unqualified"),
}


def register() -> None:
    """Called once, from `apps.py`."""
    searched.kind(
        "service",
        _("service item"),
        service,
        lambda: ServiceItem.objects.values_list("code", flat=True),
        {"marketplace.serviceitemversion": _item_of_version},
        weight=5,
    )
    searched.kind(
        "agency",
        _("intermediary agency"),
        agency,
        lambda: Agency.objects.listed().values_list("code", flat=True),
        {
            "marketplace.agency": searched.by_code,
            "accounts.organisation": _agency_of_unit,
            "credit.fact": _agency_of_fact,
            "credit.scheme": searched.EVERYTHING,
        },
        weight=4,
    )
    searched.kind(
        "order",
        _("service order"),
        order,
        lambda: ServiceOrder.objects.public().values_list("code", flat=True),
        {
            "marketplace.serviceorder": searched.by_code,
            "accounts.organisation": _orders_of_unit,
            "core.upload": _order_of_file,
        },
        weight=3,
    )
    searched.methods.update({method.value: method.label for method in Method})
    searched.grades.update(GRADES)
    searched.subjects["marketplace.serviceorder"] = order_facets


def service(code: str, at: datetime) -> Entry | None:
    """An item of the catalogue; one no longer in force says so."""
    item = ServiceItem.objects.filter(code=code).first()
    if item is None:
        return None
    told = (item.when_needed, item.authority, item.requirement_note, item.fee_note)
    basis = (str(value) for law in item.legal_basis for value in _values(law))
    work = (*item.approvals, *item.process, *item.materials, *item.deliverables)
    return Entry(
        path=item.get_absolute_url(),
        title=item.name,
        at=item.revised_at,
        summary=item.summary,
        text="\n".join([*told, *basis, *(str(value) for one in work for value in _values(one))]),
        items=(item.code,),
        standing=Standing.ENDED if item.retired else Standing.IN_FORCE,
    )


def agency(code: str, at: datetime) -> Entry | None:
    """A listed agency, by its present name and those before."""
    row = Agency.objects.listed().select_related("organisation__region").filter(code=code).first()
    if row is None or row.listed_at is None:
        return None
    unit = row.organisation
    offered = [one.item for one in row.services.current().select_related("item")]
    held = row.qualifications.verified().select_related("category").order_by("category__place")
    coming = ratings.outlook(unit, at)
    rating = ratings.of(unit, at)
    changes = (
        instant
        for instant, later in coming
        if rating and instant > at and later.level != rating.level
    )
    return Entry(
        path=row.get_absolute_url(),
        title=unit.name,
        at=row.listed_at,
        number=unit.uscc or "",
        summary=row.introduction[:SUMMARY] or "、".join(item.name for item in offered),
        text="\n".join(
            [
                row.introduction,
                row.quality_measures,
                row.honours,
                *(str(paper) for paper in held),
                *(item.name for item in offered),
            ]
        ),
        names=(*unit.former_names(), *filter(None, [unit.short_name])),
        region=unit.region.code if unit.region else "",
        items=tuple(item.code for item in offered),
        grade=f"level-{rating.level}" if rating else "",
        refresh_at=min(changes, default=None),
    )


def order(code: str, at: datetime) -> Entry | None:
    """A published order, as its page has it."""
    rows = ServiceOrder.objects.public().select_related("owner", "region", "winner__bidder")
    row = rows.filter(code=code).first()
    if row is None or row.published_at is None:
        return None
    items = list(row.items.all())
    phase = row.phase(at)
    turn = {Phase.OPEN: row.open_until, Phase.CONTESTABLE: row.contest_until}.get(phase)
    after = {Phase.OPEN: Standing.DECIDING, Phase.CONTESTABLE: Standing.UNDER_WAY}.get(phase)
    grade = Evaluation.objects.filter(order=row).values_list("grade", flat=True).first()
    winner = row.winner.bidder.name if row.winner else ""
    told = (row.content, row.scale, row.other_requirements, row.amount_note, row.service_note)
    return Entry(
        path=row.get_absolute_url(),
        title=row.title,
        at=row.published_at,
        number=row.number or "",
        summary=f"{row.owner_shown} · {'、'.join(item.name for item in items)}",
        text="\n".join([*told, row.administrative_item]),
        names=tuple(
            filter(None, [row.project_code, row.investment_number, winner, row.owner.name])
        ),
        files=searched.files_of(row, "marketplace.order-file"),
        region=row.region.code if row.region else "",
        items=tuple(item.code for item in items),
        method=row.method,
        amount=row.amount or row.worth or None,
        deadline=row.open_until,
        standing=STANDINGS[phase],
        standing_after=after or "",
        changes_at=turn,
        grade=f"job-{_grade_code(grade)}" if grade else "",
    )


def order_facets(code: str) -> Facets:
    """What an order tells of its notices; who was awarded for how much, a notice states itself."""
    row = ServiceOrder.objects.select_related("region").filter(code=code).first()
    if row is None:
        return Facets()
    return Facets(
        region=row.region.code if row.region else "",
        items=tuple(item.code for item in row.items.all()),
        method=row.method,
        amount=row.worth or None,
    )


def _grade_code(label: str) -> str:
    """An evaluation keeps its grade as the scheme called it."""
    known = {"优秀": "excellent", "良好": "good", "合格": "qualified", "基本合格": "barely"}
    return known.get(label, "unqualified")


def _values(value: object) -> Iterable[object]:
    """What a JSON value says, its keys left out."""
    if isinstance(value, dict):
        return [inner for one in value.values() for inner in _values(one)]
    if isinstance(value, list):
        return [inner for one in value for inner in _values(one)]
    return [value] if value is not None else []


def _item_of_version(event: Event) -> Iterable[str]:
    versions = ServiceItemVersion.objects.filter(code=event.subject_code)
    return versions.values_list("item__code", flat=True)


def _agency_of_unit(event: Event) -> Iterable[str]:
    rows = Agency.objects.listed().filter(organisation__code=event.subject_code)
    return rows.values_list("code", flat=True)


def _agency_of_fact(event: Event) -> Iterable[str]:
    units = Fact.objects.filter(code=event.subject_code).values("organisation")
    return Agency.objects.listed().filter(organisation__in=units).values_list("code", flat=True)


def _orders_of_unit(event: Event) -> Iterable[str]:
    """Where it is the owner or the winner: both are called by their present names."""
    mine = ServiceOrder.objects.public().filter(owner__code=event.subject_code)
    won = ServiceOrder.objects.public().filter(winner__bidder__code=event.subject_code)
    return [*mine.values_list("code", flat=True), *won.values_list("code", flat=True)]


def _order_of_file(event: Event) -> Iterable[str]:
    files = Upload.objects.filter(code=event.subject_code, purpose="marketplace.order-file")
    return files.exclude(subject_code="").values_list("subject_code", flat=True)
