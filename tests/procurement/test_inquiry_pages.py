"""The pages of arguments and inquiries, and what waits for whom."""

import json
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contracts.models import Agreement
from core import cache, clock
from core.numbering import new_code
from procurement import arguments, inquiries, inquiry_tasks, needs, opinions
from procurement.argument_todo import waiting_for as of_arguments
from procurement.inquiry_todo import drafts_of
from procurement.inquiry_todo import waiting_for as of_inquiries
from procurement.models import (
    Argument,
    ArgumentState,
    Comment,
    Manner,
    NeedState,
    Opinion,
    Procedure,
    ProcedureState,
    Quote,
)
from procurement.opening import draw_of
from publication import verification
from publication.models import Notice
from tests import files
from tests.cast import seated, signed_in
from tests.procurement import buying, writing


def page(name, *args):
    return reverse(f"procurement:{name}", args=args)


def text(client, address):
    cache.clear()
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def queries(client, address):
    cache.clear()
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


def kinds(seat, source):
    rows = [row for rows in source(seat, clock.now()) for row in rows]
    return sorted((kind, about) for kind, _title, about, _due in rows)


# ── lists ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "visitor", "make"),
    [
        ("arguments", None, buying.argued),
        ("desk-arguments", "owner", buying.argued),
        ("inquiries", None, buying.published),
        ("desk-inquiries", "owner", buying.published),
    ],
)
def test_a_list_costs_the_same_for_more_rows(name, visitor, make, cast):
    make(cast)
    client = signed_in(getattr(cast, visitor).user) if visitor else Client()
    queries(client, page(name))
    one = queries(client, page(name))
    for _number in range(4):
        make(cast)
    assert queries(client, page(name)) == one


def test_quotes_of_a_supplier_cost_the_same_for_more(cast):
    client = signed_in(cast.agency.user)
    buying.quote(buying.published(cast), cast.agency)
    queries(client, page("desk-inquiries"))
    one = queries(client, page("desk-inquiries"))
    for _number in range(4):
        buying.quote(buying.published(cast), cast.agency)
    assert queries(client, page("desk-inquiries")) == one


def test_a_list_is_searched_and_filtered(cast):
    procedure = buying.published(cast)
    shown = text(Client(), page("inquiries") + "?q=终端&phase=open")
    assert procedure.number in shown
    assert procedure.number not in text(Client(), page("inquiries") + "?phase=failed")
    assert "没有符合条件的结果" in text(Client(), page("inquiries") + "?q=没有这个")


# ── what must not be seen ────────────────────────────────────────────────────────────────────────


def test_nobody_sees_before_the_deadline_who_has_quoted(cast):
    procedure = buying.published(cast)
    address = page("inquiry-detail", procedure.number)
    before = re.sub(r"[0-9]+", "", text(Client(), address))  # but for the clock
    buying.quote(procedure, cast.agency, "123456.78")
    assert re.sub(r"[0-9]+", "", text(Client(), address)) == before
    for seat in (cast.owner, cast.approver, cast.operator, cast.regulator):
        client = signed_in(seat.user)
        for shown in (text(client, address), text(client, page("desk-inquiry", procedure.code))):
            assert "123456" not in shown
            assert cast.agency.organisation.name not in shown


def test_contacts_of_comments_are_masked_for_all_but_the_owner(cast, later):
    argument = buying.argued(cast)
    buying.until(later, argument.opens_at)
    buying.comment(argument, cast.rival)
    shown = text(Client(), page("argument-detail", argument.number))
    assert "13912340721" not in shown
    assert "139****0721" in shown
    assert cast.rival.organisation.name in shown
    owner = text(signed_in(cast.owner.user), page("desk-argument", argument.code))
    assert "13912340721" in owner
    regulator = text(signed_in(cast.regulator.user), page("desk-argument", argument.code))
    assert "13912340721" not in regulator


def test_an_opened_inquiry_shows_quotes_reasons_and_examiner(cast, later):
    procedure = buying.opened(cast, later, "150000", "140000", "180000.01")
    shown = text(Client(), page("inquiry-detail", procedure.number))
    assert "报价高于最高限价" in shown
    assert "¥140,000.00" in shown
    examiner = signed_in(cast.owner.user)
    assert "报价高于最高限价" in text(examiner, page("inquiry-examine", procedure.code))


def test_a_page_opens_what_is_due(cast, later):
    procedure = buying.published(cast)
    buying.until(later, procedure.open_until)
    assert "询价失败" in text(Client(), page("inquiry-detail", procedure.number))
    procedure.refresh_from_db()
    assert procedure.state == ProcedureState.FAILED


# ── deeds by their pages ─────────────────────────────────────────────────────────────────────────


