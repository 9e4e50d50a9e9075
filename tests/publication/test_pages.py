import re
import xml.etree.ElementTree as ElementTree
from hashlib import sha256

import pytest
from django.conf import settings as django_settings
from django.core.files.storage import storages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import localtime

from core import clock
from core.audit import Clock
from core.paper import Paper, Paragraph
from publication import notice_pdf, notices, tasks, verification
from publication.models import Notice, NoticeFile, Relation
from tests.core.test_pdf import needs_fonts
from tests.publication.conftest import correct, publish, withdraw, written

LIST = "publication:notices"


def page(client, notice: Notice) -> str:
    return client.get(notice.get_absolute_url()).text


def result(client, text: str, query: str = "") -> tuple[int, str]:
    answer = client.get(reverse("publication:verification", args=[text]) + query)
    return answer.status_code, re.sub(r"<[^>]*>|\s+", " ", answer.text.split("<main", 1)[1])


def test_a_notice_is_shown_word_for_word_with_its_proof(client, notice):
    text = page(client, notice)
    for shown in (
        "一、项目概况",
        "服务金额为壹万元整。",
        notice.number,
        notice.digest,
        "青屿区水务局",
    ):
        assert shown in text
    assert "测试公告" in text
    assert 'lang="zh-Hans"' in text


def test_user_text_in_a_notice_is_escaped(client, cast):
    paper = Paper("<b>公告</b>", (Paragraph("<script>alert(1)</script>"),))
    text = page(client, publish(cast.owner.organisation, by=cast.owner, paper=paper))
    assert "<script>alert" not in text
    assert "<b>公告" not in text


def test_a_corrected_notice_and_its_correction_link_to_each_other(client, notice, cast):
    second = correct(notice, by=cast.owner)
    third = correct(second, by=cast.owner)

    first_page, third_page = page(client, notice), page(client, third)

    assert f'href="{third.get_absolute_url()}"' in first_page.split('role="note"')[1]
    assert f'href="{second.get_absolute_url()}"' in first_page.split('role="note"')[1]
    assert "更正" in first_page or "corrected" in first_page
    assert f'href="{second.get_absolute_url()}"' in third_page.split('role="note"')[1]
    assert "金额有误" in third_page


def test_a_withdrawn_notice_says_so_and_keeps_its_text(client, notice, cast):
    withdrawal = withdraw(notice, by=cast.owner)
    text = page(client, notice)
    assert f'href="{withdrawal.get_absolute_url()}"' in text.split("gx-note gx-fail")[1]
    assert "服务金额为壹万元整。" in text


def test_notices_of_the_same_matter_are_listed(client, notice, cast):
    result = publish(
        cast.owner.organisation, by=cast.owner, follows=notice, relation=Relation.RESULT_OF
    )
    other = publish(cast.agency.organisation, by=cast.agency)
    text = page(client, notice)
    assert result.number in text
    assert other.number not in text
    assert f'href="{notice.get_absolute_url()}"' in page(client, result)


def test_a_notice_page_runs_few_queries(client, notice, cast, django_assert_max_num_queries):
    for _ in range(3):
        notice = correct(notice, by=cast.owner)
    client.get(reverse(LIST))  # the frame is drawn once for all pages
    with django_assert_max_num_queries(5):  # two ask whether the page, and its blocks, are kept
        page(client, notice)


def test_the_list_runs_the_same_queries_for_1_notice_and_for_30(client, notice, cast):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse(LIST))
        return len(captured)

    client.get(reverse(LIST) + "?frame=drawn")  # once for all pages
    for_one = queries()
    for _ in range(15):
        one = publish(cast.owner.organisation, by=cast.owner)
        correct(one, by=cast.owner)
    assert queries() == for_one
    assert for_one <= 5


def test_the_list_is_narrowed_by_words_kind_and_day(client, notice, cast):
    withdrawal = withdraw(notice, by=cast.owner)

    def shown(**asked) -> set[str]:
        text = client.get(reverse(LIST), asked).text
        return {one.number for one in Notice.objects.all() if one.get_absolute_url() in text}

    assert shown() == {notice.number, withdrawal.number}
    assert shown(kind="withdrawal") == {withdrawal.number}
    assert shown(q="水质 青屿") == {notice.number, withdrawal.number}
    assert shown(q="撤回") == {withdrawal.number}
    assert shown(q=notice.number) == {notice.number}
    assert shown(since="2099-01-01") == set()
    assert shown(until="2001-01-01") == set()
    assert shown(since="soon") == set()  # refused beside the field
    assert shown(q="没有这样的公告") == set()


def test_the_days_of_the_filter_are_beijing_days(client, cast):
    notice = publish(cast.owner.organisation, by=cast.owner)
    day = localtime(notice.published_at).date().isoformat()
    text = client.get(reverse(LIST), {"since": day, "until": day}).text
    assert notice.get_absolute_url() in text


def test_the_feed_names_the_newest_notices_and_narrows_by_kind(client, notice, cast):
    withdrawal = withdraw(notice, by=cast.owner)
    feed = reverse("publication:notice-feed")
    atom = "{http://www.w3.org/2005/Atom}"

    def links(query: str = "") -> list[str]:
        answer = client.get(feed + query)
        assert answer.headers["Content-Type"].startswith("application/atom+xml")
        tree = ElementTree.fromstring(answer.content)
        return [entry.find(f"{atom}link").get("href") for entry in tree.iter(f"{atom}entry")]

    site = django_settings.SITE_URL
    assert links() == [site + one.get_absolute_url() for one in (withdrawal, notice)]
    assert links("?kind=withdrawal") == [site + withdrawal.get_absolute_url()]
    assert links("?kind=none") == []


# Verification


