"""The regulator's form of a call."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from alliance.calls import Wanted
from alliance.models import Call
from core import clock
from core.models import Region
from core.widgets import InstantInput

LINES = {"rows": 6}


class CallForm(forms.Form):
    """Fields, conditions with their figures, materials, deadline."""

    title = forms.CharField(label=_("Title"), max_length=160)
    region = forms.ModelChoiceField(
        label=_("Region"), queryset=Region.objects.none(), to_field_name="code"
    )
    open_until = forms.DateTimeField(
        label=_("Applications until"),
        widget=InstantInput,
        help_text=_("An application at that very instant is late."),
    )
    principles = forms.CharField(
        label=_("Principles and aims"), max_length=3000, widget=forms.Textarea(attrs=LINES)
    )
    fields_called = forms.CharField(
        label=_("Fields called for"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One a line."),
    )
    enterprises = forms.IntegerField(
        label=_("Enterprises beside the lead"),
        min_value=0,
        max_value=200,
        help_text="征集通知三（一）：其他相关10家企业以上",
    )
    universities = forms.IntegerField(
        label=_("Universities of the province"),
        min_value=0,
        max_value=50,
        help_text="征集通知三（一）：1家以上省内高等院校",
    )
    units = forms.IntegerField(
        label=_("Founding units in all"),
        min_value=2,
        max_value=200,
        help_text="申报登记表“联盟发起单位（不少于10家）”",
    )
    conditions = forms.CharField(
        label=_("Basic conditions"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_(
            "One a line, “title：text”. {enterprises} and {universities} stand for the figures "
            "above."
        ),
    )
    materials = forms.CharField(
        label=_("Files to hand in"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("One a line, “what｜the paper that asks for it”."),
    )
    support = forms.CharField(
        label=_("Support and duties"), max_length=3000, widget=forms.Textarea(attrs=LINES)
    )
    contact = forms.CharField(
        label=_("Where to ask"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, regions: Any, kept: list[dict[str, str]], **facts: Any) -> None:
        super().__init__(*args, **facts)
        self.kept = {one["label"]: one["key"] for one in kept}
        region: Any = self.fields["region"]
        region.queryset = regions

    def clean_open_until(self) -> datetime:
        until: datetime = self.cleaned_data["open_until"]
        if until <= clock.now():
            raise forms.ValidationError(_("This has passed: choose a later time."))
        return until

    def clean_conditions(self) -> list[dict[str, str]]:
        found = []
        for line in _lines(self.cleaned_data["conditions"]):
            title, colon, text = line.replace(":", "：").partition("：")
            if not colon or not text.strip():
                raise forms.ValidationError(_("Each line is “title：text”."))
            found.append({"title": title.strip(), "text": text.strip()})
        return found

    def clean_materials(self) -> list[dict[str, str]]:
        found = []
        for place, line in enumerate(_lines(self.cleaned_data["materials"]), 1):
            label, _bar, source = line.replace("|", "｜").partition("｜")
            key = self.kept.get(label.strip(), f"m{place}")
            found.append({"key": key, "label": label.strip(), "source": source.strip()})
        keys = [one["key"] for one in found]
        if len(set(keys)) < len(keys):
            raise forms.ValidationError(_("A line stands there twice."))
        return found

    def wanted(self) -> Wanted:
        said = self.cleaned_data
        return Wanted(
            title=said["title"],
            region=said["region"],
            principles=said["principles"],
            fields=_lines(said["fields_called"]),
            figures={name: said[name] for name in ("enterprises", "universities", "units")},
            conditions=said["conditions"],
            materials=said["materials"],
            support=said["support"],
            contact=said["contact"],
            open_until=said["open_until"],
        )


def initial_of(call: Call | dict[str, Any]) -> dict[str, Any]:
    """A call, or what is suggested for one, as the form shows it."""
    if isinstance(call, Call):
        names = ("title", "principles", "support", "contact", "open_until")
        said = {name: getattr(call, name) for name in names}
        said["region"] = call.region.code if call.region else None
        listed = {
            name: getattr(call, name) for name in ("fields", "figures", "conditions", "materials")
        }
    else:
        said, listed = dict(call), call
    return {
        **said,
        **listed["figures"],
        "fields_called": "\n".join(listed["fields"]),
        "conditions": "\n".join(f"{one['title']}：{one['text']}" for one in listed["conditions"]),
        "materials": "\n".join(f"{one['label']}｜{one['source']}" for one in listed["materials"]),
    }


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
