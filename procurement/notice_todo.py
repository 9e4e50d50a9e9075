"""What of the composed notices waits for a seat, and its drafts; joined on the desk."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import Deed, Seat, Standing
from core import todo
from procurement.models import Composition, CompositionState


def waiting_for(seat: Seat, at: datetime) -> Iterable[QuerySet[Any, Any]]:
    """The notices for which this seat can do something now."""
    own = Composition.objects.issued_by(seat.organisation)
    regulator = seat.organisation.standing == Standing.REGULATOR
    if seat.may(Deed.SUPERVISE if regulator else Deed.APPROVE_NEED):
        waiting = own.filter(state=CompositionState.SUBMITTED)
        yield _rows("notice-approve", waiting.exclude(submitted_by__user=seat.user))
    if _may_write(seat):
        yield _rows("notice-correct", own.filter(_returned()))


def drafts_of(seat: Seat, at: datetime) -> Iterable[QuerySet[Any, Any]]:
    if _may_write(seat):
        own = Composition.objects.issued_by(seat.organisation)
        drafts = own.filter(state=CompositionState.DRAFT).exclude(_returned())
        yield todo.rows(
            "notice-draft", drafts, title="need__title", about="code", due_at="saved_at"
        )


def _returned() -> Q:
    return Q(state=CompositionState.DRAFT) & ~Q(state_reason="")


def _may_write(seat: Seat) -> bool:
    regulator = seat.organisation.standing == Standing.REGULATOR
    return seat.may(Deed.SUPERVISE if regulator else Deed.RUN_PROCEDURE)


def _rows(kind: str, rows: QuerySet[Composition]) -> QuerySet[Any, Any]:
    return todo.rows(kind, rows, title="need__title", about="code", due_at=None)
