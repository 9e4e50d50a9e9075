"""Appointing an officer: a post, and a person of a member unit."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Seat
from alliance.models import Alliance, Post
from core import clock


class AppointForm(forms.Form):
    post = forms.ChoiceField(label=_("Post"), choices=Post.choices)
    seat = forms.ModelChoiceField(
        label=_("Person"),
        queryset=Seat.objects.none(),
        to_field_name="code",
        help_text=_("Somebody who holds a seat in a member unit."),
    )

    def __init__(self, *args: Any, alliance: Alliance, **facts: Any) -> None:
        super().__init__(*args, **facts)
        units = alliance.members.current().values("organisation")
        held = Seat.objects.held_at(clock.now()).filter(organisation__in=units)
        seat: Any = self.fields["seat"]
        # The lead's people first: most officers are theirs.
        seat.queryset = held.select_related("user", "organisation").order_by(
            "organisation__name", "user__name"
        )
