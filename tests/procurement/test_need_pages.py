from io import BytesIO

import docx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import cache, clock
from procurement import need_drafts, needs
from procurement.document import Paragraph, Table
from procurement.models import Answer
from tests.cast import signed_in
from tests.procurement import writing

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def page(name, *args):
    return reverse(f"procurement:{name}", args=args)


def queries(client, address):
    cache.clear()
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


@pytest.mark.parametrize(("name", "visitor"), [("need-list", None), ("desk-needs", "owner")])
def test_a_list_costs_the_same_for_more_needs(name, visitor, cast):
    writing.published(cast)
    client = signed_in(getattr(cast, visitor).user) if visitor else Client()
    queries(client, page(name))
    one = queries(client, page(name))
    for _number in range(5):
        writing.published(cast)
    assert queries(client, page(name)) == one


def test_the_editor_works_by_plain_buttons(cast):
    client = signed_in(cast.owner.user)
    need = writing.draft(cast.owner)
    address = page("need-section", need.code, "content")
    text = writing.TEXTS["content"]
    sent = {"b0-kind": "paragraph", "b0-text": text, "do": "add-table"}
    assert client.post(address, sent).status_code == 302
    sent |= {
        "b1-kind": "table",
        "b1-size": "1x2",
        "b1-c0-0": "名称",
        "b1-c0-1": "数量",
        "b1-c1-0": "平台",
        "b1-c1-1": "1",
        "do": "column-1",
    }
    client.post(address, sent)
    need.refresh_from_db()
    blocks = need_drafts.draft_of(need)["content"].blocks
    table = Table(("名称", "数量", ""), (("平台", "1", ""),))
    assert blocks == (Paragraph(text), table)
    client.post(address, {**sent, "b1-size": "1x2", "do": "up-1"})
    need.refresh_from_db()
    assert need_drafts.draft_of(need)["content"].blocks[1] == Paragraph(text)


def test_a_finding_stands_beside_its_sentence_and_is_answered_there(cast):
    client = signed_in(cast.owner.user)
    need = writing.draft(cast.owner, qualifications="供应商注册资本不低于500万元。")
    address = page("need-section", need.code, "qualifications")
    shown = client.get(address).content.decode()
    assert "<mark>注册资本</mark>" in shown
    warning = need.warnings.get()
    reason = "本项目依法律规定的特许条件要求注册资本。"
    sent = {"b0-kind": "paragraph", "b0-text": warning.sentence, f"reason-{warning.code}": reason}
    client.post(address, {**sent, "do": f"answer-{warning.code}"})
    warning.refresh_from_db()
    assert (warning.answer, warning.reason) == (Answer.JUSTIFIED, reason)
    assert reason in client.get(address).content.decode()
    desk = client.get(page("desk-need", need.code)).content.decode()
    assert reason in desk
    assert "gx-wait" in desk  # a badge of the answer


def test_a_word_document_is_shown_before_it_takes_the_drafts_place(cast):
    client = signed_in(cast.owner.user)
    need = writing.draft(cast.owner)
    made = docx.Document()
    made.add_paragraph("一、项目背景")
    made.add_paragraph("旧系统停止维护。")
    kept = BytesIO()
    made.save(kept)
    file = SimpleUploadedFile("需求.docx", kept.getvalue(), content_type=WORD)
    answer = client.post(page("need-import", need.code), {"word": file})
    assert "旧系统停止维护。" in answer.content.decode()
    need.refresh_from_db()
    assert need_drafts.draft_of(need) == writing.document()
    (held,) = answer.context["form"]["word"].field.widget.held
    client.post(page("need-import", need.code), {"word-held": held.code, "confirm": "1"})
    need.refresh_from_db()
    assert need_drafts.draft_of(need)["background"].blocks == (Paragraph("旧系统停止维护。"),)


def test_versions_are_compared_word_by_word(cast):
    need = writing.corrected(cast)
    document = writing.document(content="平台并发用户不少于800个。")
    at = clock.now()
    need = need_drafts.replace_document(need, document, by=cast.owner, at=at)
    need = needs.submit(need, writing.basics(), by=cast.owner, at=at)
    need = needs.publish(need, by=cast.approver, at=at)
    shown = Client().get(page("need-compare", need.number, 1, 2)).content.decode()
    assert "<ins>8" in shown
    assert Client().get(page("need-compare", need.number, 2, 1)).status_code == 404
