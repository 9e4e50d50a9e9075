"""What an owner says of a service: marks in the scheme's dimensions, published, never changed."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from accounts.models import Seat
from core import clock, letters, outbox
from core.audit import record
from core.lifecycle import lock, move
from core.numbering import new_code
from credit import grading
from marketplace.models import Evaluation, OrderState, ServiceOrder


@transaction.atomic(durable=True)
def evaluate(
    order: ServiceOrder, *, marks: Mapping[str, int], comment: str, by: Seat, at: datetime
) -> Evaluation:
    """Grade the job, for good, and enter it into the agency's credit.

    Refused before the job is done, twice, and with a mark missing or out of bounds: none is set for
    the owner. A late evaluation is better than none, so lateness is no reason to refuse.
    """
    order = lock(order, state=OrderState.COMPLETED)
    if order.winner is None:
        raise RuntimeError(f"order {order.number} was completed by nobody")
    evaluated_at = clock.after_lock()
    job = grading.enter(
        marks,
        organisation=order.winner.bidder,
        about=order,
        source="业主评价",
        graded_at=evaluated_at,
        by=by,
        at=at,
    )
    evaluation = Evaluation.objects.create(
        code=new_code(),
        order=order,
        agency=order.winner.bidder,
        seat=by,
        marks=job.marks,
        score=job.score,
        grade=job.grade.label,
        comment=comment.strip(),
        scheme=job.scheme.name,
        evaluated_at=evaluated_at,
    )
    move(order, OrderState.EVALUATED)
    outbox.emit(
        record(
            order,
            "order.evaluated",
            by=by,
            at=at,
            public=True,
            marks=dict(marks),
            score=job.score,
            grade=job.grade.code,
            scheme=job.scheme.version,
            comment=evaluation.comment,
        )
    )
    letters.post(
        "marketplace/order-evaluated",
        to=evaluation.agency,
        at=at,
        link=order.get_absolute_url(),
        order=order,
        evaluation=evaluation,
    )
    return evaluation
