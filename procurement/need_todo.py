"""What of the needs waits for a seat, and its drafts; joined on the desk."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce, NullIf

from accounts.models import Deed, Seat
from core import todo
from procurement.models import Need, NeedState


def waiting_for(seat: Seat, at: datetime) -> Iterable[QuerySet[Any, Any]]:
    """The needs for which this seat can do something now."""
    own = Need.objects.owned_by(seat.organisation)
    if seat.may(Deed.APPROVE_NEED):
        others = Q(state=NeedState.SUBMITTED) & ~Q(submitted_by__user=seat.user)
        corrections = Q(correction_submitted_at__isnull=False) & ~Q(
            correction_submitted_by__user=seat.user
        )
        yield _rows("need-approve", own.filter(others | corrections), None)
    if seat.may(Deed.WRITE_NEED):
        yield _rows("need-correct", own.filter(state=NeedState.RETURNED), None)


def drafts_of(seat: Seat, at: datetime) -> Iterable[QuerySet[Any, Any]]:
    if seat.may(Deed.WRITE_NEED):
        drafts = Q(state=NeedState.DRAFT) | Q(
            correction_begun_at__isnull=False, correction_submitted_at=None
        )
        own = Need.objects.owned_by(seat.organisation)
        yield _rows("need-draft", own.filter(drafts), "draft_saved_at")


def _rows(kind: str, needs: QuerySet[Need], due_at: str | None) -> QuerySet[Any, Any]:
    title = Coalesce(NullIf(F("title"), Value("")), KT("draft__basics__title"), Value("—"))
    return todo.rows(kind, needs, title=title, about="code", due_at=due_at)
