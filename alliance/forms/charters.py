"""The secretariat's forms of the next version of a charter: its text, and its terms.

The terms are edited figure by figure; what the form does not show stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from alliance import charter_text, enforcement
from alliance.terms import ARTICLE, MATTERS, PRORATIONS, CharterTerms, Unreadable, users_of
from alliance.voting import Base, Channel
from core.widgets import MoneyInput

BASES = (
    (Base.ALL.value, _("of all who are on the list")),
    (Base.PRESENT.value, _("of those who take part")),
    (Base.CAST.value, _("of the votes cast")),
)
LISTS = (
    ("rights", _("Rights of members")),
    ("duties", _("Duties of members")),
    ("income", _("Sources of income")),
    ("expenditure", _("Uses of money")),
)
BODY = ("key", "name", "term_years", "article", "composed", "duties")
SPARE = 2  # empty rows for what is added
LEAST_READINGS = 2
Rows = Sequence[Sequence[BoundField]]  # of fields that stand beside each other
HOW_PRORATED = {"month": _("by months"), "day": _("by days"), "none": _("not at all")}


def _is_wrong(rows: Rows) -> bool:
    return any(field.errors for row in rows for field in row)


class TextForm(forms.Form):
    """Title and text; chapters and articles are read from the text."""

    title = forms.CharField(label=_("Title"), max_length=160)
    text = forms.CharField(
        label=_("Text"),
        widget=forms.Textarea(attrs={"rows": 30}),
        max_length=100_000,
        help_text=_(
            "Each chapter and each article begins a line: “第一章 总则”, “第一条 联盟名称”; the "
            "article's own text follows below."
        ),
    )

    def clean_text(self) -> list[dict[str, Any]]:
        try:
            return charter_text.parse(self.cleaned_data["text"])
        except charter_text.Unreadable as wrong:
            raise forms.ValidationError(str(wrong)) from wrong


class TermsForm(forms.Form):
    """The figures that the software enforces, each with its article."""

    def __init__(self, *args: Any, terms: Mapping[str, Any], articles: int, **facts: Any) -> None:
        self.before, self.articles = deepcopy(dict(terms)), articles
        super().__init__(*args, **facts)
        self._typed = self.data if self.is_bound else self.initial
        self.bodies_before = list(self.before["bodies"].items())
        self.body_rows = self._count("body", len(self.bodies_before))
        self.conflict_rows = self._count("conflict", len(self.before.get("conflicts") or []))
        for row in range(self.body_rows):
            self._body(row)
        for row in range(self.conflict_rows):
            self._conflict(row)
        for key, vote in self.before["votes"].items():
            self._vote(key, vote)
        votes = [(key, self.vote_label(key)) for key in self.before["votes"]]
        for name in MATTERS:
            matter = self.before["matters"][name]
            self.fields[f"matter-{name}"] = forms.ChoiceField(
                label=_("Decided by"), choices=votes, initial=matter["vote"]
            )
            self.fields[f"matter-{name}-article"] = _article(matter.get("article", ""))
        for key, level in self.before["levels"].items():
            self.fields[f"level-{key}-label"] = forms.CharField(
                label=_("Level"), max_length=40, initial=level["label"]
            )
            self.fields[f"level-{key}-fee"] = forms.DecimalField(
                label=_("Fee (yuan)"),
                min_value=0,
                max_digits=12,
                decimal_places=2,
                required=False,
                initial=level.get("fee"),
                widget=MoneyInput,
            )
            self.fields[f"level-{key}-period_months"] = _whole(
                _("Months a period"), level.get("period_months", 12), 1, 120
            )
            self.fields[f"level-{key}-article"] = _article(level.get("article", ""))
        dues, leaving = self.before.get("dues", {}), self.before.get("leaving", {})
        self.fields["grace_days"] = _whole(
            _("Days until a fee is overdue"), dues.get("grace_days", 30), 0, 365
        )
        self.fields["proration"] = forms.ChoiceField(
            label=_("A first period that is not whole is prorated"),
            choices=[(one, HOW_PRORATED[one]) for one in PRORATIONS],
            initial=dues.get("proration", "month"),
        )
        self.fields["dues-article"] = _article(dues.get("article", ""))
        self.fields["notice_days"] = _whole(
            _("Days of notice before leaving"), leaving.get("notice_days", 0), 0, 365
        )
        self.fields["leaving-article"] = _article(leaving.get("article", ""))
        for name, label in LISTS:
            self.fields[name] = forms.CharField(
                label=label,
                required=False,
                max_length=3000,
                widget=forms.Textarea(attrs={"rows": 5}),
                initial="\n".join(self.before.get(name, {}).get("items", [])),
                help_text=_("One a line."),
            )
            self.fields[f"{name}-article"] = _article(self.before.get(name, {}).get("article", ""))

    def _count(self, kind: str, written: int) -> int:
        """How many rows: those that are written and the spare ones, or as many as were sent."""
        sent = [re.fullmatch(rf"{kind}-(\d{{1,2}})-\w+", name) for name in self._typed]
        return max([written + SPARE, *(int(one[1]) + 1 for one in sent if one)])

    def _body(self, row: int) -> None:
        start, written = f"body-{row}-", row < len(self.bodies_before)
        key, body = self.bodies_before[row] if written else ("", {})
        self.fields[f"{start}key"] = forms.RegexField(
            r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
            label=_("Key of the body"),
            max_length=30,
            required=written,
            initial=key,
            help_text=_("What the votes name it by: small letters, digits and hyphens."),
            error_messages={"invalid": _("Write small letters, digits and hyphens only.")},
        )
        self.fields[f"{start}name"] = forms.CharField(
            label=_("Name"), max_length=40, required=written, initial=body.get("name", "")
        )
        self.fields[f"{start}term_years"] = forms.IntegerField(
            label=_("Term of office (years)"),
            min_value=1,
            max_value=20,
            required=False,
            initial=body.get("term_years"),
            help_text=_("Whole years; empty where the charter names no term."),
        )
        self.fields[f"{start}article"] = _article(body.get("article", ""))
        self.fields[f"{start}composed"] = forms.CharField(
            label=_("Composition"),
            max_length=300,
            required=False,
            widget=forms.Textarea(attrs={"rows": 3}),
            initial=body.get("composed", ""),
        )
        self.fields[f"{start}duties"] = forms.CharField(
            label=_("Duties"),
            max_length=3000,
            required=False,
            widget=forms.Textarea(attrs={"rows": 5}),
            initial="\n".join(body.get("duties", [])),
            help_text=_("One a line."),
        )
        if written:
            self.fields[f"{start}remove"] = forms.BooleanField(
                label=_("Remove this body"), required=False
            )

    def _conflict(self, row: int) -> None:
        start, one = f"conflict-{row}-", self._conflict_before(row)
        self.fields[f"{start}subject"] = forms.CharField(
            label=_("Subject"), max_length=80, required=bool(one), initial=one.get("subject", "")
        )
        labels = enforcement.matter_labels()
        self.fields[f"{start}matter"] = forms.ChoiceField(
            label=_("Matter"),
            choices=[("", _("none of them")), *((name, labels[name]) for name in MATTERS)],
            required=False,
            initial=one.get("matter", ""),
        )
        readings = one.get("readings", [])
        places = self._readings(row)
        for place in places:
            said = readings[place] if place < len(readings) else {}
            self.fields[f"{start}text{place}"] = forms.CharField(
                label=_("Reading %(number)s") % {"number": place + 1},
                max_length=300,
                required=bool(one),
                widget=forms.Textarea(attrs={"rows": 2}),
                initial=said.get("text", ""),
            )
            self.fields[f"{start}source{place}"] = forms.CharField(
                label=_("Source of reading %(number)s") % {"number": place + 1},
                max_length=200,
                required=bool(one),
                widget=forms.Textarea(attrs={"rows": 2}),
                initial=said.get("source", ""),
                help_text=_("The paper and its place in it."),
            )
        self.fields[f"{start}applied"] = forms.ChoiceField(
            label=_("Applied"),
            choices=[
                (str(place), _("Reading %(number)s") % {"number": place + 1}) for place in places
            ],
            required=bool(one),
            initial=str(one.get("applied", 0)),
        )
        self.fields[f"{start}note"] = forms.CharField(
            label=_("Why, and what follows"),
            max_length=300,
            required=False,
            widget=forms.Textarea(attrs={"rows": 2}),
            initial=one.get("note", ""),
        )
        if one:
            self.fields[f"{start}remove"] = forms.BooleanField(
                label=_("Remove this contradiction"), required=False
            )

    def _conflict_before(self, row: int) -> Mapping[str, Any]:
        written = self.before.get("conflicts") or []
        return written[row] if row < len(written) else {}

    def _readings(self, row: int) -> range:
        return range(max(LEAST_READINGS, len(self._conflict_before(row).get("readings", []))))

    def _body_choices(self) -> list[tuple[str, str]]:
        """The bodies that are written, and those that were just typed."""
        bodies = {key: body["name"] for key, body in self.bodies_before}
        for row in range(self.body_rows):
            key = str(self._typed.get(f"body-{row}-key") or "").strip()
            if key:
                bodies[key] = str(self._typed.get(f"body-{row}-name") or "").strip() or key
        return list(bodies.items())

    def _vote(self, key: str, vote: Mapping[str, Any]) -> None:
        rule = vote["rule"]
        bodies = self._body_choices()
        self.fields[f"vote-{key}-body"] = forms.ChoiceField(
            label=_("Body"), choices=bodies, initial=vote["body"]
        )
        for share, label in (("quorum", _("Quorum")), ("majority", _("Majority"))):
            self.fields[f"vote-{key}-{share}"] = forms.RegexField(
                r"^[1-9]\d?/[1-9]\d?$",
                label=label,
                initial="/".join(str(one) for one in rule[share]),
                help_text=_("A share such as 2/3."),
            )
            self.fields[f"vote-{key}-{share}_inclusive"] = forms.TypedChoiceField(
                label=_("Exactly that share"),
                choices=[("1", _("is enough")), ("", _("is not enough: it must be exceeded"))],
                coerce=bool,
                required=False,
                initial="1" if rule[f"{share}_inclusive"] else "",
            )
        self.fields[f"vote-{key}-base"] = forms.ChoiceField(
            label=_("Counted"), choices=BASES, initial=rule["base"]
        )
        self.fields[f"vote-{key}-secret"] = forms.BooleanField(
            label=_("secret ballot"), required=False, initial=rule["secret"]
        )
        self.fields[f"vote-{key}-notice_working_days"] = _whole(
            _("Working days of notice"), rule["notice_working_days"], 0, 60
        )
        self.fields[f"vote-{key}-proxies_per_person"] = _whole(
            _("Proxies a person may hold"), rule["proxies_per_person"], 0, 10
        )
        self.fields[f"vote-{key}-writing"] = forms.BooleanField(
            label=_("Votes in writing are allowed"),
            required=False,
            initial="writing" in rule["channels"],
        )

    def vote_label(self, key: str) -> str:
        """A vote by its body and what it decides."""
        labels = enforcement.matter_labels()
        decided = [labels[name] for name in MATTERS if self.before["matters"][name]["vote"] == key]
        body = self.before["bodies"][self.before["votes"][key]["body"]]["name"]
        return f"{body}（{'、'.join(decided)}）" if decided else body

    @property
    def parts(self) -> Iterator[tuple[Any, list[tuple[Any, Rows, bool]]]]:
        """The long form in a few parts, each of sections that fold, open where they are wrong."""
        levels = [
            self._row(f"level-{key}-", ("label", "fee", "period_months", "article"))
            for key in self.before["levels"]
        ]
        leaving = [
            self._row("", ("grace_days", "proration", "dues-article")),
            self._row("", ("notice_days", "leaving-article")),
        ]
        lists = [self._row("", (name, f"{name}-article")) for name, _label in LISTS]
        votes = [
            (_("Vote: %s") % self.vote_label(key), self._vote_rows(key))
            for key in self.before["votes"]
        ]
        conflicts = [self._conflict_section(row) for row in range(self.conflict_rows)]
        sections: tuple[tuple[Any, Sequence[tuple[Any, Rows]]], ...] = (
            (_("Bodies"), [self._body_section(row) for row in range(self.body_rows)]),
            (_("Votes and matters"), [*votes, (_("Matters"), self._matter_rows())]),
            (
                _("Levels, fees, lists"),
                [
                    (_("Levels and fees"), levels),
                    (_("Fees and leaving"), leaving),
                    (_("Lists"), lists),
                ],
            ),
            (_("Where the papers disagree"), conflicts),
        )
        for part, held in sections:
            yield part, [(heading, rows, _is_wrong(rows)) for heading, rows in held]

    def _body_section(self, row: int) -> tuple[Any, list[list[BoundField]]]:
        start, written = f"body-{row}-", row < len(self.bodies_before)
        rows = [
            self._row(start, ("key", "name", "term_years")),
            self._row(start, ("composed", "duties")),
            self._row(start, ("article", "remove") if written else ("article",)),
        ]
        if not written:
            return _("Another body, if there is one"), rows
        return _("Body: %s") % self.bodies_before[row][1]["name"], rows

    def _conflict_section(self, row: int) -> tuple[Any, list[list[BoundField]]]:
        start, one = f"conflict-{row}-", self._conflict_before(row)
        rows = [
            self._row(start, ("subject", "matter")),
            *[
                self._row(start, (f"text{place}", f"source{place}"))
                for place in self._readings(row)
            ],
            self._row(start, ("applied", "note")),
        ]
        if not one:
            return _("Another place where the papers disagree, if there is one"), rows
        heading = _("Where the papers disagree: %s") % one["subject"]
        return heading, [*rows, self._row(start, ("remove",))]

    def _vote_rows(self, key: str) -> list[list[BoundField]]:
        start = f"vote-{key}-"
        return [
            self._row(start, ("body", "notice_working_days", "proxies_per_person")),
            self._row(start, ("quorum", "quorum_inclusive")),
            self._row(start, ("majority", "majority_inclusive", "base")),
            self._row(start, ("secret", "writing")),
        ]

    def _matter_rows(self) -> list[list[BoundField]]:
        labels = enforcement.matter_labels()
        rows = []
        for name in MATTERS:
            field = self[f"matter-{name}"]
            field.label = labels[name]
            rows.append([field, self[f"matter-{name}-article"]])
        return rows

    def _row(self, start: str, names: Sequence[str]) -> list[BoundField]:
        return [self[start + name] for name in names]

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        for name, value in list(said.items()):  # an error takes its field away
            if name.endswith("article") and value:
                found = ARTICLE.fullmatch(value)
                if found is None:
                    self.add_error(name, _("Write an article like 20.8(2)."))
                elif int(found[1]) > self.articles:
                    self.add_error(name, _("The text has no such article."))
        self._forget_removed()
        self._check_bodies()
        self._check_conflicts()
        if not self.errors:
            try:
                CharterTerms.from_json(self.terms())
            except Unreadable as wrong:
                self.add_error(None, str(wrong))
        return said

    def _forget_removed(self) -> None:
        """What is wrong in a row that goes is no error."""
        for name in [name for name in self.errors if name.startswith(("body-", "conflict-"))]:
            start = name[: name.rindex("-") + 1]
            if self.cleaned_data.get(f"{start}remove"):
                del self.errors[name]

    def _is_left(self, start: str, written: bool) -> bool:
        """Whether the row stays: not removed, and not a spare one that nobody filled in."""
        if self.cleaned_data.get(f"{start}remove"):
            return False
        names = [name for name in self.fields if name.startswith(start)]
        chosen = (f"{start}matter", f"{start}applied")
        return written or any(
            self.cleaned_data.get(name) or name in self.errors
            for name in names
            if name not in chosen
        )

    def _bodies_left(self) -> list[int]:
        return [
            row
            for row in range(self.body_rows)
            if self._is_left(f"body-{row}-", row < len(self.bodies_before))
        ]

    def _conflicts_left(self) -> list[int]:
        return [
            row
            for row in range(self.conflict_rows)
            if self._is_left(f"conflict-{row}-", bool(self._conflict_before(row)))
        ]

    def _need(self, *names: str) -> None:
        for name in names:
            if name not in self.errors and not self.cleaned_data.get(name):
                self.add_error(name, forms.Field.default_error_messages["required"])

    def _check_bodies(self) -> None:
        keys: set[str] = set()
        for row in self._bodies_left():
            self._need(f"body-{row}-key", f"body-{row}-name")
            key = self.cleaned_data.get(f"body-{row}-key")
            if key in keys:
                self.add_error(f"body-{row}-key", _("Another body has this key already."))
            elif key:
                keys.add(key)
        named = self._naming_bodies()
        for row, (key, _body) in enumerate(self.bodies_before):
            if key in keys:
                continue
            gone = self.cleaned_data.get(f"body-{row}-remove")
            name = f"body-{row}-{'remove' if gone else 'key'}"
            users = self._user_labels(list(users_of(named, key)))
            if users and name not in self.errors:
                self.add_error(
                    name,
                    _("It stays, and keeps its key: %(users)s.") % {"users": "；".join(users)},
                )

    def _naming_bodies(self) -> dict[str, Any]:
        """What names bodies, as it was typed; as it was where that is no answer."""
        terms = deepcopy(self.before)
        for key, vote in terms["votes"].items():
            vote["body"] = self.cleaned_data.get(f"vote-{key}-body") or vote["body"]
        for name in MATTERS:
            matter = terms["matters"][name]
            matter["vote"] = self.cleaned_data.get(f"matter-{name}") or matter["vote"]
        return terms

    def _user_labels(self, users: Sequence[tuple[str, str]]) -> list[str]:
        """In words who names a body. A vote that decides matters is told by them."""
        labels = enforcement.matter_labels()
        matters = [str(labels[key]) for part, key in users if part == "matter"]
        said = []
        if any(part == "vote" for part, _key in users):
            said.append(str(_("a vote is held by it")))
        if matters:
            said.append(str(_("it decides %(matters)s") % {"matters": "、".join(matters)}))
        if any(part == "leaving" for part, _key in users):
            said.append(str(_("it reviews those who leave")))
        return said

    def _check_conflicts(self) -> None:
        for row in self._conflicts_left():
            start = f"conflict-{row}-"
            self._need(f"{start}subject")
            for place in self._readings(row):
                self._need(f"{start}text{place}", f"{start}source{place}")

    def _bodies(self) -> dict[str, Any]:
        said, bodies = self.cleaned_data, {}
        for row in self._bodies_left():
            start = f"body-{row}-"
            key = said[f"{start}key"]
            was = self.bodies_before[row][1] if row < len(self.bodies_before) else {}
            bodies[key] = {
                **self.before["bodies"].get(key, was),
                **{name: said[start + name] for name in BODY[1:]},
                "duties": _lines(said[f"{start}duties"]),
            }
        return bodies

    def _conflicts(self) -> list[dict[str, Any]]:
        said = self.cleaned_data
        return [
            {
                **self._conflict_before(row),
                **{name: said[f"conflict-{row}-{name}"] for name in ("subject", "note", "matter")},
                "applied": int(said[f"conflict-{row}-applied"] or 0),
                "readings": [
                    {
                        "text": said[f"conflict-{row}-text{place}"],
                        "source": said[f"conflict-{row}-source{place}"],
                    }
                    for place in self._readings(row)
                ],
            }
            for row in self._conflicts_left()
        ]

    def typed(self) -> dict[str, str]:
        """What stands in the fields now, right or wrong; a box that is not ticked is empty."""
        return {name: str(self.data.get(name, ""))[:5000] for name in self.fields}

    def terms(self) -> dict[str, Any]:
        """The terms as they were, with what the form says."""
        said, terms = self.cleaned_data, deepcopy(self.before)
        terms["bodies"], terms["conflicts"] = self._bodies(), self._conflicts()
        for key, vote in terms["votes"].items():
            start, rule = f"vote-{key}-", vote["rule"]
            vote["body"] = said[f"{start}body"]
            for share in ("quorum", "majority"):
                rule[share] = [int(one) for one in said[start + share].split("/")]
                rule[f"{share}_inclusive"] = bool(said[f"{start}{share}_inclusive"])
            for name in ("base", "secret", "notice_working_days", "proxies_per_person"):
                rule[name] = said[start + name]
            writing = [Channel.WRITING.value] if said[f"{start}writing"] else []
            rule["channels"] = [Channel.ROOM.value, *writing]
        for name in MATTERS:
            terms["matters"][name] |= {
                "vote": said[f"matter-{name}"],
                "article": said[f"matter-{name}-article"],
            }
        for key, level in terms["levels"].items():
            fee = said[f"level-{key}-fee"]
            level["fee"] = None if fee is None else str(fee)
            for name in ("label", "period_months", "article"):
                level[name] = said[f"level-{key}-{name}"]
        terms["dues"] = {
            **terms.get("dues", {}),
            "grace_days": said["grace_days"],
            "proration": said["proration"],
            "article": said["dues-article"],
        }
        terms["leaving"] = {
            **terms.get("leaving", {}),
            "notice_days": said["notice_days"],
            "article": said["leaving-article"],
        }
        for name, _label in LISTS:
            terms[name] = {"items": _lines(said[name]), "article": said[f"{name}-article"]}
        return terms


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _article(initial: str) -> forms.CharField:
    return forms.CharField(
        label=_("Article"),
        max_length=12,
        required=False,
        initial=initial,
        help_text=_("Such as 20.8(2)."),
    )


def _whole(label: Any, initial: int, least: int, most: int) -> forms.IntegerField:
    return forms.IntegerField(label=label, initial=initial, min_value=least, max_value=most)
