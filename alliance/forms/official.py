"""An official form as a page: the fields of its schema, checked by `alliance.official` alone.

What was typed stays as it was typed, right or wrong; tables have rows that are added and taken out
by buttons of the form itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext

from alliance import official
from alliance.official import Column, Field, OfficialForm, worded
from core.widgets import DayInput

SHORT = ("number", "percent", "postcode", "money", "mobile", "date")
KEYBOARDS = {
    "number": "numeric",
    "money": "decimal",
    "percent": "decimal",
    "postcode": "numeric",
    "phone": "tel",
    "mobile": "tel",
    "email": "email",
    "url": "url",
}


@dataclass(frozen=True)
class Line:
    """A row of a table, and the value of the button that takes it out."""

    fields: Sequence[BoundField]
    drop: str


@dataclass(frozen=True)
class Part:
    """A field of its own, or a table with its rows; `table` names it for the button that adds."""

    field: BoundField | None = None
    table: Field | None = None
    hint: str = ""
    lines: Sequence[Line] = ()
    errors: Sequence[str] = ()
    more: bool = False


@dataclass(frozen=True)
class Group:
    key: str
    label: str
    parts: Sequence[Part]


class OfficialSheet(forms.Form):
    """`values` are shown where nothing was posted, `sources` says where those came from.

    `words` fill the blanks of hints; `extra` rows more than filled are shown of the table `more`.
    """

    def __init__(
        self,
        schema: OfficialForm,
        data: Any = None,
        *,
        values: official.Values | None = None,
        sources: Mapping[str, str] | None = None,
        words: Mapping[str, str] | None = None,
        more: str = "",
        drop: str = "",
    ) -> None:
        super().__init__(data)
        self.schema, self.sources = schema, dict(sources or {})
        self.words = {**schema.original, **(words or {})}
        self.known = dict(values or {})
        self.more, self.drop = more, drop
        self.table_errors: dict[str, list[str]] = {}
        for field in schema.applicant_fields():
            if field.kind == "table":
                self._add_rows(field)
            else:
                self._add(field)

    # Fields ----------------------------------------------------------------------------------

    def _add(self, field: Field) -> None:
        made = _made(field)
        made.help_text = worded(field.hint, self.words)
        if source := self.sources.get(field.name):
            made.help_text = " ".join(filter(None, [made.help_text, f"（已预填：{source}）"]))
        if field.fixed and field.name in self.known:
            made.widget.attrs["readonly"] = True
        made.initial = self.known.get(field.name, field.empty())
        self.fields[field.name] = made

    def _add_rows(self, field: Field) -> None:
        if self.is_bound:
            count = self._posted(field)
        else:
            filled = self.known.get(field.name) or []
            count = max(len(filled), field.printed, field.least, 1)
            count = min(count + (self.more == field.name), field.most)
        for place in range(count):
            for column in field.columns:
                made = _made(column)
                rows = self.known.get(field.name) or []
                made.initial = rows[place].get(column.name, "") if place < len(rows) else ""
                made.label = column.title
                made.required = column.required and place < max(field.least, 1)
                self.fields[f"{field.name}-{place}-{column.name}"] = made
        self.fields[f"{field.name}-rows"] = forms.CharField(
            widget=forms.HiddenInput, required=False, initial=count
        )

    def _posted(self, field: Field) -> int:
        try:
            return max(1, min(int(self.data.get(f"{field.name}-rows", "")), field.most))
        except ValueError:
            return 1

    def _count(self, field: Field) -> int:
        first = field.columns[0].name
        return sum(
            name.startswith(f"{field.name}-") and name.endswith(f"-{first}") for name in self.fields
        )

    # What it says ----------------------------------------------------------------------------

    def typed(self) -> dict[str, Any]:
        """Normal values of what stands in the fields, right or wrong."""
        said = {field.name: self._said(field) for field in self.schema.applicant_fields()}
        return official.normal(self.schema, said)

    def _said(self, field: Field) -> Any:
        if field.fixed and field.name in self.known:
            return self.known[field.name]
        if not self.is_bound:
            return self.known.get(field.name, field.empty())
        data: Any = self.data  # a QueryDict, or a draft in its shape
        if field.kind == "choices":
            return data.getlist(field.name)
        if field.kind != "table":
            return self.data.get(field.name, "")
        return [
            {
                column.name: self.data.get(f"{field.name}-{place}-{column.name}", "")
                for column in field.columns
            }
            for place in range(self._posted(field))
            if f"{field.name}-{place}" != self.drop
        ]

    def _clean_fields(self) -> None:
        self.cleaned_data = self.typed()

    def clean(self) -> dict[str, Any]:
        for fault in official.faults(self.schema, self.cleaned_data):
            name = fault.field
            if fault.row is not None:
                name = f"{fault.field}-{self._place(fault.field, fault.row)}-{fault.column}"
            elif self.schema.fields[fault.field].kind == "table":
                self.table_errors.setdefault(fault.field, []).append(fault.text)
                title = self.schema.fields[fault.field].title
                text = gettext("%(field)s: %(fault)s") % {"field": title, "fault": fault.text}
                self.add_error(None, text)
                continue
            self.add_error(name, fault.text)
        return self.cleaned_data

    def add_error(self, field: str | None, error: Any) -> None:
        """A table's cell is no entry of the cleaned data: only its message is kept."""
        kept = dict(self.cleaned_data)
        super().add_error(field, error)
        self.cleaned_data = kept

    def _place(self, table: str, row: int) -> int:
        """The row on the page of the row-th that says something."""
        schema = self.schema.fields[table]
        if not self.is_bound:
            return row
        filled = [
            place
            for place in range(self._posted(schema))
            if any(
                self.data.get(f"{table}-{place}-{column.name}", "").strip()
                for column in schema.columns
            )
        ]
        return filled[row] if row < len(filled) else row

    def groups(self) -> list[Group]:
        return [
            Group(section.key, section.label, list(self._parts(section.fields)))
            for section in self.schema.sections
        ]

    def _parts(self, fields: Sequence[Field]) -> Iterator[Part]:
        for field in fields:
            if field.kind != "table":
                yield Part(field=self[field.name])
                continue
            count = self._count(field)
            yield Part(
                table=field,
                hint=worded(field.hint, self.words),
                lines=[
                    Line(
                        [self[f"{field.name}-{place}-{column.name}"] for column in field.columns],
                        f"{field.name}-{place}",
                    )
                    for place in range(count)
                ],
                errors=self.table_errors.get(field.name, []),
                more=count < field.most,
            )


