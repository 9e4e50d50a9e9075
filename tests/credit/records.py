"""Facts as most tests of credit want them: entered by a rule of their own, as packages do."""

from datetime import timedelta
from decimal import Decimal

from django.db import transaction

from core import clock
from core.audit import Clock
from credit import facts


@transaction.atomic(durable=True)
def entered(organisation, kind="delivery-late", **given):
    at = clock.now()
    given = {"about": organisation, "occurred_at": at - timedelta(days=1), "by": Clock()} | given
    return facts.enter(organisation=organisation, kind=kind, at=at, **given)


def graded(organisation, points="1", key="GXDD-2026-00001", **given):
    """A job with its grade's points: it counts at once."""
    title = "项目评价：优秀（95.00分）"
    given = {"points": Decimal(points), "key": key, "title": title} | given
    return entered(organisation, "job", **given)
