"""The terms of a charter that the software enforces, each figure with its article. Pure.

    terms = CharterTerms.from_json(charter.terms)
    body, rule = terms.rule("admission")

`bodies` by key (council, standing, chair-unit, academic, secretariat, finance, …), `votes` by key,
`matters` each decided by one of the votes, `levels` of membership with their fees, `dues`,
`leaving`. An article is written "20.8(2)": article 20, paragraph 8, item 2. Where the papers
contradict each other, `conflicts` keeps every reading with its source and says which is applied.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

import cn2an

from alliance.voting import VoteRule

MATTERS = (
    "admission",
    "expulsion",
    "withdrawal",
    "charter-change",
    "officers",
    "level-change",
    "fees",
    "budget",
    "dissolution",
)
PRORATIONS = ("month", "day", "none")
ARTICLE = re.compile(r"(\d{1,3})(?:\.(\d{1,2}))?(?:\((\d{1,2})\))?")


class Unreadable(ValueError):
    """Terms that contradict themselves or lack a part; says which, in Chinese, as they are."""


@dataclass(frozen=True)
class Body:
    """An organ of the alliance; `fixed` names the unit where the charter fixes one."""

    name: str
    composed: str = ""
    term_years: int | None = None
    duties: tuple[str, ...] = ()
    fixed: str = ""
    article: str = ""


class Vote(NamedTuple):
    """Which body decides by which rule; `articles` by figure: quorum, majority, notice, …"""

    body: str
    rule: VoteRule
    articles: Mapping[str, str]


@dataclass(frozen=True)
class Matter:
    """What is decided by a vote; `alternatives`: votes that another reading of the paper allows."""

    vote: str
    article: str = ""
    alternatives: tuple[str, ...] = ()
    consent: str = ""  # of whom the decision needs the consent besides


@dataclass(frozen=True)
class Level:
    """A level of membership; `fee` in yuan a period, None while nobody has set it."""

    label: str
    fee: Decimal | None = None
    period_months: int = 12
    places: int | None = None  # how many units may have it
    article: str = ""
    source: str = ""


@dataclass(frozen=True)
class Dues:
    grace_days: int = 30
    proration: str = "month"
    article: str = ""
    source: str = ""


@dataclass(frozen=True)
class Leaving:
    """`decided_by` is a matter; `review`: the body that looks through property and archives."""

    notice_days: int = 0
    decided_by: str = "withdrawal"
    review: str = ""
    certificate_returned: bool = True
    duties: tuple[str, ...] = ()
    article: str = ""
    duties_article: str = ""


@dataclass(frozen=True)
class Listing:
    """A list that an article gives: rights, duties, sources of income, uses of money."""

    items: tuple[str, ...] = ()
    article: str = ""


@dataclass(frozen=True)
class Joining:
    kinds: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    article: str = ""


@dataclass(frozen=True)
class Nomination:
    nominated_by: str
    article: str = ""


@dataclass(frozen=True)
class Reading:
    text: str
    source: str


@dataclass(frozen=True)
class Conflict:
    """Papers that disagree: every reading, the one in use, and why."""

    subject: str
    readings: tuple[Reading, ...]
    applied: int
    note: str = ""
    matter: str = ""


@dataclass(frozen=True)
class CharterTerms:
    bodies: Mapping[str, Body]
    votes: Mapping[str, Vote]
    matters: Mapping[str, Matter]
    levels: Mapping[str, Level]
    dues: Dues = Dues()
    leaving: Leaving = Leaving()
    joining: Joining = Joining()
    rights: Listing = Listing()
    duties: Listing = Listing()
    income: Listing = Listing()
    expenditure: Listing = Listing()
    officers: Mapping[str, Nomination] | None = None
    meetings_per_year: int = 1
    meetings_article: str = ""
    conflicts: tuple[Conflict, ...] = ()

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> CharterTerms:
        """The terms that were written down. Raises Unreadable, naming the part that is wrong."""
        if not isinstance(value, Mapping):
            raise Unreadable("条款不是一组数据")
        bodies = _each(value, "bodies", _body)
        votes = _each(value, "votes", _vote)
        matters = _each(value, "matters", lambda one: Matter(**_known(Matter, one)))
        levels = _each(value, "levels", _level)
        meetings = value.get("meetings") or {}
        terms = cls(
            bodies=bodies,
            votes=votes,
            matters=matters,
            levels=levels,
            dues=_part(value, "dues", Dues),
            leaving=_part(value, "leaving", Leaving),
            joining=_part(value, "joining", Joining),
            rights=_part(value, "rights", Listing),
            duties=_part(value, "duties", Listing),
            income=_part(value, "income", Listing),
            expenditure=_part(value, "expenditure", Listing),
            officers=_each(value, "officers", lambda one: Nomination(**_known(Nomination, one))),
            meetings_per_year=int(meetings.get("per_year", 1)),
            meetings_article=str(meetings.get("article", "")),
            conflicts=tuple(_conflict(one) for one in value.get("conflicts") or ()),
        )
        terms._check()
        return terms

    def rule(self, matter: str, vote: str = "") -> tuple[Body, VoteRule]:
        """Who decides the matter, and how. `vote`: an alternative that the matter allows.

        KeyError for a matter that the charter does not know, or a vote that it does not allow.
        """
        found = self.matters[matter]
        if vote and vote != found.vote and vote not in found.alternatives:
            raise KeyError(vote)
        chosen = self.votes[vote or found.vote]
        return self.bodies[chosen.body], chosen.rule

    def matters_by(self, vote: str) -> list[str]:
        """The matters that a vote decides, in the order of MATTERS."""
        return [
            name for name in MATTERS if name in self.matters and self.matters[name].vote == vote
        ]

    def articles(self) -> Iterator[str]:
        """Every article that a figure names, as it is written."""
        cited: tuple[Any, ...] = (
            *self.bodies.values(),
            *self.matters.values(),
            *self.levels.values(),
            self.dues,
            self.leaving,
            self.joining,
            self.rights,
            self.duties,
            self.income,
            self.expenditure,
            *(self.officers or {}).values(),
        )
        yield from (part.article for part in cited)
        for vote in self.votes.values():
            yield from vote.articles.values()
        yield self.leaving.duties_article
        yield self.meetings_article

    def _check(self) -> None:
        for name in ("bodies", "votes", "matters", "levels"):
            if not getattr(self, name):
                raise Unreadable(f"{name}：没有内容")
        if missing := [matter for matter in MATTERS if matter not in self.matters]:
            raise Unreadable(f"matters：缺少 {'、'.join(missing)}")
        for key, vote in self.votes.items():
            if vote.body not in self.bodies:
                raise Unreadable(f"votes.{key}：没有机构 {vote.body}")
        for key, matter in self.matters.items():
            for name in (matter.vote, *matter.alternatives):
                if name not in self.votes:
                    raise Unreadable(f"matters.{key}：没有表决规则 {name}")
        if self.leaving.decided_by not in self.matters:
            raise Unreadable(f"leaving.decided_by：没有事项 {self.leaving.decided_by}")
        if self.leaving.review and self.leaving.review not in self.bodies:
            raise Unreadable(f"leaving.review：没有机构 {self.leaving.review}")
        if self.dues.proration not in PRORATIONS:
            raise Unreadable(f"dues.proration：只能是 {'、'.join(PRORATIONS)}")
        if self.dues.grace_days < 0 or self.leaving.notice_days < 0:
            raise Unreadable("dues.grace_days、leaving.notice_days：不能为负")
        for article in self.articles():
            if article and not ARTICLE.fullmatch(article):
                raise Unreadable(f"条号写法不对：{article}（例如 20.8(2)）")


def users_of(value: Mapping[str, Any], body: str) -> Iterator[tuple[str, str]]:
    """What names a body in terms as they are written: vote, matter or leaving, and its key.

    A matter names the body whose vote decides it, or may decide it.
    """
    votes = [key for key, vote in value["votes"].items() if vote["body"] == body]
    yield from (("vote", key) for key in votes)
    for key, matter in value["matters"].items():
        if {matter["vote"], *matter.get("alternatives", ())} & set(votes):
            yield "matter", key
    if (value.get("leaving") or {}).get("review") == body:
        yield "leaving", ""


def article_number(article: str) -> int | None:
    """The article itself, of "20.8(2)": 20; None for what names none."""
    found = ARTICLE.fullmatch(article)
    return int(found[1]) if found else None


def place(article: str) -> str:
    """ "20.8(2)" as Chinese papers cite it: 第二十条第8款第(2)项."""
    found = ARTICLE.fullmatch(article)
    if found is None:
        return ""
    text = f"第{in_chinese(int(found[1]))}条"
    if found[2]:
        text += f"第{found[2]}款"
    return text + (f"第({found[3]})项" if found[3] else "")


def in_chinese(number: int) -> str:
    """二十; 10 to 19 without the leading 一."""
    text = str(cn2an.an2cn(number))
    return text.removeprefix("一") if 10 <= number < 20 else text


def _each(value: Mapping[str, Any], name: str, make: Any) -> Mapping[str, Any]:
    made = {}
    part = value.get(name) or {}
    if not isinstance(part, Mapping):
        raise Unreadable(f"{name}：应当按名称列出")
    for key, one in part.items():
        try:
            made[key] = make(one)
        except (TypeError, ValueError, KeyError, AttributeError, InvalidOperation) as wrong:
            raise Unreadable(f"{name}.{key}：{wrong}") from wrong
    return made


def _part(value: Mapping[str, Any], name: str, kind: Any) -> Any:
    try:
        return kind(**_known(kind, value.get(name) or {}))
    except (TypeError, ValueError, AttributeError) as wrong:
        raise Unreadable(f"{name}：{wrong}") from wrong


def _known(kind: Any, one: Mapping[str, Any]) -> dict[str, Any]:
    """What the dataclass has a place for; lists frozen."""
    return {
        name: tuple(item) if isinstance(item, list) else item
        for name, item in one.items()
        if name in kind.__dataclass_fields__
    }


def _body(one: Mapping[str, Any]) -> Body:
    body = Body(**_known(Body, one))
    if not body.name.strip():
        raise ValueError("没有名称")
    years = body.term_years
    if years is not None and (type(years) is not int or years < 1):
        raise ValueError(f"任期 {years} 不是正整数")
    return body


def _vote(one: Mapping[str, Any]) -> Vote:
    return Vote(one["body"], VoteRule.from_json(one["rule"]), dict(one.get("articles") or {}))


def _level(one: Mapping[str, Any]) -> Level:
    known = _known(Level, one)
    fee = known.get("fee")
    if int(known.get("period_months", 12)) < 1:
        raise ValueError("缴费周期至少一个月")
    if fee in (None, ""):
        return Level(**{**known, "fee": None})
    amount = Decimal(str(fee))
    if not amount.is_finite() or amount < 0:
        raise ValueError(f"会费 {fee} 不是金额")
    return Level(**{**known, "fee": amount})


def _conflict(one: Mapping[str, Any]) -> Conflict:
    try:
        readings = tuple(Reading(item["text"], item["source"]) for item in one["readings"])
        applied = int(one["applied"])
        if not 0 <= applied < len(readings):
            raise ValueError(f"没有第 {applied} 种说法")
        return Conflict(
            one["subject"], readings, applied, one.get("note", ""), one.get("matter", "")
        )
    except (KeyError, TypeError, ValueError) as wrong:
        raise Unreadable(f"conflicts：{wrong}") from wrong
