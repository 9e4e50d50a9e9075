"""What contracts put before a seat: to sign, to hand in, to decide about."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from accounts.models import Deed, Seat
from contracts.models import (
    Agreement,
    AgreementState,
    Change,
    ChangeKind,
    ChangeState,
    Deliverable,
    DeliverableState,
    Milestone,
    Side,
)
from core import todo


def name_kinds() -> None:
    """How each kind is told, and the deeds that the tab of what was done shows."""
    todo.kind(
        "agreement-sign", _("Sign the contract"), _("Read and sign"), "contracts:agreement-sign"
    )
    todo.kind("milestone-hand-in", _("Hand in"), _("Hand in"), "contracts:milestone-hand-in")
    todo.kind(
        "deliverable-accept",
        _("Accept or return"),
        _("Look and decide"),
        "contracts:deliverable-detail",
    )
    todo.kind("change-answer", _("Answer a request"), _("Answer"), "contracts:agreement-detail")
    for name, label in (
        ("agreement.signed", _("signed a contract")),
        ("agreement.declined", _("declined to sign a contract")),
        ("delivery.handed-in", _("handed in a deliverable")),
        ("delivery.accepted", _("accepted a deliverable")),
        ("delivery.returned", _("returned a deliverable")),
        ("change.asked", _("asked for a change of a contract")),
        ("change.granted", _("granted a change of a contract")),
        ("change.refused", _("refused a change of a contract")),
    ):
        todo.deed(name, label)


def waiting_for(seat: Seat, at: datetime) -> Iterator[QuerySet[Any, Any]]:
    """Rows of what waits for this seat at an instant."""
    unit = seat.organisation
    if seat.may(Deed.SIGN):
        to_sign = Agreement.objects.filter(
            state=AgreementState.DRAWN_UP,
            sign_until__gt=at,
            parties__organisation=unit,
            parties__signed_at=None,
        )
        yield todo.rows(
            "agreement-sign", to_sign, title="title", about="number", due_at="sign_until"
        )
    if seat.may(Deed.DELIVER):
        awaited = Milestone.objects.awaited().filter(
            agreement__parties__organisation=unit, agreement__parties__side=Side.AGENCY
        )
        number = Concat("agreement__number", Value("-"), Cast("place", CharField()))
        yield todo.rows(
            "milestone-hand-in",
            awaited,
            title=Concat("title", Value(" · "), "agreement__title"),
            about=number,
            due_at="due_at",
        )
    if seat.may(Deed.ACCEPT):
        handed_in = Deliverable.objects.filter(
            state=DeliverableState.HANDED_IN,
            milestone__agreement__state=AgreementState.CONCLUDED,
            milestone__agreement__parties__organisation=unit,
            milestone__agreement__parties__side=Side.OWNER,
        )
        yield todo.rows(
            "deliverable-accept",
            handed_in,
            title=Concat("milestone__title", Value(" · "), "milestone__agreement__title"),
            about="code",
            due_at="accept_until",
        )
    for kind, deed in ((ChangeKind.EXTENSION, Deed.ACCEPT), (ChangeKind.TERMINATION, Deed.SIGN)):
        if seat.may(deed):
            asked = Change.objects.filter(
                kind=kind,
                state=ChangeState.ASKED,
                agreement__state=AgreementState.CONCLUDED,
                agreement__parties__organisation=unit,
            ).exclude(asked_by__organisation=unit)
            yield todo.rows(
                "change-answer", asked, title="agreement__title", about="agreement__number"
            )
