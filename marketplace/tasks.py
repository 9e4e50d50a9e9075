"""What the clock starts in the marketplace."""

import logging
from datetime import date, timedelta

from core import clock, figures
from core.audit import Clock
from core.calendar import day_of
from marketplace import credentials
from marketplace.models import Qualification

logger = logging.getLogger(__name__)


def remind_of_qualifications() -> None:
    """Warn each agency at every step before a qualification ends; one failure stops no other."""
    today = day_of(clock.now())
    steps = figures.on(today)["certificate.reminder.days"].value
    within = timedelta(days=max(steps))
    for row in Qualification.objects.expiring(today, within).order_by("valid_until", "pk"):
        due = step(row.valid_until, today, steps) if row.valid_until else None
        if due is None or (row.reminded_days is not None and row.reminded_days <= due):
            continue
        try:
            credentials.remind(row, days=due, by=Clock(), at=clock.now())
        except Exception:
            logger.exception("qualification %s: no reminder", row.code)


def step(last: date, today: date, steps: list[int]) -> int | None:
    """The nearest step that has come: of 90, 30 and 7 days it is 30 when 20 are left."""
    left = (last - today).days
    return min((each for each in steps if left <= each), default=None) if left >= 0 else None