def test_an_expert_writes_sees_and_signs_the_opinion(cast):
    argument = buying.drafted(cast)
    one = buying.expert(argument, cast, name="王教授")
    link = signed_in(cast.owner.user).post(page("expert-invite", one.code))
    token = link.context["link"].rstrip("/").rpartition("/")[2]
    client = signed_in(cast.stranger)
    assert client.post(page("expert-enter", token)).status_code == 302
    address = page("opinion-sign", one.code)
    written = {"remark": "建议公开。"}
    for topic in argument.topics:
        written |= {f"verdict-{topic['key']}": "agree", f"text-{topic['key']}": "符合规定。"}
    missing = client.post(address, {**written, "verdict-policy": "disagree", "text-policy": ""})
    assert "请写明修改建议或者不同意的理由" in missing.content.decode()
    shown = client.post(address, written)
    assert "您将签署的内容" in shown.content.decode()
    assert not Opinion.objects.exists()
    digest = shown.context["digest"]
    again = client.post(address, {**written, "change": "1"})
    assert "建议公开。" in again.content.decode()
    wrong = client.post(address, {**written, "digest": digest, "typed": "李教授"})
    assert "请键入您的姓名" in wrong.content.decode()
    signed = client.post(address, {**written, "digest": digest, "typed": "王教授"})
    assert signed.status_code == 302
    assert Opinion.objects.get().manner == Manner.ONLINE
    assert "意见已签署" in text(client, address)
    assert client.get(page("expert-opinion", one.code))["Content-Type"] == "application/pdf"


def test_the_owner_enters_an_opinion_from_a_scan_that_strangers_cannot_read(cast):
    argument = buying.drafted(cast)
    one = buying.expert(argument, cast)
    written = {"remark": "", "signed_on": "2026-01-05"}
    for topic in argument.topics:
        written |= {f"verdict-{topic['key']}": "agree", f"text-{topic['key']}": ""}
    scan = SimpleUploadedFile("意见表.pdf", files.pdf(), content_type="application/pdf")
    client = signed_in(cast.owner.user)
    sent = client.post(page("opinion-scan", one.code), {**written, "scan": scan})
    assert sent.status_code == 302
    assert Opinion.objects.get().manner == Manner.SCAN


def test_a_comment_by_its_page_is_published_once(cast, later):
    argument = buying.argued(cast)
    buying.until(later, argument.opens_at)
    client = signed_in(cast.rival.user)
    address = page("argument-comment", argument.number)
    sent = {
        "topic": "standards",
        "text": "请明确等级。",
        "contact": "13900000000",
        "once": new_code(),
    }
    for _time in range(2):
        assert client.post(address, sent).status_code == 302
    assert Comment.objects.count() == 1


def test_a_draft_is_kept_as_typed_and_told_what_it_lacks(cast):
    procedure = buying.draft(cast)
    client = signed_in(cast.owner.user)
    address = page("inquiry-edit", procedure.code)
    saved = client.post(page("inquiry-autosave", procedure.code), {"delivery_days": "许多"})
    assert "已自动保存" in json.loads(saved.content)["saved"]
    shown = text(client, address)
    assert "许多" in shown
    refused = client.post(address, {"content": "x", "delivery_days": "0"})
    assert refused.status_code == 200
    assert refused.context["form"].errors["delivery_days"]
    procedure.refresh_from_db()
    assert procedure.draft["content"] == "x"


def test_an_examiner_must_judge_each_quote(cast, later):
    procedure = buying.opened(cast, later, "150000", "140000", "160000")
    client = signed_in(cast.owner.user)
    address = page("inquiry-examine", procedure.code)
    codes = list(procedure.quotes.values_list("code", flat=True))
    sent = {f"verdict-{code}": "valid" for code in codes[:2]} | {f"verdict-{codes[2]}": "invalid"}
    refused = client.post(address, sent)
    assert "请写明理由" in refused.content.decode()
    assert client.post(address, {**sent, f"reason-{codes[2]}": "不符合"}).status_code == 302
    procedure.refresh_from_db()
    assert procedure.state == ProcedureState.FAILED


def test_suppliers_with_one_legal_head_are_pointed_out(cast, later):
    for seat in (cast.agency, cast.rival):
        seat.organisation.legal_representative = "钱伯年"
        seat.organisation.save()
    procedure = buying.opened(cast, later, "150000", "140000", "160000")
    shown = text(signed_in(cast.owner.user), page("inquiry-examine", procedure.code))
    assert "单位负责人相同" in shown
    assert "Agency、Rival" in shown


def test_a_need_above_the_standards_is_refused_on_its_page(cast):
    row = buying.need(cast, state="settled", proposal=buying.DISPERSED, form="dispersed")
    shown = text(signed_in(cast.owner.user), page("inquiry-new", row.code))
    assert "达到分散采购限额标准" in shown
    assert "法定的电子交易平台" in shown


