"""What the clock starts for editors' pages: publishing and taking down at their instants."""

import logging

from wagtail.models import Page, Revision

from cms import editing
from core import clock
from core.audit import Clock

logger = logging.getLogger(__name__)


def carry_schedule() -> None:
    """Publish what was approved for an instant that has come; take down what is over."""
    at = clock.now()
    for revision in Revision.objects.filter(approved_go_live_at__lte=at).order_by(
        "approved_go_live_at"
    ):
        try:
            editing.go_live(revision, by=Clock(), at=at)
        except Exception:
            logger.exception("revision %s could not go live", revision.pk)
    for page in Page.objects.filter(live=True, expire_at__lte=at).order_by("expire_at"):
        try:
            editing.expire(page, by=Clock(), at=at)
        except Exception:
            logger.exception("page %s could not be taken down", page.pk)
