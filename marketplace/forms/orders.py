"""The guided form of an order, step by step.

A step is a form over the draft as it was typed. Whole and right, the steps make `Terms`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.forms import BoundField
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.forms import UsccField
from accounts.models import Organisation, Seat
from core import clock, figures
from core.calendar import day_of
from core.forms import Drafting, MoneyField, UploadField, as_sent
from core.models import Region
from core.widgets import InstantInput, Options
from marketplace.models import (
    Holder,
    Method,
    Needed,
    QualificationCategory,
    Regime,
    ServiceItem,
    ServiceOrder,
)
from marketplace.terms import Avoided, Milestone, Terms
from selection import guards
from selection.naming import Witnessing

DEMANDS, STAFF, STAGES, AVOIDED = 3, 2, 4, 5
FILES = "marketplace.order-file"


@dataclass(frozen=True)
class Group:
    """Fields that belong together under one legend; `rows` of fields where they repeat."""

    legend: Any
    rows: Sequence[Sequence[BoundField]]
    hint: Any = ""
    head: BoundField | None = None

    @property
    def shown(self) -> Sequence[Sequence[BoundField]]:
        """The rows up to the last in which anything was typed; one at least."""
        return self.rows[: self._filled]

    @property
    def folded(self) -> Sequence[Sequence[BoundField]]:
        return self.rows[self._filled :]

    @property
    def _filled(self) -> int:
        filled = [place for place, row in enumerate(self.rows) if any(one.value() for one in row)]
        return max([0, *filled]) + 1


class Step(Drafting):
    """One subject of the guided form. `slug` names it in addresses."""

    slug: ClassVar[str]
    heading: ClassVar[Any]

    def __init__(self, *args: Any, by: Seat, order: ServiceOrder, **facts: Any) -> None:
        self.seat, self.order = by, order
        super().__init__(*args, by=by, **facts)
        self.prepare()

    def prepare(self) -> None:
        """What depends on the unit, or on the other steps' draft."""

    def terms(self) -> dict[str, Any]:
        """The part of `Terms` that a valid step says."""
        return dict(self.cleaned_data)

    @property
    def groups(self) -> list[Group]:
        """Fields that are drawn in rows; the others one below the other."""
        return []

    @property
    def alone(self) -> list[BoundField]:
        grouped = {field.name for group in self.groups for row in group.rows for field in row}
        heads = {group.head.name for group in self.groups if group.head is not None}
        return [field for field in self if field.name not in grouped | heads]

    def _rows(self, count: int, *names: str) -> list[list[BoundField]]:
        return [[self[f"{name}-{place}"] for name in names] for place in range(count)]

    def _filled(self, count: int, *names: str) -> list[tuple[int, dict[str, Any]]]:
        """The rows in which anything was typed."""
        rows = [
            (place, {name: self.cleaned_data.get(f"{name}-{place}") for name in names})
            for place in range(count)
        ]
        return [(place, row) for place, row in rows if any(row.values())]


