"""What editors are told of a page: that it waits for review, what was decided, who commented.

Wagtail would mail this itself, in its own words. Its notifiers are kept out: these take the places
in its signals that its own would take, and write letters. Whoever has switched off a notification
at “账号 › 通知” gets no letter of that kind.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from wagtail.admin.views.pages.edit import EditView
from wagtail.models import Page, PageSubscription, TaskState, WorkflowState
from wagtail.signals import task_submitted, workflow_approved, workflow_rejected, workflow_submitted

from accounts.models import Deed, Seat, User
from cms.models import SecondPersonTask
from cms.second_person import authors
from core import clock, letters
from core.letters import Recipient


@dataclass(frozen=True)
class Reviewers:
    """Who may decide about a page now, having written nothing of it, and wants to be told."""

    page: Page
    task: SecondPersonTask

    def letter_recipients(self, at: datetime) -> Iterable[Recipient]:
        members = _told("submitted").filter(groups__in=self.task.groups.all())
        others = members.exclude(pk__in=authors(self.page))
        seats = Seat.objects.held_at(at).filter(user__in=others)
        named = set()
        for seat in seats.select_related("user", "organisation").order_by("pk"):
            if seat.may(Deed.APPROVE_SITE) and seat.user_id not in named:
                named.add(seat.user_id)
                yield from seat.letter_recipients(at)


@dataclass(frozen=True)
class Comments:
    """What changed among the comments on a page, or among those of one thread."""

    new: list[Any]
    replies: list[tuple[Any, list[Any]]]
    resolved: list[Any]
    deleted: list[Any]

    @classmethod
    def of(cls, changes: dict[str, Any]) -> Comments:
        """Of what Wagtail found changed; a comment that was only reworded is not told."""
        return cls(
            changes["new_comments"],
            changes["new_replies"],
            changes["resolved_comments"],
            changes["deleted_comments"],
        )

    def within(self, threads: set[int]) -> Comments:
        """What concerns somebody who takes part in these threads alone."""
        return Comments(
            [],
            [(comment, replies) for comment, replies in self.replies if comment.pk in threads],
            [comment for comment in self.resolved if comment.pk in threads],
            [],
        )

    def __bool__(self) -> bool:
        return any([self.new, self.replies, self.resolved, self.deleted])


def tell_reviewers(sender: type, instance: Any, user: Any = None, **_facts: Any) -> None:
    """A page was handed in, for the first time or again."""
    task, page = instance.task.specific, instance.workflow_state.content_object
    if isinstance(task, SecondPersonTask):
        _post("page-handed-in", page, to=Reviewers(page, task), who=user)


def tell_approved(sender: type, instance: Any, user: Any = None, **_facts: Any) -> None:
    """A page was published, or will be at its instant."""
    page, revision = instance.content_object, instance.content_object.get_latest_revision()
    asked = _asked(instance, user, "approved")
    if asked is not None:
        _post("page-approved", page, to=asked, who=user, goes_live=revision.approved_go_live_at)


def tell_returned(sender: type, instance: Any, user: Any = None, **_facts: Any) -> None:
    """A page was sent back to whoever handed it in."""
    asked = _asked(instance, user, "rejected")
    if asked is not None:
        comment = instance.current_task_state.comment
        _post("page-returned", instance.content_object, to=asked, who=user, comment=comment)


def tell_nobody(sender: type, **_facts: Any) -> None:
    """Who reviews is told of the task, not of the workflow around it a second time."""


def tell_of_comments(view: Any, changes: dict[str, Any]) -> None:
    """Comments were changed at the screen: told to whoever follows the page, and to whoever takes
    part in a thread what happened in that thread."""
    page, by, comments = view.page, view.request.user, Comments.of(changes)
    told = _told("updated_comments").exclude(pk=by.pk)
    follow = PageSubscription.objects.filter(page=page, comment_notifications=True)
    for user in told.filter(pk__in=follow.values("user")):
        _comments(page, comments, to=user, who=by)
    touched = [*comments.resolved, *(comment for comment, _ in comments.replies)]
    threads: dict[int, set[int]] = {}
    for comment in touched:
        for pk in (comment.user_id, *comment.replies.values_list("user_id", flat=True)):
            threads.setdefault(pk, set()).add(comment.pk)
    for user in told.filter(pk__in=threads).exclude(pk__in=follow.values("user")):
        _comments(page, comments.within(threads[user.pk]), to=user, who=by)


def _comments(page: Any, comments: Comments, *, to: User, who: Any) -> None:
    if comments:
        _post("page-commented", page, to=to, who=who, comments=comments)


def _asked(state: Any, user: Any, notification: str) -> User | None:
    """Whoever handed a page in, where another one decided."""
    wanted = _told(notification).filter(pk=state.requested_by_id)
    found: User | None = wanted.exclude(pk=user.pk if user else None).first()
    return found


def _told(notification: str) -> Any:
    """Users who are told of this: as long as they have said nothing else."""
    chosen = {f"wagtail_userprofile__{notification}_notifications": True}
    wanted = Q(wagtail_userprofile=None) | Q(**chosen)
    return User.objects.filter(wanted, is_active=True)


def _post(kind: str, page: Any, *, to: Any, **facts: Any) -> None:
    link = reverse("wagtailadmin_pages:edit", args=[page.pk])
    page = page.get_latest_revision_as_object()
    with transaction.atomic():  # a savepoint in Wagtail's transaction, where it has one
        letters.post(f"cms/{kind}", to=to, at=clock.now(), link=link, page=page, **facts)


def listen() -> None:
    """Take the places of Wagtail's own notifiers; before its application is ready, or they are
    taken already."""
    for signal, sender, place, tell in (
        (task_submitted, TaskState, "group_approval_task_submitted", tell_reviewers),
        (workflow_submitted, WorkflowState, "workflow_state_submitted", tell_nobody),
        (workflow_rejected, WorkflowState, "workflow_state_rejected", tell_returned),
        (workflow_approved, WorkflowState, "workflow_state_approved", tell_approved),
    ):
        signal.connect(tell, sender=sender, dispatch_uid=f"{place}_email_notification")
    # Of comments no signal tells.
    EditView.send_commenting_notifications = tell_of_comments
