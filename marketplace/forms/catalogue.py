"""The form of a catalogue item for staff: lists as lines, the demand as rows of its own form."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.forms.demand import DemandForm
from marketplace.models import FeeBasis, QualificationCategory, ServiceGroup

BAR = "｜"


class LinesField(forms.CharField):
    """A list, one entry a line; its parts, where it has several, divided by ｜."""

    def __init__(self, *, parts: Sequence[str] = (), rows: int = 5, **facts: Any) -> None:
        self.parts = parts
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **facts)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return "\n".join(
            BAR.join(str(line.get(part, "")) for part in self.parts).rstrip(BAR)
            if self.parts
            else str(line)
            for line in value
        )

    def clean(self, value: Any) -> Any:
        lines = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        return [self._entry(line) for line in lines] if self.parts else lines

    def _entry(self, line: str) -> dict[str, str]:
        texts = [text.strip() for text in line.replace("|", BAR).split(BAR)]
        if len(texts) > len(self.parts):
            raise ValidationError(
                _("Too many parts in “%(line)s”: at most %(count)d, divided by ｜."),
                params={"line": line[:40], "count": len(self.parts)},
            )
        return {part: text for part, text in zip(self.parts, texts, strict=False) if text}


class ItemForm(forms.Form):
    name = forms.CharField(label=_("name"), max_length=80)
    group = forms.ChoiceField(
        label=pgettext_lazy("services", "group"), choices=ServiceGroup.choices
    )
    place = forms.IntegerField(label=_("place in lists"), min_value=0, max_value=9999)
    summary = forms.CharField(label=_("what it is"), widget=forms.Textarea(attrs={"rows": 3}))
    when_needed = forms.CharField(
        label=_("when it is needed"), widget=forms.Textarea(attrs={"rows": 3})
    )
    legal_basis = LinesField(
        label=_("legal basis"),
        parts=("title", "number", "article", "text"),
        help_text=_("One a line: title｜number｜article｜what it says."),
    )
    authority = forms.CharField(label=_("competent authority"), max_length=120)
    approvals = LinesField(
        label=_("linked approval items"),
        parts=("name", "department"),
        rows=3,
        required=False,
        help_text=_("One a line: item｜department. Empty: a condition of no approval."),
    )
    requirement_note = forms.CharField(
        label=_("note on qualifications"), widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
    time_limit_days = forms.IntegerField(
        label=_("time limit (working days)"), min_value=1, max_value=720, required=False
    )
    time_limit_note = forms.CharField(
        label=_("note on the time limit"), widget=forms.Textarea(attrs={"rows": 2}), required=False
    )
    fee_basis = forms.ChoiceField(label=_("fee basis"), choices=FeeBasis.choices)
    fee_note = forms.CharField(
        label=_("note on fees"), widget=forms.Textarea(attrs={"rows": 2}), required=False
    )
    process = LinesField(
        label=_("process"), parts=("name", "detail"), help_text=_("One a line: step｜detail.")
    )
    materials = LinesField(label=_("materials of the owner"), required=False)
    deliverables = LinesField(label=_("deliverables"), rows=3, required=False)
    retired = forms.BooleanField(label=_("no longer in force"), required=False)
    note = forms.CharField(
        label=_("what changes, and why"),
        max_length=300,
        help_text=_("Published with the version: name the law or paper."),
    )

    def __init__(self, *args: Any, **facts: Any) -> None:
        super().__init__(*args, **facts)
        data = self.data if self.is_bound else None
        categories = QualificationCategory.objects.all()
        self.demand = DemandForm(data, categories=categories, tree=self.initial.get("requirement"))

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if self.demand.is_valid():
            said["requirement"] = self.demand.tree()
        return said

    def is_valid(self) -> bool:
        return super().is_valid() and self.demand.is_valid()


class RevisionForm(ItemForm):
    seen = forms.IntegerField(widget=forms.HiddenInput)


class NewItemForm(ItemForm):
    slug = forms.SlugField(
        label=_("address"), max_length=60, help_text=_("Latin letters and hyphens; for good.")
    )

    field_order = ["slug", "name"]
