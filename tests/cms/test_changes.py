"""Whatever editors change is there at the very next request, though pages are kept as bytes."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.contrib.redirects.models import Redirect

from cms import editing
from cms.models import Frame, NewsPage, Topic
from core import cache, clock
from core.calendar import day_of
from tests.cast import signed_in
from tests.cms.pages import (
    article,
    chief,
    home,
    news_index,
    picture,
    policy,
    policy_index,
    published,
    writer,
)


@pytest.fixture
def press(cast):
    class Press:
        by, and_by = writer(cast), chief(cast)

        @classmethod
        def publish(cls, parent, page):
            return published(parent, page, by=cls.by, and_by=cls.and_by)

    return Press


def read(address):
    """As an anonymous visitor gets it, twice: the second time out of the kept pages."""
    first, second = Client().get(address), Client().get(address)
    if first.status_code == 200:
        assert without_instant(second) == without_instant(first)
    return first.text if first.status_code == 200 else str(first.status_code)


def without_instant(answer):
    return cache.NOW.sub(b"", answer.content)


def test_an_article_is_in_the_list_at_the_request_after_its_publication(press):
    assert "号外" not in read("/news/")
    page = press.publish(news_index(), article("号外"))
    assert "号外" in read("/news/")
    page.unpublish(user=press.and_by.user)
    assert "号外" not in read("/news/")
    assert read(page.get_url()) == "404"


def test_a_draft_changes_nothing_that_is_public(press):
    page = press.publish(news_index(), article("旧"))
    read(page.get_url())
    kept = cache.version()
    editing.rewrite(page, by=press.by.user, at=clock.now(), title="新")
    assert cache.version() == kept


def test_a_page_that_is_renamed_moved_or_deleted_leaves_its_place(
    press, django_capture_on_commit_callbacks
):
    page = press.publish(news_index(), article("走", slug="here"))
    assert "走" in read("/news/here/")
    editing.rewrite(page, by=press.by.user, at=clock.now(), slug="there")
    editing.hand_in(page, by=press.by.user, at=clock.now())
    with django_capture_on_commit_callbacks(execute=True):
        editing.accept(page, by=press.and_by.user, at=clock.now())
    assert "走" in read("/news/there/")
    assert Client().get("/news/here/").headers["Location"].endswith("/news/there/")
    page.refresh_from_db()
    page.move(home(), pos="last-child")
    assert "走" not in read("/news/there/")
    assert "走" in read("/there/")
    NewsPage.objects.get(pk=page.pk).delete()
    assert read("/there/") == "404"


def test_menus_and_foot_change_with_their_settings(press):
    assert "12345" not in read("/about/")
    frame = Frame.objects.get()
    editing.set_frame(frame, by=press.and_by.user, at=clock.now(), hotline="0000-12345", main=[])
    assert "0000-12345" in read("/about/")
    assert '<a href="/orders/">服务订单</a>' in read("/about/")  # the usual entries


def test_a_menu_follows_the_page_it_leads_to(press):
    news = news_index()
    assert 'href="/news/"' in read("/")
    news.unpublish(user=press.and_by.user)
    assert 'href="/news/"' not in read("/")


def test_a_redirect_holds_at_once(press):
    assert read("/old/") == "404"
    Redirect.objects.create(old_path="/old", redirect_link="/about/", is_permanent=False)
    assert Client().get("/old/").headers["Location"] == "/about/"
    assert Client().get("/en/old/").headers["Location"] == "/en/about/"
    assert Client().get("/en/older/").status_code == 404


def test_pictures_and_topics_change_where_they_are_shown(press):
    shown = picture()
    topic = Topic.objects.create(name="采购", slug="buying")
    press.publish(news_index(), article("有图", picture=shown, topic=topic))
    assert "蓝色的底。" in read("/news/")
    shown.description = "另一句话。"
    shown.save()
    assert "另一句话。" in read("/news/")
    topic.name = "政府采购"
    topic.save()
    assert "政府采购" in read("/news/")


def test_a_page_is_kept_until_it_expires_and_no_longer(press, later):
    ends = clock.now() + timedelta(seconds=20)
    page = press.publish(news_index(), article("限时", expire_at=ends))
    assert "限时" in read(page.get_url())
    later(seconds=21)
    assert read(page.get_url()) == "404"
    assert "限时" not in read("/news/")


def test_a_policy_changes_its_state_on_its_day(press, later):
    tomorrow = day_of(clock.now()) + timedelta(days=1)
    page = press.publish(policy_index(), policy("将施行", in_force_from=tomorrow))
    assert "尚未施行" in read(page.get_url())
    later(days=2)
    assert "现行有效" in read(page.get_url())


def test_an_editor_at_the_screens_changes_the_page_for_the_very_next_reader(cast, press):
    page = editing.write(news_index(), article("屏上"), by=press.by.user, at=clock.now())
    editing.hand_in(page, by=press.by.user, at=clock.now())
    assert "屏上" not in read("/news/")
    state = page.current_workflow_task_state
    approve = reverse("wagtailadmin_pages:workflow_action", args=[page.pk, "approve", state.pk])
    signed_in(press.and_by.user).post(approve, {"comment": ""})
    assert "屏上" in read("/news/")
