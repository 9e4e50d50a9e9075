"""What the clock starts in accounts."""

import logging

from django.utils.timezone import localdate

from accounts import certificates
from accounts.models import Certificate
from core import clock
from core.audit import Clock
from core.lifecycle import RuleBroken

logger = logging.getLogger(__name__)


def remind_of_certificates() -> None:
    """Write about each certificate that reached 90, 30 or 7 days before its last day."""
    at = clock.now()
    today = localdate(at)
    expiring = Certificate.objects.expiring(today).filter(valid_until__gte=today)
    for certificate in expiring.order_by("valid_until", "pk").iterator():
        if certificates.due_reminder(certificate, today) is None:
            continue
        try:
            certificates.remind(certificate, on=today, by=Clock(), at=at)
        except RuleBroken as refused:
            logger.info("certificate %s: %s", certificate.code, refused.sentence)
        except Exception:
            logger.exception("certificate %s was not reminded of", certificate.code)
