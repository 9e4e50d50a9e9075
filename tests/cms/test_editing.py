"""A page is written by one person and published by another."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from wagtail.models import Page, Revision, TaskState, Workflow

from accounts.models import Deed, User
from cms import editing, tasks
from cms.models import Face, NewsPage, SecondPersonTask
from cms.reference import load_editors
from cms.second_person import publish_approved
from core import clock
from tests.cast import signed_in
from tests.cms.pages import article, chief, editor, news_index, published, writer
from tests.witness import refused


@pytest.fixture
def desk(cast):
    """A writer, a chief editor and a draft of the writer's."""

    class Desk:
        writer = writer(cast)
        chief = chief(cast)
        page = editing.write(news_index(), article(), by=writer.user, at=clock.now())

    return Desk


def address(name, page, *more):
    return reverse(f"wagtailadmin_pages:{name}", args=[page.pk, *more])


def anonymous(page):
    return Client().get(page.get_url())


def test_a_draft_is_public_once_a_second_person_accepts_it(desk):
    assert anonymous(desk.page).status_code == 404
    editing.hand_in(desk.page, by=desk.writer.user, at=clock.now())
    assert anonymous(desk.page).status_code == 404
    editing.accept(desk.page, by=desk.chief.user, at=clock.now())
    assert "一条新闻" in anonymous(desk.page).text


def test_nobody_approves_what_he_wrote(cast):
    both = editor(cast, "both", Deed.EDIT_SITE, Deed.APPROVE_SITE)
    page = editing.write(news_index(), article(), by=both.user, at=clock.now())
    editing.hand_in(page, by=both.user, at=clock.now())
    with refused("You wrote some of this page: another person must decide about it."):
        editing.accept(page, by=both.user, at=clock.now())
    task = SecondPersonTask.objects.get()
    assert task.get_actions(page, both.user) == []
    state = page.current_workflow_task_state
    with pytest.raises(PermissionDenied):
        task.on_action(state.specific, both.user, "approve")
    state = state.workflow_state
    with pytest.raises(PermissionDenied):
        publish_approved(state, user=both.user)
    page.refresh_from_db()
    assert not page.live


def test_not_even_a_superuser_publishes_alone(cast, desk):
    root = User.objects.create_superuser("root@example.com", "x", name="root")
    assert not desk.page.permissions_for_user(root).can_publish()
    page = editing.rewrite(desk.page, by=root, at=clock.now(), title="由根用户改写")
    editing.hand_in(page, by=desk.writer.user, at=clock.now())
    with refused("You wrote some of this page: another person must decide about it."):
        editing.accept(page, by=root, at=clock.now())
    assert editing.accept(page, by=desk.chief.user, at=clock.now()).live


def test_who_mends_a_page_in_review_has_written_it_too(cast, desk):
    editing.hand_in(desk.page, by=desk.writer.user, at=clock.now())
    editing.rewrite(desk.page, by=desk.chief.user, at=clock.now(), lead="主编改过的摘要。")
    with refused("You wrote some of this page: another person must decide about it."):
        editing.accept(desk.page, by=desk.chief.user, at=clock.now())
    page = editing.accept(desk.page, by=chief(cast, "other").user, at=clock.now())
    assert page.lead == "主编改过的摘要。"


def test_a_writer_decides_about_nothing(cast, desk):
    editing.hand_in(desk.page, by=desk.writer.user, at=clock.now())
    colleague = writer(cast, "colleague")
    with refused("You do not review pages."):
        editing.accept(desk.page, by=colleague.user, at=clock.now())


def test_a_page_is_sent_back_with_words_and_comes_again(desk):
    with refused("This page is not in review."):
        editing.accept(desk.page, by=desk.chief.user, at=clock.now())
    editing.hand_in(desk.page, by=desk.writer.user, at=clock.now())
    with refused("This page is in review already: wait for the answer."):
        editing.hand_in(desk.page, by=desk.writer.user, at=clock.now())
    with refused("Say what is to be changed."):
        editing.send_back(desk.page, comment=" ", by=desk.chief.user, at=clock.now())
    editing.send_back(desk.page, comment="请补来源。", by=desk.chief.user, at=clock.now())
    assert TaskState.objects.get().comment == "请补来源。"
    editing.rewrite(desk.page, by=desk.writer.user, at=clock.now(), source="云江日报社")
    page = NewsPage.objects.get(pk=desk.page.pk)
    page.current_workflow_state.resume(user=desk.writer.user)
    assert editing.accept(page, by=desk.chief.user, at=clock.now()).source == "云江日报社"


def test_what_is_public_stays_while_a_change_is_in_review(cast, desk):
    page = published(news_index(), article("旧标题"), by=desk.writer, and_by=desk.chief)
    editing.rewrite(page, by=desk.writer.user, at=clock.now(), title="新标题")
    editing.hand_in(page, by=desk.writer.user, at=clock.now())
    assert "旧标题" in anonymous(page).text
    editing.accept(page, by=desk.chief.user, at=clock.now())
    assert "新标题" in anonymous(page).text


