"""What the marketplace puts before a seat: entries to finish, to correct and to review."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Deed, Seat
from accounts.todo import END_OF_THE_DAY
from core import todo
from core.calendar import day_of
from marketplace.models import (
    Agency,
    AgencyState,
    AuthorisedPerson,
    EntryReview,
    Practitioner,
    PractitionerCertificate,
    Qualification,
    ReviewState,
)

Rows = QuerySet[Any, Any]


def name_kinds() -> None:
    """How each kind is told, and the deeds that the tab of what was done shows."""
    entry = "marketplace:entry"
    todo.kind("entry-finish", _("Finish the entry"), _("Go on"), entry, with_about=False)
    todo.kind("entry-correct", _("Correct the entry"), _("Correct"), entry, with_about=False)
    todo.kind(
        "qualification-expiring",
        _("Renew the qualification"),
        _("Renew"),
        "marketplace:qualification-add",
        with_about=False,
        hint=_("After that day it counts for no new bid."),
    )
    todo.kind("entry-review", _("Review the entry"), _("Review"), "marketplace:entry-review")
    todo.kind(
        "credential-review",
        _("Verify what was handed in"),
        _("Review"),
        "marketplace:credential-review",
    )
    for name, label in (
        ("entry.submitted", _("submitted an entry")),
        ("agency.listed", _("passed an entry")),
        ("entry.returned", _("returned an entry")),
        ("agency.described", _("changed the agency's introduction")),
        ("service.offered", _("offered a service")),
        ("service.stopped", _("stopped offering a service")),
        ("qualification.handed-in", _("handed in a qualification")),
        ("practitioner.handed-in", _("handed in a practitioner")),
        ("certificate.handed-in", _("handed in a certificate")),
        ("authorised-person.handed-in", _("handed in another authorised person")),
        ("credential.verified", _("verified what was handed in")),
        ("credential.returned", _("returned what was handed in")),
        ("credential.ended", _("took something off the list")),
        ("service-item.introduced", _("introduced a service item")),
        ("service-item.revised", _("revised a service item")),
    ):
        todo.deed(name, label)


def waiting_for(seat: Seat, at: datetime) -> Iterator[Rows]:
    """Rows of what waits for this seat at an instant."""
    if seat.may(Deed.APPLY_ENTRY):
        own = Agency.objects.of(seat.organisation)
        returned = own.filter(state=AgencyState.RETURNED)
        yield todo.rows("entry-correct", returned, title="organisation__name", about="code")
        yield todo.rows(
            "qualification-expiring",
            Qualification.objects.expiring(day_of(at)).filter(
                agency__organisation=seat.organisation
            ),
            title="category__name",
            about="code",
            due_at=END_OF_THE_DAY,
        )
    if seat.may(Deed.REVIEW_ENTRY):
        open_rounds = EntryReview.objects.filter(outcome="")
        yield todo.rows(
            "entry-review",
            open_rounds.exclude(agency__organisation=seat.organisation),
            title="agency__organisation__name",
            about="agency__code",
            due_at="due_at",
        )
        waiting = {"agency__state": AgencyState.LISTED}
        for model, title in (
            (Qualification, "category__name"),
            (Practitioner, "name"),
            (AuthorisedPerson, "name"),
        ):
            rows = model.objects.pending().filter(**waiting)
            yield todo.rows("credential-review", rows, title=title, about="code", due_at="due_at")
        certificates = PractitionerCertificate.objects.pending().filter(
            practitioner__agency__state=AgencyState.LISTED,
            practitioner__state=ReviewState.VERIFIED,
        )
        yield todo.rows(
            "credential-review",
            certificates,
            title="category__name",
            about="code",
            due_at="due_at",
        )


def drafts_of(seat: Seat, at: datetime) -> Iterator[Rows]:
    """The entry that is not submitted yet, with the instant of its last change."""
    if seat.may(Deed.APPLY_ENTRY):
        draft = Agency.objects.of(seat.organisation).filter(state=AgencyState.DRAFT)
        yield todo.rows(
            "entry-finish", draft, title="organisation__name", about="code", due_at="drafted_at"
        )