def test_a_number_is_verified_however_it_is_written(client, notice):
    assert result(client, notice.number)[0] == 200
    assert notice.digest in result(client, notice.number)[1]
    full_width = notice.number.lower().replace("-", "－").replace("0", "０")
    for text in (full_width, f" {notice.number} ", notice_pdf.verify_url(notice.number)):
        answer = client.get(reverse("publication:verify"), {"q": text})
        assert answer.url == reverse("publication:verification", args=[notice.number])


def test_a_content_digest_is_verified(client, notice):
    status, text = result(client, notice.digest.upper())
    assert status == 200
    assert notice.number in text


@needs_fonts
def test_a_file_is_verified_by_its_digest_and_a_changed_one_is_not(client, notice):
    tasks.draw_notices()
    pdf = client.get(reverse("publication:notice-pdf", args=[notice.number])).content
    status, text = result(client, sha256(pdf).hexdigest(), f"?file&of={notice.number}")
    assert status == 200
    assert notice.number in text

    changed = sha256(pdf.replace(b"%PDF-1.", b"%PDF-2.", 1)).hexdigest()
    status, text = result(client, changed, f"?file&of={notice.number}")
    assert status == 404
    assert changed in text
    assert notice.digest in text  # what was published stands beside it


def test_a_file_of_another_paper_is_named(client, notice, cast):
    other = publish(cast.agency.organisation, by=cast.agency, paper=written(words="另一件事。"))
    status, text = result(client, other.digest, f"?file&of={notice.number}")
    assert status == 200
    assert other.number in text
    assert notice.number in text


@pytest.mark.parametrize("text", ["GXCS-1999-00001", "0" * 64])
def test_what_is_not_found_is_said_with_what_to_do(client, db, text):
    status, shown = result(client, text)
    assert status == 404
    assert text in shown


def test_what_is_neither_number_nor_digest_is_refused_and_kept(client, db):
    answer = client.get(reverse("publication:verify"), {"q": "公告 <b>"})
    assert answer.status_code == 200
    assert 'value="公告 &lt;b&gt;"' in answer.text
    crafted = client.get(reverse("publication:verification", args=["<b>"]), follow=True)
    assert crafted.status_code == 200


def test_a_comparison_with_what_is_no_number_is_not_found(client, notice):
    assert result(client, notice.digest, f"?of={'0' * 64}")[0] == 404


def test_verification_tells_what_was_corrected_or_withdrawn(client, notice, cast):
    second = correct(notice, by=cast.owner)
    assert second.number in result(client, notice.number)[1]
    withdrawal = withdraw(second, by=cast.owner)
    assert withdrawal.number in result(client, notice.number)[1]
    assert verification.find(verification.Wanted(number=notice.number)).standing == "withdrawn"


def test_other_packages_register_their_own_finders(client, db, monkeypatch):
    finding = verification.Finding(
        standing=verification.Standing.ENDED,
        kind="合同",
        title="技术服务合同",
        number="GXHT-2026-00001",
        digest="a" * 64,
        link="/",
        issued_at=clock.now(),
        lines=(("甲方", "青屿区水务局"),),
    )

    def contracts(sought):
        return finding if sought.text in ("GXHT-2026-00001", "a" * 64) else None

    monkeypatch.setattr(verification, "finders", dict(verification.finders))
    verification.register("contracts", contracts)
    status, text = result(client, "gxht-2026-00001")
    assert status == 200
    assert "技术服务合同" in text
    assert "青屿区水务局" in text


# The PDF


@needs_fonts
def test_the_task_draws_stores_and_notes_the_pdf(notice, cast):
    tasks.draw_notices()
    tasks.draw_notices()

    file = NoticeFile.objects.get()
    with storages["private"].open(f"notices/{notice.number}.pdf") as stored:
        kept = stored.read()
    assert file.digest == sha256(kept).hexdigest()
    assert kept == notice_pdf.draw(notice)


@needs_fonts
def test_one_notice_that_cannot_be_drawn_holds_up_no_other(notice, cast, monkeypatch, caplog):
    other = publish(cast.owner.organisation, by=cast.owner)
    draw = notice_pdf.draw
    monkeypatch.setattr(
        notice_pdf, "draw", lambda one: 1 / 0 if one.number == notice.number else draw(one)
    )
    tasks.draw_notices()
    assert list(NoticeFile.objects.undrawn().values_list("notice", flat=True)) == [notice.pk]
    assert NoticeFile.objects.get(notice=other).digest
    assert f"the PDF of {notice.number} was not drawn" in caplog.text


@needs_fonts
def test_the_pdf_is_served_before_and_after_it_was_stored(client, notice):
    address = reverse("publication:notice-pdf", args=[notice.number])
    before = client.get(address)
    tasks.draw_notices()
    after = client.get(address)
    assert before.content == after.content
    assert after.headers["Content-Type"] == "application/pdf"
    assert "filename*=utf-8''" in after.headers["Content-Disposition"]


@needs_fonts
def test_a_damaged_stored_pdf_is_drawn_anew(client, notice, caplog):
    tasks.draw_notices()
    notice = Notice.objects.get()
    notice_pdf.store(notice, b"half of it")
    assert notice_pdf.read(notice) == notice_pdf.draw(notice)
    assert "is not the noted one" in caplog.text


@needs_fonts
def test_a_pdf_drawn_otherwise_than_noted_is_logged(notice, caplog):
    notices.note_file(notice, pdf=b"by an older release", by=Clock(), at=clock.now())
    notice_pdf.read(Notice.objects.get())
    assert "drawn otherwise than it was noted" in caplog.text


@needs_fonts
def test_the_qr_code_of_a_notice_leads_to_its_verification(notice):
    assert notice_pdf.verify_url(notice.number) == (
        f"{django_settings.SITE_URL}/verify/{notice.number}/"
    )
