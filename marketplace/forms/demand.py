"""The staff's form of a demand: its tree as numbered rows, each a certificate or a group.

What stands in group 2 is numbered 2.1, 2.2 and so on; the numbers are the order. How the top rows
count together is a field of its own. What is not touched is handed back as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from marketplace import conditions
from marketplace.conditions import AllOf, AnyOf, Category, Node, Qualified, Staffed
from marketplace.models import Holder, QualificationCategory

SPARE = 3  # empty rows for what is added; a script adds more
NUMBER = rf"^[1-9]\d?(\.[1-9]\d?){{0,{conditions.DEPTH - 2}}}$"
GROUPS: dict[str, type[AllOf | AnyOf]] = {"all": AllOf, "any": AnyOf}
LEAVES: dict[str, type[Qualified | Staffed]] = {"qualification": Qualified, "staff": Staffed}
FACTS = ("level", "specialty", "count")
Number = tuple[int, ...]


class DemandForm(forms.Form):
    """`tree()` is what the rows say, in JSON; without any row: none may be demanded."""

    prefix = "demand"

    def __init__(
        self,
        *args: Any,
        categories: Iterable[QualificationCategory],
        tree: Any = None,
        **facts: Any,
    ) -> None:
        self.before, node = tree, conditions.parse(tree)
        super().__init__(*args, **facts)
        self.categories = list(categories)
        joined, self.written = _rows_of(node)
        self.leaves = {one for _number, one in self.written if isinstance(one, LEAF)}
        self.count = self._count()
        self.fields["joined"] = forms.ChoiceField(
            label=_("How the rows 1, 2 and so on count together"),
            choices=[
                ("", _("there is one row, or none")),
                ("all", _("all of them are needed")),
                ("any", _("one of them is enough")),
            ],
            required=False,
            initial=joined,
        )
        for row in range(self.count):
            self._row(row)

    def _count(self) -> int:
        """How many rows: those that are written and the spare ones, or as many as were sent."""
        sent = [re.fullmatch(r"demand-row-(\d{1,2})-\w+", name) for name in self.data]
        return max([len(self.written) + SPARE, *(int(one[1]) + 1 for one in sent if one)])

    def _row(self, row: int) -> None:
        number, node = self.written[row] if row < len(self.written) else ((), None)
        start, shown = f"row-{row}-", _typed(node)
        self.fields[f"{start}number"] = forms.RegexField(
            NUMBER,
            label=_("Row number"),
            required=False,
            initial=".".join(str(one) for one in number),
            error_messages={"invalid": _("Write a number such as 2, 2.1 or 2.1.3.")},
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
        )
        self.fields[f"{start}what"] = forms.ChoiceField(
            label=_("Certificate or group"),
            choices=self._whats(shown["what"]),
            required=False,
            initial=shown["what"],
        )
        for name, label, listed in (
            ("level", _("Level"), self._levels()),
            ("specialty", _("Specialty"), self._specialties()),
        ):
            sent = str(self.data.get(f"demand-{start}{name}") or "").strip()
            self.fields[f"{start}{name}"] = forms.ChoiceField(
                label=label,
                choices=_with([("", _("any")), *listed], (shown[name],) * 2, (sent, sent)),
                required=False,
                initial=shown[name],
            )
        self.fields[f"{start}count"] = forms.IntegerField(
            label=_("Persons"), min_value=1, max_value=9999, required=False, initial=shown["count"]
        )
        self.fields[f"{start}remove"] = forms.BooleanField(
            label=_("Remove this row"), required=False
        )

    def _whats(self, written: str) -> list[Any]:
        def held(kind: str, holder: Holder) -> list[tuple[str, str]]:
            return [
                (f"{kind}:{one.code}", one.name) for one in self.categories if one.holder == holder
            ]

        groups = [("all", _("a group, all of it needed")), ("any", _("a group, one of it enough"))]
        choices = [
            ("", "—"),
            (_("Groups of rows"), groups),
            (_("Qualifications of the unit"), held("qualification", Holder.UNIT)),
            (_("Practitioners"), held("staff", Holder.PERSON)),
        ]
        kind, _colon, code = written.partition(":")
        names = {one.code: one.name for one in self.categories}
        label = names.get(code, code)
        if kind in LEAVES and code in names:  # a person's certificate asked of the unit, say
            holder = _("unit") if kind == "qualification" else _("person")
            label = f"{label}（{holder}）"
        return _with(choices, (written, label))

    def _levels(self) -> list[tuple[str, str]]:
        levels = dict.fromkeys(level for one in self.categories for level in one.levels)
        return [(level, level) for level in levels]

    def _specialties(self) -> list[tuple[str, list[tuple[str, str]]]]:
        return [
            (one.name, [(name, name) for name in one.specialties])
            for one in self.categories
            if one.specialties
        ]

    @property
    def rows(self) -> Iterator[tuple[Any, int, list[BoundField]]]:
        """Each row's heading, how deep it stands, and its fields."""
        known = {
            one.code: Category(one.code, one.name, tuple(one.levels)) for one in self.categories
        }
        names = ("number", "what", *FACTS, "remove")
        for row in range(self.count):
            fields = [self[f"row-{row}-{name}"] for name in names]
            number = str(fields[0].value() or "")
            heading: Any = _("Another row, if there is one")
            if row < len(self.written):
                outline = conditions.outline(self.written[row][1], known)
                heading = outline.words.rstrip(":：")
            yield heading, number.count("."), fields

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        self._forget_removed()
        self.placed = self._placed()
        tops = [number for number in self.placed if len(number) == 1]
        if not said.get("joined") and len(tops) > 1:
            self.add_error("joined", _("Say whether all of the rows are needed, or one is enough."))
        elif said.get("joined") and not self.placed:
            self.add_error("joined", _("No row is left: choose the first answer."))
        for number, row in self.placed.items():
            self._check(number, row)
        return said

    def _forget_removed(self) -> None:
        """What is wrong in a row that goes is no error."""
        for name in list(self.errors):
            start = name[: name.rfind("-") + 1]
            if start and self.cleaned_data.get(f"{start}remove"):
                del self.errors[name]

    def _placed(self) -> dict[Number, int]:
        """The rows that stay, by number and in its order; one without a number comes last."""
        placed: dict[Number, int] = {}
        last = []
        for row in range(self.count):
            start = f"row-{row}-"
            names = [f"{start}{name}" for name in ("number", "what", *FACTS)]
            filled = any(self.cleaned_data.get(name) or name in self.errors for name in names)
            if self.cleaned_data.get(f"{start}remove") or not filled:
                continue
            if not self.cleaned_data.get(f"{start}what") and f"{start}what" not in self.errors:
                self.add_error(f"{start}what", _("Choose a certificate or a group."))
            if f"{start}number" in self.errors:
                continue
            text = self.cleaned_data.get(f"{start}number")
            if not text:
                last.append(row)
                continue
            number = tuple(int(one) for one in text.split("."))
            if number in placed:
                self.add_error(f"{start}number", _("Another row has this number already."))
            else:
                placed[number] = row
        for row in last:
            placed[(max((number[0] for number in placed), default=0) + 1,)] = row
        return dict(sorted(placed.items()))

    def _check(self, number: Number, row: int) -> None:
        start = f"row-{row}-"
        what = self.cleaned_data.get(f"{start}what", "")
        above = self.placed.get(number[:-1])
        if len(number) > 1 and above is None:
            self._wrong(f"{start}number", _("There is no group %(number)s."), _dotted(number[:-1]))
        elif above is not None and self.cleaned_data.get(f"row-{above}-what", "") not in (
            "",
            *GROUPS,
        ):
            self._wrong(f"{start}number", _("Row %(number)s is no group."), _dotted(number[:-1]))
        if what in GROUPS:
            if len(number) == conditions.DEPTH - 1:
                self.add_error(f"{start}what", _("Only a certificate can stand as deep as this."))
            elif not any(one[:-1] == number for one in self.placed):
                empty = _("Nothing stands in this group: give a row the number %(number)s.")
                self._wrong(f"{start}what", empty, _dotted((*number, 1)))
            for name in FACTS:
                if self.cleaned_data.get(f"{start}{name}"):
                    self.add_error(f"{start}{name}", _("A group has none: leave it empty."))
        elif what:
            self._check_leaf(start, what)

    def _wrong(self, name: str, sentence: Any, number: str) -> None:
        self.add_error(name, sentence % {"number": number})

    def _check_leaf(self, start: str, what: str) -> None:
        kind, _colon, code = what.partition(":")
        if kind == "qualification" and self.cleaned_data.get(f"{start}count"):
            self.add_error(f"{start}count", _("Only practitioners are counted: leave it empty."))
        if self._leaf(start) in self.leaves:
            return  # it stood there before, whatever became of the category since
        category = next((one for one in self.categories if one.code == code), None)
        if category is None:
            return
        for name, known, listed, none in (
            ("level", category.levels, _("Its levels are: %(names)s."), _("It has no levels.")),
            (
                "specialty",
                category.specialties,
                _("Its specialties are: %(names)s."),
                _("It has no specialties."),
            ),
        ):
            said = self.cleaned_data.get(f"{start}{name}")
            if said and said not in known:
                sentence = listed % {"names": "、".join(known)} if known else none
                self.add_error(f"{start}{name}", sentence)

    def _leaf(self, start: str) -> Node:
        said = self.cleaned_data
        kind, _colon, code = said[f"{start}what"].partition(":")
        level, specialty = said.get(f"{start}level", ""), said.get(f"{start}specialty", "")
        if kind == "staff":
            return Staffed(code, level, specialty, said.get(f"{start}count") or 1)
        return Qualified(code, level, specialty)

    def _node(self, number: Number) -> Node:
        start = f"row-{self.placed[number]}-"
        group = GROUPS.get(self.cleaned_data[f"{start}what"])
        return group(self._within(number)) if group else self._leaf(start)

    def _within(self, number: Number) -> tuple[Node, ...]:
        return tuple(self._node(one) for one in self.placed if one and one[:-1] == number)

    def tree(self) -> Any:
        """The demand in JSON; as it was written where it says the same."""
        tops = self._within(())
        group = GROUPS.get(self.cleaned_data["joined"])
        node = group(tops) if group else next(iter(tops), None)
        return self.before if node == conditions.parse(self.before) else conditions.to_json(node)


