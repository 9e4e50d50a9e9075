"""What the clock does about members: reminders before the yearly check, levels on their day."""

import logging

from alliance import certificates, levels
from alliance.models import LevelChange
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


def change_levels() -> None:
    """Let approved changes of level take effect on their day."""
    at = clock.now()
    for row in LevelChange.objects.due_on(day_of(at)).select_related("member"):
        try:
            levels.take_effect(row, by=Clock(), at=at)
        except RuleBroken as refused:
            logger.info("change of level %s: %s", row.code, refused)
        except Exception:
            logger.exception("change of level %s has not taken effect", row.code)
