"""What of publication is found: notices, word for word; superseded ones say so."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from core import searched
from core.models import Event
from core.searched import Entry, Standing
from publication.models import Notice


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
    return Entry(
        path=row.get_absolute_url(),
        title=row.title,
        at=row.published_at,
        number=row.number,
        summary=" · ".join(filter(None, [row.issuer, str(row.kind_label)])),
        text=row.document.text(),
        standing=Standing.ENDED if row.superseded_by else Standing.IN_FORCE,
    )


def _chain(event: Event) -> Iterable[str]:
    """The notice itself, and the one that it may have corrected or withdrawn."""
    followed = Notice.objects.filter(followers__code=event.subject_code)
    return [event.subject_code, *followed.values_list("code", flat=True)]
