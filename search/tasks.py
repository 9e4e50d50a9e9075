"""What the clock starts in the search: files are read, and what the clock changes is built anew."""

import logging

from core import clock, searched
from core.audit import Clock
from search import alerts, files, index
from search.models import FileText, SavedSearch, SearchDocument

logger = logging.getLogger(__name__)

BATCH = 100
TOLD = 1_000  # digests in one round


def read_files() -> None:
    """Read what files say that nobody has read yet."""
    waiting = FileText.objects.filter(read_at=None).order_by("pk")
    for row in waiting[:BATCH]:
        try:
            files.note(row, files.read(row.digest), by=Clock(), at=clock.now())
        except Exception:
            logger.exception("file %s could not be read for the search", row.digest)


def tell_due() -> None:
    """Write the digests that are due, one by one."""
    for saved in SavedSearch.objects.to_tell(clock.now())[:TOLD]:
        try:
            alerts.tell(saved, at=clock.now())
        except Exception:
            logger.exception("the digest %s could not be written", saved.code)
    alerts.forget_unanswered(at=clock.now())


def refresh_due() -> None:
    """Build anew what changes with time and not by a deed: credit levels, validity."""
    at = clock.now()
    due = SearchDocument.objects.filter(refresh_at__lte=at).order_by("refresh_at")
    for kind, code in list(due.values_list("kind", "code")[:BATCH]):
        try:
            index.refresh(searched.kinds[kind], code, at=at)
        except Exception:
            logger.exception("%s %s could not be indexed", kind, code)
