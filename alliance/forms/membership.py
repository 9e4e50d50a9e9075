"""What members fill in: a person for a role, their entry in the directory; filters of the roll."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from alliance.models import MemberState, UnitKind
from alliance.models.membership import DelegateRole
from core.widgets import DayInput


class PersonForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("of a person", "name"), max_length=60)
    duty = forms.CharField(label=_("position"), max_length=80)
    phone = forms.RegexField(
        r"^[0-9+\-() ]{7,20}$",
        label=_("mobile phone"),
        error_messages={"invalid": _("Enter a phone number: digits, with + - ( ) where needed.")},
    )
    email = forms.EmailField(label=_("e-mail"))
    title = forms.CharField(label=_("professional title"), max_length=80, required=False)
    expertise = forms.CharField(label=_("field of expertise"), max_length=200, required=False)

    def __init__(self, *args: Any, role: str, **facts: Any) -> None:
        super().__init__(*args, **facts)
        if role == DelegateRole.ACADEMIC:
            self.fields["title"].required = self.fields["expertise"].required = True
        else:
            del self.fields["title"], self.fields["expertise"]


class EntryForm(forms.Form):
    business = forms.CharField(
        label=_("business in one paragraph"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What your unit does, for whom, with what strength: 500 characters at most."),
    )
    fields_of_work = forms.CharField(
        label=_("fields of work"),
        max_length=120,
        required=False,
        help_text=_("A few words each, between commas: visitors look for units by them."),
    )
    products = forms.CharField(
        label=_("products and services"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    website = forms.URLField(label=_("website"), required=False, assume_scheme="https")


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class RollFilter(forms.Form):
    """Of the public directory and of the secretariat's roll."""

    q = forms.CharField(label=_("Name or number"), max_length=60, required=False)
    kind = forms.ChoiceField(label=_("kind of unit"), required=False)
    level = forms.ChoiceField(label=_("level"), required=False)
    region = forms.ChoiceField(label=_("region"), required=False)

    def __init__(self, *args: Any, levels: Any, regions: Any, **facts: Any) -> None:
        super().__init__(*args, **facts)
        every = [("", _("All"))]
        self.fields["kind"].choices = [*every, *UnitKind.choices]  # type: ignore[attr-defined]
        self.fields["level"].choices = [*every, *levels]  # type: ignore[attr-defined]
        self.fields["region"].choices = [*every, *regions]  # type: ignore[attr-defined]


class StaffRollFilter(RollFilter):
    state = forms.ChoiceField(
        label=_("state"), required=False, choices=[("", _("All")), *MemberState.choices]
    )
    certificate = forms.ChoiceField(
        label=_("certificate"),
        required=False,
        choices=[
            ("", _("All")),
            ("none", _("none yet")),
            ("due", _("to be checked")),
            ("expired", pgettext_lazy("of certificates", "expired")),
        ],
    )

    def __init__(self, *args: Any, **facts: Any) -> None:
        super().__init__(*args, **facts)
        for one in self.fields.values():  # without labels beside them: the choices say what of
            if isinstance(one, forms.ChoiceField):
                one.choices = [("", one.label), *list(one.choices)[1:]]  # type: ignore[arg-type]


class StaffForm(forms.Form):
    """One person of the unit who acts in the alliance."""

    name = forms.CharField(label=pgettext_lazy("of a person", "name"), max_length=60)
    duty = forms.CharField(label=_("position"), max_length=80)
    title = forms.CharField(
        label=_("professional title"),
        max_length=80,
        required=False,
        help_text=_("Asked of nominees for the academic committee."),
    )
    expertise = forms.CharField(label=_("field of expertise"), max_length=200, required=False)
    phone = forms.RegexField(
        r"^[0-9+\-() ]{7,20}$",
        label=_("mobile phone"),
        error_messages={"invalid": _("Enter a phone number: digits, with + - ( ) where needed.")},
        help_text=_("Shown masked; the secretariat sees it in full, and that is recorded."),
    )
    email = forms.EmailField(label=_("e-mail"))
    group = forms.CharField(
        label=_("working group"),
        max_length=80,
        required=False,
        help_text=_("Where the person works for the alliance, such as a group for standards."),
    )
    acts_from = forms.DateField(label=_("from"), widget=DayInput)
    until = forms.DateField(
        label=_("last day"), widget=DayInput, required=False, help_text=_("Empty: until further.")
    )
    consents = forms.BooleanField(
        label=_("The person agrees that the public reads name, position, title and working group"),
        required=False,
        help_text=_("Never the telephone number or the e-mail. It can be taken back at any time."),
    )


class StaffFilter(forms.Form):
    q = forms.CharField(label=_("Name, unit or working group"), max_length=60, required=False)
    acting = forms.ChoiceField(
        label=_("acting"),
        required=False,
        choices=[("", _("acting now")), ("all", _("former ones too"))],
    )
