"""What the clock does about certificates: reminders before the yearly check."""

import logging

from alliance import certificates
from alliance.models.membership import CertificateState, MemberCertificate
from core import clock
from core.audit import Clock
from core.calendar import day_of
from core.lifecycle import RuleBroken

logger = logging.getLogger(__name__)


def remind_of_checks() -> None:
    """Write to each member whose certificate is to be checked; what fails is logged."""
    at = clock.now()
    running = MemberCertificate.objects.filter(state=CertificateState.ISSUED, reminded_at=None)
    for row in running.select_related("member"):
        if not certificates.is_renewable(row, day_of(at)):
            continue
        try:
            certificates.remind(row, by=Clock(), at=at)
        except RuleBroken as refused:
            logger.info("certificate %s: %s", row.number, refused)
        except Exception:
            logger.exception("certificate %s: no reminder", row.number)