LEAF = (Qualified, Staffed)


def _rows_of(node: Node | None) -> tuple[str, list[tuple[Number, Node]]]:
    """How the top rows count together, and all rows with their numbers."""
    match node:
        case None:
            return "", []
        case AllOf(of) | AnyOf(of):
            return _group(node), list(_numbered(of, ()))
    return "", list(_numbered((node,), ()))


def _numbered(nodes: tuple[Node, ...], above: Number) -> Iterator[tuple[Number, Node]]:
    for place, node in enumerate(nodes, 1):
        yield (*above, place), node
        if isinstance(node, AllOf | AnyOf):
            yield from _numbered(node.of, (*above, place))


def _group(node: Node) -> str:
    return "all" if isinstance(node, AllOf) else "any"


def _typed(node: Node | None) -> Mapping[str, Any]:
    """What the fields of a row say."""
    match node:
        case Qualified(category, level, specialty):
            what, count = f"qualification:{category}", None
        case Staffed(category, level, specialty, count):
            what = f"staff:{category}"
        case _:
            what = _group(node) if node else ""
            level, specialty, count = "", "", None
    return {"what": what, "level": level, "specialty": specialty, "count": count}


def _with(choices: list[Any], *more: tuple[str, str]) -> list[Any]:
    """The choices, and those that they lack: what is written or was typed stays to be seen."""
    known = set()
    for value, label in choices:
        known |= {one for one, _label in label} if isinstance(label, list) else {value}
    return [*choices, *(one for one in dict.fromkeys(more) if one[0] not in known)]


def _dotted(number: Number) -> str:
    return ".".join(str(one) for one in number)
