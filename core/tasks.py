"""What the clock starts in the kernel."""

import logging

from core import antivirus, clock, jobs, uploads
from core.audit import Clock
from core.gateways import GatewayUnavailable
from core.models import Scan, Upload

logger = logging.getLogger(__name__)


def scan_pending() -> None:
    """Ask the scanner again about files that came while it was away."""
    for upload in Upload.objects.filter(scan=Scan.PENDING).order_by("pk")[:100]:
        try:
            with uploads.content(upload) as stream:
                said = antivirus.scan(stream)
            uploads.note_scan(upload, said, by=Clock(), at=clock.now())
        except GatewayUnavailable:
            return  # the next round tries again
        except Exception:
            logger.exception("upload %s could not be scanned", upload.code)


def run_jobs() -> None:
    """Do the long work that waits, one after the other; the next round goes on."""
    for _turn in range(3):
        if not jobs.run_once():
            return
