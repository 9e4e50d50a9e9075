"""Publishing many pages at once: of each that waits for review, by another than who wrote it.

Wagtail's own action of this name asks for the right to publish, which nobody has at our pages
(cms.models.face), and publishes all in one transaction. This takes its place: one rule call a page,
and of each page it is said what became of it.
"""

from typing import Any, ClassVar

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.views.pages.bulk_actions.page_bulk_action import PageBulkAction
from wagtail.models import Page

from cms import editing
from core import clock
from core.lifecycle import RuleBroken
from core.views import note_refusal


class PublishReviewed(PageBulkAction):  # type: ignore[misc]
    display_name = gettext_lazy("Approve and publish")
    action_type = "publish"
    aria_label = gettext_lazy("Approve and publish the chosen pages")
    template_name = "cms/bulk-publish.html"
    action_priority = 40
    form_class = Form
    classes: ClassVar[set[str]] = set()
    request: Any
    next_url: str

    def __init__(self, request: Any, model: type[Page]) -> None:
        super().__init__(request, model)
        self.refusals: dict[int, str] = {}

    def check_perm(self, page: Page) -> bool:
        """Whether it may be published now; why not, the list says."""
        try:
            editing.judge(page.specific, "approve", by=self.request.user)
        except RuleBroken as refused:
            self.refusals[page.pk] = str(refused)
        return page.pk not in self.refusals

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        for row in context["items_with_no_access"]:
            row["why"] = self.refusals[row["item"].pk]
        return context

    def form_valid(self, form: Form) -> HttpResponse:
        """Not in one transaction, as Wagtail would: each page for itself."""
        pages, rest = self.get_actionable_objects()
        for page in [*pages, *rest["items_with_no_access"]]:
            self.publish(page.specific)
        return redirect(self.next_url)

    def publish(self, page: Page) -> None:
        told = {"page": page.get_admin_display_title()}
        try:
            published = editing.accept(page, by=self.request.user, at=clock.now())
        except RuleBroken as refused:
            note_refusal(self.request, refused, about=editing.subject_of(page.pk))
            why = told | {"why": str(refused)}
            messages.error(self.request, _("“%(page)s” was not published: %(why)s") % why)
            return
        if published.approved_schedule:
            done = _("“%(page)s” is approved, and is published at its instant.")
        else:
            done = _("“%(page)s” is published.")
        messages.success(self.request, done % told)
