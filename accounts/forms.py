"""What people and organisations type in."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from accounts.models import User

mobile = RegexValidator(r"^1[3-9]\d{9}$", _("A mobile number has 11 digits and begins with 1."))


class SignupForm(forms.Form):
    """What sign-up asks beside e-mail and password (allauth adds those)."""

    name = forms.CharField(
        label=_("Name"),
        max_length=60,
        help_text=_("Your real name: it stands in contracts and records."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    phone = forms.CharField(
        label=_("Mobile phone"),
        max_length=20,
        validators=[mobile],
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )

    def signup(self, request: Any, user: User) -> None:
        user.name = self.cleaned_data["name"].strip()
        user.phone = self.cleaned_data["phone"]
        user.save(update_fields=["name", "phone"])
