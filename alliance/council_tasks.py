"""What the clock starts for meetings and fees."""

import logging
from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Q

from alliance import fees, ledger, meetings, receipt_pdf
from alliance.models import Due, Meeting, Receipt
from alliance.models.meetings import MeetingState
from core import clock
from core.audit import Clock
from core.calendar import day_of
from core.lifecycle import RuleBroken

logger = logging.getLogger(__name__)


def close_due_votes() -> None:
    """Count each vote in writing whose window is over, or end it for want of a quorum."""
    for meeting in Meeting.objects.to_close(clock.now()).order_by("votes_until"):
        try:
            meetings.close(meeting, by=Clock(), at=clock.now())
        except meetings.NoQuorum:
            _each([meeting], meetings.lapse)
        except RuleBroken:
            logger.info("%s was closed by somebody else", meeting.number)
        except Exception:
            logger.exception("%s was not closed", meeting.number)


def remind_of_meetings() -> None:
    now = clock.now()
    near = {"gt": now, "lte": now + meetings.REMINDER}
    room = Q(votes_until=None, begins_at__gt=near["gt"], begins_at__lte=near["lte"])
    writing = Q(votes_until__gt=near["gt"], votes_until__lte=near["lte"])
    called = Meeting.objects.filter(room | writing, state=MeetingState.CALLED, reminded_at=None)
    _each(called, meetings.remind)


def remind_of_dues() -> None:
    today = day_of(clock.now())
    soon = Q(reminded_at=None, due_on__gte=today, due_on__lte=today + fees.REMINDER)
    over = Q(overdue_told_at=None, grace_until__lt=today)
    _each(Due.objects.unpaid().filter(soon | over), fees.remind)


def draw_receipts() -> None:
    """Draw, store and note the PDF of every receipt that lacks it; one that fails holds up none."""
    for receipt in Receipt.objects.undrawn().select_related("due__alliance")[:100]:
        try:
            pdf = receipt_pdf.draw(receipt)
            receipt_pdf.store(receipt, pdf)
            ledger.note_file(receipt, pdf=pdf, by=Clock(), at=clock.now())
        except RuleBroken:
            logger.info("the PDF of %s was noted by another worker", receipt.number)
        except Exception:
            logger.exception("the PDF of %s was not drawn", receipt.number)


def _each(rows: Iterable[Any], rule: Callable[..., object]) -> None:
    """One rule call a row; one that fails does not hold up the others."""
    for row in rows:
        try:
            rule(row, by=Clock(), at=clock.now())
        except RuleBroken:
            logger.info("%s had nothing to do for %r", rule.__name__, row)
        except Exception:
            logger.exception("%s failed on %r", rule.__name__, row)
