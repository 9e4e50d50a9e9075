"""Forms of inquiries: the terms, a quote, its examination, the assessment.

The terms are one form over the draft as it was typed. Whole and right, it makes `Terms`.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import MoneyField, OnceField
from core.widgets import InstantInput, Options
from procurement.inquiry_terms import Milestone, Terms
from procurement.models import Procedure, Quote
from selection.naming import Witnessing

STAGES, WITNESSES = 4, 3


def _long(label: Any, hint: Any = "") -> forms.CharField:
    area = forms.Textarea(attrs={"rows": 4})
    return forms.CharField(label=label, max_length=3000, widget=area, help_text=hint)


class TermsForm(forms.Form):
    """What the inquiry asks for, beside what the need says already."""

    content = _long(
        _("What is to be supplied"), _("Names, quantities and specifications; the need has it all.")
    )
    qualifications = _long(
        _("Qualifications of the supplier"),
        _("Only what the need demands: nothing that keeps suppliers away without reason."),
    )
    ceiling = MoneyField(
        label=_("Ceiling (yuan)"),
        required=False,
        help_text=_("A quote above it is invalid. Left empty, the budget is the ceiling."),
    )
    public_funds = forms.DecimalField(
        label=_("Share of public money (%)"),
        min_value=0,
        max_value=100,
        decimal_places=2,
        initial=100,
        help_text=_("Where any is spent, a regulator may name witnesses."),
    )
    delivery_days = forms.IntegerField(
        label=_("Days of delivery"), min_value=1, help_text=_("Counted from the contract.")
    )
    delivery_place = forms.CharField(label=_("Place of delivery"), max_length=200)
    acceptance = _long(_("Acceptance"))
    payment = _long(_("Payment"))
    open_until = forms.DateTimeField(
        label=_("Quotes until"),
        widget=InstantInput,
        help_text=_("That very minute is late."),
    )
    choose_at = forms.DateTimeField(
        label=_("Announced time of the decision"),
        widget=InstantInput,
        help_text=_("When dice are thrown, should equal prices decide."),
    )
    reserves = forms.IntegerField(label=_("Reserves"), min_value=0, max_value=5, initial=2)
    contact_name = forms.CharField(label=_("Contact person"), max_length=60)
    contact_phone = forms.CharField(label=_("Contact phone"), max_length=30)
    complaint_phone = forms.CharField(label=_("Phone for complaints"), max_length=30)

    def __init__(self, *args: Any, **facts: Any) -> None:
        super().__init__(*args, **facts)
        for n in range(1, STAGES + 1):
            self.fields[f"stage-{n}-title"] = forms.CharField(
                label=_("Stage"), max_length=120, required=False
            )
            self.fields[f"stage-{n}-days"] = forms.IntegerField(
                label=_("Days"), min_value=1, required=False
            )
            self.fields[f"stage-{n}-percent"] = forms.DecimalField(
                label=_("Share (%)"), min_value=Decimal("0.01"), max_value=100, required=False
            )
        for n in range(1, WITNESSES + 1):
            needed = n == 1
            self.fields[f"witness-{n}-name"] = forms.CharField(
                label=_("Name of the witness"), max_length=60, required=needed
            )
            self.fields[f"witness-{n}-phone"] = forms.CharField(
                label=_("Mobile phone"), max_length=20, required=needed
            )
            self.fields[f"witness-{n}-email"] = forms.EmailField(label=_("E-mail"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for n in range(1, STAGES + 1):
            row = [cleaned.get(f"stage-{n}-{name}") for name in ("title", "days", "percent")]
            if any(row) and not all(row):
                self.add_error(f"stage-{n}-title", _("Give title, days and share, or none."))
        for n in range(2, WITNESSES + 1):
            row = [cleaned.get(f"witness-{n}-{name}") for name in ("name", "phone")]
            if any(row) and not all(row):
                self.add_error(f"witness-{n}-name", _("Give name and phone, or neither."))
        return cleaned

    def typed(self) -> dict[str, str]:
        """What was typed so far, right or wrong."""
        return {name: self.data[name] for name in self.fields if name in self.data}

    def terms(self) -> Terms:
        said = self.cleaned_data
        plain = {name: said[name] for name in self.declared_fields}
        return Terms(
            **plain,
            stages=tuple(
                Milestone(
                    said[f"stage-{n}-title"], said[f"stage-{n}-days"], said[f"stage-{n}-percent"]
                )
                for n in range(1, STAGES + 1)
                if said[f"stage-{n}-title"]
            ),
            witnesses=tuple(
                Witnessing(
                    said[f"witness-{n}-name"],
                    said[f"witness-{n}-phone"],
                    said[f"witness-{n}-email"],
                )
                for n in range(1, WITNESSES + 1)
                if said[f"witness-{n}-name"]
            ),
        )

    def sections(self) -> list[tuple[Any, list[Any]]]:
        """Fields that belong together, under their legends."""
        return [
            (
                _("What is bought"),
                self._named("content", "qualifications", "ceiling", "public_funds"),
            ),
            (
                _("Delivery"),
                self._named("delivery_days", "delivery_place", "acceptance", "payment"),
            ),
            (_("Quotes and decision"), self._named("open_until", "choose_at", "reserves")),
            (_("Contact"), self._named("contact_name", "contact_phone", "complaint_phone")),
        ]

    def rows(self) -> list[tuple[Any, Any, list[list[Any]]]]:
        """The fields that repeat: legend, hint, rows."""
        seen = [
            self._named(*(f"witness-{n}-{name}" for name in ("name", "phone", "email")))
            for n in range(1, WITNESSES + 1)
        ]
        return [
            self.stages(),
            (
                _("Witnesses"),
                _("One to three people without a seat here or at a supplier: their dice decide."),
                seen,
            ),
        ]

    def stages(self) -> tuple[Any, Any, list[list[Any]]]:
        rows = [
            self._named(*(f"stage-{n}-{name}" for name in ("title", "days", "percent")))
            for n in range(1, STAGES + 1)
        ]
        hint = _("Left empty, everything is delivered and paid at once.")
        return _("Stages and shares"), hint, rows

    def _named(self, *names: str) -> list[Any]:
        return [self[name] for name in names]


def bound(procedure: Procedure) -> TermsForm:
    """The form over the draft as it was typed."""
    return TermsForm({"reserves": "2", "public_funds": "100", **procedure.draft})


class QuoteForm(forms.Form):
    """A quote: total price, what is offered, and the unit's name to confirm."""

    price = MoneyField(
        label=_("Total price (yuan)"),
        help_text=_("Everything included. One price, which is final once it is opened."),
    )
    offer = forms.CharField(
        label=_("What you offer"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Brand, model, specification and maker of goods, or how the service is done."),
    )
    days = forms.IntegerField(label=_("Days of delivery"), min_value=1, max_value=9999)
    typed = forms.CharField(label=_("Type your unit's full name to confirm"), max_length=120)
    once = OnceField()

    def __init__(self, *args: Any, procedure: Procedure, name: str, **facts: Any) -> None:
        super().__init__(*args, **facts)
        self.procedure, self.name = procedure, name
        self.fields["typed"].help_text = name

    def clean_typed(self) -> str:
        typed = str(self.cleaned_data["typed"]).strip()
        if typed != self.name:
            raise forms.ValidationError(_("Type the name exactly as it stands below."))
        return typed


class ExaminationForm(forms.Form):
    """Of each quote: valid, or invalid with a reason; nothing is chosen beforehand."""

    def __init__(self, *args: Any, quotes: Sequence[Quote], **facts: Any) -> None:
        super().__init__(*args, **facts)
        self.quotes = [one for one in quotes if one.is_valid is not False]
        self.judged = [one for one in quotes if one.is_valid is False]
        for quote in self.quotes:
            self.fields[f"verdict-{quote.code}"] = forms.ChoiceField(
                label=_("Valid"),
                choices=[("valid", _("valid")), ("invalid", _("invalid"))],
                widget=Options,
            )
            self.fields[f"reason-{quote.code}"] = forms.CharField(
                label=_("Reason, where it is invalid (published)"), max_length=500, required=False
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for quote in self.quotes:
            invalid = cleaned.get(f"verdict-{quote.code}") == "invalid"
            if invalid and not (cleaned.get(f"reason-{quote.code}") or "").strip():
                self.add_error(f"reason-{quote.code}", _("Say why: the supplier reads it."))
        return cleaned

    def verdicts(self) -> dict[str, str]:
        """The reason by the quote's code, empty where it is valid."""
        said = self.cleaned_data
        judged = {quote.code: quote.reason for quote in self.judged}
        return judged | {
            quote.code: said[f"reason-{quote.code}"].strip()
            if said[f"verdict-{quote.code}"] == "invalid"
            else ""
            for quote in self.quotes
        }

    def rows(self) -> list[tuple[Quote, Any, Any]]:
        return [
            (quote, self[f"verdict-{quote.code}"], self[f"reason-{quote.code}"])
            for quote in self.quotes
        ]
