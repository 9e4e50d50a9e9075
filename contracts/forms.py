from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contracts.agreements import CONSENT
from contracts.models import Agreement, AgreementState
from core.forms import Receiving, UploadField

PURPOSE = "contracts.deliverable"


class Lines(forms.Textarea):
    def __init__(self, rows: int = 4) -> None:
        super().__init__({"rows": rows})


class FilterForm(forms.Form):
    """Of the list: what is left out shows everything."""

    state = forms.ChoiceField(
        label=_("state"), choices=[("", _("all states")), *AgreementState.choices], required=False
    )
    q = forms.CharField(label=_("number or title"), max_length=60, required=False)


class SignForm(forms.Form):
    digest = forms.CharField(widget=forms.HiddenInput)
    typed = forms.CharField(
        label=_("Confirm by typing"),
        max_length=120,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, agreement: Agreement, unit: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["digest"].initial = agreement.digest
        self.fields["typed"].help_text = _("Type “%(consent)s” or “%(unit)s”.") % {
            "consent": CONSENT,
            "unit": unit,
        }


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("reason"), max_length=2000, widget=Lines)


class HandInForm(Receiving, forms.Form):
    uploads = UploadField(
        PURPOSE, many=True, label=_("files"), help_text=_("PDF, OFD, Word, Excel or pictures.")
    )
    note = forms.CharField(
        label=_("note to the client"), max_length=2000, widget=Lines, required=False
    )


class AcceptForm(forms.Form):
    opinion = forms.CharField(
        label=_("opinion"),
        max_length=2000,
        widget=Lines,
        required=False,
        help_text=_("It stands in the acceptance certificate."),
    )


class ReturnForm(forms.Form):
    reason = forms.CharField(
        label=_("what is to be corrected"),
        max_length=4000,
        widget=Lines(6),
        help_text=_("All of it at once: the agency works by this list."),
    )
    days = forms.IntegerField(label=_("working days to correct it"), min_value=1)


class ExtensionForm(forms.Form):
    until = forms.DateField(
        label=_("new last day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.CharField(label=_("reason"), max_length=2000, widget=Lines)
