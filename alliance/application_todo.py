"""What of joining waits for a seat: invitations, drafts, returned applications, reviews."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from accounts.models import Deed, Seat
from alliance.models import Application, ApplicationState, JoinInvitation
from core import todo


def waiting_for(seat: Seat, at: datetime) -> Iterable[QuerySet[Any, Any]]:
    yield todo.rows(
        "application-review",
        Application.objects.to_review_by(seat, at),
        title="organisation__name",
        about="code",
    )
    if seat.may(Deed.JOIN_ALLIANCE):
        invitations = JoinInvitation.objects.filter(organisation=seat.organisation)
        yield todo.rows(
            "join-invitation",
            invitations.waiting_at(at),
            title="alliance__name",
            about="code",
            due_at="open_until",
        )
        own = Application.objects.of(seat.organisation)
        yield todo.rows(
            "application-correct",
            own.filter(state=ApplicationState.RETURNED),
            title="alliance__name",
            about="code",
        )


def drafts_of(seat: Seat, at: datetime) -> Iterable[QuerySet[Any, Any]]:
    if seat.may(Deed.JOIN_ALLIANCE):
        drafts = Application.objects.of(seat.organisation).filter(state=ApplicationState.DRAFT)
        yield todo.rows(
            "application-draft",
            drafts,
            title="alliance__name",
            about="code",
            due_at="draft_saved_at",
        )
