"""The guided form of a founding application, step by step, and the small forms of its deeds.

A step is a form over the draft as it was typed. Whole and right, the steps make the document that
is handed in. Fields of the official 申报登记表 come from its schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Seat
from alliance import charters, industries, official
from alliance.founding_checks import model
from alliance.foundings import FILES, POSTS, is_in_wallet
from alliance.models import Founding, Post, UnitKind
from core import clock
from core.forms import Drafting, UploadField, as_sent
from core.money import yuan
from core.widgets import MoneyInput, Options

EXPERTS, PLANS, BUDGETS = 9, 8, 8
LEVELS = (
    ("chair", _("Chair unit")),
    ("vice-chair", _("Vice-chair unit")),
    ("member", _("Ordinary member")),
)


class Step(Drafting):
    """One subject of the guided form. `slug` names it in addresses."""

    slug: ClassVar[str]
    heading: ClassVar[Any]
    hint: ClassVar[Any] = ""

    def __init__(self, *args: Any, by: Seat, founding: Founding, **facts: Any) -> None:
        self.seat, self.founding = by, founding
        super().__init__(*args, by=by, **facts)
        self.prepare()

    def prepare(self) -> None:
        """What depends on the unit or the call."""

    def document(self) -> dict[str, Any]:
        """The part of the document that a valid step says."""
        return dict(self.cleaned_data)

    @property
    def rows(self) -> list[list[BoundField]]:
        return []

    @property
    def more(self) -> list[list[BoundField]]:
        """A second table, where a step has one."""
        return []

    @property
    def tables(self) -> list[tuple[list[list[BoundField]], list[list[BoundField]]]]:
        """Each table's rows up to the last in which anything was typed, one at least; the rest."""
        found = []
        for rows in (self.rows, self.more):
            filled = [place for place, row in enumerate(rows) if any(one.value() for one in row)]
            shown = max([0, *filled]) + 1
            if rows:
                found.append((rows[:shown], rows[shown:]))
        return found

    @property
    def alone(self) -> list[BoundField]:
        grouped = {field.name for row in [*self.rows, *self.more] for field in row}
        return [field for field in self if field.name not in grouped]

    def _filled(self, count: int, *names: str) -> list[dict[str, str]]:
        """The rows in which anything was typed."""
        rows = [
            {name: str(self.cleaned_data.get(f"{name}-{place}") or "") for name in names}
            for place in range(count)
        ]
        return [row for row in rows if any(row.values())]

    def _whole(self, count: int, *names: str) -> None:
        """A row that was begun is filled in to its end."""
        for place in range(count):
            typed = [self.cleaned_data.get(f"{name}-{place}") for name in names]
            if any(typed):
                for name, value in zip(names, typed, strict=True):
                    if not value and f"{name}-{place}" not in self.errors:
                        self.add_error(f"{name}-{place}", _("Fill the row in to its end."))


class BasisStep(Step):
    slug, heading = "basis", _("Name, field and contacts")

    def prepare(self) -> None:
        region = self.founding.call.region
        words = {"region": region.name if region else ""}
        for section in official.load(official.FOUNDING).sections:
            if section.key not in ("name", "contact"):
                continue
            for asked in section.fields:
                if asked.kind != "date":
                    self.fields[asked.name] = _asked(asked, words)
        self.fields["fields"].help_text = _(
            "Choose all that fit: the register shows and finds the alliance under each. "
            "The call asks for %(fields)s."
        ) % {"fields": "、".join(map(_called, self.founding.call.fields))}
        self.fields["introduction"] = forms.CharField(
            label=_("Introduction for the public register"),
            max_length=1500,
            widget=forms.Textarea(attrs={"rows": 4}),
        )
        self.fields["short_name"] = forms.CharField(
            label=_("Short name"), max_length=40, required=False
        )
        own = self.seat.organisation
        for who in ("head", "liaison"):
            self.fields[f"{who}_unit"].initial = own.name
        self.fields["liaison_name"].initial = own.contact_name
        self.fields["liaison_phone"].initial = own.contact_phone
        self.fields["liaison_email"].initial = own.contact_email

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        if "other" in said.get("fields", []) and not said.get("field_other"):
            self.add_error("field_other", _("You chose “other”: write it out."))
        return said