class ProjectStep(Step):
    slug, heading = "project", _("Project")

    project_code = forms.CharField(label=_("Project code"), max_length=60, required=False)
    is_investment = forms.BooleanField(
        label=_("It is an investment project under approval"), required=False
    )
    investment_number = forms.CharField(
        label=_("Number of the investment project"), max_length=60, required=False
    )
    administrative_item = forms.CharField(
        label=_("Administrative item concerned"),
        max_length=200,
        required=False,
        help_text=_("The approval for which the service is needed, if there is one."),
    )
    scale = forms.CharField(
        label=_("Scale of the project"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    files = UploadField(FILES, label=_("Approvals and other files"), many=True, required=False)  # type: ignore[assignment]  # the metaclass takes it away

    def prepare(self) -> None:
        self.fields["title"] = forms.CharField(
            label=_("Name of the project"),
            max_length=200,
            help_text=_("As it stands in the approval or the plan; published."),
        )
        self.fields["region"] = forms.ModelChoiceField(
            label=_("Region"),
            queryset=regions(self.seat.organisation),
            to_field_name="code",
            initial=self.seat.organisation.region.code if self.seat.organisation.region else None,
        )
        self.order_fields(["title", "region"])

    def clean(self) -> dict[str, Any]:
        typed = self.cleaned_data
        if typed.get("is_investment") and not typed.get("investment_number"):
            self.add_error("investment_number", _("State the number of the investment project."))
        return typed

    def terms(self) -> dict[str, Any]:
        files = tuple(upload.code for upload in self.cleaned_data["files"])
        return {**self.cleaned_data, "region": self.cleaned_data["region"].code, "files": files}


class MoneyStep(Step):
    slug, heading = "money", _("Money")

    regime = forms.ChoiceField(
        label=_("Which regime applies"),
        choices=Regime.choices,
        widget=Options(
            hints={
                Regime.BELOW_THRESHOLD: (
                    "集中采购目录以外、采购限额标准以下，使用财政性资金的应当在中介超市选取。"
                ),
                Regime.PRIVATE: "社会资金自愿进场，由业主自定规则，平台核对是否合法。",
                Regime.GOVERNMENT: "财政部令第87号；不得设定最低限价。",
                Regime.TENDER: "《招标投标法》；不得采用抽签、摇号等方式选定中标人。",
            }
        ),
    )
    public_funds = forms.DecimalField(
        label=_("Share of public funds (%)"),
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=2,
        help_text=_("0 where no public money is spent. It decides how many bids are needed."),
    )
    budget = MoneyField(
        label=_("Budget (yuan)"),
        required=False,
        help_text=_("Left empty: no estimate and no budget for the time being. Published."),
    )
    amount_note = forms.CharField(label=_("Note on the amount"), max_length=500, required=False)


class ServiceStep(Step):
    slug, heading = "service", _("Service and requirements")

    items = forms.ModelMultipleChoiceField(
        label=_("Services"),
        queryset=ServiceItem.objects.offered(),
        to_field_name="code",
        widget=forms.CheckboxSelectMultiple,
    )
    items_needed = forms.ChoiceField(
        label=_("Where several are chosen, an agency must offer"),
        choices=Needed.choices,
        initial=Needed.ALL,
    )
    content = forms.CharField(
        label=_("What is to be done"), widget=forms.Textarea(attrs={"rows": 5}), max_length=5000
    )
    service_days = forms.IntegerField(
        label=_("Days of service"),
        min_value=1,
        max_value=3650,
        help_text=_("Calendar days, counted from the day after the contract is concluded."),
    )
    service_note = forms.CharField(label=_("Note on the time"), max_length=500, required=False)
    commitment_only = forms.BooleanField(
        label=_("No qualification is asked for: a commitment suffices"), required=False
    )
    demand_needed = forms.ChoiceField(
        label=_("Of the qualifications below, an agency must have"),
        choices=Needed.choices,
        initial=Needed.ALL,
    )
    other_requirements = forms.CharField(
        label=_("Other requirements"),
        max_length=3000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("No limits on where an agency is registered: they are forbidden."),
    )

    def prepare(self) -> None:
        units = QualificationCategory.objects.filter(holder=Holder.UNIT)
        persons = QualificationCategory.objects.filter(holder=Holder.PERSON)
        for place in range(DEMANDS):
            self.fields[f"category-{place}"] = _category(units)
            self.fields[f"level-{place}"] = line(_("Level"), 40)
            self.fields[f"specialty-{place}"] = line(_("Specialty"), 80)
        for place in range(STAFF):
            self.fields[f"staff-{place}"] = _category(persons)
            self.fields[f"grade-{place}"] = line(_("Level"), 40)
            self.fields[f"count-{place}"] = forms.IntegerField(
                label=_("Persons"), min_value=1, max_value=999, required=False
            )
        for place in range(STAGES):
            self.fields[f"stage-{place}"] = line(_("Stage"), 120)
            self.fields[f"days-{place}"] = forms.IntegerField(
                label=_("Days"), min_value=1, max_value=3650, required=False
            )
            self.fields[f"percent-{place}"] = forms.DecimalField(
                label=_("Share (%)"),
                min_value=0,
                max_value=100,
                max_digits=5,
                decimal_places=2,
                required=False,
            )

    @property
    def groups(self) -> list[Group]:
        return [
            Group(
                _("Qualifications of the unit"),
                self._rows(DEMANDS, "category", "level", "specialty"),
                _("A level is met by every higher one. Left empty: what the law asks for."),
                head=self["demand_needed"],
            ),
            Group(
                _("Practitioners"),
                self._rows(STAFF, "staff", "grade", "count"),
            ),
            Group(
                _("Stages of the service"),
                self._rows(STAGES, "stage", "days", "percent"),
                _("They become the contract's milestones. Left empty: all at once, at the end."),
            ),
        ]

    def clean(self) -> dict[str, Any]:
        for place, row in self._filled(DEMANDS, "category", "level", "specialty"):
            _check_level(self, row["category"], f"category-{place}", f"level-{place}", row["level"])
        for place, row in self._filled(STAFF, "staff", "grade", "count"):
            _check_level(self, row["staff"], f"staff-{place}", f"grade-{place}", row["grade"])
        for place, row in self._filled(STAGES, "stage", "days", "percent"):
            for name in ("stage", "days", "percent"):
                if not row[name]:
                    self.add_error(f"{name}-{place}", _("A stage needs name, days and share."))
        return self.cleaned_data

    def terms(self) -> dict[str, Any]:
        kept = {name: self.cleaned_data[name] for name in self.base_fields}
        del kept["demand_needed"]
        return {
            **kept,
            "items": tuple(item.code for item in self.cleaned_data["items"]),
            "requirement": self._requirement(),
            "stages": tuple(
                Milestone(row["stage"], row["days"], row["percent"])
                for _place, row in self._filled(STAGES, "stage", "days", "percent")
            ),
        }

    def _requirement(self) -> dict[str, Any] | None:
        """The tree of demands: the unit's, any or all, and all those on its people."""
        units = [
            _demand("qualification", row["category"], row["level"], row["specialty"])
            for _place, row in self._filled(DEMANDS, "category", "level", "specialty")
        ]
        people = [
            {**_demand("staff", row["staff"], row["grade"], ""), "count": row["count"] or 1}
            for _place, row in self._filled(STAFF, "staff", "grade", "count")
        ]
        if len(units) > 1 and self.cleaned_data["demand_needed"] == Needed.ANY:
            units = [{"any": units}]
        parts = [*units, *people]
        if not parts:
            return None
        return parts[0] if len(parts) == 1 else {"all": parts}


class MethodStep(Step):
    slug, heading = "method", _("Selection")

    method = forms.ChoiceField(label=_("Method"), choices=Method.choices)
    price = MoneyField(
        label=_("Fixed price (yuan)"), required=False, help_text=_("For a public draw.")
    )
    ceiling = MoneyField(
        label=_("Ceiling (yuan)"),
        required=False,
        help_text=_("For the lowest price. Left empty: the budget."),
    )
    floor = MoneyField(
        label=_("Floor (yuan)"),
        required=False,
        help_text=_("For the lowest price. Bids below it are invalid; seldom wise."),
    )
    reserves = forms.IntegerField(
        label=_("Agencies in reserve"),
        min_value=0,
        max_value=10,
        initial=2,
        help_text=_("They follow, in order, where the winner lets the contract go."),
    )
    open_until = forms.DateTimeField(
        label=_("Bids until"),
        widget=InstantInput,
        help_text=_("Bids at that very instant are late."),
    )
    choose_at = forms.DateTimeField(
        label=_("Time of the selection"),
        widget=InstantInput,
        help_text=_("When the witness throws the dice."),
    )

    def prepare(self) -> None:
        against = guards.forbidden(str(self.order.draft.get("regime", "")))
        self.fields["method"].widget = Options(
            choices=Method.choices,
            hints={
                Method.DRAW: _("The price is fixed; dice of a witness choose among all eligible."),
                Method.LOWEST: _("Prices under seal; the lowest wins, equal ones are drawn."),
            },
            refused={name: _("Forbidden: %s") % guard for name, guard in against.items()},
        )
        if guard := against.get(guards.FLOOR):
            self.fields["floor"].disabled = True
            self.fields["floor"].help_text = _("Forbidden: %s") % guard


class PeopleStep(Step):
    slug, heading = "people", _("Avoidance and witnesses")

    @cached_property
    def witnesses(self) -> int:
        """How many an order may have: by the figure in force where the order is written."""
        region = Region.objects.filter(code=str(self.order.draft.get("region") or "")).first()
        regime = str(self.order.draft.get("regime") or "")
        in_force = figures.on(day_of(clock.now()), region=region, regime=regime)
        return int(in_force["witness.maximum"].value)

    def prepare(self) -> None:
        for place in range(self.witnesses):
            self.fields[f"witness-{place}"] = line(_("Name of the person"), 60)
            self.fields[f"phone-{place}"] = line(_("Mobile phone"), 20)
            self.fields[f"email-{place}"] = forms.EmailField(label=_("E-mail"), required=False)
        for place in range(AVOIDED):
            self.fields[f"avoided-{place}"] = line(_("Agency"), 120)
            self.fields[f"uscc-{place}"] = UsccField(
                label=_("Unified social credit code"), required=False
            )
            self.fields[f"reason-{place}"] = line(_("Reason"), 300)

    @property
    def groups(self) -> list[Group]:
        return [
            Group(
                _("Witnesses"),
                self._rows(self.witnesses, "witness", "phone", "email"),
                _(
                    "One at least and %(limit)s at most, with no seat at your unit, at an agency "
                    "that bids, or at the platform. Only their names are published. Where public "
                    "money is spent, a regulator may name others until the deadline for bids."
                )
                % {"limit": self.witnesses},
            ),
            Group(
                _("Agencies that must keep away"),
                self._rows(AVOIDED, "avoided", "uscc", "reason"),
                _("With the reason; published. Leave it empty where there are none."),
            ),
        ]

    def clean(self) -> dict[str, Any]:
        if not self._filled(self.witnesses, "witness", "phone"):
            self.add_error("witness-0", _("Name at least one witness."))
        for place, row in self._filled(self.witnesses, "witness", "phone", "email"):
            for name in ("witness", "phone"):
                if not row[name]:
                    self.add_error(f"{name}-{place}", _("A witness needs name and phone."))
        for place, row in self._filled(AVOIDED, "avoided", "uscc", "reason"):
            for name in ("avoided", "uscc", "reason"):
                if not row[name]:
                    self.add_error(f"{name}-{place}", _("State name, code and reason."))
        return self.cleaned_data

    def terms(self) -> dict[str, Any]:
        return {
            "witnesses": tuple(
                Witnessing(row["witness"], row["phone"], row["email"] or "")
                for _place, row in self._filled(self.witnesses, "witness", "phone", "email")
            ),
            "avoided": tuple(
                Avoided(row["uscc"], row["avoided"], row["reason"])
                for _place, row in self._filled(AVOIDED, "avoided", "uscc", "reason")
            ),
        }


class ContactStep(Step):
    slug, heading = "contact", _("Contact")

    contact_name = forms.CharField(label=_("Contact person"), max_length=60)
    contact_phone = forms.CharField(label=_("Contact phone"), max_length=30)
    complaint_phone = forms.CharField(
        label=_("Phone for complaints"),
        max_length=30,
        help_text=_("Of somebody else than the contact person; published with the notice."),
    )

    def prepare(self) -> None:
        own = self.seat.organisation
        self.fields["contact_name"].initial = own.contact_name
        self.fields["contact_phone"].initial = own.contact_phone


STEPS: Mapping[str, type[Step]] = {
    step.slug: step
    for step in (ProjectStep, MoneyStep, ServiceStep, MethodStep, PeopleStep, ContactStep)
}


def bound(step: type[Step], order: ServiceOrder, by: Seat) -> Step:
    """The step over the draft as it was typed."""
    return step(as_sent(order.draft), by=by, order=order)


def terms_of(order: ServiceOrder, by: Seat) -> tuple[Terms | None, list[Step]]:
    """The terms that the draft says, and the steps that are not right yet."""
    steps = [bound(step, order, by) for step in STEPS.values()]
    wrong = [step for step in steps if not step.is_valid()]
    if wrong:
        return None, wrong
    said: dict[str, Any] = {}
    for step in steps:
        said |= step.terms()
    return Terms(**said), []


def regions(organisation: Organisation) -> Any:
    """The divisions an owner may choose from: those of its prefecture, else every prefecture."""
    own = organisation.region
    if own is None:
        return Region.objects.filter(code__endswith="00")
    return Region.objects.filter(code__startswith=own.code[:4])


def _category(categories: Any) -> forms.ModelChoiceField[QualificationCategory]:
    return forms.ModelChoiceField(
        label=_("Qualification"), queryset=categories, to_field_name="code", required=False
    )


def line(label: Any, length: int) -> forms.CharField:
    return forms.CharField(label=label, max_length=length, required=False)


def _check_level(
    form: Step, category: QualificationCategory | None, kind: str, place: str, level: str
) -> None:
    if category is None:
        form.add_error(kind, _("Choose the qualification that this line is about."))
    elif level and category.levels and level not in category.levels:
        known = "、".join(category.levels)
        form.add_error(place, _("Its levels are: %(levels)s.") % {"levels": known})


def _demand(
    kind: str, category: QualificationCategory, level: str, specialty: str
) -> dict[str, Any]:
    demand = {kind: category.code}
    return demand | {
        name: text for name, text in (("level", level), ("specialty", specialty)) if text
    }
