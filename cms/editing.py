"""Writing pages and publishing them 采编发: a draft, its review, publication by another person.

    draft ──hand_in──▶ in review ──accept──▶ published
      ▲                    └──send_back──┐
      └──────────────────────────────────┘

The pages and their states are Wagtail's; its screens do the same as these rules. Scheduled
instants are carried out by the clock: `go_live` and `expire`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from wagtail.models import Page, Revision, WorkflowState

from accounts.models import User
from cms.models import Paper, Picture, Topic
from cms.second_person import authors
from core.audit import Actor, record
from core.cache import Subject
from core.lifecycle import RuleBroken


@transaction.atomic(durable=True)
def write(parent: Page, page: Page, *, by: User, at: datetime) -> Page:
    """Begin a page below `parent` as a draft."""
    page.live, page.owner = False, by
    parent.add_child(instance=page)
    page.save_revision(user=by)
    return page


@transaction.atomic(durable=True)
def rewrite(page: Page, *, by: User, at: datetime, **changes: Any) -> Page:
    """Change a page as a draft; what is public stays until the change is approved."""
    draft = page.get_latest_revision_as_object()
    for name, value in changes.items():
        setattr(draft, name, value)
    draft.save_revision(user=by)
    return draft


@transaction.atomic(durable=True)
def hand_in(page: Page, *, by: User, at: datetime) -> WorkflowState:
    """Give a draft to review. Refused while it is there already."""
    if page.workflow_in_progress:
        raise RuleBroken("This page is in review already: wait for the answer.")
    return page.get_workflow().start(page, by)


@transaction.atomic(durable=True)
def send_back(page: Page, *, comment: str, by: User, at: datetime) -> Page:
    """Return a page to its writer, with what is to be changed. Refused without words."""
    if not comment.strip():
        raise RuleBroken("Say what is to be changed.")
    return _decide(page, "reject", comment, by)


@transaction.atomic(durable=True)
def accept(page: Page, *, comment: str = "", by: User, at: datetime) -> Page:
    """Publish a page that another person wrote. Refused to whoever wrote any of it."""
    return _decide(page, "approve", comment, by)


def _decide(page: Page, action: str, comment: str, by: User) -> Page:
    judge(page, action, by=by)
    state = page.current_workflow_task_state
    state.task.specific.on_action(state.specific, by, action, comment=comment)
    return Page.objects.get(pk=page.pk).specific


def judge(page: Page, action: str, *, by: User) -> None:
    """Whether somebody may decide about a page now. Refused with the reason why not."""
    state = page.current_workflow_task_state
    if state is None:
        raise RuleBroken("This page is not in review.")
    if by.pk in authors(page):
        raise RuleBroken("You wrote some of this page: another person must decide about it.")
    if action not in [name for name, _label, _modal in state.task.specific.get_actions(page, by)]:
        raise RuleBroken("You do not review pages.")


@transaction.atomic(durable=True)
def go_live(revision: Revision, *, by: Actor, at: datetime) -> None:
    """Publish an approved revision whose instant has come."""
    fresh = Revision.objects.select_for_update().filter(pk=revision.pk).first()
    if fresh is None or fresh.approved_go_live_at is None or fresh.approved_go_live_at > at:
        raise RuleBroken("The instant of this revision has not come.")
    # The instant was judged here, by the site's clock: Wagtail need not judge it by its own.
    fresh.content["go_live_at"] = None
    fresh.save(update_fields=["content"])
    fresh.publish(log_action="wagtail.publish.scheduled")
    record(subject_of(fresh.object_id), "page.went-live", by=by, at=at, public=False)


@transaction.atomic(durable=True)
def expire(page: Page, *, by: Actor, at: datetime) -> None:
    """Take down a page whose time is over."""
    fresh = Page.objects.select_for_update(of=("self",)).get(pk=page.pk)
    if not fresh.live or fresh.expire_at is None or fresh.expire_at > at:
        raise RuleBroken("The time of this page is not over.")
    fresh.specific.unpublish(set_expired=True, log_action="wagtail.unpublish.scheduled")
    record(subject_of(fresh.pk), "page.expired", by=by, at=at, public=False)


def subject_of(pk: Any) -> Subject:
    """A page, as events name it."""
    return Subject(Page._meta, str(pk)[:16])


@transaction.atomic(durable=True)
def set_frame(frame: Any, *, by: User, at: datetime, **values: Any) -> Any:
    """Set the menus and the foot."""
    for name, value in values.items():
        setattr(frame, name, value)
    frame.save()
    return frame


@transaction.atomic(durable=True)
def add_topic(name: str, slug: str, *, by: User, at: datetime) -> Topic:
    """Name a subject area of news and policies."""
    return Topic.objects.create(name=name, slug=slug)


@transaction.atomic(durable=True)
def keep_picture(file: Any, *, title: str, description: str, by: User, at: datetime) -> Picture:
    """Keep a picture. Refused without words for who cannot see it."""
    if not description.strip():
        raise RuleBroken("Say what the picture shows, for who cannot see it.")
    kept: Picture = Picture.objects.create(
        file=file, title=title, description=description.strip(), uploaded_by_user=by
    )
    return kept


@transaction.atomic(durable=True)
def keep_document(file: Any, *, title: str, by: User, at: datetime) -> Paper:
    """Keep a document to download."""
    kept: Paper = Paper.objects.create(file=file, title=title, uploaded_by_user=by)
    return kept
