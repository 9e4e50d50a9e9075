import struct
from io import BytesIO
from zlib import crc32

import pikepdf
import pytest
from PIL import Image

from core.sniffing import KINDS, Unfit, examine, redraw
from tests import files

EVERYTHING = tuple(KINDS)


def kind(name: str, content: bytes, declared: str | None = None, permitted=EVERYTHING):
    declared = files.TYPES[name.rpartition(".")[2]] if declared is None else declared
    return examine(BytesIO(content), name, declared, permitted).name


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("报告.pdf", files.pdf()),
        ("报告.PDF", files.pdf()),
        ("a.png", files.picture()),
        ("a.jpg", files.picture("JPEG")),
        ("a.xlsx", files.xlsx()),
        ("a.docx", files.docx()),
        ("a.ofd", files.ofd()),
    ],
)
def test_what_is_what_it_says_passes(name, content):
    extension = name.rpartition(".")[2].lower()
    found = kind(name, content, files.TYPES[extension])
    assert found == {"jpg": "jpeg"}.get(extension, extension)


@pytest.mark.parametrize(
    ("name", "content", "declared"),
    [
        ("a.pdf", b"MZ\x90\x00 a program", None),
        ("a.pdf", files.picture(), None),
        ("a.png", files.picture("JPEG"), None),
        ("a.jpg", b"<html><script>alert(1)</script>", None),
        ("a.docx", files.pdf(), None),
        ("a.pdf", files.pdf(), "text/html"),
        ("a.png", b"", None),
    ],
)
def test_a_disguise_is_seen_through(name, content, declared):
    with pytest.raises(Unfit, match=name):
        kind(name, content, declared)


@pytest.mark.parametrize("name", ["a.exe", "a.html", "a.svg", "a.docm", "a.pdf.exe", "a", "a.zip"])
def test_what_is_not_on_the_permit_list_is_refused(name):
    with pytest.raises(Unfit) as caught:
        kind(name, files.pdf(), "application/octet-stream")
    assert caught.value.values["kinds"] == "PDF、OFD、JPG、JPEG、PNG、DOCX、XLSX"


def test_a_purpose_may_permit_less():
    with pytest.raises(Unfit):
        kind("a.pdf", files.pdf(), permitted=("png",))


def active(**parts) -> bytes:
    document = pikepdf.new()
    document.add_blank_page()
    for key, value in parts.items():
        document.Root[f"/{key}"] = value
    return files.saved(document)


def attached() -> bytes:
    document = pikepdf.open(BytesIO(files.pdf()))
    document.attachments["run.exe"] = b"MZ"
    return files.saved(document)


SCRIPT = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")


@pytest.mark.parametrize(
    "content",
    [
        active(OpenAction=SCRIPT),
        active(OpenAction=pikepdf.Dictionary(S=pikepdf.Name.Launch, F="cmd.exe")),
        active(AA=pikepdf.Dictionary(WC=pikepdf.Dictionary(Next=pikepdf.Array([SCRIPT])))),
        active(AcroForm=pikepdf.Dictionary(XFA=b"<xdp/>")),
        attached(),
    ],
    ids=["script", "launch", "script in an array", "dynamic form", "embedded file"],
)
def test_an_active_pdf_is_refused(content):
    with pytest.raises(Unfit) as caught:
        kind("a.pdf", content)
    assert "scripts or embedded files" in caught.value.sentence


def test_a_pdf_that_merely_jumps_to_a_page_passes():
    go = pikepdf.Dictionary(S=pikepdf.Name.GoTo, D=pikepdf.Array([0, pikepdf.Name.Fit]))
    assert kind("a.pdf", active(OpenAction=go)) == "pdf"


def test_a_locked_pdf_is_refused():
    locked = pikepdf.open(BytesIO(files.pdf()))
    content = files.saved(locked, encryption=pikepdf.Encryption(owner="a", user="b"))
    with pytest.raises(Unfit) as caught:
        kind("a.pdf", content)
    assert "password" in caught.value.sentence


def test_a_damaged_pdf_is_refused():
    with pytest.raises(Unfit) as caught:
        kind("a.pdf", b"%PDF-1.7\n" + b"x" * 500)
    assert "damaged" in caught.value.sentence


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (files.docx(**{"word/vbaProject.bin": b"x"}), "macros"),
        (files.docx(**{"word/activeX/activeX1.xml": b"x"}), "macros"),
        (files.docx(**{"word/embeddings/oleObject1.bin": b"x"}), "macros"),
        (files.docx(**{"[Content_Types].xml": b"application/x.macroEnabled"}), "macros"),
        (files.docx(**{"../../etc/passwd": b"x"}), "point outside"),
        (files.docx(**{"/etc/passwd": b"x"}), "point outside"),
        (files.docx(**{"word/media/bomb": b"\0" * 5_000_000}), "unpacks"),
        (files.docx(**{f"word/media/{n}": b"x" for n in range(2_000)}), "unpacks"),
        (files.zipped(**{"xl/workbook.xml": b"x"}), "missing"),
        (files.docx()[:-30], "damaged"),
    ],
)
def test_a_document_with_a_bad_inside_is_refused(content, sentence):
    with pytest.raises(Unfit) as caught:
        kind("a.docx", content)
    assert sentence in caught.value.sentence


def test_a_picture_is_drawn_anew_without_what_was_hidden_beside_it():
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    exif[0x0112] = 6  # to be turned by 90°
    content = files.picture("JPEG", (40, 30), exif=exif) + b"<?php hidden ?>"
    drawn = redraw(BytesIO(content), KINDS["jpeg"]).getvalue()
    assert b"secret place" not in drawn
    assert b"hidden" not in drawn
    assert Image.open(BytesIO(drawn)).size == (30, 40)


@pytest.mark.parametrize("size", [(8000, 5001), (20000, 10000)])
def test_a_flood_of_pixels_is_refused(size):
    head = struct.pack("!LL", *size) + files.picture()[24:29]
    content = files.picture()[:16] + head + struct.pack("!L", crc32(b"IHDR" + head))
    content += files.picture()[33:]
    with pytest.raises(Unfit) as caught:
        redraw(BytesIO(content), KINDS["png"])
    assert "40 million" in caught.value.sentence


def test_a_cut_picture_is_refused():
    with pytest.raises(Unfit) as caught:
        redraw(BytesIO(files.picture("PNG", (300, 300))[:60]), KINDS["png"])
    assert "damaged" in caught.value.sentence
