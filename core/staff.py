"""Screens of the staff that call a rule: Wagtail's look, and no transaction of Wagtail's own.

Reference data alone are edited plainly. What Wagtail asks about permissions is answered by the
seats of who asks: `DeedPolicy` lets everybody of the staff look, and the entitled do the rest.
"""

from collections.abc import Collection
from typing import Any, ClassVar

from django.contrib import messages  # noqa: TID251 - a door
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse  # noqa: TID251 - a door
from django.shortcuts import redirect  # noqa: TID251 - a door
from django.views.generic import FormView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.permission_policies.base import BlanketPermissionPolicy

from core import clock
from core.lifecycle import RuleBroken
from core.views import refusal


class DeedPolicy(BlanketPermissionPolicy):  # type: ignore[misc]
    """Everybody who reaches the staff's pages may look; `actions` need a seat with the deed."""

    def __init__(self, model: Any, deed: str, actions: Collection[str] = ()) -> None:
        super().__init__(model)
        self.deed, self.actions = deed, frozenset(actions)

    def user_has_permission(self, user: Any, action: str) -> bool:
        if not user.is_authenticated:
            return False
        if action == "view" and user.is_superuser:
            return True
        if action != "view" and action not in self.actions:
            return False
        seats = user.seats.held_at(clock.now()).select_related("organisation")
        if action == "view":  # who writes for a microsite enters too, and looks at nothing else
            return any(seat.organisation.standing != "participant" for seat in seats)
        return any(seat.may(self.deed) for seat in seats)

    def user_has_any_permission(self, user: Any, actions: Collection[str]) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)

    def users_with_any_permission(self, actions: Collection[str]) -> Any:
        raise NotImplementedError("a deed is looked up for one user at a time")


class RuleFormView(WagtailAdminTemplateMixin, FormView):  # type: ignore[misc, type-arg]
    """A form whose clean data go to one rule, `perform`; asks for a seat with `deed`."""

    template_name = "core/staff-form.html"
    deed: ClassVar[str]
    submit_label: ClassVar[Any]
    request: Any

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.seat is None or not request.seat.may(self.deed):
            raise PermissionDenied
        self.subject = self.find()
        return super().dispatch(request, *args, **kwargs)

    def find(self) -> Any:
        """The row that the deed is about, or 404."""
        raise NotImplementedError("each view says which row it is about")

    def perform(self, **data: Any) -> None:
        """Call the rule."""
        raise NotImplementedError("each view says which rule it calls")

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            self.perform(**form.cleaned_data)
        except RuleBroken as refused:
            refusal(self.request, refused, about=self.subject, form=form)
            return self.form_invalid(form)
        messages.success(self.request, self.done)
        return redirect(self.get_success_url())

    done: ClassVar[Any]

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        context["action_url"] = self.request.path
        context["submit_button_label"] = self.submit_label
        return super().get_context_data(**context)
