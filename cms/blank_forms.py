"""Empty forms 空白表格 that the site draws itself, for who fills them in by hand.

The three of the alliances are the originals (alliance.official). The others say on paper what the
site's own pages ask for, and are data (`data/forms/*.json`): rows of labels, boxes and signatures.
Legal text, hence Chinese only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django import forms

from alliance import forms_pdf, official
from alliance.official import Field, OfficialForm, Option

DATA = Path(__file__).parent / "data" / "forms"
# In the order in which the list offers them.
OWN = ("order", "order-correction", "entry", "authorisation", "objection", "need")


@dataclass(frozen=True)
class BlankForm:
    """What can be drawn: its key, title and where it comes from."""

    key: str
    title: str
    source: str
    form: OfficialForm

    @property
    def filename(self) -> str:
        return f"{self.title}.pdf"


@cache
def registered() -> Mapping[str, BlankForm]:
    found = {}
    for key in official.KEYS:
        form = official.load(key)
        found[key] = BlankForm(key, form.titled({}), form.source, form)
    for key in OWN:
        form = _own(key)
        found[key] = BlankForm(key, form.title, form.source, form)
    return found


def find(key: str) -> BlankForm | None:
    return registered().get(key)


def choices() -> list[tuple[str, str]]:
    return [(one.key, one.title) for one in registered().values()]


def draw(blank: BlankForm) -> bytes:
    """The empty paper as PDF. Deterministic."""
    sheet = forms_pdf.Sheet(blank.form, annex=bool(blank.form.annex))
    return forms_pdf.draw(sheet, foot=forms_pdf.Foot(note=f"依据：{blank.source}"))


class Choose(forms.Select):
    """The list of forms, for whoever edits a page that offers one."""


def _own(key: str) -> OfficialForm:
    data = json.loads((DATA / f"{key}.json").read_text(encoding="utf-8"))
    columns = data.get("columns", [36, 47, 36, 47])
    fields: dict[str, Field] = {}
    rows = [_row(row, len(columns), fields) for row in data["rows"]]
    return OfficialForm(
        key=key,
        annex="",
        title=data["title"],
        source=data["source"],
        original={},
        sections=(),
        fields=fields,
        paper={"columns": columns, "row": data.get("row", 10)},
        rows=rows,
        above=[{"line": line, "align": "left"} for line in data.get("above", [])],
        below=[{"line": line, "hang": 3} for line in data["below"]],
        checks=(),
    )


def _row(row: Any, width: int, fields: dict[str, Field]) -> dict[str, Any]:
    """A row as `forms_pdf` draws it: labels with room to write, boxes to tick, a signature."""
    if isinstance(row, list):
        cells: list[dict[str, Any]] = []
        for place, label in enumerate(row):
            name = _field(fields, label, "text")
            last = place == len(row) - 1
            room = width - 2 * len(row) + 1 if last else 1
            cells += [{"label": name}, {"value": name, "span": room}]
        return {"cells": cells}
    name = _field(fields, row["label"], "choices", row.get("options", ()))
    said: dict[str, Any] = {"span": width - 1}
    if "options" in row:
        said["options"] = name
    elif "sign" in row:
        said |= {"sign": row["sign"], "text": row.get("text", "")}
    else:
        said |= {"value": name, "top": True}
    return {"height": row.get("height", 12), "cells": [{"label": name}, said]}


def _field(fields: dict[str, Field], label: str, kind: str, options: Sequence[str] = ()) -> str:
    name = f"field{len(fields)}"
    boxes = tuple(Option(value=str(place), label=text) for place, text in enumerate(options))
    fields[name] = Field(name=name, label=label, kind=kind if boxes else "text", options=boxes)
    return name
