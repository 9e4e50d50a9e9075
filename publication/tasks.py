"""What the clock starts in publication."""

import logging

from core import clock
from core.audit import Clock
from core.lifecycle import RuleBroken
from publication import notice_pdf, notices
from publication.models import NoticeFile

logger = logging.getLogger(__name__)


def draw_notices() -> None:
    """Draw, store and note the PDF of every notice that lacks it; one that fails holds up none."""
    for file in NoticeFile.objects.undrawn().select_related("notice")[:100]:
        try:
            pdf = notice_pdf.draw(file.notice)
            notice_pdf.store(file.notice, pdf)
            notices.note_file(file.notice, pdf=pdf, by=Clock(), at=clock.now())
        except RuleBroken:
            logger.info("the PDF of %s was noted by another worker", file.notice.number)
        except Exception:
            logger.exception("the PDF of %s was not drawn", file.notice.number)
