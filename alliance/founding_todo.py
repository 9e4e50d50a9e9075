"""What of calls and foundings waits for a seat, and its drafts; joined on the desk."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet, Value
from django.db.models.fields.json import KT, KeyTextTransform
from django.db.models.functions import Coalesce, NullIf

from accounts.models import Deed, Seat
from alliance.models import Call, CallState, Founding, FoundingState, FoundingUnit
from core import todo


def waiting_for(seat: Seat, at: datetime) -> Iterable[QuerySet[Any, Any]]:
    """Reviews for the registrar; corrections and consents for units."""
    if seat.may(Deed.REGISTER_ALLIANCE):
        mine = Founding.objects.filter(call__regulator=seat.organisation_id)
        yield todo.rows(
            "founding-review",
            mine.filter(state=FoundingState.SUBMITTED),
            title="name",
            about="code",
        )
    if seat.may(Deed.JOIN_ALLIANCE):
        own = Founding.objects.led_by(seat.organisation)
        yield todo.rows(
            "founding-correct",
            own.filter(state=FoundingState.RETURNED),
            title="name",
            about="code",
        )
        asked = FoundingUnit.objects.asked_of(seat.organisation)
        name = Coalesce(
            NullIf(F("founding__name"), Value("")),
            KeyTextTransform("name", "founding__draft"),
            Value("—"),
        )
        yield todo.rows(
            "founding-consent", asked, title=name, about="code", due_at="founding__call__open_until"
        )


def drafts_of(seat: Seat, at: datetime) -> Iterable[QuerySet[Any, Any]]:
    if seat.may(Deed.JOIN_ALLIANCE):
        own = Founding.objects.led_by(seat.organisation).filter(state=FoundingState.DRAFT)
        name = Coalesce(NullIf(KT("draft__name"), Value("")), Value("—"))
        yield todo.rows("founding-draft", own, title=name, about="code", due_at="draft_saved_at")
    if seat.may(Deed.REGISTER_ALLIANCE):
        calls = Call.objects.filter(regulator=seat.organisation_id, state=CallState.DRAFT)
        yield todo.rows("call-draft", calls, title="title", about="code", due_at="written_at")
