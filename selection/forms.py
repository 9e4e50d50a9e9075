"""The form into which a witness types the dice."""

import unicodedata

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from selection.methods.draw import THROWS


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
