"""Received files: sniffed, redrawn or refused, scanned, stored once under their SHA-256.

    received ──attach: a deed of its purpose's package──▶ attached to a row
    scan: unscanned (no scanner) | pending ──▶ clean | infected

Each file has a purpose, which its package registers with who may read it. Until it is attached, or
while it waits for the scanner, only who sent it may.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import PurePosixPath
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import Storage, storages
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.db import transaction

from core import antivirus, outbox
from core.audit import Actor, record
from core.gateways import GatewayUnavailable
from core.lifecycle import RuleBroken, lock, part
from core.models import Scan, Upload
from core.numbering import new_code
from core.sniffing import KINDS, examine, redraw

IN_MEMORY = 1 << 20
CHUNK = 1 << 16
WAITING = 100  # files a person may have sent within a day without using them

Reader = Callable[[Upload, Any], bool]


@dataclass(frozen=True)
class Purpose:
    """What a file is for: what it may be, and who may read it."""

    name: str
    label: Any
    kinds: tuple[str, ...]
    max_bytes: int
    readable_by: Reader

    @property
    def megabytes(self) -> int:
        return self.max_bytes // 1_000_000

    @property
    def extensions(self) -> list[str]:
        return [extension for kind in self.kinds for extension in KINDS[kind].extensions]


purposes: dict[str, Purpose] = {}


def purpose(
    name: str,
    *,
    label: Any,
    kinds: Collection[str] = ("pdf", "ofd", "jpeg", "png"),
    max_bytes: int = 20_000_000,
    readable_by: Reader,
) -> None:
    """Register a purpose, from `apps.py`: "marketplace.qualification-scan".

    `readable_by(upload, request)` judges a file that is attached to a row.
    """
    if max_bytes > settings.UPLOAD_CEILING:
        raise ValueError(f"{name} asks for more than UPLOAD_CEILING")
    purposes[name] = Purpose(name, label, tuple(kinds), max_bytes, readable_by)


class Ceiling(FileUploadHandler):
    """The first upload handler: what runs past UPLOAD_CEILING is thrown away as it comes.

    The file still tells its true size, so that `receive` refuses it in words.
    """

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return raw_data if start + len(raw_data) <= settings.UPLOAD_CEILING else None

    def file_complete(self, file_size: int) -> UploadedFile[Any] | None:
        return None


def receive(file: UploadedFile[Any], *, purpose: str, by: Actor, at: datetime) -> Upload:
    """Take a file in. Called by doors, outside a rule: it reads, draws, scans and stores.

    Refused: too large or empty, not what it says it is, harmful, or one of too many unused ones.
    """
    wanted = purposes[purpose]
    if not file.size:
        raise RuleBroken("This file is empty: choose another one.")
    if file.size > wanted.max_bytes:
        raise RuleBroken(
            "This file is too large: at most %(limit)s MB are received here.",
            limit=wanted.megabytes,
        )
    name = _clean_name(file.name or "")
    with SpooledTemporaryFile(IN_MEMORY) as copy:
        for chunk in file.chunks():
            copy.write(chunk)
        kind = examine(copy, name, file.content_type or "", wanted.kinds)
        content: IO[bytes] = redraw(copy, kind) if kind.name in ("jpeg", "png") else copy
        scan = _scan(content)
        digest, size = _measure(content)
        _store(content, digest)
    return _note(
        Upload(
            code=new_code(),
            sha256=digest,
            name=name,
            size=size,
            media_type=kind.media_type,
            purpose=purpose,
            scan=scan,
        ),
        by=by,
        at=at,
    )


def _clean_name(name: str) -> str:
    """The last part of a path, without control characters, its extension kept."""
    name = re.sub(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", "", name)
    path = PurePosixPath(name.replace("\\", "/"))
    return path.stem[: 190 - len(path.suffix)] + path.suffix


def _scan(content: IO[bytes]) -> Scan:
    try:
        said = antivirus.scan(content)
    except GatewayUnavailable:
        return Scan.PENDING
    if said == Scan.INFECTED:
        raise RuleBroken("A virus was found in this file: it was not received.")
    return said


def _measure(content: IO[bytes]) -> tuple[str, int]:
    content.seek(0)
    digest = sha256()
    size = 0
    while chunk := content.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size


def keep(content: IO[bytes]) -> tuple[str, int]:
    """Store what the site itself has made; its digest and size. Called outside a rule."""
    digest, size = _measure(content)
    _store(content, digest)
    return digest, size


def _storage() -> Storage:
    return storages["private"]


def path(digest: str) -> str:
    """Where content of this digest is stored."""
    return f"{digest[:2]}/{digest}"


def _store(content: IO[bytes], digest: str) -> None:
    if _storage().exists(path(digest)):
        return
    content.seek(0)
    saved = _storage().save(path(digest), File(content))
    if saved != path(digest):  # another process stored the same content meanwhile
        _storage().delete(saved)


@transaction.atomic(durable=True)
def _note(upload: Upload, *, by: Actor, at: datetime) -> Upload:
    signature = by.signature()
    upload.user_code = signature["actor"]
    upload.organisation_code = signature.get("organisation", "")
    upload.received_at = at
    unused = Upload.objects.filter(
        user_code=upload.user_code, subject="", received_at__gt=at - timedelta(days=1)
    )
    if unused.count() >= WAITING:
        raise RuleBroken("You have sent many files without using them: come back tomorrow.")
    upload.save()
    outbox.emit(
        record(
            upload,
            "upload.received",
            by=by,
            at=at,
            purpose=upload.purpose,
            sha256=upload.sha256,
            size=upload.size,
        )
    )
    return upload


@part
def attach(upload: Upload, *, to: Any) -> Upload:
    """Give a file its row: from now on its purpose's package says who may read it.

    Refused for a file that has another row already.
    """
    upload = lock(upload)
    subject = (to._meta.label_lower, to.code)
    if upload.subject and (upload.subject, upload.subject_code) != subject:
        raise RuleBroken("This file belongs to something else already: choose it anew.")
    upload.subject, upload.subject_code = subject
    upload.save(update_fields=["subject", "subject_code"])
    return upload


@part
def hand_over(upload: Upload, *, of: Any, to: Any) -> Upload:
    """Give a file that the row `of` has to the row `to`. Refused for a file of any other row."""
    upload = lock(upload)
    if (upload.subject, upload.subject_code) != (of._meta.label_lower, of.code):
        raise RuleBroken("This file belongs to something else already: choose it anew.")
    upload.subject, upload.subject_code = to._meta.label_lower, to.code
    upload.save(update_fields=["subject", "subject_code"])
    return upload


def is_readable(upload: Upload, request: Any) -> bool:
    """Whether the file may be given to who asks. An unknown purpose is given to nobody."""
    wanted = purposes.get(upload.purpose)
    if wanted is None or upload.scan == Scan.INFECTED:
        return False
    if not upload.subject or upload.scan == Scan.PENDING:
        return bool(request.user.is_authenticated and request.user.code == upload.user_code)
    return wanted.readable_by(upload, request)


def content(upload: Upload) -> IO[bytes]:
    """What was received, open for reading."""
    return _storage().open(path(upload.sha256))


@transaction.atomic(durable=True)
def note_scan(upload: Upload, said: Scan, *, by: Actor, at: datetime) -> Upload:
    """Note what the scanner said of a file that waited for it. Refused for one that did not."""
    upload = lock(upload)
    if upload.scan != Scan.PENDING:
        raise RuleBroken("This file does not wait for the virus scan.")
    upload.scan = said
    upload.save(update_fields=["scan"])
    outbox.emit(record(upload, "upload.scanned", by=by, at=at, scan=said))
    return upload