def posted_sheet(
    schema: OfficialForm,
    values: official.Values,
    *,
    sources: Mapping[str, str] | None = None,
    words: Mapping[str, str] | None = None,
) -> OfficialSheet:
    """The form as if these values had been posted: its faults stand beside its fields."""
    return OfficialSheet(
        schema, _posted(schema, values), values=values, sources=sources, words=words
    )


def _posted(schema: OfficialForm, values: official.Values) -> MultiValueDict[str, str]:
    data: MultiValueDict[str, str] = MultiValueDict()
    for field in schema.applicant_fields():
        value = values.get(field.name, field.empty())
        if field.kind == "table":
            count = max(len(value), field.printed, field.least, 1)
            data[f"{field.name}-rows"] = str(count)
            for place, row in enumerate(value):
                for column in field.columns:
                    data[f"{field.name}-{place}-{column.name}"] = row.get(column.name, "")
        elif field.kind == "choices":
            data.setlist(field.name, value)
        else:
            data[field.name] = value
    return data


def _made(of: Field | Column) -> forms.Field:
    """How a kind is typed in; what is right is not judged here."""
    attrs: dict[str, Any] = {}
    if keyboard := KEYBOARDS.get(of.kind):
        attrs["inputmode"] = keyboard
    if of.kind in SHORT:
        attrs["class"] = "gx-w"
    facts: dict[str, Any] = {"label": of.title.replace("\n", ""), "required": of.required}
    if isinstance(of, Field) and of.kind in ("choice", "choices"):
        choices = [(one.value, one.label.rstrip("；")) for one in of.options]
        kind = forms.ChoiceField if of.kind == "choice" else forms.MultipleChoiceField
        widget = forms.RadioSelect if of.kind == "choice" else forms.CheckboxSelectMultiple
        return kind(choices=choices, widget=widget, **facts)
    if of.kind == "long":
        return forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), **facts)
    if of.kind == "date":
        return forms.CharField(widget=DayInput, **facts)
    return forms.CharField(widget=forms.TextInput(attrs=attrs), **facts)
