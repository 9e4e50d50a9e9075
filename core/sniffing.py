"""What a file really is: its magic number, extension and declared type must agree, and its inside
must be harmless. Pure but for reading the stream; what does not pass is refused politely.
"""

import re
import stat
import warnings
from collections.abc import Collection
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from typing import IO, Any, BinaryIO, cast
from zipfile import BadZipFile, ZipFile, ZipInfo

import pikepdf
import puremagic
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from core.lifecycle import RuleBroken

HEAD = 4096
PIXELS = 40_000_000
MEMBERS = 2_000
INFLATED = 300_000_000
RATIO = 100
OBJECTS = 300_000
DEPTH = 60

# What browsers declare where they do not know a type.
UNDECLARED = {"", "application/octet-stream", "binary/octet-stream"}
ZIPPED = {"application/zip", "application/x-zip-compressed"}
OFFICE = "application/vnd.openxmlformats-officedocument."


@dataclass(frozen=True)
class Kind:
    """A kind of file on the permit list."""

    name: str
    label: Any
    extensions: tuple[str, ...]
    media_type: str
    declared: frozenset[str]
    magic: str  # the extension by which puremagic names it
    inside: str = ""  # the member that a zipped document must have


def _kind(
    name: str, label: Any, media_type: str, *extensions: str, magic: str, inside: str = ""
) -> Kind:
    declared = UNDECLARED | {media_type} | (ZIPPED if inside else set())
    return Kind(name, label, extensions, media_type, frozenset(declared), magic, inside)


KINDS = {
    kind.name: kind
    for kind in (
        _kind("pdf", "PDF", "application/pdf", ".pdf", magic=".pdf"),
        _kind("ofd", "OFD", "application/ofd", ".ofd", magic=".zip", inside="OFD.xml"),
        _kind("jpeg", _("JPEG picture"), "image/jpeg", ".jpg", ".jpeg", magic=".jpg"),
        _kind("png", _("PNG picture"), "image/png", ".png", magic=".png"),
        _kind(
            "docx",
            _("Word document"),
            OFFICE + "wordprocessingml.document",
            ".docx",
            magic=".zip",
            inside="word/document.xml",
        ),
        _kind(
            "xlsx",
            _("Excel workbook"),
            OFFICE + "spreadsheetml.sheet",
            ".xlsx",
            magic=".zip",
            inside="xl/workbook.xml",
        ),
    )
}


class Unfit(RuleBroken):
    """A file that is not received."""


def examine(stream: IO[bytes], name: str, declared: str, permitted: Collection[str]) -> Kind:
    """The kind of a file; refused unless content, extension and declared type agree on one of
    `permitted`, and the inside has no script, macro, embedded file or bomb.
    """
    extension = PurePosixPath(name.lower()).suffix
    kinds = [KINDS[each] for each in permitted if extension in KINDS[each].extensions]
    if not kinds:
        allowed = "、".join(ext[1:].upper() for each in permitted for ext in KINDS[each].extensions)
        raise Unfit("Files of this kind are not received here: choose %(kinds)s.", kinds=allowed)
    kind = kinds[0]
    stream.seek(0)
    head = stream.read(HEAD)
    if kind.magic not in _magic(head) or declared.partition(";")[0] not in kind.declared:
        raise Unfit(
            "“%(name)s” is not what its name says: save it as %(kind)s and choose it again.",
            name=name,
            kind=str(kind.label),
        )
    stream.seek(0)
    if kind.name == "pdf":
        _examine_pdf(stream)
    elif kind.inside:
        _examine_zip(stream, kind)
    return kind


def _magic(head: bytes) -> set[str]:
    try:
        return {match.extension for match in puremagic.magic_string(head)}
    except (puremagic.PureError, ValueError):  # it knows nothing like it, or it is empty
        return set()


ACTIONS = {"/JavaScript", "/Launch", "/ImportData", "/RichMediaExecute"}
KEYS = {"/JS", "/EF", "/EmbeddedFiles", "/XFA", "/RichMediaContent"}


