"""What public files say: PDF and DOCX, read by a task and noted with the digest of their bytes."""

import re
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from zipfile import BadZipFile

import docx
from django.db import transaction
from docx.opc.exceptions import PackageNotFoundError
from pdfminer.high_level import extract_text
from pdfminer.pdfexceptions import PDFException

from core import searched
from core.audit import Actor, record
from core.lifecycle import RuleBroken, lock
from search import index
from search.models import DocumentFile, FileText
from search.words import HAN

PAGES = 200  # of a PDF
ROOM = 50_000  # characters kept
# A line that breaks within a Chinese sentence breaks no word.
BROKEN = re.compile(rf"(?<=[{HAN}，、；：])\s*\n\s*(?=[{HAN}])")


@dataclass(frozen=True)
class Said:
    """What was read of a file, or why nothing was."""

    text: str
    fault: str = ""


def read(digest: str) -> Said:
    """What the file with this digest says. Asks the storage: not within a rule."""
    for opener in searched.openers.values():
        if opened := opener(digest):
            return text_of(*opened)
    return Said("", "not here")


def text_of(content: bytes, media_type: str) -> Said:
    """The text of a PDF or DOCX; of anything else none."""
    try:
        if media_type == "application/pdf":
            said = extract_text(BytesIO(content), maxpages=PAGES)
        elif "wordprocessingml" in media_type:
            said = _of_docx(content)
        else:
            return Said("", "no text")
    except (PDFException, PackageNotFoundError, BadZipFile, KeyError, ValueError, TypeError) as bad:
        return Said("", f"{type(bad).__name__}: {bad}"[:200])
    joined = BROKEN.sub("", said.replace("\x00", ""))
    return Said("\n".join(" ".join(line.split()) for line in joined.splitlines() if line)[:ROOM])


@transaction.atomic(durable=True)
def note(row: FileText, said: Said, *, by: Actor, at: datetime) -> FileText:
    """Keep what was read, and have all documents found by it. Refused when it was read already."""
    row = lock(row)
    if row.read_at is not None:
        raise RuleBroken("This file was read already.")
    row.text, row.fault, row.read_at = said.text, said.fault, at
    row.save()
    for file in DocumentFile.objects.filter(digest=row.digest).select_related("document"):
        document = file.document
        if document.kind in searched.kinds and index.write(
            searched.kinds[document.kind], document.code, at=at
        ):
            record(document, "file.read", by=by, at=at, public=False, file=row.digest)
    return row


def _of_docx(content: bytes) -> str:
    document = docx.Document(BytesIO(content))
    said = [paragraph.text for paragraph in document.paragraphs]
    for table in document.tables:
        said += ["\t".join(cell.text for cell in row.cells) for row in table.rows]
    return "\n".join(said)
