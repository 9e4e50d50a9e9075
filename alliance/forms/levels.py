"""What is filled in about a member's level."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import clock
from core.calendar import day_of
from core.widgets import DayInput


class LevelForm(forms.Form):
    """Another level of the charter, why, and from which day."""

    to_level = forms.ChoiceField(label=_("new level"), widget=forms.RadioSelect)
    wanted_on = forms.DateField(
        label=_("from which day"),
        widget=DayInput,
        help_text=_("At the earliest the day of the decision; the month counts with the new fee."),
    )
    reason = forms.CharField(
        label=_("reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The deciding body reads it: what your unit contributes, what changes."),
    )

    def __init__(self, *args: Any, levels: list[tuple[str, str]], **facts: Any) -> None:
        super().__init__(*args, **facts)
        self.fields["to_level"].choices = levels  # type: ignore[attr-defined]
        self.fields["wanted_on"].initial = day_of(clock.now())


class OpinionForm(forms.Form):
    opinion = forms.CharField(
        label=_("opinion of the secretariat"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The deciding body reads it beside the unit's reason."),
    )
