"""Who wrote what is about to be published, and the one way to publish: by somebody else.

Wagtail names `publish_approved` while its own models are made (WAGTAIL_FINISH_WORKFLOW_ACTION):
so this module imports no model.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.exceptions import PermissionDenied


def authors(page: Any) -> set[int]:
    """Who wrote what is not public yet of a page, and who handed it in."""
    revisions = apps.get_model("wagtailcore", "Revision")._default_manager.for_instance(page)
    if page.live_revision_id:
        revisions = revisions.filter(pk__gt=page.live_revision_id)
    wrote = {pk for pk in revisions.values_list("user_id", flat=True) if pk}
    states = apps.get_model("wagtailcore", "WorkflowState")._default_manager.for_instance(page)
    handed = states.active().values_list("requested_by_id", flat=True)
    return wrote | {pk for pk in handed if pk}


def publish_approved(workflow_state: Any, user: Any = None) -> None:
    """Publish what was approved, in the name of who approved it: the newest revision, which only
    reviewers could write while the page was in review, and this one did not.

    Nobody has the right to publish otherwise, so that no permission is asked here.
    """
    page = workflow_state.content_object
    if user is None or user.pk in authors(page):
        raise PermissionDenied
    page.get_latest_revision().publish(user=user, skip_permission_checks=True)
