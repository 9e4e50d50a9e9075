"""Forms of the hearing: the agency's case, the decision, what an authority has found; of marks."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Organisation
from core import clock
from core.calendar import day_of, start_of
from core.forms import OnceField, Receiving, UploadField
from credit.scoring import Dimension, Scheme


class StatementForm(Receiving, forms.Form):
    text = forms.CharField(
        label=_("What speaks against it"),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=3000,
    )
    uploads = UploadField("credit.statement", many=True, required=False, label=_("Evidence"))


class AnnulForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=500
    )


class CorrectForm(AnnulForm):
    points = forms.DecimalField(
        label=_("Points instead"), max_digits=5, decimal_places=1, max_value=Decimal(0)
    )

    field_order = ["points", "reason"]


class FindingForm(forms.Form):
    """What an authority has found of a unit."""

    uscc = forms.CharField(label=_("unified social credit code"), min_length=18, max_length=18)
    kind = forms.ChoiceField(label=_("kind"), widget=forms.RadioSelect)
    occurred_on = forms.DateField(
        label=_("day it happened"), widget=forms.DateInput(attrs={"type": "date"})
    )
    title = forms.CharField(label=_("what happened"), max_length=200)
    basis = forms.CharField(
        label=_("decision or finding it rests on, with its number"), max_length=300
    )
    once = OnceField()

    def __init__(self, *args: Any, scheme: Scheme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["kind"]
        field.choices = [
            (kind.code, f"{kind.label}（{kind.points}）")
            for kind in scheme.kinds.values()
            if kind.points is not None
        ]

    def clean_uscc(self) -> Organisation:
        found = Organisation.objects.filter(uscc=self.cleaned_data["uscc"].strip().upper()).first()
        if found is None:
            raise forms.ValidationError(_("No unit with this code is registered here."))
        return found

    def clean_occurred_on(self) -> Any:
        day = self.cleaned_data["occurred_on"]
        if day > day_of(clock.now()):
            raise forms.ValidationError(_("This day is still to come."))
        return start_of(day)


class MarksForm(forms.Form):
    """Marks of one job in the scheme's dimensions: none is set before somebody sets it."""

    comment = forms.CharField(
        label=pgettext_lazy("opinion", "Comment"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Published with the marks. No personal data."),
    )

    def __init__(self, *args: Any, dimensions: Sequence[Dimension], **facts: Any) -> None:
        super().__init__(*args, **facts)
        self.dimensions = dimensions
        for one in dimensions:
            weight = _("Weight %(weight)s. %(hint)s") % {"weight": one.weight, "hint": one.hint}
            self.fields[one.code] = forms.IntegerField(
                label=one.label,
                min_value=0,
                max_value=100,
                help_text=weight,
                error_messages={"required": _("Give this mark: none is set for you.")},
            )
        self.order_fields([*(one.code for one in dimensions), "comment"])

    @property
    def marks(self) -> dict[str, int]:
        return {one.code: self.cleaned_data[one.code] for one in self.dimensions}


class FilterForm(forms.Form):
    q = forms.CharField(
        label=_("Name or unified social credit code"), required=False, max_length=60
    )
