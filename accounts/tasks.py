"""What the clock starts in accounts."""

import logging
from datetime import timedelta

from django.utils.timezone import localdate

from accounts import certificates
from accounts.models import Certificate
from core import clock
from core.audit import Clock
from core.lifecycle import RuleBroken

logger = logging.getLogger(__name__)


def remind_of_certificates() -> None:
    """Write about each certificate that reached one of the steps before its last day."""
    at = clock.now()
    today = localdate(at)
    steps = certificates.steps(today)
    within = timedelta(days=max(steps))
    expiring = Certificate.objects.expiring(today, within).filter(valid_until__gte=today)
    for certificate in expiring.order_by("valid_until", "pk").iterator():
        if certificates.due_reminder(certificate, today, steps) is None:
            continue
        try:
            certificates.remind(certificate, on=today, by=Clock(), at=at)
        except RuleBroken as refused:
            logger.info("certificate %s: %s", certificate.code, refused.sentence)
        except Exception:
            logger.exception("certificate %s was not reminded of", certificate.code)
