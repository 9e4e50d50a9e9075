"""Many pages at once: each by the rule that holds for one."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from wagtail.models import Page

from accounts.models import Deed, User
from cms import editing, tasks
from core import clock
from core.models import Event
from tests.cast import signed_in
from tests.cms.pages import article, chief, editor, home, news_index, published, writer


@pytest.fixture
def desk(cast):
    class Desk:
        writer = writer(cast)
        chief = chief(cast)
        both = editor(cast, "both", Deed.EDIT_SITE, Deed.APPROVE_SITE)

        @staticmethod
        def draft(title, by=None, **facts):
            seat = by or Desk.writer
            return editing.write(
                news_index(), article(title, **facts), by=seat.user, at=clock.now()
            )

        @staticmethod
        def waiting(title, by=None, **facts):
            page = Desk.draft(title, by, **facts)
            editing.hand_in(page, by=(by or Desk.writer).user, at=clock.now())
            return page

        @staticmethod
        def public(title):
            return published(news_index(), article(title), by=Desk.writer, and_by=Desk.chief)

    return Desk


def address(action, *pages):
    ids = "&".join(f"id={page.pk}" for page in pages)
    return reverse("wagtail_bulk_action", args=["wagtailcore", "page", action]) + f"?{ids}"


def do(seat, action, *pages, **form):
    """The action is done by somebody to these pages; what he is told."""
    answer = signed_in(seat.user).post(address(action, *pages), form)
    return [str(message) for message in get_messages(answer.wsgi_request)]


def live(*pages):
    return [Page.objects.get(pk=page.pk).live for page in pages]


def test_each_page_that_another_wrote_is_published_and_of_each_it_is_said(desk):
    one, two = desk.waiting("甲"), desk.waiting("乙")
    own, draft = desk.waiting("丙", by=desk.both), desk.draft("丁")
    told = do(desk.both, "publish", one, own, draft, two)
    assert live(one, two, own, draft) == [True, True, False, False]
    assert sorted(told) == [
        "“丁”未发布：本页不在审核中。",
        "“丙”未发布：您参与撰写了本页，须由另一人审核。",
        "“乙”已发布。",
        "“甲”已发布。",
    ]
    refusals = Event.objects.filter(name="deed.refused", subject="wagtailcore.page")
    assert set(refusals.values_list("subject_code", flat=True)) == {str(own.pk), str(draft.pk)}
    assert Page.objects.get(pk=one.pk).specific.live_revision.user == desk.writer.user


def test_the_page_that_asks_names_what_will_be_published_and_why_the_rest_not(desk):
    page, own = desk.waiting("甲"), desk.waiting("乙", by=desk.both)
    asked = signed_in(desk.both.user).get(address("publish", page, own)).text
    assert "确定，批准并发布" in asked
    assert "须由另一人审核" in asked
    assert asked.index("甲") < asked.index("须由另一人审核")
    nothing = signed_in(desk.both.user).get(address("publish", own)).text
    assert "确定，批准并发布" not in nothing
    assert live(page, own) == [False, False]


def test_neither_a_writer_nor_a_superuser_who_wrote_publishes_many(cast, desk):
    root = User.objects.create_superuser("root@example.com", "x", name="root")
    page, own = desk.waiting("甲"), desk.draft("乙")
    editing.rewrite(own, by=root, at=clock.now(), lead="根用户写的。")
    editing.hand_in(own, by=root, at=clock.now())
    assert do(writer(cast, "colleague"), "publish", page) == ["“甲”未发布：您不负责审核页面。"]
    root.seats.create(
        code="ROOT-SEAT",
        organisation=cast.operator.organisation,
        rank="operator",
        held_from=clock.now() - timedelta(days=1),
    )
    assert do(root.seats.get(), "publish", own) == [
        "“乙”未发布：您参与撰写了本页，须由另一人审核。"
    ]
    assert live(page, own) == [False, False]


def test_what_lies_below_a_chosen_page_is_not_published_with_it(desk):
    below = desk.waiting("下级", by=desk.both)
    do(desk.both, "publish", news_index(), include_descendants="on")
    assert live(below) == [False]


def test_a_page_with_an_instant_is_approved_and_published_then(desk, later):
    page = desk.waiting("定时", go_live_at=clock.now() + timedelta(hours=1))
    told = do(desk.chief, "publish", page)
    assert told == ["“定时”已批准，到设定的时间发布。"]
    assert live(page) == [False]
    later(hours=1)
    tasks.carry_schedule()
    assert live(page) == [True]


def test_what_is_written_after_the_approval_waits_for_one_of_its_own(desk, later):
    page = desk.waiting("定时", go_live_at=clock.now() + timedelta(hours=1))
    editing.accept(page, by=desk.chief.user, at=clock.now())
    page = Page.objects.get(pk=page.pk).specific
    editing.rewrite(page, by=desk.both.user, at=clock.now(), title="没有人看过的标题")
    later(hours=1)
    tasks.carry_schedule()
    page.refresh_from_db()
    assert (page.live, page.title) == (True, "定时")
    editing.hand_in(page, by=desk.both.user, at=clock.now())
    assert "须由另一人审核" in do(desk.both, "publish", page)[0]
    do(desk.chief, "publish", page)
    page.refresh_from_db()
    assert page.title == "没有人看过的标题"


def test_an_instant_set_without_approval_publishes_nothing(desk, later):
    page = desk.draft("自己定时", by=desk.both, go_live_at=clock.now() + timedelta(hours=1))
    waiting = desk.waiting("还在审核", go_live_at=clock.now() + timedelta(hours=1))
    later(hours=2)
    tasks.carry_schedule()
    assert live(page, waiting) == [False, False]


@pytest.mark.parametrize("action", ["unpublish", "delete", "move"])
def test_a_writer_takes_down_moves_and_deletes_nothing_public(desk, action):
    page, alone = desk.public("公开"), desk.draft("草稿")
    do(desk.writer, action, page, chooser=str(home().pk))
    page.refresh_from_db()
    assert page.live
    assert page.get_parent().specific == news_index()
    do(desk.writer, action, alone, chooser=str(home().pk))
    assert Page.objects.filter(pk=alone.pk).exists() == (action != "delete")  # it is his own


@pytest.mark.parametrize("action", ["unpublish", "delete"])
def test_a_chief_editor_takes_many_down(desk, action):
    pages = [desk.public("甲"), desk.public("乙")]
    do(desk.chief, action, *pages)
    assert not Page.objects.filter(pk__in=[page.pk for page in pages], live=True).exists()


def test_moving_many_publishes_no_draft(desk):
    index = news_index()
    draft = desk.draft("草稿")
    do(desk.chief, "move", draft, chooser=str(index.pk))
    assert live(draft) == [False]
