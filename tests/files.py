"""Small files of each kind, real and disguised."""

from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook
from PIL import Image

TYPES = {
    "pdf": "application/pdf",
    "ofd": "application/octet-stream",
    "png": "image/png",
    "jpg": "image/jpeg",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def upload(name: str, content: bytes, declared: str | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, declared or TYPES.get(name.rpartition(".")[2], ""))


def pdf(text: str = "") -> bytes:
    """One page, the same bytes every time; `text` in its metadata makes it another file."""
    made = pikepdf.new()
    made.add_blank_page()
    made.docinfo["/Title"] = text
    return saved(made, deterministic_id=True)


def saved(document: Any, *arguments: Any, **options: Any) -> bytes:
    kept = BytesIO()
    document.save(kept, *arguments, **options)
    return kept.getvalue()


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), **options: Any) -> bytes:
    return saved(Image.new("RGB", size, "#c00"), kind, **options)


def zipped(**members: bytes) -> bytes:
    kept = BytesIO()
    with ZipFile(kept, "w", ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return kept.getvalue()


def xlsx() -> bytes:
    return saved(Workbook())


def docx(**more: bytes) -> bytes:
    return zipped(**{"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"} | more)


def ofd() -> bytes:
    return zipped(**{"OFD.xml": b"<ofd:OFD/>", "Doc_0/Document.xml": b"<ofd:Document/>"})
