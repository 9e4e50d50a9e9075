"""What of procurement is found: published needs, their public arguments, inquiries."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import searched
from core.models import Event, Upload
from core.searched import Entry, Facets, Standing
from procurement.document import Document, texts
from procurement.models import (
    Argument,
    ArgumentPhase,
    Comment,
    Need,
    NeedState,
    Procedure,
    ProcedurePhase,
)

NEEDS = {
    NeedState.PUBLISHED: Standing.UNDER_WAY,
    NeedState.SETTLED: Standing.DONE,
    NeedState.WITHDRAWN: Standing.ENDED,
}
ARGUMENTS = {
    ArgumentPhase.ANNOUNCED: Standing.COMING,
    ArgumentPhase.OPEN: Standing.OPEN,
    ArgumentPhase.LAST_DAY: Standing.OPEN,
    ArgumentPhase.ANSWERING: Standing.DECIDING,
    ArgumentPhase.CLOSED: Standing.DONE,
    ArgumentPhase.WITHDRAWN: Standing.ENDED,
}
INQUIRIES = {
    ProcedurePhase.OPEN: Standing.OPEN,
    ProcedurePhase.LAST_DAY: Standing.OPEN,
    ProcedurePhase.CLOSING: Standing.DECIDING,
    ProcedurePhase.OPENED: Standing.DECIDING,
    ProcedurePhase.AWAITING_DICE: Standing.DECIDING,
    ProcedurePhase.AWARDED: Standing.UNDER_WAY,
    ProcedurePhase.CONTRACTED: Standing.UNDER_WAY,
    ProcedurePhase.COMPLETED: Standing.DONE,
    ProcedurePhase.FAILED: Standing.FAILED,
    ProcedurePhase.WITHDRAWN: Standing.ENDED,
    ProcedurePhase.BROKEN_OFF: Standing.ENDED,
}
METHODS = {
    "inquiry": pgettext_lazy("search", "inquiry"),
    "open-tender": pgettext_lazy("search", "open tender"),
    "invited-tender": pgettext_lazy("search", "invited tender"),
    "consultation": pgettext_lazy("search", "competitive consultation"),
    "negotiation": pgettext_lazy("search", "competitive negotiation"),
    "own": pgettext_lazy("search", "by the unit's own rules"),
}


def register() -> None:
    """Called once, from `apps.py`."""
    searched.kind(
        "need",
        _("procurement need"),
        need,
        lambda: Need.objects.public().values_list("code", flat=True),
        {
            "procurement.need": searched.by_code,
            "accounts.organisation": _needs_of_unit,
            "core.upload": _need_of_file,
        },
        weight=3,
    )
    searched.kind(
        "argument",
        _("public argument of a need"),
        argument,
        lambda: Argument.objects.public().values_list("code", flat=True),
        {
            "procurement.argument": searched.by_code,
            "procurement.comment": _argument_of_comment,
            "accounts.organisation": _arguments_of_unit,
        },
        weight=2,
    )
    searched.kind(
        "inquiry",
        _("inquiry"),
        inquiry,
        lambda: Procedure.objects.public().values_list("code", flat=True),
        {
            "procurement.procedure": searched.by_code,
            "accounts.organisation": _inquiries_of_unit,
        },
        weight=3,
    )
    searched.methods.update(METHODS)
    searched.subjects |= {
        "procurement.need": need_facets,
        "procurement.argument": argument_facets,
        "procurement.procedure": inquiry_facets,
    }


def need(code: str, at: datetime) -> Entry | None:
    """The newest published version, whatever is being written since."""
    row = Need.objects.public().select_related("owner", "region").filter(code=code).first()
    version = row.versions.first() if row else None
    if row is None or version is None or row.published_at is None:
        return None
    document = version.content
    told = [section.title for section in document.sections]
    told += [
        word for section in document.sections for block in section.blocks for word in texts(block)
    ]
    return Entry(
        path=row.get_absolute_url(),
        title=version.facts["title"],
        at=row.published_at,
        number=row.number or "",
        summary=" · ".join(filter(None, [row.owner.name, row.item_name])),
        text="\n".join(told),
        files=_shown_files(row, document),
        region=row.region.code if row.region else "",
        method=_known(row.method),
        amount=row.budget,
        standing=NEEDS[NeedState(row.state)],
    )


def argument(code: str, at: datetime) -> Entry | None:
    """An argument with its topics, comments and replies."""
    rows = Argument.objects.public().select_related("owner", "need__region")
    row = rows.filter(code=code).first()
    if row is None or row.published_at is None:
        return None
    phase = row.phase(at)
    turns = {
        Standing.COMING: (row.opens_at, Standing.OPEN),
        Standing.OPEN: (row.closes_at, Standing.DECIDING),
    }
    standing = ARGUMENTS[phase]
    changes_at, after = turns.get(standing, (None, ""))
    said = [str(topic.get("text", "")) for topic in row.topics]
    for comment in row.comments.select_related("reply"):
        said += [comment.text, comment.reply.text if hasattr(comment, "reply") else ""]
    return Entry(
        path=row.get_absolute_url(),
        title=row.need.title,
        at=row.published_at,
        number=row.number or "",
        summary=row.owner.name,
        text="\n".join([*said, row.finding, row.result]),
        names=tuple(filter(None, [row.need.number, row.agency_name])),
        region=row.need.region.code if row.need.region else "",
        amount=row.need.budget,
        deadline=row.closes_at,
        standing=standing,
        standing_after=after,
        changes_at=changes_at,
        # It opens and closes by the clock: what comes after the first of the two is built then.
        refresh_at=row.opens_at if standing == Standing.COMING else None,
    )


def inquiry(code: str, at: datetime) -> Entry | None:
    """An inquiry, without a word of any quote before they are opened."""
    rows = Procedure.objects.public().select_related("owner", "region", "need", "winner__supplier")
    row = rows.filter(code=code).first()
    if row is None or row.published_at is None:
        return None
    standing = INQUIRIES[row.phase(at)]
    is_open = standing == Standing.OPEN
    told = (row.content, row.qualifications, row.acceptance, row.payment, row.delivery_place)
    winner = row.winner.supplier.name if row.winner else ""
    return Entry(
        path=row.get_absolute_url(),
        title=row.title,
        at=row.published_at,
        number=row.number or "",
        summary=row.owner_shown,
        text="\n".join(told),
        names=tuple(filter(None, [row.need.number, winner, row.owner.name])),
        region=row.region.code if row.region else "",
        method=row.method,
        amount=row.amount or row.ceiling or row.budget,
        deadline=row.open_until,
        standing=standing,
        standing_after=Standing.DECIDING if is_open else "",
        changes_at=row.open_until if is_open else None,
        renewed_at=row.corrected_at,
    )


def need_facets(code: str) -> Facets:
    """What a need tells of its notices, the composed ones too: its newest published version."""
    row = Need.objects.public().select_related("region").filter(code=code).first()
    if row is None:
        return Facets()
    region = row.region.code if row.region else ""
    return Facets(region=region, method=_known(row.method), amount=row.budget)


def argument_facets(code: str) -> Facets:
    """What the version of the need that is argued tells."""
    row = Argument.objects.select_related("version").filter(code=code).first()
    if row is None or row.version is None:
        return Facets()
    facts = row.version.facts
    return Facets(
        region=facts["region"], method=_known(facts["method"]), amount=Decimal(facts["budget"])
    )


def inquiry_facets(code: str) -> Facets:
    row = Procedure.objects.select_related("region").filter(code=code).first()
    if row is None:
        return Facets()
    return Facets(region=row.region.code if row.region else "", method=row.method, amount=row.limit)


def _known(method: str) -> str:
    return method if method in METHODS else ""


def _shown_files(row: Need, document: Document) -> tuple[str, ...]:
    shown = {file.sha256 for file in document.files()}
    return tuple(one for one in searched.files_of(row, "procurement.need-file") if one in shown)


def _needs_of_unit(event: Event) -> Iterable[str]:
    rows = Need.objects.public().filter(owner__code=event.subject_code)
    return rows.values_list("code", flat=True)


def _arguments_of_unit(event: Event) -> Iterable[str]:
    rows = Argument.objects.public().filter(owner__code=event.subject_code)
    return rows.values_list("code", flat=True)


def _inquiries_of_unit(event: Event) -> Iterable[str]:
    rows = Procedure.objects.public().filter(owner__code=event.subject_code)
    return rows.values_list("code", flat=True)


def _argument_of_comment(event: Event) -> Iterable[str]:
    rows = Comment.objects.filter(code=event.subject_code)
    return rows.values_list("argument__code", flat=True)


def _need_of_file(event: Event) -> Iterable[str]:
    files = Upload.objects.filter(code=event.subject_code, purpose="procurement.need-file")
    return files.exclude(subject_code="").values_list("subject_code", flat=True)
