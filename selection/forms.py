"""The forms into which a witness types the dice, and by which a regulator names witnesses."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from selection.methods.draw import THROWS
from selection.models import Witness
from selection.naming import Witnessing


class DiceForm(forms.Form):
    """For who throws, and for who confirms: both type what they see."""

    digits = forms.CharField(
        label=gettext_lazy("Digits of the twenty dice"),
        help_text=gettext_lazy("0–9, in the order in which the dice fell; spaces do not count."),
        max_length=200,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "spellcheck": "false"}
        ),
    )

    def clean_digits(self) -> str:
        typed = unicodedata.normalize("NFKC", self.cleaned_data["digits"])
        digits = "".join(typed.replace(",", " ").replace("、", " ").split())
        if strange := sorted({one for one in digits if one not in "0123456789"}):
            raise forms.ValidationError(
                _("Only the digits 0–9 occur on the dice, not “%(strange)s”."),
                params={"strange": " ".join(strange)},
            )
        if len(digits) != THROWS:
            raise forms.ValidationError(
                _("Twenty digits are needed, and these are %(count)s."),
                params={"count": len(digits)},
            )
        return digits


class WitnessesForm(forms.Form):
    """Whom a regulator names, and in whose stead; as many lines as there may be witnesses."""

    leaving = forms.MultipleChoiceField(
        label=gettext_lazy("Who leaves"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "His link and his right to throw end at once; he is told by letter."
        ),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Published in the corrected notice. No personal data."),
    )

    def __init__(self, *args: Any, named: Sequence[Witness], limit: int, **facts: Any) -> None:
        super().__init__(*args, **facts)
        self.limit = limit
        leaving: Any = self.fields["leaving"]
        leaving.choices = [(one.code, one.name) for one in named]
        for place in range(limit):
            self.fields[f"name-{place}"] = _line(gettext_lazy("Name of the person"), 60)
            self.fields[f"phone-{place}"] = _line(gettext_lazy("Mobile phone"), 20)
            self.fields[f"email-{place}"] = forms.EmailField(
                label=gettext_lazy("E-mail"), required=False
            )

    @property
    def lines(self) -> list[list[BoundField]]:
        """One for each who may come."""
        names = ("name", "phone", "email")
        return [[self[f"{name}-{place}"] for name in names] for place in range(self.limit)]

    @property
    def coming(self) -> list[Witnessing]:
        """Whom a valid form names."""
        return [Witnessing(*row) for _place, row in self._filled]

    def clean(self) -> dict[str, Any]:
        for place, row in self._filled:
            for name, value in zip(("name", "phone"), row, strict=False):
                if not value:
                    self.add_error(f"{name}-{place}", _("A witness needs name and phone."))
        if not self._filled:
            self.add_error("name-0", _("Name at least one witness."))
        return self.cleaned_data

    @property
    def _filled(self) -> list[tuple[int, tuple[str, ...]]]:
        names = ("name", "phone", "email")
        rows = [
            (place, tuple(self.cleaned_data.get(f"{name}-{place}") or "" for name in names))
            for place in range(self.limit)
        ]
        return [(place, row) for place, row in rows if any(row)]


def _line(label: Any, length: int) -> forms.CharField:
    return forms.CharField(label=label, max_length=length, required=False)
