"""Forms of those who review entries."""

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.entry import SECTIONS


class ReturnForm(forms.Form):
    """Everything that is to be corrected, told at once."""

    reason = forms.CharField(
        label=_("Reason (told to the unit)"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
    )
    unit = forms.CharField(label=_("On the unit and the authorised person"), required=False)
    services = forms.CharField(label=_("On the services"), required=False)
    qualifications = forms.CharField(label=_("On the qualifications"), required=False)
    practitioners = forms.CharField(label=_("On the practitioners"), required=False)

    def comments(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in SECTIONS}


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason (told to the unit)"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
    )


class LookForm(forms.Form):
    """Which ID number is read."""

    of = forms.SlugField(max_length=16)
    column = forms.ChoiceField(
        choices=[(name, name) for name in ("legal_representative_id", "authorised_id", "id_number")]
    )
