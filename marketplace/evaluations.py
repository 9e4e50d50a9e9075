"""What an owner says of a service: marks in the scheme's dimensions, published, never changed."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from accounts.models import Seat
from core import clock, letters, outbox
from core.audit import record
from core.calendar import day_of
from core.lifecycle import RuleBroken, lock, move
from core.numbering import new_code
from credit import facts, scoring
from credit.models import Scheme
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
    scheme = Scheme.objects.in_force(day_of(evaluated_at))
    wanted = {dimension.code for dimension in scheme.rules.dimensions}
    if set(marks) != wanted or not all(0 <= mark <= 100 for mark in marks.values()):
        raise RuleBroken("Give a mark from 0 to 100 in every dimension: none is set for you.")
    graded = scoring.grade_of({code: Decimal(mark) for code, mark in marks.items()}, scheme.rules)
    evaluation = Evaluation.objects.create(
        code=new_code(),
        order=order,
        agency=order.winner.bidder,
        seat=by,
        marks=[
            {
                "code": one.code,
                "label": one.label,
                "weight": str(one.weight),
                "mark": marks[one.code],
            }
            for one in scheme.rules.dimensions
        ],
        score=graded.score,
        grade=graded.grade.label,
        comment=comment.strip(),
        scheme=scheme.name,
        evaluated_at=evaluated_at,
    )
    move(order, OrderState.EVALUATED)
    facts.enter(
        organisation=evaluation.agency,
        kind="job",
        about=order,
        occurred_at=evaluated_at,
        points=graded.grade.points,
        title=f"{order.title[:150]}：{graded.grade.label}",
        basis=f"{scheme.name}：一事一评，{graded.score} 分",
        evidence=[("业主评价", order.get_absolute_url())],
        by=by,
        at=at,
    )
    outbox.emit(
        record(
            order,
            "order.evaluated",
            by=by,
            at=at,
            public=True,
            marks=dict(marks),
            score=graded.score,
            grade=graded.grade.code,
            scheme=scheme.version,
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
