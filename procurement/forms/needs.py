"""What is typed of a need: its basics, its sections block by block, reasons, standards, rules."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django import forms
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.forms import Receiving, UploadField
from core.models import Region
from core.widgets import DayInput, MoneyInput
from procurement.checker import WEIGHTS, Rule, rule_of
from procurement.document import (
    LONGEST_TEXT,
    MOST_BLOCKS,
    MOST_COLUMNS,
    MOST_ROWS,
    Block,
    File,
    Items,
    Paragraph,
    Section,
    Subheading,
    Table,
)
from procurement.models import CatalogueEntry, Form, Kind, RequirementRule
from procurement.need_drafts import Basics
from procurement.proposals import METHODS
from procurement.standards import LIMITS, Row

ROWS = 8  # free lines for further entries of a catalogue


class BasicsForm(forms.Form):
    """The first step: what of a need is no section."""

    title = forms.CharField(label=_("project"), max_length=150)
    kind = forms.ChoiceField(label=_("kind"), choices=Kind.choices, widget=forms.RadioSelect)
    region = forms.ModelChoiceField(
        label=_("region"), queryset=Region.objects.all(), to_field_name="code"
    )
    item = forms.CharField(
        label=_("item code"),
        max_length=20,
        required=False,
        help_text=_("As the catalogue of the region has it; empty where it has none."),
    )
    item_name = forms.CharField(
        label=pgettext_lazy("goods", "item"), max_length=120, required=False
    )
    budget = forms.DecimalField(
        label=_("budget (yuan)"), min_value=1, max_digits=14, decimal_places=2, widget=MoneyInput
    )
    budget_year = forms.IntegerField(label=_("budget year"), min_value=2000, max_value=2100)
    funding = forms.CharField(label=_("source of funds"), max_length=200)
    method = forms.ChoiceField(
        label=_("method"),
        required=False,
        choices=[("", _("as proposed")), *((k, v) for k, v in METHODS.items() if k)],
        help_text=_("The proposal stands beside; another method asks for a reason."),
    )
    departure = forms.CharField(
        label=_("why not as proposed"), max_length=300, required=False, widget=forms.Textarea
    )
    contact = forms.CharField(label=_("contact person"), max_length=60)
    contact_phone = forms.CharField(label=_("contact phone"), max_length=30)

    def typed(self) -> dict[str, str]:
        """As it was typed, for the draft."""
        return {name: str(self.data.get(name, ""))[:500] for name in self.fields}

    def basics(self) -> Basics:
        kept = self.cleaned_data
        return Basics(**{**kept, "region": kept["region"].code})


def bound_basics(draft: Mapping[str, Any], at: datetime) -> BasicsForm:
    """The form over what a draft holds."""
    year = str(localtime(at).year)
    return BasicsForm({"budget_year": year, **draft.get("basics", {})})


def begun_basics(draft: Mapping[str, Any], at: datetime) -> BasicsForm:
    """The same without a word about what is missing yet."""
    return BasicsForm(initial={"budget_year": localtime(at).year, **draft.get("basics", {})})


class ImportForm(Receiving, forms.Form):
    word = UploadField(
        "procurement.need-import",
        label=_("Word document (.docx)"),
        help_text=_(
            "Headings become sections. Nothing is changed before you have seen the result."
        ),
    )


class AttachmentForm(Receiving, forms.Form):
    added = UploadField("procurement.need-file", label=_("attachments"), many=True, required=False)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("reason"), max_length=500, widget=forms.Textarea)


# ── sections ─────────────────────────────────────────────────────────────────────────────────────


def section_of(typed: Any, section: Section) -> Section:
    """The section as its page sends it: `b0-kind`, `b0-text`, `b0-c1-2`, …

    What a page cannot send (a file's digest) is taken from the section as it was.
    """
    held = {block.code: block for block in section.blocks if isinstance(block, File)}
    blocks = []
    for place in range(MOST_BLOCKS):
        block = _block(typed, f"b{place}", held)
        if block is not None:
            blocks.append(block)
    title = section.title
    if section.is_own:
        title = typed.get("title", "").strip()[:80] or section.title
    return Section(section.key, title, tuple(blocks))


def _block(typed: Any, name: str, held: Mapping[str, File]) -> Block | None:
    kind = typed.get(f"{name}-kind")
    text = typed.get(f"{name}-text", "").replace("\r\n", "\n")[:LONGEST_TEXT]
    if kind == "paragraph":
        return Paragraph(text)
    if kind == "subheading":
        return Subheading(" ".join(text.split())[:200])
    if kind == "items":
        return Items(tuple(line.strip() for line in text.split("\n") if line.strip())[:MOST_ROWS])
    if kind == "file":
        return held.get(typed.get(f"{name}-code", ""))
    if kind == "table":
        rows, columns = _size(typed.get(f"{name}-size", ""))
        cells = [
            tuple(typed.get(f"{name}-c{row}-{column}", "")[:1000] for column in range(columns))
            for row in range(rows + 1)
        ]
        return Table(cells[0], tuple(cells[1:]), text[:200])
    return None


def _size(text: str) -> tuple[int, int]:
    rows, _x, columns = text.partition("x")
    if not (rows.isdigit() and columns.isdigit()):
        return 1, 2
    return min(int(rows), MOST_ROWS), max(1, min(int(columns), MOST_COLUMNS))


NEW: Mapping[str, Block] = {
    "paragraph": Paragraph(""),
    "subheading": Subheading(""),
    "items": Items(()),
    "table": Table(("", ""), (("", ""),)),
}


def act(section: Section, deed: str) -> Section:
    """The section after a button: add-table, up-3, drop-3, row-3, column-3, less-row-3, …

    What does not fit is as if no button had been pressed.
    """
    what, _dash, where = deed.rpartition("-")
    blocks = list(section.blocks)
    if what == "add" and where in NEW and len(blocks) < MOST_BLOCKS:
        return replace(section, blocks=(*blocks, NEW[where]))
    if not where.isdigit() or int(where) >= len(blocks):
        return section
    place = int(where)
    block = blocks[place]
    if what == "drop":
        del blocks[place]
    elif what == "up" and place:
        blocks[place - 1], blocks[place] = block, blocks[place - 1]
    elif what == "down" and place + 1 < len(blocks):
        blocks[place + 1], blocks[place] = block, blocks[place + 1]
    elif isinstance(block, Table):
        blocks[place] = _resized(block, what)
    return replace(section, blocks=tuple(blocks))


def _resized(table: Table, what: str) -> Table:
    width = len(table.head)
    if what == "row" and len(table.rows) < MOST_ROWS:
        return replace(table, rows=(*table.rows, ("",) * width))
    if what == "less-row" and table.rows:
        return replace(table, rows=table.rows[:-1])
    if what == "column" and width < MOST_COLUMNS:
        rows = tuple((*row, "") for row in table.rows)
        return replace(table, head=(*table.head, ""), rows=rows)
    if what == "less-column" and width > 1:
        return replace(table, head=table.head[:-1], rows=tuple(row[:-1] for row in table.rows))
    return table


# ── what staff edit ──────────────────────────────────────────────────────────────────────────────


class StandardForm(forms.Form):
    """A region's next catalogue and standards; lines of the catalogue as one table."""

    region = forms.ModelChoiceField(
        label=_("region"), queryset=Region.objects.all(), to_field_name="code"
    )
    title = forms.CharField(label=_("title"), max_length=200)
    year = forms.IntegerField(label=_("year"), min_value=2000, max_value=2100)
    source = forms.CharField(
        label=_("source document"),
        max_length=300,
        help_text=_("Title and number of the paper. Figures without a source are not entered."),
    )
    from_on = forms.DateField(label=_("in force from"), widget=DayInput)
    is_example = forms.BooleanField(label=_("example figures, of no real region"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in LIMITS:
            kind, _dash, what = name.partition("_")
            label = _("procurement limit") if what == "from" else _("standard for open tenders")
            self.fields[name] = forms.DecimalField(
                label=f"{Kind(kind).label}{_(': ')}{label}",
                required=False,
                min_value=0,
                max_digits=14,
                decimal_places=2,
                widget=MoneyInput,
                help_text=_("Yuan; empty where the paper names none."),
            )
        lines = kwargs.get("initial", {}).get("lines", [])
        count = len(lines) + ROWS
        if self.is_bound:
            while f"item-{count}" in self.data:
                count += 1
        self.count = min(count, 400)
        for place in range(self.count):
            line = lines[place] if place < len(lines) else {}
            for name, field in _line_fields().items():
                field.initial = line.get(name)
                self.fields[f"{name}-{place}"] = field

    def lines(self) -> list[list[forms.BoundField]]:
        """The catalogue's lines as rows of fields."""
        names = list(_line_fields())
        return [[self[f"{name}-{place}"] for name in names] for place in range(self.count)]

    def alone(self) -> list[forms.BoundField]:
        return [
            self[name] for name in ("region", "title", "year", "source", "from_on", "is_example")
        ]

    def limits_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in LIMITS]

    def clean(self) -> dict[str, Any]:
        kept = super().clean() or {}
        for place in range(self.count):
            if kept.get(f"item-{place}") and not kept.get(f"name-{place}"):
                self.add_error(f"name-{place}", _("Name the item."))
        return kept

    def limits(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in LIMITS}

    def rows(self) -> list[Row]:
        kept = self.cleaned_data
        return [
            Row(**{name: kept[f"{name}-{place}"] for name in _line_fields()})
            for place in range(self.count)
            if kept.get(f"item-{place}")
        ]


def _line_fields() -> dict[str, forms.Field]:
    forms_ = [(one, one.label) for one in (Form.CENTRAL, Form.DEPARTMENT)]
    return {
        "item": forms.CharField(label=_("item code"), max_length=20, required=False),
        "name": forms.CharField(
            label=pgettext_lazy("goods", "item"), max_length=120, required=False
        ),
        "kind": forms.ChoiceField(label=_("kind"), choices=Kind.choices, required=False),
        "form": forms.ChoiceField(label=_("organisation form"), choices=forms_, required=False),
        "from_amount": forms.DecimalField(
            label=_("from an amount of (yuan)"),
            required=False,
            min_value=0,
            max_digits=14,
            decimal_places=2,
        ),
        "note": forms.CharField(label=_("note"), max_length=200, required=False),
    }


def line_of(entry: CatalogueEntry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in _line_fields()}


class RuleForm(forms.Form):
    """A rule of the checker; patterns one a line."""

    title = forms.CharField(label=_("what it finds"), max_length=120)
    article = forms.CharField(label=_("article"), max_length=200)
    why = forms.CharField(label=_("why"), max_length=500, widget=forms.Textarea)
    weight = forms.ChoiceField(
        label=_("weight"),
        choices=list(zip(WEIGHTS, (_("forbidden"), _("caution")), strict=True)),
    )
    patterns = forms.CharField(
        label=_("patterns"),
        widget=forms.Textarea,
        help_text=_("Regular expressions, one a line; any of them finds a sentence."),
    )
    exceptions = forms.CharField(
        label=_("exceptions"),
        widget=forms.Textarea,
        required=False,
        help_text=_("One a line; a sentence with one of them is left alone."),
    )
    trips = forms.CharField(label=_("a sentence that trips it"), max_length=300)
    passes = forms.CharField(label=_("a sentence that does not"), max_length=300)
    is_on = forms.BooleanField(label=_("switched on"), required=False)

    @classmethod
    def initial_of(cls, row: RequirementRule) -> dict[str, Any]:
        kept = {name: getattr(row, name) for name in cls.base_fields}
        return {
            **kept,
            "patterns": "\n".join(row.patterns),
            "exceptions": "\n".join(row.exceptions),
        }

    def rule(self, row: RequirementRule) -> Rule:
        kept = {**self.cleaned_data, "name": row.name, "sections": row.sections}
        for name in ("patterns", "exceptions"):
            kept[name] = [line.strip() for line in kept[name].splitlines() if line.strip()]
        return rule_of(kept)