class CharterStep(Step):
    slug, heading = "charter", _("Charter and officers")
    hint = _("The charter's text and the rules that the software enforces are those of a model.")

    def prepare(self) -> None:
        models = charters.templates()
        self.fields["charter"] = forms.ChoiceField(
            label=_("Charter to begin with"),
            choices=[(key, one.title) for key, one in models.items()],
            widget=Options(hints={key: one.note or one.source for key, one in models.items()}),
        )
        for key, label in LEVELS:
            self.fields[f"fee-{key}"] = forms.DecimalField(
                label=_("Fee of the level “%(level)s” (yuan a year)") % {"level": label},
                min_value=Decimal(0),
                max_digits=12,
                decimal_places=2,
                required=False,
                widget=MoneyInput,
                help_text=_("As the founding units agreed. Left empty: no fee is due."),
            )
        held = self.seat.organisation.seats.held_at(clock.now()).select_related("user")
        choices = [("", _("nobody yet")), *((seat.code, seat.user.name) for seat in held)]
        for post in POSTS:
            must = post in (Post.CHAIR, Post.SECRETARY_GENERAL)
            self.fields[post] = forms.ChoiceField(
                label=post.label,
                choices=choices,
                required=must,
                help_text="" if must else _("From the lead unit; others are appointed later."),
            )

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        if said.get(Post.ACCOUNTANT) and said.get(Post.ACCOUNTANT) == said.get(Post.CASHIER):
            self.add_error(Post.CASHIER, _("Accountant and cashier are two persons."))
        template = charters.templates().get(said.get("charter", ""))
        if template and said.get("fee-vice-chair") and "vice-chair" not in template.terms["levels"]:
            self.add_error("fee-vice-chair", _("This charter has no such level: leave it empty."))
        return said

    def document(self) -> dict[str, Any]:
        said = self.cleaned_data
        fees = {key: said.get(f"fee-{key}") for key, _label in LEVELS}
        return {
            "charter": said["charter"],
            "fees": {key: str(yuan(fee)) for key, fee in fees.items() if fee is not None},
            "officers": {post.value: said[post] for post in POSTS if said.get(post)},
        }


class ExpertStep(Step):
    slug, heading = "experts", _("Expert group")
    hint = "申报登记表“需提供的有关材料”3：包括专家姓名、单位、职务职称、技术领域等信息。"
    COLUMNS = ("expert", "unit", "title", "speciality")

    def prepare(self) -> None:
        labels = (_("Name"), _("Unit"), _("Duty and title"), _("Technical field"))
        for place in range(EXPERTS):
            for name, label in zip(self.COLUMNS, labels, strict=True):
                self.fields[f"{name}-{place}"] = _line(label, 80)

    @property
    def rows(self) -> list[list[BoundField]]:
        return [[self[f"{name}-{place}"] for name in self.COLUMNS] for place in range(EXPERTS)]

    def clean(self) -> dict[str, Any]:
        self._whole(EXPERTS, *self.COLUMNS)
        if not self._filled(EXPERTS, *self.COLUMNS):
            self.add_error("expert-0", _("Name at least one expert."))
        return self.cleaned_data

    def document(self) -> dict[str, Any]:
        return {"experts": self._filled(EXPERTS, *self.COLUMNS)}


class NecessityStep(Step):
    slug, heading = "necessity", _("Why it is needed")
    hint = "附件3《产学研技术创新联盟组建必要性说明（提纲）》"

    def prepare(self) -> None:
        for part in model()["outline"]:
            self.fields[f"necessity_{part['key']}"] = forms.CharField(
                label=part["label"],
                max_length=4000,
                widget=forms.Textarea(attrs={"rows": 5}),
                help_text=part["hint"],
            )

    def document(self) -> dict[str, Any]:
        return {
            "necessity": {
                part["key"]: self.cleaned_data[f"necessity_{part['key']}"]
                for part in model()["outline"]
            }
        }


class PlanStep(Step):
    slug, heading = "plan", _("Work plan and budget")
    hint = "征集通知四之3：创新联盟的工作计划和资金使用预算。"
    PLAN, BUDGET = ("work", "period", "result"), ("purpose", "amount", "source")

    def prepare(self) -> None:
        for place in range(PLANS):
            for name, label in zip(self.PLAN, (_("Work"), _("Time"), _("Result")), strict=True):
                self.fields[f"{name}-{place}"] = _line(label, 200)
        for place in range(BUDGETS):
            self.fields[f"purpose-{place}"] = _line(_("Use of the money"), 120)
            self.fields[f"amount-{place}"] = forms.DecimalField(
                label=_("Amount (yuan)"),
                min_value=Decimal("0.01"),
                max_digits=14,
                decimal_places=2,
                required=False,
                widget=MoneyInput,
            )
            self.fields[f"source-{place}"] = _line(_("Source of the money"), 120)

    @property
    def rows(self) -> list[list[BoundField]]:
        return [[self[f"{name}-{place}"] for name in self.PLAN] for place in range(PLANS)]

    @property
    def more(self) -> list[list[BoundField]]:
        return [[self[f"{name}-{place}"] for name in self.BUDGET] for place in range(BUDGETS)]

    def clean(self) -> dict[str, Any]:
        self._whole(PLANS, *self.PLAN)
        self._whole(BUDGETS, *self.BUDGET)
        if not self._filled(PLANS, *self.PLAN):
            self.add_error("work-0", _("Name at least one piece of work."))
        if not self._filled(BUDGETS, *self.BUDGET):
            self.add_error("purpose-0", _("Name at least one use of the money."))
        return self.cleaned_data

    def document(self) -> dict[str, Any]:
        return {
            "plan": self._filled(PLANS, *self.PLAN),
            "budget": self._filled(BUDGETS, *self.BUDGET),
        }


