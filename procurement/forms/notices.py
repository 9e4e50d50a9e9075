"""What is typed about notices and time limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.widgets import DayInput, InstantInput, MoneyInput, Options
from procurement.notice_kinds import Field

FIRST, LAST = date(2000, 1, 1), date(2099, 12, 31)


class StartForm(forms.Form):
    start = forms.DateField(label=_("Day from which to count"), widget=DayInput())

    def clean_start(self) -> date:
        start: date = self.cleaned_data["start"]
        if not FIRST <= start <= LAST:
            raise forms.ValidationError(_("Choose a day of this century."))
        return start


class KindForm(forms.Form):
    """Which kind of notice; each option says which article asks for its contents."""

    def __init__(self, *args: Any, choices: Any, hints: Mapping[str, Any], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["kind"] = forms.ChoiceField(
            label=_("kind"), choices=choices, widget=Options(hints=hints)
        )


class NoticeForm(forms.Form):
    """What a kind of notice must say, field by field; the labels are those of the notice."""

    def __init__(self, *args: Any, asked: Sequence[Field], **more: Any) -> None:
        super().__init__(*args, **more)
        for one in asked:
            self.fields[one.name] = _field(one)

    @classmethod
    def of(cls, asked: Sequence[Field], typed: Mapping[str, str]) -> NoticeForm:
        """The form as a draft keeps it, not yet judged."""
        initial = {one.name: one.read(typed.get(one.name, "")) for one in asked}
        return cls(asked=asked, initial=initial)

    def typed(self) -> dict[str, str]:
        """What can be kept of what was typed: a date that is none is left out."""
        self.full_clean()
        kept = getattr(self, "cleaned_data", {})
        return {
            name: _text(value) for name, value in kept.items() if value not in (None, "", False)
        }


def _field(one: Field) -> forms.Field:
    said: dict[str, Any] = {"label": one.label, "help_text": one.help, "required": not one.optional}
    if one.kind == "date":
        return forms.DateField(widget=DayInput(), **said)
    if one.kind == "instant":
        return forms.DateTimeField(widget=InstantInput(), **said)
    if one.kind == "money":
        return forms.DecimalField(
            min_value=Decimal("0.01"), max_digits=16, decimal_places=2, widget=MoneyInput(), **said
        )
    if one.kind == "flag":
        return forms.BooleanField(**said)
    if one.kind == "text":
        return forms.CharField(max_length=200, **said)
    return forms.CharField(max_length=6000, widget=forms.Textarea({"rows": 4}), **said)


def _text(value: Any) -> str:
    if value is True:
        return "1"
    return value.isoformat() if isinstance(value, date) else str(value)
