"""Finished papers: kept, drawn once, found by anybody without what they keep to themselves."""

from hashlib import sha256

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from contracts import agreement_pdf, changes, filing, tasks
from contracts.models import AgreementPaper, Change, Deliverable
from core import clock, pdf
from core.audit import Clock
from core.models import Event
from core.paper import Paper
from publication.models import Notice
from tests.cast import signed_in
from tests.contracts import drawing
from tests.witness import refused

pytestmark = pytest.mark.django_db

has_fonts = (settings.PAPER_FONTS / "NotoSansSC-Regular.ttf").exists()


@pytest.fixture
def drawn(monkeypatch):
    """Where the fonts are not built the words stand for the drawing of them."""
    if not has_fonts:
        monkeypatch.setattr(
            pdf, "draw", lambda paper, frame: f"{frame.number}\n{paper.text()}".encode()
        )


def found(text):
    return Client().get(reverse("publication:verification", args=[text]))


def test_a_concluded_agreement_keeps_its_text_with_both_signatures(agreement):
    row = agreement.papers.get()
    text = Paper.from_json(row.paper).text()
    assert (row.number, row.digest) == (agreement.number, agreement.digest)
    assert "签署人：approver" in text
    assert "确认文字：同意签署" in text
    assert Paper.from_json(agreement.paper).text() in text


def test_an_acceptance_keeps_its_certificate_with_its_files(cast):
    file = drawing.upload(cast.agency, "审核报告.pdf")
    agreement = drawing.concluded(cast)
    deliverable = drawing.accepted(cast, agreement=agreement, uploads=[file])
    row = deliverable.certificate
    text = Paper.from_json(row.paper).text()
    assert row.number == f"{agreement.number}-1"
    assert row.digest == Paper.from_json(row.paper).digest()
    for told in (file.sha256, "审核报告.pdf", "验收人：owner", "未逾期", "贰万肆仟元整"):
        assert told in text


def test_the_clock_draws_each_paper_once_and_notes_its_file(cast, drawn):
    drawing.accepted(cast)
    tasks.draw_papers()
    rows = list(AgreementPaper.objects.order_by("pk"))
    assert len(rows) == 2
    for row in rows:
        content = agreement_pdf.read(row)
        assert (row.size, row.file_digest) == (len(content), sha256(content).hexdigest())
        with refused("was noted already"):
            filing.note_file(row, pdf=content, by=Clock(), at=clock.now())
    tasks.draw_papers()
    assert Event.objects.filter(name="agreement.paper-drawn").count() == 2


def test_one_paper_that_cannot_be_drawn_holds_up_no_other(cast, drawn, monkeypatch, caplog):
    drawing.accepted(cast)
    draw = agreement_pdf.draw

    def failing(row):
        if row.deliverable_id is None:
            raise ZeroDivisionError
        return draw(row)

    monkeypatch.setattr(agreement_pdf, "draw", failing)
    tasks.draw_papers()
    assert AgreementPaper.objects.exclude(drawn_at=None).get().deliverable_id
    assert "was not drawn" in caplog.text


def test_the_downloaded_contract_is_the_noted_file(cast, agreement, drawn):
    tasks.draw_papers()
    address = reverse("contracts:agreement-pdf", args=[agreement.number])
    answer = signed_in(cast.regulator.user).get(address)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert sha256(answer.content).hexdigest() == agreement.papers.get().file_digest


def test_anybody_verifies_a_contract_and_reads_nothing_of_what_was_agreed(agreement, drawn):
    tasks.draw_papers()
    for sought in (agreement.number, agreement.digest, agreement.papers.get().file_digest):
        page = found(sought).text
        assert agreement.digest in page
        assert "Owner" in page
        assert "Agency" in page
        assert reverse("publication:notice", args=[Notice.objects.get().number]) in page
        for kept in ("结算审核初稿及问题清单", "出具结算审核报告", "approver", "80,000"):
            assert kept not in page


def test_anybody_verifies_a_certificate(cast):
    row = drawing.accepted(cast).certificate
    for sought in (row.number, row.digest):
        page = found(sought).text
        assert row.number in page
        assert "初稿" in page
        assert "审核报告.pdf" not in page


def test_what_was_never_concluded_is_found_by_nobody(drawn_up):
    for sought in (drawn_up.number, drawn_up.digest):
        assert drawn_up.title not in found(sought).text


def test_an_ended_agreement_is_told_as_ended(agreement, cast):
    change = changes.ask_termination(agreement, reason="项目取消", by=cast.agency, at=clock.now())
    changes.grant(change, by=cast.approver, at=clock.now())
    assert found(agreement.number).context["finding"].standing == "ended"


@pytest.mark.parametrize("change", [{"paper": {}}, {"digest": "0" * 64}, {"number": "X"}])
def test_a_finished_paper_is_never_edited(agreement, change):
    with pytest.raises(IntegrityError), transaction.atomic():
        AgreementPaper.objects.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        AgreementPaper.objects.all()._raw_delete("default")


def test_what_was_decided_is_never_decided_otherwise(cast):
    drawing.accepted(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        Deliverable.objects.update(reason="不合格", state="returned")
    change = drawing.extension_asked(cast)
    changes.refuse(change, reason="不同意", by=cast.owner, at=clock.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Change.objects.update(answer="同意")