class FileStep(Step):
    slug, heading = "files", _("Files")
    hint = _("Print the registration form from the last step, stamp it, and upload its scan here.")

    def prepare(self) -> None:
        for material in self.founding.call.materials:
            scans = UploadField(
                FILES,
                label=material["label"],
                many=True,
                required=not is_in_wallet(material["key"], self.founding.lead),
                help_text=material.get("source", ""),
            )
            scans.prepare(self.seat)
            self.fields[f"file_{material['key']}"] = scans
        self.fields["supplement"] = forms.CharField(
            label=_("Anything to add"),
            max_length=1000,
            required=False,
            widget=forms.Textarea(attrs={"rows": 3}),
        )

    def document(self) -> dict[str, Any]:
        return {
            "supplement": self.cleaned_data["supplement"],
            "files": {
                material["key"]: [
                    one.code for one in self.cleaned_data[f"file_{material['key']}"] or []
                ]
                for material in self.founding.call.materials
            },
        }


STEPS: Mapping[str, type[Step]] = {
    step.slug: step
    for step in (BasisStep, CharterStep, ExpertStep, NecessityStep, PlanStep, FileStep)
}
# The fields that a reviewer may comment on, in the order of the form.
REVIEWED: Mapping[str, Any] = {
    "name": _("Name and field"),
    "contacts": _("Contacts"),
    "units": _("Founding units"),
    "charter": _("Charter and officers"),
    "experts": _("Expert group"),
    "necessity": _("Why it is needed"),
    "plan": _("Work plan"),
    "budget": _("Budget"),
    "files": _("Files"),
}
STEP_OF = {
    "name": "basis",
    "contacts": "basis",
    "units": "units",
    "charter": "charter",
    "experts": "experts",
    "necessity": "necessity",
    "plan": "plan",
    "budget": "plan",
    "files": "files",
}


def bound(step: type[Step], founding: Founding, by: Seat) -> Step:
    """The step over the draft as it was typed."""
    return step(as_sent(founding.draft), by=by, founding=founding)


def document_of(founding: Founding, by: Seat) -> tuple[dict[str, Any] | None, list[Step]]:
    """The document that the draft says, and the steps that are not right yet."""
    steps = [bound(step, founding, by) for step in STEPS.values()]
    wrong = [step for step in steps if not step.is_valid()]
    if wrong:
        return None, wrong
    said: dict[str, Any] = {}
    for step in steps:
        said |= step.document()
    return said, []


class AskForm(forms.Form):
    """A unit that is asked to found the alliance: by its name or its unified social credit code."""

    unit = forms.CharField(
        label=_("Name or unified social credit code of the unit"),
        max_length=120,
        help_text=_("The unit must be registered and verified on this site."),
    )
    kind = forms.ChoiceField(
        label=_("Kind of unit"),
        choices=[("", _("as it is registered")), *UnitKind.choices],
        required=False,
    )

    def clean_unit(self) -> Organisation:
        typed = self.cleaned_data["unit"].strip()
        found = Organisation.objects.verified().exclude(uscc=None)
        unit = found.filter(uscc=typed.upper()).first() or found.filter(name=typed).first()
        if unit is None:
            raise forms.ValidationError(_("No verified unit has this name or code."))
        return unit


class DeclineForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ReturnForm(forms.Form):
    """A reason for the whole, and a comment for each part."""

    reason = forms.CharField(
        label=_("To the lead unit"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, **facts: Any) -> None:
        super().__init__(*args, **facts)
        for name, label in REVIEWED.items():
            self.fields[f"on-{name}"] = forms.CharField(
                label=label,
                max_length=1000,
                required=False,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    @property
    def comments(self) -> dict[str, str]:
        return {name: self.cleaned_data[f"on-{name}"] for name in REVIEWED}


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )


class RegisterForm(forms.Form):
    """Registration; where a check is not met, only with a reason that is published."""

    despite = forms.CharField(
        label=_("Why it is registered although a check is not met"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Published with the notice of registration."),
    )

    def __init__(self, *args: Any, met: bool, **facts: Any) -> None:
        super().__init__(*args, **facts)
        if met:
            del self.fields["despite"]


def _asked(asked: official.Field, words: Mapping[str, str]) -> forms.Field:
    """A field of the official form, for the page."""
    facts: dict[str, Any] = {
        "label": asked.title,
        "required": asked.required,
        "help_text": official.worded(asked.hint, words),
    }
    if asked.kind == "choices":
        return forms.MultipleChoiceField(
            choices=[(one.value, one.label) for one in asked.options],
            widget=forms.CheckboxSelectMultiple,
            **facts,
        )
    if asked.kind == "email":
        return forms.EmailField(max_length=asked.max or 120, **facts)
    return forms.CharField(max_length=asked.max or official.LONGEST[asked.kind], **facts)


def _called(field: str) -> str:
    """A field of the call, with that of the form under which it is registered."""
    return f"{field}（{industries.label(industries.of_call(field))}）"


def _line(label: Any, length: int) -> forms.CharField:
    return forms.CharField(label=label, max_length=length, required=False)
