"""The approval of a page 审核发布: another person than its writers reads and publishes it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _
from wagtail.models import AbstractGroupApprovalTask, TaskState

from cms.second_person import authors


class SecondPersonTask(AbstractGroupApprovalTask):
    """Approval by a member of the groups who wrote nothing of what is approved."""

    class Meta:
        verbose_name = _("approval by a second person")
        verbose_name_plural = _("approvals by a second person")

    def get_actions(self, obj: Any, user: Any) -> list[tuple[str, Any, bool]]:
        if user.pk in authors(obj):
            return []
        found: list[tuple[str, Any, bool]] = super().get_actions(obj, user)
        return found

    def on_action(self, task_state: TaskState, user: Any, action_name: str, **kwargs: Any) -> Any:
        if user.pk in authors(task_state.workflow_state.content_object):
            raise PermissionDenied
        return super().on_action(task_state, user, action_name, **kwargs)

    def get_task_states_user_can_moderate(self, user: Any, **kwargs: Any) -> Any:
        """Those that wait for this user, who wrote nothing of them."""
        waiting = super().get_task_states_user_can_moderate(user, **kwargs)
        own = [
            state.pk
            for state in waiting.select_related("workflow_state")
            if user.pk in authors(state.workflow_state.content_object)
        ]
        return waiting.exclude(pk__in=own)

    @classmethod
    def get_description(cls) -> Any:
        return _("Members of the chosen groups approve what others have written")
