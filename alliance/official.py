"""The official forms, as the papers print them: their fields, what is wrong with what was filled
in, what is missing, and what changed between two versions. Pure.

A form is data (`data/forms/*.json`): one schema makes the page to fill in, the checks, the
comparison and the printed paper. Values are plain JSON by the name of their field:

    text, long, phone, email, url, postcode → "…"      number, money, percent → "12.5"
    date → "2026-05-01"      choice → "limited"      choices → ["national"]      table → [{…}, …]

Nothing filled in is the empty string or list. `by` says who fills a field: the applicant on the
page, or on paper a hand (`paper`, `office`); a `heading` is printed only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext, ngettext

from core.phrases import day

DATA = Path(__file__).parent / "data" / "forms"
FOUNDING, PROFILE, APPLICATION = (
    "founding-registration",
    "enterprise-profile",
    "membership-application",
)
KEYS = (FOUNDING, PROFILE, APPLICATION)
NUMERIC = ("number", "money", "percent")
DIGITS = {"number": (9, 0), "money": (14, 4), "percent": (7, 2)}
PATTERNS = {
    "postcode": r"[0-9]{6}",
    "mobile": r"1[3-9][0-9]{9}",
    "phone": r"[0-9+()（）、,，;；/ -]{7,60}",
    "email": r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+",
    "url": r"(https?://)?[^\s/@]+\.[^\s/@]+(/\S*)?",
}
LONGEST = {"text": 120, "long": 2000, "phone": 60, "mobile": 11, "email": 120, "url": 200}
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Option:
    """A check box; `write_in` names the field written beside it, `blank` the width of its line."""

    value: str
    label: str
    write_in: str = ""
    blank: int = 0
    breaks: bool = False  # a new line follows on paper


@dataclass(frozen=True)
class Column:
    """Of a table."""

    name: str
    label: str
    kind: str
    required: bool = False
    max: int = 0
    web: str = ""

    @property
    def title(self) -> str:
        return self.web or self.label


@dataclass(frozen=True)
class Field:
    """`label` is as printed, `web` the same where it would say too little alone."""

    name: str
    label: str
    kind: str
    section: str = ""
    web: str = ""
    required: bool = False
    fixed: bool = False  # taken from `source` as it stands there
    by: str = "applicant"
    hint: str = ""
    source: str = ""
    max: int = 0
    least: int = 0
    printed: int = 0
    most: int = 0
    options: tuple[Option, ...] = ()
    columns: tuple[Column, ...] = ()

    @property
    def title(self) -> str:
        return self.web or self.label

    def empty(self) -> Any:
        return [] if self.kind in ("choices", "table") else ""

    def option(self, value: str) -> Option | None:
        return next((one for one in self.options if one.value == value), None)


@dataclass(frozen=True)
class Section:
    key: str
    label: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class OfficialForm:
    """`rows`, `above` and `below`: the grid and the lines around it, as `forms_pdf` draws them."""

    key: str
    annex: str
    title: str
    source: str
    original: Mapping[str, str]
    sections: tuple[Section, ...]
    fields: Mapping[str, Field]
    paper: Mapping[str, Any]
    rows: Sequence[Mapping[str, Any]]
    above: Sequence[Mapping[str, Any]]
    below: Sequence[Mapping[str, Any]]
    checks: Sequence[Mapping[str, Any]]
    footnotes: bool = False

    def applicant_fields(self) -> Iterator[Field]:
        """What is filled in on the page, in the order of the paper."""
        return (field for section in self.sections for field in section.fields)

    def titled(self, words: Mapping[str, str]) -> str:
        return worded(self.title, {**self.original, **words})


@dataclass(frozen=True)
class Fault:
    """What is wrong with a value; `row` counts from 0 within a table."""

    field: str
    text: str
    row: int | None = None
    column: str = ""


@dataclass(frozen=True)
class Change:
    """One field that says something else; `old` and `new` are as a reader sees them."""

    field: str
    label: str
    old: str
    new: str


@cache
def load(key: str) -> OfficialForm:
    """The form of this key, as its data file says. Raises KeyError for an unknown one."""
    if key not in KEYS:
        raise KeyError(key)
    data = json.loads((DATA / f"{key}.json").read_text(encoding="utf-8"))
    fields = {row["name"]: _field(row) for row in data["fields"]}
    sections = tuple(
        Section(
            row["key"],
            row["label"],
            tuple(
                field
                for field in fields.values()
                if field.section == row["key"] and field.by == "applicant"
            ),
        )
        for row in data["sections"]
    )
    names = ("key", "annex", "title", "source", "original", "paper", "rows", "above", "below")
    return OfficialForm(
        **{name: data[name] for name in names},
        sections=sections,
        fields=fields,
        checks=data["checks"],
        footnotes=data.get("footnotes", False),
    )


def _field(row: Mapping[str, Any]) -> Field:
    facts = {name: value for name, value in row.items() if name != "from"}
    facts["options"] = tuple(Option(**one) for one in row.get("options", ()))
    facts["columns"] = tuple(Column(**one) for one in row.get("columns", ()))
    return Field(**facts, source=row.get("from", ""))


def worded(text: str, words: Mapping[str, str]) -> str:
    """The text with its `{names}` in words; a name that nobody says stays."""
    return re.sub(r"\{(\w+)\}", lambda found: words.get(found[1], found[0]), text)


# ── values ───────────────────────────────────────────────────────────────────────────────────────


def normal(form: OfficialForm, values: Values) -> dict[str, Any]:
    """Every field that the applicant fills in, and no other, in the one form in which it is kept.

    Write-ins of options that are not chosen go; so do rows of tables that say nothing.
    """
    kept = {
        field.name: _normal(field.kind, values.get(field.name), field)
        for field in form.applicant_fields()
    }
    for field in form.applicant_fields():
        chosen = kept[field.name]
        for option in field.options:
            if option.write_in and option.value not in (
                chosen if isinstance(chosen, list) else [chosen]
            ):
                kept[option.write_in] = ""
    return kept


def _normal(kind: str, value: Any, field: Field | None = None) -> Any:
    if kind == "table" and field is not None:
        rows = [
            {column.name: _normal(column.kind, row.get(column.name)) for column in field.columns}
            for row in (value if isinstance(value, list | tuple) else ())
            if isinstance(row, Mapping)
        ]
        return [row for row in rows if any(row.values())]
    if kind == "choices" and field is not None:
        held = value if isinstance(value, list | tuple) else [value] if value else []
        return [option.value for option in field.options if option.value in held]
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return (value.date() if isinstance(value, datetime) else value).isoformat()
    text = str(value).replace("\r\n", "\n").strip()
    if kind in NUMERIC:
        return _number(text)
    return text if kind == "long" else " ".join(text.split())


def _number(text: str) -> str:
    """Without grouping, sign of per cent and trailing noughts; what is no number stays."""
    bare = text.replace(",", "").replace("，", "").removesuffix("%").removesuffix("％").strip()
    try:
        number = Decimal(bare)
    except InvalidOperation:
        return text
    if not number.is_finite():
        return text
    plain = f"{number:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def faults(form: OfficialForm, values: Values) -> list[Fault]:
    """What is wrong with normal values, in the order of the paper: missing, misshapen, at odds."""
    found = [fault for field in form.applicant_fields() for fault in _faults(field, values)]
    found += [fault for check in form.checks for fault in _at_odds(form, check, values)]
    found += _unwritten(form, values)
    order = {field.name: place for place, field in enumerate(form.applicant_fields())}
    return sorted(found, key=lambda fault: order[fault.field])


def _unwritten(form: OfficialForm, values: Values) -> Iterator[Fault]:
    """Options that are chosen without the words that belong to them."""
    for field in form.applicant_fields():
        for option in field.options:
            chosen = option.write_in and _has(values, field, option.value)
            if chosen and not values.get(option.write_in):
                text = gettext("You chose “%(option)s”: write it out.")
                yield Fault(option.write_in, text % {"option": option.label})


def missing(form: OfficialForm, values: Values) -> list[Field]:
    """The required fields that say nothing."""
    return [
        field
        for field in form.applicant_fields()
        if field.required and not values.get(field.name, field.empty())
    ]


def _faults(field: Field, values: Values) -> Iterator[Fault]:
    value = values.get(field.name, field.empty())
    if not value:
        if field.required:
            yield Fault(field.name, gettext("Fill this in: the official form demands it."))
        return
    if field.kind == "table":
        yield from _faults_of_rows(field, value)
        return
    text = fault_of(field.kind, value, field)
    if text:
        yield Fault(field.name, text)


def _faults_of_rows(field: Field, rows: Sequence[Values]) -> Iterator[Fault]:
    if len(rows) < field.least:
        yield Fault(
            field.name,
            ngettext(
                "At least %(least)d row is needed; %(count)d are filled in.",
                "At least %(least)d rows are needed; %(count)d are filled in.",
                field.least,
            )
            % {"least": field.least, "count": len(rows)},
        )
    if len(rows) > field.most:
        yield Fault(
            field.name,
            gettext("At most %(most)d rows fit in this form.") % {"most": field.most},
        )
    for place, row in enumerate(rows):
        for column in field.columns:
            value = row.get(column.name, "")
            if not value:
                text = gettext("Fill this in: the official form demands it.")
                if column.required:
                    yield Fault(field.name, text, place, column.name)
            elif text := fault_of(column.kind, value, column):
                yield Fault(field.name, text, place, column.name)


def fault_of(kind: str, value: Any, of: Field | Column) -> str:
    """Why this value cannot stand in a field or column of the kind; empty where it can."""
    if kind in ("choice", "choices"):
        chosen = value if isinstance(value, list) else [value]
        known = isinstance(of, Field) and all(of.option(one) for one in chosen)
        return "" if known else gettext("Choose one of the boxes of the form.")
    if kind in NUMERIC:
        return _fault_of_number(kind, str(value))
    if kind == "date":
        return "" if _day(value) else gettext("Write a day like 2026-05-01.")
    longest = of.max or LONGEST.get(kind, 200)
    if len(str(value)) > longest:
        return gettext("At most %(longest)d characters fit here.") % {"longest": longest}
    if kind in PATTERNS and not re.fullmatch(PATTERNS[kind], str(value)):
        return {
            "postcode": gettext("A postcode has 6 digits."),
            "mobile": gettext("A mobile number has 11 digits and begins with 1."),
            "phone": gettext("Write the number with its area code, such as 0757-82960000."),
            "email": gettext("This is no e-mail address."),
            "url": gettext("This is no web address."),
        }[kind]
    return ""


def _fault_of_number(kind: str, value: str) -> str:
    digits, places = DIGITS[kind]
    try:
        number = Decimal(value)
    except InvalidOperation:
        return gettext("Write a number, such as 1200.")
    if not number.is_finite() or number < 0:
        return gettext("Write a number that is not below zero.")
    if number >= Decimal(10) ** (digits - places):
        return gettext("This number is too large.")
    if number != round(number, places):
        if not places:
            return gettext("Write a whole number.")
        return gettext("At most %(places)d decimals fit here.") % {"places": places}
    return ""


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def _has(values: Values, field: Field, option: str) -> bool:
    value = values.get(field.name, field.empty())
    return option in value if isinstance(value, list) else option == value


def _decimal(values: Values, name: str) -> Decimal | None:
    try:
        return Decimal(values.get(name, ""))
    except InvalidOperation:
        return None


def _at_odds(form: OfficialForm, check: Mapping[str, Any], values: Values) -> Iterator[Fault]:
    match dict(check):
        case {"at_most": [part, whole]}:
            some, all_ = _decimal(values, part), _decimal(values, whole)
            if some is not None and all_ is not None and some > all_:
                yield Fault(
                    part,
                    gettext("This cannot be more than “%(whole)s”.")
                    % {"whole": form.fields[whole].title},
                )
        case {"ratio": [share, part, whole]}:
            says, some, all_ = (_decimal(values, name) for name in (share, part, whole))
            if says is not None and some is not None and all_:
                reckoned = some * 100 / all_
                if abs(says - reckoned) > Decimal("0.1"):
                    yield Fault(
                        share,
                        gettext("The two figures above give %(percent)s%%: which one is right?")
                        % {"percent": f"{reckoned:.2f}"},
                    )
        case {"needs": [name, option, needed]}:
            if _has(values, form.fields[name], option) and not values.get(needed):
                yield Fault(
                    needed,
                    gettext("Fill this in: “%(field)s” says so.")
                    % {"field": form.fields[name].title},
                )
        case {"filled_with": [name, needed]}:
            if bool(values.get(name)) != bool(values.get(needed)):
                one, other = (name, needed) if values.get(needed) else (needed, name)
                yield Fault(
                    one,
                    gettext("Fill this in too: “%(field)s” is filled in.")
                    % {"field": form.fields[other].title},
                )


# ── how a reader sees them ───────────────────────────────────────────────────────────────────────


def shown(field: Field | Column, value: Any) -> str:
    """The value in words, as on the paper; rows of a table on lines of their own."""
    if value in ("", None, []):
        return ""
    if field.kind in ("choice", "choices") and isinstance(field, Field):
        chosen = value if isinstance(value, list) else [value]
        labels = [option.label for one in chosen if (option := field.option(one))]
        return "、".join(label.rstrip("；") for label in labels)
    if field.kind == "table" and isinstance(field, Field):
        return "\n".join(
            f"{place}. "
            + "，".join(
                text if column.required else f"{column.title} {text}"
                for column in field.columns
                if (text := shown(column, row.get(column.name, "")))
            )
            for place, row in enumerate(value, 1)
        )
    if field.kind == "date" and (on := _day(value)):
        return day(on)
    if field.kind == "percent":
        return f"{value}%"
    return str(value)


def compare(form: OfficialForm, old: Values, new: Values) -> list[Change]:
    """Every field that differs between two versions, in the order of the paper."""
    return [
        Change(field.name, field.title, before, after)
        for field in form.applicant_fields()
        if (before := shown(field, old.get(field.name, field.empty())))
        != (after := shown(field, new.get(field.name, field.empty())))
    ]
