"""The PDFs of agreements: drawn from finished papers, stored, and given out as they were noted."""

import logging
from hashlib import sha256

from django.core.files.base import ContentFile
from django.core.files.storage import storages

from contracts import papers
from contracts.models import Agreement, AgreementPaper
from core import pdf
from core.paper import Paper
from publication.notice_pdf import verify_url

logger = logging.getLogger(__name__)


def draft(agreement: Agreement) -> bytes:
    """The text as it is to be signed."""
    kind = "合同（尚未成立）"
    return _drawn(papers.signed(agreement), agreement.number, agreement.digest, kind)


def draw(row: AgreementPaper) -> bytes:
    """The same bytes whenever it is drawn, by the same release of this program."""
    paper = Paper.from_json(row.paper)
    return _drawn(paper, row.number, row.digest, "履约验收单" if row.deliverable_id else "合同")


def store(row: AgreementPaper, content: bytes) -> None:
    """Keep the bytes, in the stead of what a broken attempt may have left."""
    storage, name = storages["private"], _name(row)
    if storage.exists(name):
        storage.delete(name)
    storage.save(name, ContentFile(content))


def read(row: AgreementPaper) -> bytes:
    """The noted bytes; drawn anew where they are not there (yet)."""
    if row.drawn_at and (kept := _kept(row)) is not None:
        if sha256(kept).hexdigest() == row.file_digest:
            return kept
        logger.error("the stored PDF of %s is not the noted one", row.number)
    return draw(row)


def _drawn(paper: Paper, number: str, digest: str, kind: str) -> bytes:
    frame = pdf.Frame(number=number, digest=digest, verify_url=verify_url(number), kind=kind)
    return pdf.draw(paper, frame)


def _name(row: AgreementPaper) -> str:
    return f"agreements/{row.number}.pdf"


def _kept(row: AgreementPaper) -> bytes | None:
    try:
        with storages["private"].open(_name(row)) as file:
            return bytes(file.read())
    except OSError:
        return None
