"""Forms of joining: invitations, materials, the stamped scan, what the secretariat decides."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.forms import UnitUploadField
from accounts.models import Organisation, OrganisationKind, Standing
from alliance import industries, official
from alliance.applications import LICENCE, OTHER, STAMPED
from alliance.models import Application, UnitKind
from core import clock
from core.calendar import day_of
from core.forms import OnceField, Receiving
from core.models import Upload
from core.widgets import DayInput

FILE = "alliance.application-file"
BEIJING = ZoneInfo("Asia/Shanghai")


class InviteForm(forms.Form):
    """To a unit of the site by its name or code, else to an address."""

    unit = forms.CharField(
        label=_("Unit of the site"),
        required=False,
        max_length=120,
        help_text=_("Its full name or unified social credit code, as registered here."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    unit_name = forms.CharField(
        label=_("Name of a unit that is not registered yet"), required=False, max_length=120
    )
    email = forms.EmailField(
        label=_("E-mail of that unit"),
        required=False,
        help_text=_("The invitation is mailed there; whoever reads it can register the unit."),
    )
    message = forms.CharField(
        label=_("Words to the unit"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("They stand in the letter, below the invitation itself."),
    )
    open_until = forms.DateField(
        label=_("Answer until"),
        widget=DayInput,
        help_text=_("The last day; it counts to its end."),
    )
    once = OnceField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["open_until"].initial = day_of(clock.now()) + timedelta(days=30)

    def clean_unit(self) -> Organisation | None:
        typed = " ".join(self.cleaned_data["unit"].split())
        if not typed:
            return None
        units = Organisation.objects.verified().filter(standing=Standing.PARTICIPANT)
        units = units.exclude(kind=OrganisationKind.NATURAL_PERSON)
        found = units.filter(uscc=typed.upper()).first() or units.filter(name=typed).first()
        if found is None:
            raise ValidationError(
                _("No verified unit of the site has this name or code: invite it by e-mail.")
            )
        return found

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        by_mail = data.get("email") or data.get("unit_name")
        if data.get("unit") and by_mail:
            self.add_error("unit", _("Either a unit of the site, or a name with an address."))
        elif not data.get("unit") and "unit" not in self.errors:
            if not by_mail:
                self.add_error("unit", _("Say whom you invite."))
            elif not data.get("unit_name"):
                self.add_error("unit_name", _("Give the name of the unit too."))
            elif not data.get("email") and "email" not in self.errors:
                self.add_error("email", _("Give an e-mail address too."))
        return data

    def deed(self) -> dict[str, Any]:
        data = dict(self.cleaned_data)
        last, once = data.pop("open_until") + timedelta(days=1), data.pop("once")
        return {
            **data,
            "key": once,
            "open_until": datetime.combine(last, time(), BEIJING),
        }


class BeginForm(forms.Form):
    unit_kind = forms.ChoiceField(
        label=_("Kind of unit"),
        choices=UnitKind.choices,
        help_text=_("Enterprises fill in two forms, all other units one."),
    )


class MaterialsForm(Receiving, forms.Form):
    level = forms.ChoiceField(
        label=_("level asked for"),
        required=False,
        help_text=_("The body that admits decides about it. Empty: as the secretariat proposes."),
    )
    industry = forms.ChoiceField(label=_("field of industry"), required=False)
    licence = UnitUploadField(
        FILE,
        label=_("Licence or certificate of registration"),
        many=True,
        help_text=_("Taken from your certificate wallet where it has one."),
    )
    other = UnitUploadField(
        FILE,
        label=_("Other material"),
        many=True,
        required=False,
        help_text=_("Such as certificates of patents, platforms or standards."),
    )

    def __init__(self, *args: Any, levels: list[tuple[str, str]], **facts: Any) -> None:
        super().__init__(*args, **facts)
        unsaid = [("", _("not said"))]
        self.fields["level"].choices = [*unsaid, *levels]  # type: ignore[attr-defined]
        self.fields["industry"].choices = [*unsaid, *industries.choices()]  # type: ignore[attr-defined]


class StampedForm(Receiving, forms.Form):
    stamped = UnitUploadField(
        FILE,
        label=_("Scan of the stamped forms"),
        many=True,
        help_text=_("All pages, signed by the person in charge and with the seal of your unit."),
    )


def held(codes: Any) -> list[Upload]:
    """The files of these codes, in their order."""
    found = {one.code: one for one in Upload.objects.filter(code__in=codes or [])}
    return [found[code] for code in codes or [] if code in found]


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ForwardForm(forms.Form):
    level = forms.ChoiceField(
        label=_("Proposed level"), help_text=_("One of the levels of the charter in force.")
    )

    def __init__(self, *args: Any, levels: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["level"]
        field.choices = [(key, level.label) for key, level in levels]
        field.initial = levels[-1][0] if levels else None


class ReviewForm(forms.Form):
    """A comment for each field of the forms and each kind of file, and words for the whole."""

    message = forms.CharField(
        label=_("Words for the whole"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2, "data-key": "r"}),
    )

    def __init__(self, application: Application, labels: dict[str, str], data: Any = None) -> None:
        super().__init__(data, initial=application.review_draft)
        for name, label in labels.items():
            self.fields[name] = forms.CharField(
                label=label,
                required=False,
                max_length=1000,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    def typed(self) -> dict[str, str]:
        """What stands in the fields now; the empty ones are left out."""
        said = {name: str(self.data.get(name, ""))[:1000] for name in self.fields}
        return {name: text for name, text in said.items() if text.strip()}

    def comments(self) -> dict[str, str]:
        return {name: text for name, text in self.typed().items() if name != "message"}


def known_files(application: Application) -> dict[str, list[Upload]]:
    """The files of the draft, by what they are for."""
    kept = application.draft.get("files", {})
    return {name: held(kept.get(name)) for name in (LICENCE, OTHER, STAMPED)}


def handed_forms(application: Application) -> dict[str, official.Values]:
    """What the draft says in each form, without the rest."""
    return {key: application.draft.get(key, {}) for key in official.KEYS}


class ForwardManyForm(forms.Form):
    """The level for those who asked for none; the others are put forward as they asked."""

    level = forms.ChoiceField(
        label=_("Proposed level where none was asked for"),
        help_text=_("Whoever asked for a level is put before the body with that one."),
    )

    def __init__(self, *args: Any, levels: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["level"].choices = levels  # type: ignore[attr-defined]
        self.fields["level"].initial = levels[-1][0] if levels else None


class ReturnManyForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason, the same for all"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Each unit reads it in its letter and above its forms."),
    )


class RescanForm(forms.Form):
    reason = forms.CharField(
        label=_("What is wrong with the scan"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        initial="请重新上传盖章扫描件：每页清晰完整，由负责人签字并加盖单位公章。",
        help_text=_("It stands beside the field of the stamped scan."),
    )


class AssignForm(forms.Form):
    checker = forms.ChoiceField(
        label=_("checker"), required=False, help_text=_("It waits on his desk, and on no other.")
    )

    def __init__(self, *args: Any, checkers: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["checker"].choices = [  # type: ignore[attr-defined]
            *checkers,
            ("", _("nobody in particular: it waits on every secretary's desk")),
        ]
        self.fields["checker"].initial = checkers[0][0] if checkers else ""


class ViewForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("of a view", "name"), max_length=40)