# ── verification ─────────────────────────────────────────────────────────────────────────────────


def test_numbers_and_digests_lead_to_their_pages(cast, later):
    argument = buying.argued(cast)
    opinion = Opinion.objects.filter(expert__argument=argument).first()
    for sought in (argument.number, opinion.digest):
        found = verification.find(verification.wanted(sought))
        assert found.link == argument.get_absolute_url()
    procedure = buying.opened(cast, later, "1500", "1400", "1600")
    procedure = buying.examine(procedure, cast.owner)
    result = Notice.objects.about(procedure).get(kind="inquiry-result")
    for sought in (procedure.number, result.facts["bundle"]):
        assert verification.find(verification.wanted(sought)).link == procedure.get_absolute_url()
    procedure = buying.completed(procedure, cast, cast.rival)
    inquiry_tasks.draw_archives()
    archive = procedure.archives.get()
    for sought in (f"{procedure.number}-v1", archive.digest, archive.manifest_digest):
        found = verification.find(verification.wanted(sought))
        assert found.digest == archive.manifest_digest


# ── what waits ───────────────────────────────────────────────────────────────────────────────────


def test_what_of_an_argument_waits_for_whom(cast, later):
    argument = buying.drafted(cast)
    assert kinds(cast.owner, of_arguments) == [("argument-prepare", argument.code)]
    experts = [buying.expert(argument, cast, place) for place in (1, 2, 3)]
    own = seated("expert")
    token = opinions.invite(experts[0], by=cast.owner, at=clock.now())
    opinions.enter(argument, token, by=own.user, at=clock.now())
    assert kinds(own, of_arguments) == [("opinion-sign", experts[0].code)]
    experts[0].refresh_from_db()
    buying.signed(experts[0], own.user)
    assert kinds(own, of_arguments) == []
    for one in experts[1:]:
        buying.signed(one, buying.entered(one, cast))
    assert kinds(cast.approver, of_arguments) == [("argument-publish", argument.code)]
    argument = arguments.publish(argument, by=cast.approver, at=clock.now())
    assert kinds(cast.owner, of_arguments) == []
    buying.until(later, argument.opens_at)
    buying.comment(argument, cast.rival)
    assert kinds(cast.owner, of_arguments) == [("argument-reply", argument.code)]
    assert kinds(cast.rival, of_arguments) == []


def test_what_of_an_inquiry_waits_for_whom(cast, later):
    row = buying.need(cast, state="settled")
    assert kinds(cast.owner, of_inquiries) == [("inquiry-begin", row.code)]
    procedure = buying.draft(cast, row)
    assert kinds(cast.owner, of_inquiries) == []
    assert kinds(cast.owner, drafts_of) == [("inquiry-draft", procedure.code)]
    inquiries.submit(procedure, buying.terms(), by=cast.owner, at=clock.now())
    assert kinds(cast.approver, of_inquiries) == [("inquiry-approve", procedure.code)]
    assert kinds(cast.operator, of_inquiries) == []
    procedure = inquiries.publish(procedure, by=cast.approver, at=clock.now())
    for seat, price in ((cast.agency, "1500"), (cast.rival, "1500"), (buying.third(), "1600")):
        buying.quote(procedure, seat, price)
    buying.until(later, procedure.open_until)
    inquiry_tasks.open_due()
    assert kinds(cast.owner, of_inquiries) == [("inquiry-examine", procedure.code)]
    procedure.refresh_from_db()
    procedure = buying.examine(procedure, cast.owner)
    assert kinds(cast.owner, of_inquiries) == [("inquiry-witness", procedure.code)]
    assert kinds(cast.regulator, of_inquiries) == []
    buying.until(later, draw_of(procedure).regulator_from)
    assert ("inquiry-throw", procedure.code) in kinds(cast.regulator, of_inquiries)


# ── the whole way ────────────────────────────────────────────────────────────────────────────────


