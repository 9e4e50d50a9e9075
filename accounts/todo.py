"""What waits for a seat in accounts: invitations, verifications, corrections, certificates."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import DateTimeField, ExpressionWrapper, F, QuerySet
from django.db.models.functions import Cast
from django.utils.timezone import localdate

from accounts.models import (
    Amendment,
    Certificate,
    Deed,
    Invitation,
    Organisation,
    OrganisationState,
    Seat,
    User,
)
from core import todo

Rows = QuerySet[Any, Any]

# A day ends at midnight in Beijing, 16:00 UTC: dates are cast to their midnight in UTC.
END_OF_THE_DAY = ExpressionWrapper(
    Cast(F("valid_until"), DateTimeField()) + timedelta(hours=16), DateTimeField()
)


def waiting_for(seat: Seat, at: datetime) -> Iterator[Rows]:
    yield invited(seat.user, at)
    if seat.may(Deed.VERIFY_ORGANISATION):
        submitted = Organisation.objects.filter(state=OrganisationState.SUBMITTED)
        yield todo.rows(
            "organisation-submitted", submitted, title="name", about="code", due_at="verify_until"
        )
        yield todo.rows(
            "amendment-asked",
            Amendment.objects.waiting(),
            title="name_before",
            about="code",
            due_at="decide_until",
        )
    if seat.may(Deed.EDIT_ORGANISATION):
        own = Organisation.objects.filter(pk=seat.organisation_id, state=OrganisationState.REFUSED)
        yield todo.rows("organisation-refused", own, title="name", about="code")
        yield todo.rows(
            "certificate-expiring",
            _expiring(seat, at),
            title="name",
            about="code",
            due_at=END_OF_THE_DAY,
        )


def invited(user: User, at: datetime) -> Rows:
    """Seats that are offered to a person, who may have none yet."""
    open_ones = Invitation.objects.waiting_at(at).addressed_to(user)
    return todo.rows(
        "seat-offered", open_ones, title="organisation__name", about="code", due_at="open_until"
    )


def figures_of(seat: Seat, at: datetime) -> Iterator[Rows]:
    yield todo.number("certificates", _expiring(seat, at))


def _expiring(seat: Seat, at: datetime) -> Rows:
    return Certificate.objects.of(seat.organisation).expiring(localdate(at))
