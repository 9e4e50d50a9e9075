"""What of the orders waits for a seat, and its drafts; joined on the desk."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce, NullIf

from accounts.models import Deed, Seat
from core import todo
from marketplace.models import OrderState, ServiceOrder
from selection.models import Draw, Witness


def waiting_for(seat: Seat, at: datetime) -> Iterable[QuerySet[Any, Any]]:
    """The orders for which this seat can do something now, oldest deadline first on the desk."""
    own = ServiceOrder.objects.owned_by(seat.organisation)
    if seat.may(Deed.APPROVE_ORDER):
        others = own.exclude(submitted_by__user=seat.user)
        yield _rows("order-approve", others.filter(state=OrderState.SUBMITTED), "open_until")
    if seat.may(Deed.REVIEW_ORDER):
        yield _rows("order-approve", of_lone_owners(at), "open_until")
    if seat.may(Deed.WRITE_ORDER):
        yield _rows("order-correct", own.filter(state=OrderState.RETURNED), "open_until")
    if seat.may(Deed.WRITE_ORDER) or seat.may(Deed.APPROVE_ORDER):
        yield _rows("order-witness", own.filter(state=OrderState.AWAITING_DICE), "choose_at")
    if seat.may(Deed.SUPERVISE):
        yield _rows("order-witnesses", without_a_regulators_witness(at), "open_until")
    if seat.may(Deed.THROW_DICE):
        late = Draw.objects.filter(thrown_at=None, regulator_from__lte=at, fails_at__gt=at)
        waiting = ServiceOrder.objects.filter(
            Exists(late.filter(number=OuterRef("number"))), state=OrderState.AWAITING_DICE
        )
        yield _rows("order-throw", waiting, "choose_at")
    if seat.may(Deed.EVALUATE):
        yield _rows("order-evaluate", own.filter(state=OrderState.COMPLETED), "evaluate_until")


def drafts_of(seat: Seat, at: datetime) -> Iterable[QuerySet[Any, Any]]:
    if seat.may(Deed.WRITE_ORDER):
        drafts = ServiceOrder.objects.owned_by(seat.organisation).filter(state=OrderState.DRAFT)
        yield _rows("order-draft", drafts, "draft_saved_at")


def without_a_regulators_witness(at: datetime) -> QuerySet[ServiceOrder]:
    """Open orders paid by public money whose witnesses the owner alone has named."""
    named = Witness.objects.standing().filter(named_by__isnull=False)
    return ServiceOrder.objects.filter(
        ~Exists(named.filter(draw__number=OuterRef("number"))),
        state=OrderState.PUBLISHED,
        open_until__gt=at,
        public_funds__gt=0,
    )


def of_lone_owners(at: datetime) -> QuerySet[ServiceOrder]:
    """Orders under approval whose owner has one person only: the operator approves those."""
    held = Q(owner__seats__held_from__lte=at) & (
        Q(owner__seats__held_until=None) | Q(owner__seats__held_until__gt=at)
    )
    return ServiceOrder.objects.annotate(
        persons=Count("owner__seats__user", filter=held, distinct=True)
    ).filter(state=OrderState.SUBMITTED, persons__lt=2)


def _rows(kind: str, orders: QuerySet[ServiceOrder], due_at: str) -> QuerySet[Any, Any]:
    title = Coalesce(NullIf(F("title"), Value("")), KT("draft__title"), Value("—"))
    return todo.rows(kind, orders, title=title, about="code", due_at=due_at)
