"""Editors are told by letters of ours, and by nothing that Wagtail would mail itself."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.core import mail
from django.urls import reverse
from wagtail.models import Comment, CommentReply, PageSubscription
from wagtail.users.models import UserProfile

from accounts.models import Deed, User
from cms import editing
from core import clock
from core.models import Letter
from tests.cast import signed_in
from tests.cms.pages import article, chief, editor, news_index, writer


@pytest.fixture
def desk(cast):
    """A writer with a draft, and a chief editor."""

    class Desk:
        writer = writer(cast)
        chief = chief(cast)
        page = editing.write(news_index(), article("告示"), by=writer.user, at=clock.now())

    return Desk


@pytest.fixture(autouse=True)
def nothing_else_is_mailed(db):
    yield
    assert mail.outbox == []


def wants_none(seat, notification):
    profile = UserProfile.get_for_user(seat.user)
    setattr(profile, f"{notification}_notifications", False)
    profile.save()


def told(kind):
    """Who was written to of this kind, since the last time it was asked."""
    found = Letter.objects.filter(kind=f"cms/{kind}").order_by("pk")
    names = list(found.values_list("email", flat=True))
    found.delete()
    return names


def edit_address(page):
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def test_who_may_approve_is_told_that_a_page_waits_with_the_way_to_it(cast, desk):
    editor(cast, "both", Deed.EDIT_SITE, Deed.APPROVE_SITE)
    writer(cast, "colleague")
    User.objects.create_superuser("root@example.com", "x", name="root")
    editing.hand_in(desk.page, by=desk.writer.user, at=clock.now())
    letter = Letter.objects.get(email="chief@example.com")
    assert letter.subject == "请审核页面：告示"
    assert "writer" in letter.body
    assert letter.link == edit_address(desk.page)
    assert signed_in(desk.chief.user).get(letter.link).status_code == 200
    assert sorted(told("page-handed-in")) == ["both@example.com", "chief@example.com"]


def test_who_wrote_some_of_it_or_whose_seat_is_over_is_not_told(cast, desk, later):
    both = editor(cast, "both", Deed.EDIT_SITE, Deed.APPROVE_SITE)
    editing.rewrite(desk.page, by=both.user, at=clock.now(), lead="改过。")
    former = chief(cast, "former")
    former.held_until = clock.now() + timedelta(minutes=1)
    former.save(update_fields=["held_until"])
    later(minutes=2)
    editing.hand_in(desk.page, by=desk.writer.user, at=clock.now())
    assert told("page-handed-in") == ["chief@example.com"]


def test_who_handed_a_page_in_is_told_what_was_decided(desk):
    editing.hand_in(desk.page, by=desk.writer.user, at=clock.now())
    editing.send_back(desk.page, comment="请补来源。", by=desk.chief.user, at=clock.now())
    returned = Letter.objects.get(kind="cms/page-returned")
    assert "要改的地方：请补来源。" in returned.body
    assert told("page-returned") == ["writer@example.com"]
    desk.page.refresh_from_db()
    desk.page.current_workflow_state.resume(user=desk.writer.user)
    assert told("page-handed-in") == ["chief@example.com"] * 2  # and again
    editing.accept(desk.page, by=desk.chief.user, at=clock.now())
    approved = Letter.objects.get(kind="cms/page-approved")
    assert approved.subject == "已发布：告示"
    assert approved.link == edit_address(desk.page)
    assert told("page-approved") == ["writer@example.com"]


def test_an_approval_tells_the_instant_of_publication(desk):
    begins = clock.now() + timedelta(hours=1)
    editing.rewrite(desk.page, by=desk.writer.user, at=clock.now(), go_live_at=begins)
    editing.hand_in(desk.page, by=desk.writer.user, at=clock.now())
    assert "定于" in Letter.objects.get(kind="cms/page-handed-in").body
    editing.accept(desk.page, by=desk.chief.user, at=clock.now())
    approved = Letter.objects.get(kind="cms/page-approved")
    assert approved.subject == "已批准，到时发布：告示"
    assert "自动发布" in approved.body


@pytest.mark.parametrize(
    ("notification", "kind", "who"),
    [
        ("submitted", "page-handed-in", "chief"),
        ("rejected", "page-returned", "writer"),
        ("approved", "page-approved", "writer"),
    ],
)
def test_who_switched_a_notification_off_gets_no_letter_of_that_kind(desk, notification, kind, who):
    wants_none(getattr(desk, who), notification)
    editing.hand_in(desk.page, by=desk.writer.user, at=clock.now())
    editing.send_back(desk.page, comment="请改。", by=desk.chief.user, at=clock.now())
    desk.page.refresh_from_db()
    desk.page.current_workflow_state.resume(user=desk.writer.user)
    editing.accept(desk.page, by=desk.chief.user, at=clock.now())
    assert told(kind) == []
    assert Letter.objects.filter(kind__startswith="cms/page-").exists()  # the others go out


def comment(page, by, text="这里写错了。"):
    return Comment.objects.create(page=page, user=by.user, text=text, contentpath="lead")


def saved(page, by, **comments):
    """The edit screen is sent as it stands, with these fields of its comments."""
    client = signed_in(by.user)
    form = BeautifulSoup(client.get(edit_address(page)).text, "html.parser")
    form = form.find("form", id="page-edit-form")
    sent = {one["name"]: one.get("value", "") for one in form.select("input[name]")}
    sent |= {one["name"]: one.text.strip() for one in form.select("textarea[name]")}
    for one in form.select("select[name]"):
        chosen = one.select_one("option[selected]")
        sent[one["name"]] = chosen["value"] if chosen else ""
    for name in [name for name in sent if name.startswith("action-") or name.endswith("-DELETE")]:
        del sent[name]
    answer = client.post(edit_address(page), sent | {"body-count": "0"} | comments)
    assert answer.status_code == 302
    return answer


def new_comment(text):
    return {
        "comments-TOTAL_FORMS": "1",
        "comments-INITIAL_FORMS": "0",
        "comments-0-id": "",
        "comments-0-contentpath": "lead",
        "comments-0-text": text,
        "comments-0-position": "",
        "comments-0-resolved": "",
        "comments-0-replies-TOTAL_FORMS": "0",
        "comments-0-replies-INITIAL_FORMS": "0",
    }


def old_comment(row, **changes):
    return {
        "comments-TOTAL_FORMS": "1",
        "comments-INITIAL_FORMS": "1",
        "comments-0-id": str(row.pk),
        "comments-0-contentpath": "lead",
        "comments-0-text": row.text,
        "comments-0-position": "",
        "comments-0-resolved": "",
        "comments-0-replies-TOTAL_FORMS": "0",
        "comments-0-replies-INITIAL_FORMS": "0",
    } | {f"comments-0-{name}": value for name, value in changes.items()}


def reply(row, text):
    return old_comment(row) | {
        "comments-0-replies-TOTAL_FORMS": "1",
        "comments-0-replies-0-id": "",
        "comments-0-replies-0-text": text,
    }


def follow(page, seat):
    PageSubscription.objects.create(page=page, user=seat.user, comment_notifications=True)


def test_who_follows_a_page_is_told_of_comments(cast, desk):
    follow(desk.page, desk.writer)
    wants_none(muted := writer(cast, "muted"), "updated_comments")
    follow(desk.page, muted)
    saved(desk.page, desk.chief, **new_comment("请写明日期。"))
    letter = Letter.objects.get(kind="cms/page-commented")
    assert "新评论：请写明日期。" in letter.body
    assert letter.link == edit_address(desk.page)
    assert told("page-commented") == ["writer@example.com"]


def test_who_takes_part_in_a_thread_is_told_of_that_thread(cast, desk):
    colleague, other = writer(cast, "colleague"), writer(cast, "other")
    row = comment(desk.page, desk.writer)
    CommentReply.objects.create(comment=row, user=colleague.user, text="同意。")
    comment(desk.page, other, "另一处。")
    other_thread = Comment.objects.get(user=other.user)
    data = reply(row, "已改。") | {
        "comments-TOTAL_FORMS": "2",
        "comments-INITIAL_FORMS": "2",
        **{
            name.replace("comments-0", "comments-1"): value
            for name, value in old_comment(other_thread).items()
            if name.startswith("comments-0")
        },
        "comments-0-replies-TOTAL_FORMS": "2",
        "comments-0-replies-INITIAL_FORMS": "1",
        "comments-0-replies-0-id": str(row.replies.get().pk),
        "comments-0-replies-0-text": "同意。",
        "comments-0-replies-1-id": "",
        "comments-0-replies-1-text": "已改。",
    }
    saved(desk.page, desk.chief, **data)
    assert "对“这里写错了。”的回复：已改。" in Letter.objects.first().body
    assert sorted(told("page-commented")) == ["colleague@example.com", "writer@example.com"]


def test_a_resolved_and_a_deleted_comment_are_told(desk):
    follow(desk.page, desk.writer)
    row = comment(desk.page, desk.chief)
    saved(desk.page, desk.chief, **old_comment(row, resolved="on"))
    assert "已解决：这里写错了。" in Letter.objects.get().body
    told("page-commented")
    row = comment(desk.page, desk.chief, "第二处。")
    saved(desk.page, desk.chief, **old_comment(row, DELETE="on"))
    assert "已删除：第二处。" in Letter.objects.get().body


def test_a_page_saved_without_comments_tells_nobody(desk):
    follow(desk.page, desk.writer)
    saved(desk.page, desk.chief)
    assert told("page-commented") == []
