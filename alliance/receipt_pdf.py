"""The PDFs of receipts: drawn from the frozen paper, stored, and given out as they were noted."""

import logging
from hashlib import sha256

from django.core.files.base import ContentFile
from django.core.files.storage import storages

from alliance.models import Receipt
from core import pdf
from core.paper import Paper
from publication.notice_pdf import verify_url

logger = logging.getLogger(__name__)


def draw(receipt: Receipt) -> bytes:
    """The same bytes whenever it is drawn, by the same release of this program."""
    frame = pdf.Frame(
        number=receipt.number,
        digest=receipt.digest,
        verify_url=verify_url(receipt.number),
        kind="联盟会费收据",
        issuer=receipt.due.alliance.name,
    )
    return pdf.draw(Paper.from_json(receipt.paper), frame)


def store(receipt: Receipt, content: bytes) -> None:
    """Keep the bytes, in the stead of what a broken attempt may have left."""
    storage, name = storages["private"], f"receipts/{receipt.number}.pdf"
    if storage.exists(name):
        storage.delete(name)
    storage.save(name, ContentFile(content))


def read(receipt: Receipt) -> bytes:
    """The noted bytes; drawn anew where they are not there (yet)."""
    if receipt.drawn_at:
        try:
            with storages["private"].open(f"receipts/{receipt.number}.pdf") as file:
                kept = bytes(file.read())
        except OSError:
            kept = b""
        if sha256(kept).hexdigest() == receipt.file_digest:
            return kept
        logger.error("the stored PDF of %s is not the noted one", receipt.number)
    return draw(receipt)