def _examine_pdf(stream: IO[bytes]) -> None:
    try:
        with pikepdf.open(cast(BinaryIO, stream)) as pdf:
            if len(pdf.objects) > OBJECTS:
                raise Unfit("This PDF is too intricate: print it to a new PDF and choose that.")
            active = any(_is_active(found, DEPTH) for found in pdf.objects)
    except pikepdf.PasswordError:
        raise Unfit(
            "This PDF asks for a password: save it without one and choose it again."
        ) from None
    except (pikepdf.PdfError, RecursionError):
        raise Unfit("This PDF is damaged: save it anew and choose it again.") from None
    if active:
        raise Unfit(
            "This PDF holds scripts or embedded files: print it to a new PDF and choose that."
        )


def _is_active(found: Any, depth: int) -> bool:
    if depth == 0:
        return True  # nobody nests so deep who has nothing to hide
    if isinstance(found, pikepdf.Dictionary | pikepdf.Stream):
        keys = set(found.keys())
        if keys & KEYS or str(found.get("/S", "")) in ACTIONS:
            return True
        if str(found.get("/Type", "")) == "/EmbeddedFile":
            return True
        children = [found[key] for key in keys]
    elif isinstance(found, pikepdf.Array):
        children = list(found)
    else:
        return False
    # Indirect children are looked at on their own.
    return any(
        _is_active(child, depth - 1)
        for child in children
        if isinstance(child, pikepdf.Object) and not child.is_indirect
    )


FORBIDDEN = re.compile(r"(vbaproject\.bin|vbadata\.xml|/activex/|oleobject\d*\.bin)$|/activex/")


def _examine_zip(stream: IO[bytes], kind: Kind) -> None:
    try:
        with ZipFile(stream) as archive:
            members = archive.infolist()
            _measure(members)
            names = {member.filename for member in members}
            types = b""
            if "[Content_Types].xml" in names:
                types = archive.read("[Content_Types].xml")
    except (BadZipFile, NotImplementedError, RuntimeError, EOFError):
        raise Unfit("This document is damaged: save it anew and choose it again.") from None
    if kind.inside not in names:
        raise Unfit(
            "This is no %(kind)s, “%(name)s” is missing in it: save it anew and choose it again.",
            name=kind.inside,
            kind=str(kind.label),
        )
    if b"macroEnabled" in types or any(FORBIDDEN.search(name.lower()) for name in names):
        raise Unfit("This document holds macros or controls: save it without them.")


def _measure(members: list[ZipInfo]) -> None:
    size = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if len(members) > MEMBERS or size > INFLATED or size > RATIO * max(packed, 1):
        raise Unfit("This document unpacks to far more than it seems: save it anew, or smaller.")
    for member in members:
        path = PurePosixPath(member.filename.replace("\\", "/"))
        link = stat.S_ISLNK(member.external_attr >> 16)
        if path.is_absolute() or ".." in path.parts or link or member.flag_bits & 0x1:
            raise Unfit(
                "This document has parts that point outside it, or are locked: save it anew."
            )


def redraw(stream: IO[bytes], kind: Kind) -> IO[bytes]:
    """A picture drawn anew: upright, and without what was hidden beside its pixels."""
    stream.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(stream, formats=[kind.name.upper()])
            if picture.width * picture.height > PIXELS:
                raise Image.DecompressionBombError
            upright = ImageOps.exif_transpose(picture)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Unfit("This picture has more than 40 million points: make it smaller.") from None
    except (OSError, SyntaxError, ValueError):
        raise Unfit("This picture is damaged: save it anew and choose it again.") from None
    if upright.mode not in ("L", "RGB") and kind.name == "jpeg":
        upright = upright.convert("RGB")
    upright.info.clear()
    drawn = BytesIO()
    upright.save(drawn, kind.name.upper(), **({"quality": 92} if kind.name == "jpeg" else {}))
    return drawn