def test_the_screens_of_the_editors_let_nobody_publish_directly(desk):
    client = signed_in(desk.chief.user)
    page = client.get(address("edit", desk.page))
    assert page.status_code == 200
    assert 'name="action-publish"' not in page.text
    with pytest.raises(PermissionDenied):
        desk.page.get_latest_revision().publish(user=desk.chief.user)
    desk.page.refresh_from_db()
    assert not desk.page.live


def test_the_screens_of_the_editors_hold_the_second_person_too(cast, desk):
    both = editor(cast, "both", Deed.EDIT_SITE, Deed.APPROVE_SITE)
    page = editing.write(news_index(), article("自写自批"), by=both.user, at=clock.now())
    editing.hand_in(page, by=both.user, at=clock.now())
    state = page.current_workflow_task_state
    approve = address("workflow_action", page, "approve", state.pk)
    assert signed_in(both.user).post(approve).status_code in (302, 403)
    page.refresh_from_db()
    assert not page.live
    signed_in(desk.chief.user).post(approve, {"comment": "可以"})
    page.refresh_from_db()
    assert page.live


def test_a_copy_is_a_draft(desk):
    page = published(news_index(), article("原文"), by=desk.writer, and_by=desk.chief)
    form = {"new_title": "抄", "new_slug": "copied", "new_parent_page": news_index().pk}
    signed_in(desk.chief.user).post(address("copy", page), form | {"publish_copies": "on"})
    assert not Page.objects.filter(slug="copied", live=True).exists()
    signed_in(desk.chief.user).post(address("copy", page), form)
    assert Page.objects.filter(slug="copied", live=False).exists()


def test_a_chief_editor_takes_a_page_down_and_a_writer_does_not(desk):
    page = published(news_index(), article("下架"), by=desk.writer, and_by=desk.chief)
    signed_in(desk.writer.user).post(address("unpublish", page))
    assert anonymous(page).status_code == 200
    signed_in(desk.chief.user).post(address("unpublish", page))
    assert anonymous(page).status_code == 404


@pytest.mark.parametrize(
    ("deed", "may", "may_not"),
    [
        (Deed.EDIT_SITE, ["wagtailadmin_home"], ["wagtailredirects:index"]),
        (Deed.APPROVE_SITE, ["wagtailadmin_home", "wagtailredirects:index"], []),
    ],
)
def test_the_rights_of_each_role(cast, deed, may, may_not):
    client = signed_in(editor(cast, "one", deed).user)
    for name in may:
        assert client.get(reverse(name)).status_code == 200, name
    for name in may_not:
        assert client.get(reverse(name)).status_code == 302, name
    settings = client.get("/staff/settings/cms/frame/", follow=True)
    assert ("菜单" in settings.text) == (deed == Deed.APPROVE_SITE)


def test_an_approved_page_goes_live_and_is_taken_down_at_its_instants(desk, later):
    draft = desk.page
    begins, ends = clock.now() + timedelta(hours=1), clock.now() + timedelta(hours=2)
    editing.rewrite(draft, by=desk.writer.user, at=clock.now(), go_live_at=begins, expire_at=ends)
    editing.hand_in(draft, by=desk.writer.user, at=clock.now())
    editing.accept(draft, by=desk.chief.user, at=clock.now())
    tasks.carry_schedule()
    assert anonymous(draft).status_code == 404
    with refused("The instant of this revision has not come."):
        editing.go_live(Revision.objects.latest("pk"), by=desk.chief.user, at=clock.now())
    later(hours=1)
    tasks.carry_schedule()
    assert anonymous(draft).status_code == 200
    draft.refresh_from_db()
    with refused("The time of this page is not over."):
        editing.expire(draft, by=desk.chief.user, at=clock.now())
    later(hours=1)
    assert anonymous(draft).status_code == 404  # to the second, though the task has not run
    assert "一条新闻" not in Client().get("/news/").text
    tasks.carry_schedule()
    draft.refresh_from_db()
    assert (draft.live, draft.expired) == (False, True)


def test_every_kind_of_page_keeps_the_rule_of_the_second_person(db):
    kinds = [kind for kind in Face.__subclasses__() if not kind._meta.abstract]
    kinds += [kind for base in Face.__subclasses__() for kind in base.__subclasses__()]
    assert len(kinds) >= 14
    for kind in {kind for kind in kinds if not kind._meta.abstract}:
        tester = kind(depth=3, path="000100010099").permissions_for_user(User(is_superuser=True))
        assert not tester.can_publish(), kind
        assert not tester.can_publish_subpage(), kind


def test_there_is_one_approval_and_it_is_loaded_once(db):
    assert [one.name for one in Workflow.objects.filter(active=True)] == ["审核发布"]
    assert load_editors.__wrapped__() == 0
    assert {"网站编辑", "网站审核人员"} <= set(Group.objects.values_list("name", flat=True))
