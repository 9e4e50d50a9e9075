"""The secretariat's forms of the next version of a charter: its text, and its terms.

The terms are edited figure by figure; what the form does not show stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from alliance import charter_text, enforcement
from alliance.terms import ARTICLE, MATTERS, PRORATIONS, CharterTerms, Unreadable
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
HOW_PRORATED = {"month": _("by months"), "day": _("by days"), "none": _("not at all")}


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

    def _vote(self, key: str, vote: Mapping[str, Any]) -> None:
        rule = vote["rule"]
        bodies = [(name, body["name"]) for name, body in self.before["bodies"].items()]
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
    def sections(self) -> Sequence[tuple[Any, Sequence[Sequence[BoundField]]]]:
        """The fields under their headings, in rows."""
        return [
            *[
                (_("Vote: %s") % self.vote_label(key), self._vote_rows(key))
                for key in self.before["votes"]
            ],
            (_("Matters"), self._matter_rows()),
            (
                _("Levels and fees"),
                [
                    self._row(f"level-{key}-", ("label", "fee", "period_months", "article"))
                    for key in self.before["levels"]
                ],
            ),
            (
                _("Fees and leaving"),
                [
                    self._row("", ("grace_days", "proration", "dues-article")),
                    self._row("", ("notice_days", "leaving-article")),
                ],
            ),
            (_("Lists"), [self._row("", (name, f"{name}-article")) for name, _label in LISTS]),
        ]

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
        if not self.errors:
            try:
                CharterTerms.from_json(self.terms())
            except Unreadable as wrong:
                self.add_error(None, str(wrong))
        return said

    def terms(self) -> dict[str, Any]:
        """The terms as they were, with what the form says."""
        said, terms = self.cleaned_data, deepcopy(self.before)
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
            items = [line.strip() for line in said[name].splitlines() if line.strip()]
            terms[name] = {"items": items, "article": said[f"{name}-article"]}
        return terms


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
