"""The form of a correction: what of an inquiry's terms may read otherwise, as it is to stand."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from core.forms import OnceField
from procurement.corrections import terms_of
from procurement.forms.inquiries import STAGES, TermsForm
from procurement.inquiries import AT_ONCE
from procurement.inquiry_terms import AMENDABLE, Amendable, Milestone
from procurement.models import Correction, Procedure


class BeginForm(forms.Form):
    """Nothing but the one-time key, under the name that the rule gives it."""

    key = OnceField()


class CorrectionForm(TermsForm):
    """The terms that may be corrected, and why they are."""

    reason = forms.CharField(
        label=_("Reason of the correction"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Published in the corrected notice, and told to whoever has quoted."),
    )

    def __init__(self, *args: Any, **facts: Any) -> None:
        super().__init__(*args, **facts)
        for name in list(self.fields):
            if name != "reason" and name not in AMENDABLE and not name.startswith("stage-"):
                del self.fields[name]
        self.order_fields(["reason"])

    def amended(self) -> Amendable:
        said = self.cleaned_data
        plain = {name: said[name] for name in AMENDABLE if name != "stages"}
        rows = [
            [said[f"stage-{n}-{name}"] for name in ("title", "days", "percent")]
            for n in range(1, STAGES + 1)
        ]
        return Amendable(**plain, stages=tuple(Milestone(*row) for row in rows if row[0]))

    def sections(self) -> list[tuple[Any, list[Any]]]:
        """Fields that belong together, under their legends."""
        return [
            (_("Why"), self._named("reason")),
            (_("Deadlines"), self._named("open_until", "choose_at")),
            (_("What is bought"), self._named("content", "ceiling")),
            (
                _("Delivery"),
                self._named("delivery_days", "delivery_place", "acceptance", "payment"),
            ),
            (_("Contact"), self._named("contact_name", "contact_phone", "complaint_phone")),
        ]

    def rows(self) -> list[tuple[Any, Any, list[list[Any]]]]:
        """The stages alone: witnesses are none of the owner's to change any more."""
        return [self.stages()]


def typed_of(procedure: Procedure) -> dict[str, str]:
    """The terms as they stand, as the form would have them typed."""
    terms = terms_of(procedure)
    typed = {name: _text(getattr(terms, name)) for name in AMENDABLE if name != "stages"}
    at_once = len(terms.stages) == 1 and terms.stages[0].title == AT_ONCE
    for n, one in enumerate(() if at_once else terms.stages, start=1):
        typed |= {
            f"stage-{n}-title": one.title,
            f"stage-{n}-days": str(one.days),
            f"stage-{n}-percent": f"{one.percent.normalize():f}",
        }
    return typed


def bound(correction: Correction) -> CorrectionForm:
    """The form over what was typed."""
    return CorrectionForm(correction.typed)


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{localtime(value):%Y-%m-%dT%H:%M}"
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return "" if value is None else str(value)
