"""What of publication is found: notices, word for word; superseded ones say so."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from core import searched
from core.models import Event
from core.searched import Entry, Standing
from publication.models import Notice, Relation

AMOUNTS = ("amount", "budget")  # stated by the notice itself: awarded, or planned


def register() -> None:
    """Called once, from `apps.py`."""
    searched.kind(
        "notice",
        _("notice"),
        notice,
        lambda: Notice.objects.values_list("code", flat=True),
        {"publication.notice": _chain},
        weight=1,
    )


def notice(code: str, at: datetime) -> Entry | None:
    row = Notice.objects.filter(code=code).prefetch_related("followers").first()
    if row is None:
        return None
    told = searched.facets_about(row.subject, row.subject_code)
    stated = next((row.facts[name] for name in AMOUNTS if row.facts.get(name)), None)
    return Entry(
        path=row.get_absolute_url(),
        title=row.title,
        at=row.published_at,
        number=row.number,
        summary=" · ".join(filter(None, [row.issuer, str(row.kind_label)])),
        text=row.document.text(),
        region=told.region,
        items=told.items,
        method=told.method,
        amount=told.amount if stated is None else Decimal(stated),
        standing=Standing.ENDED if row.superseded_by else Standing.IN_FORCE,
    )


def _chain(event: Event) -> Iterable[str]:
    """The notice itself, and the one that it may have corrected or withdrawn. With a correction
    the subject tells something new of all notices about it.
    """
    row = Notice.objects.in_list().filter(code=event.subject_code).first()
    if row is None:
        return []
    if row.relation == Relation.CORRECTS:
        about = Notice.objects.filter(subject=row.subject, subject_code=row.subject_code)
        return about.values_list("code", flat=True)
    followed = Notice.objects.filter(followers=row)
    return [row.code, *followed.values_list("code", flat=True)]
