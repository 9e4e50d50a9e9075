"""The PDF of a notice: drawn from what was published, stored, and given out with its digest."""

import logging
from hashlib import sha256

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.urls import reverse
from django.utils.translation import override

from core import pdf
from publication.models import Notice, NoticeFile

logger = logging.getLogger(__name__)


def draw(notice: Notice) -> bytes:
    """The same bytes whenever it is drawn, by the same release of this program."""
    with override("zh-hans"):
        frame = pdf.Frame(
            number=notice.number,
            digest=notice.digest,
            verify_url=verify_url(notice.number),
            kind=str(notice.kind_label),
            issuer=notice.issuer,
        )
    return pdf.draw(notice.document, frame)


def verify_url(number: str) -> str:
    """The absolute address at which a paper of this number is verified: papers bear it as QR."""
    with override("zh-hans"):
        return settings.SITE_URL + reverse("publication:verification", args=[number])


def store(notice: Notice, pdf: bytes) -> None:
    """Keep the bytes, in the stead of what a broken attempt may have left."""
    name = _name(notice)
    storage = storages["private"]
    if storage.exists(name):
        storage.delete(name)
    storage.save(name, ContentFile(pdf))


def read(notice: Notice) -> bytes:
    """The noted bytes; drawn anew where they are not there (yet)."""
    file: NoticeFile = notice.file
    if file.drawn_at and (kept := _kept(notice)) is not None:
        if sha256(kept).hexdigest() == file.digest:
            return kept
        logger.error("the stored PDF of %s is not the noted one", notice.number)
    drawn = draw(notice)
    if file.drawn_at and sha256(drawn).hexdigest() != file.digest:
        logger.error("the PDF of %s is drawn otherwise than it was noted", notice.number)
    return drawn


def _name(notice: Notice) -> str:
    return f"notices/{notice.number}.pdf"


def _kept(notice: Notice) -> bytes | None:
    try:
        with storages["private"].open(_name(notice)) as file:
            return bytes(file.read())
    except OSError:
        return None
