"""What the clock starts for agreements."""

import logging
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from contracts import agreement_pdf, agreements, deliveries, filing, milestones
from contracts.models import (
    Agreement,
    AgreementPaper,
    AgreementState,
    Deliverable,
    DeliverableState,
    Milestone,
)
from core import clock
from core.audit import Clock
from core.lifecycle import RuleBroken
from core.models import CalendarYear

logger = logging.getLogger(__name__)


def lapse_unsigned() -> None:
    """End every agreement whose time to sign is over."""
    _each(Agreement.objects.unsigned_at(clock.now()).order_by("sign_until"), agreements.lapse)


def remind() -> None:
    """Write to whoever has a deadline of a contract before them, once each."""
    now = clock.now()
    near: dict[str, Any] = {"gt": now, "lte": now + milestones.reminder(now)}
    _each(
        Agreement.objects.filter(
            state=AgreementState.DRAWN_UP,
            reminded_at=None,
            **{f"sign_until__{bound}": instant for bound, instant in near.items()},
        ),
        agreements.remind,
    )
    _each(
        Milestone.objects.awaited()
        .filter(reminded_at=None, **{f"due_at__{bound}": at for bound, at in near.items()})
        .select_related("agreement"),
        milestones.remind,
    )
    _each(
        Deliverable.objects.filter(
            state=DeliverableState.HANDED_IN,
            milestone__agreement__state=AgreementState.CONCLUDED,
            reminded_at=None,
            **{f"accept_until__{bound}": at for bound, at in near.items()},
        ).select_related("milestone__agreement"),
        deliveries.remind,
    )


def settle_dues() -> None:
    """Recompute due dates that waited for a year's days off, once these are known."""
    known = CalendarYear.objects.order_by("-year").values_list("year", flat=True).first()
    if known is None:
        return
    provisional = Milestone.objects.awaited().filter(is_provisional=True)
    for milestone in provisional.select_related("agreement"):
        last_day = milestone.due_at and milestone.due_at - timedelta(microseconds=1)
        if last_day and last_day.year <= known:
            _each([milestone], milestones.settle)


def draw_papers() -> None:
    """Draw, store and note the PDF of every paper that lacks it; one that fails holds up none."""
    for paper in AgreementPaper.objects.undrawn().select_related("agreement")[:100]:
        try:
            pdf = agreement_pdf.draw(paper)
            agreement_pdf.store(paper, pdf)
            filing.note_file(paper, pdf=pdf, by=Clock(), at=clock.now())
        except RuleBroken:
            logger.info("the PDF of %s was noted by another worker", paper.number)
        except Exception:
            logger.exception("the PDF of %s was not drawn", paper.number)


def _each(rows: Iterable[Any], rule: Callable[..., object]) -> None:
    """One rule call a row; one that fails does not hold up the others."""
    for row in rows:
        try:
            rule(row, by=Clock(), at=clock.now())
        except Exception:
            logger.exception("%s failed on %r", rule.__name__, row)