def test_need_argument_inquiry_contract_archive_by_their_pages(cast, later):
    """A purchaser's need, argued, bought, delivered and archived, each deed through its door."""

    def by(seat):  # anew each time: days pass, and sessions with them
        return signed_in(seat.user)

    row = writing.published(cast)
    type(row).objects.filter(pk=row.pk).update(
        form="outside", method="inquiry", proposal=buying.OUTSIDE
    )

    # argued
    begun = by(cast.owner).post(page("argument-new", row.code), {"once": new_code()})
    argument = Argument.objects.get()
    assert begun["Location"] == page("desk-argument", argument.code)
    opens = clock.now() + timedelta(days=1)
    terms = {
        "opens_at": opens.strftime("%Y-%m-%dT%H:%M"),
        "closes_at": (opens + timedelta(days=10)).strftime("%Y-%m-%dT%H:%M"),
        "contact_name": "冯女士",
        "contact_phone": "0000-1",
        "finding": "同意。",
    }
    assert by(cast.owner).post(page("argument-edit", argument.code), terms).status_code == 302
    for place in (1, 2, 3):
        named = {"name": f"专家{place}", "unit": "云江大学", "title": "教授"}
        assert by(cast.owner).post(page("expert-name", argument.code), named).status_code == 302
    for one in argument.experts.all():
        buying.signed(one, buying.entered(one, cast))
    assert by(cast.approver).post(page("argument-publish", argument.code)).status_code == 302
    argument.refresh_from_db()
    buying.until(later, argument.opens_at)
    sent = {"topic": "policy", "text": "同意。", "contact": "1", "once": new_code()}
    assert by(cast.rival).post(page("argument-comment", argument.number), sent).status_code == 302
    answered = {"stance": "explained", "text": "谢谢。"}
    said = Comment.objects.get()
    assert by(cast.owner).post(page("comment-reply", said.code), answered).status_code == 302
    buying.until(later, argument.closes_at)
    closed = {"conclusion": "kept", "result": "维持。"}
    answer = by(cast.approver).post(page("argument-close", argument.code), closed)
    assert answer["Location"] == page("desk-argument", argument.code), answer["Location"]
    argument.refresh_from_db()
    row.refresh_from_db()
    assert (argument.state, row.state) == (ArgumentState.CLOSED, NeedState.SETTLED)

    # bought
    assert (
        by(cast.owner).post(page("inquiry-new", row.code), {"once": new_code()}).status_code == 302
    )
    procedure = Procedure.objects.get()
    given = buying.terms(ceiling=None)
    local = "%Y-%m-%dT%H:%M"
    typed = {
        "content": given.content,
        "qualifications": given.qualifications,
        "public_funds": "100",
        "delivery_days": "30",
        "delivery_place": given.delivery_place,
        "acceptance": given.acceptance,
        "payment": given.payment,
        "open_until": given.open_until.strftime(local),
        "choose_at": given.choose_at.strftime(local),
        "reserves": "2",
        "contact_name": "冯女士",
        "contact_phone": "0000-1",
        "complaint_phone": "0000-2",
        "witness-1-name": "周建国",
        "witness-1-phone": "13800000001",
    }
    to = by(cast.owner).post(page("inquiry-edit", procedure.code), typed)
    assert to["Location"] == page("inquiry-submit", procedure.code)
    assert "询价公告" in text(by(cast.owner), page("inquiry-submit", procedure.code))
    assert by(cast.owner).post(page("inquiry-submit", procedure.code)).status_code == 302
    assert by(cast.approver).post(page("inquiry-publish", procedure.code)).status_code == 302
    procedure.refresh_from_db()
    for seat, price in ((cast.agency, "1500"), (cast.rival, "1400")):
        sealed = {
            "price": price,
            "offer": "全部响应",
            "days": "20",
            "typed": seat.organisation.name,
            "once": new_code(),
        }
        answer = by(seat).post(page("inquiry-quote", procedure.number), sealed)
        assert answer["Location"] == page("quote-detail", Quote.objects.last().code)
    buying.quote(procedure, buying.third(), "1600")
    buying.until(later, procedure.open_until)
    assert by(cast.owner).post(page("inquiry-close", procedure.code)).status_code == 302
    verdicts = {f"verdict-{code}": "valid" for code in Quote.objects.values_list("code", flat=True)}
    assert by(cast.owner).post(page("inquiry-examine", procedure.code), verdicts).status_code == 302
    procedure.refresh_from_db()
    assert procedure.winner.supplier == cast.rival.organisation

    # performed and archived
    procedure = buying.completed(procedure, cast, cast.rival)
    marks = dict.fromkeys(("professional", "output", "quality", "management"), "90")
    assert by(cast.owner).post(page("inquiry-assess", procedure.code), marks).status_code == 302
    assert "正在生成" in text(by(cast.owner), page("archive-rows", procedure.code))
    inquiry_tasks.draw_archives()
    archive = procedure.archives.get()
    fetched = by(cast.owner).get(page("archive-download", archive.code))
    assert b"".join(fetched.streaming_content)[:2] == b"PK"
    shown = text(Client(), page("inquiry-detail", procedure.number))
    assert archive.manifest_digest in shown
    assert "履约验收公告" in shown
    assert Agreement.objects.get().state == "fulfilled"
    assert page("argument-detail", argument.number) in text(
        Client(), page("need-detail", row.number)
    )
    assert needs.notice_of(row).kind == "need-notice"
