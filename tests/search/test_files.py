from io import BytesIO

import docx
import pytest

from core import clock, pdf, searched, uploads
from core.audit import Clock
from core.models import Scan, Upload
from core.paper import Paper, Paragraph, Table
from search import files, index, tasks
from search.models import FileText, SearchDocument
from tests import files as made
from tests.marketplace import ordering
from tests.search.test_index import carry, found
from tests.witness import refused

SENTENCE = "本工程设鲸鱼观测平台一座，采用钢结构。"


def drawn() -> bytes:
    table = Table(("序号", "内容"), (("1", "栈桥加固"),))
    paper = Paper("观测平台设计说明", (Paragraph(SENTENCE), table))
    return pdf.draw(paper, pdf.Frame(number="T-1", digest="0" * 64, verify_url="https://example/"))


def written() -> bytes:
    document = docx.Document()
    document.add_paragraph(SENTENCE)
    document.add_table(rows=1, cols=1).cell(0, 0).text = "栈桥加固"
    kept = BytesIO()
    document.save(kept)
    return kept.getvalue()


def attached(cast, name: str, content: bytes):
    """A published order with a file."""
    order = ordering.published(cast)
    upload = uploads.receive(
        made.upload(name, content),
        purpose="marketplace.order-file",
        by=cast.owner,
        at=clock.now(),
    )
    Upload.objects.filter(pk=upload.pk).update(
        subject=order._meta.label_lower, subject_code=order.code
    )
    index.refresh(searched.kinds["order"], order.code, at=clock.now())
    return order, upload


@pytest.mark.parametrize(("name", "content"), [("说明.pdf", drawn), ("说明.docx", written)])
def test_an_order_is_found_by_what_its_files_say_once_they_are_read(cast, name, content):
    order, upload = attached(cast, name, content())
    assert order.code not in found("鲸鱼观测")
    tasks.read_files()
    assert order.code in found("鲸鱼观测")
    assert order.code in found("栈桥加固")
    assert FileText.objects.get(digest=upload.sha256).read_at


def test_a_file_is_read_once(cast):
    _order, upload = attached(cast, "说明.docx", written())
    tasks.read_files()
    row = FileText.objects.get(digest=upload.sha256)
    with refused("This file was read already."):
        files.note(row, files.Said("别的"), by=Clock(), at=clock.now())


def test_the_text_goes_with_its_file(cast):
    order, upload = attached(cast, "说明.docx", written())
    tasks.read_files()
    Upload.objects.filter(pk=upload.pk).update(scan=Scan.INFECTED)
    assert index.refresh(searched.kinds["order"], order.code, at=clock.now())
    assert order.code not in found("鲸鱼观测")
    carry()
    assert SearchDocument.objects.get(code=order.code).files.count() == 0


@pytest.mark.parametrize("content", [b"%PDF-1.4 nothing", b"", b"PK\x03\x04 broken"])
@pytest.mark.parametrize("media_type", searched.READ)
def test_a_broken_file_says_nothing_and_why(content, media_type):
    said = files.text_of(content, media_type)
    assert said.text == ""
    assert said.fault or media_type == "application/pdf"


def test_a_line_that_breaks_within_a_sentence_breaks_no_word():
    said = files.text_of(written(), searched.READ[1])
    assert SENTENCE in said.text
    assert files.BROKEN.sub("", "环境影\n响评价") == "环境影响评价"
    assert files.text_of(b"x", "image/png").fault == "no text"


def test_an_unknown_file_is_not_there(db):
    assert files.read("0" * 64).fault == "not here"
