"""Approval 审批: what one person of a unit submits, a second person of it publishes or returns.

A unit that one person acts for has no second: there the operator's reviewer may be it.
"""

from datetime import datetime
from decimal import Decimal

from accounts.models import Deed, Organisation, Seat


def is_second(
    seat: Seat,
    *,
    writer: Seat | None,
    of: Organisation,
    deed: Deed,
    at: datetime,
    amount: Decimal | None = None,
    reviewer: Deed | None = None,
) -> bool:
    """Whether the seat may approve what `writer` submitted for the unit `of`.

    It is another person's, of the same unit, with `deed` up to `amount`; or, with `reviewer`, the
    operator's with that deed, where nobody else acts for the unit. False while nobody submitted.
    """
    if writer is None or writer.user_id == seat.user_id:
        return False
    if seat.organisation_id == of.pk:
        return seat.may(deed, amount)
    return reviewer is not None and seat.may(reviewer, amount) and is_alone(of, at)


def is_alone(organisation: Organisation, at: datetime) -> bool:
    """Whether one person only acts for the organisation at that instant."""
    held = Seat.objects.held_at(at).filter(organisation=organisation)
    return held.values("user").distinct().count() < 2
