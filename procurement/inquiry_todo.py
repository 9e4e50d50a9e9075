"""What of the inquiries waits for a seat, and its drafts; joined on the desk."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.models import Deed, Seat
from core import todo
from procurement.models import (
    Correction,
    CorrectionState,
    Form,
    Need,
    NeedState,
    Procedure,
    ProcedureState,
)
from selection.models import Draw, Witness


def waiting_for(seat: Seat, at: datetime) -> Iterable[QuerySet[Any, Any]]:
    """The inquiries for which this seat can do something now."""
    own = Procedure.objects.owned_by(seat.organisation)
    alive = Correction.objects.alive_at(at)
    mine = alive.owned_by(seat.organisation)
    if seat.may(Deed.RUN_PROCEDURE):
        going = Procedure.objects.filter(need=OuterRef("pk")).exclude(
            state__in=[ProcedureState.FAILED, ProcedureState.WITHDRAWN]
        )
        settled = Need.objects.owned_by(seat.organisation).filter(
            ~Exists(going), state=NeedState.SETTLED, form=Form.OUTSIDE
        )
        yield todo.rows("inquiry-begin", settled, title="title", about="code")
        yield _rows("inquiry-correct", own.filter(state=ProcedureState.RETURNED), "open_until")
        yield _rows("inquiry-examine", own.filter(state=ProcedureState.OPENED), "examine_until")
        returned = mine.filter(state=CorrectionState.DRAFT).exclude(state_reason="")
        yield _corrections("correction-write", returned)
        awaiting = own.filter(state=ProcedureState.AWAITING_DICE)
        yield _rows("inquiry-witness", awaiting, "choose_at")
    if seat.may(Deed.APPROVE_NEED):
        others = own.exclude(submitted_by__user=seat.user)
        yield _rows("inquiry-approve", others.filter(state=ProcedureState.SUBMITTED), "open_until")
        seconded = mine.filter(state=CorrectionState.SUBMITTED)
        yield _corrections("correction-approve", seconded.exclude(submitted_by__user=seat.user))
    if seat.may(Deed.REVIEW_ORDER):
        yield _rows("inquiry-approve", of_lone_owners(at), "open_until")
        lone = alive.filter(state=CorrectionState.SUBMITTED, procedure__in=_of_one_person(at))
        yield _corrections("correction-approve", lone)
    if seat.may(Deed.SUPERVISE):
        yield _rows("inquiry-witnesses", without_a_regulators_witness(at), "open_until")
    if seat.may(Deed.THROW_DICE):
        late = Draw.objects.filter(thrown_at=None, regulator_from__lte=at, fails_at__gt=at)
        waiting = Procedure.objects.filter(
            Exists(late.filter(number=OuterRef("number"))), state=ProcedureState.AWAITING_DICE
        )
        yield _rows("inquiry-throw", waiting, "choose_at")
    if seat.may(Deed.EVALUATE):
        yield _rows("inquiry-assess", own.filter(state=ProcedureState.COMPLETED), None)


def drafts_of(seat: Seat, at: datetime) -> Iterable[QuerySet[Any, Any]]:
    if seat.may(Deed.RUN_PROCEDURE):
        own = Procedure.objects.owned_by(seat.organisation)
        yield _rows("inquiry-draft", own.filter(state=ProcedureState.DRAFT), "draft_saved_at")
        drafts = Correction.objects.alive_at(at).owned_by(seat.organisation)
        fresh = drafts.filter(state=CorrectionState.DRAFT, state_reason="")
        yield _corrections("correction-draft", fresh)


def of_lone_owners(at: datetime) -> QuerySet[Procedure]:
    """Inquiries under approval whose owner has one person only: the operator approves those."""
    return _of_one_person(at).filter(state=ProcedureState.SUBMITTED)


def without_a_regulators_witness(at: datetime) -> QuerySet[Procedure]:
    """Open inquiries paid by public money whose witnesses the owner alone has named."""
    named = Witness.objects.standing().filter(named_by__isnull=False)
    return Procedure.objects.filter(
        ~Exists(named.filter(draw__number=OuterRef("number"))),
        state=ProcedureState.PUBLISHED,
        open_until__gt=at,
        public_funds__gt=0,
    )


def _of_one_person(at: datetime) -> QuerySet[Procedure]:
    held = Q(owner__seats__held_from__lte=at) & (
        Q(owner__seats__held_until=None) | Q(owner__seats__held_until__gt=at)
    )
    persons = Count("owner__seats__user", filter=held, distinct=True)
    return Procedure.objects.annotate(persons=persons).filter(persons__lt=2)


def _corrections(kind: str, rows: QuerySet[Correction]) -> QuerySet[Any, Any]:
    return todo.rows(
        kind, rows, title="procedure__title", about="code", due_at="procedure__open_until"
    )


def _rows(kind: str, rows: QuerySet[Procedure], due_at: str | None) -> QuerySet[Any, Any]:
    return todo.rows(kind, rows, title="title", about="code", due_at=due_at)
