"""Screens of the editors beside Wagtail's own: topics; and what nobody may do alone."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.panels import FieldPanel
from wagtail.models import WorkflowState
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from cms.bulk import PublishReviewed
from cms.models import Topic


class TopicViewSet(SnippetViewSet):
    model = Topic
    icon = "tag"
    menu_label = gettext_lazy("Subject areas")
    menu_name = "topics"
    menu_order = 250
    add_to_admin_menu = True
    list_display = ["name", "slug"]
    panels = [FieldPanel("name"), FieldPanel("slug")]


register_snippet(TopicViewSet)
hooks.register(
    "register_bulk_action", PublishReviewed, order=1
)  # after Wagtail's own: in its place


@hooks.register("before_copy_page")
def publish_no_copy(request, page):
    """A copy is a draft: it is published by the approval, as everything is."""
    if request.method == "POST" and {"publish_copies", "alias"} & set(request.POST):
        messages.error(
            request, _("A copy begins as a draft: leave out publishing, and hand it in for review.")
        )
        return redirect("wagtailadmin_pages:copy", page.pk)
    return None


@hooks.register("before_edit_page")
def tell_why_returned(request, page):
    """Whoever opens a page that was returned reads first what is to be changed."""
    state = page.current_workflow_state if request.method == "GET" else None
    if state is None or state.status != WorkflowState.STATUS_NEEDS_CHANGES:
        return
    returned = state.current_task_state
    if returned is not None and returned.comment:
        told = {"who": returned.finished_by or "", "comment": returned.comment}
        messages.warning(request, _("Returned by %(who)s: %(comment)s") % told)
