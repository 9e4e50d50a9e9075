"""What an order or an item demands of an agency, and whether an agency has it: pure.

A demand is a tree, in JSON:

    {"all": [...]} | {"any": [...]}
    {"qualification": "survey-mapping", "level": "乙级", "specialty": "工程测量"}
    {"staff": "cost-engineer", "level": "一级", "specialty": "", "count": 2}

A level is met by itself and every higher one; no level or specialty means any. Nothing here asks
where an agency is registered: local limits on practice are forbidden (优化营商环境条例 art. 43).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.formats import localize
from django.utils.translation import gettext, ngettext

DEPTH = 4


@dataclass(frozen=True)
class Qualified:
    """A certificate of the unit."""

    category: str
    level: str = ""
    specialty: str = ""


@dataclass(frozen=True)
class Staffed:
    """So many persons with a certificate."""

    category: str
    level: str = ""
    specialty: str = ""
    count: int = 1


@dataclass(frozen=True)
class AllOf:
    of: tuple[Node, ...]


@dataclass(frozen=True)
class AnyOf:
    of: tuple[Node, ...]


Node = Qualified | Staffed | AllOf | AnyOf


@dataclass(frozen=True)
class Category:
    """A kind of certificate; `levels` from the highest down."""

    code: str
    name: str
    levels: tuple[str, ...] = ()

    def reaches(self, has: str, needed: str) -> bool:
        if not needed or has == needed:
            return True
        if has not in self.levels or needed not in self.levels:
            return False
        return self.levels.index(has) < self.levels.index(needed)


@dataclass(frozen=True)
class Certificate:
    """One certificate; `state` is pending, verified or returned."""

    category: str
    level: str = ""
    specialty: str = ""
    number: str = ""
    valid_until: date | None = None
    state: str = "verified"

    def covers(self, specialty: str) -> bool:
        return not specialty or specialty in (self.specialty, *self.specialty.split("、"))

    def is_valid(self, on: date) -> bool:
        return self.state == "verified" and (self.valid_until is None or self.valid_until >= on)


@dataclass(frozen=True)
class Person:
    verified: bool
    certificates: tuple[Certificate, ...] = ()


@dataclass(frozen=True)
class Facts:
    """What an agency is and has: `items` by code, the categories that are spoken of by code."""

    listed: bool
    items: frozenset[str] = frozenset()
    qualifications: tuple[Certificate, ...] = ()
    people: tuple[Person, ...] = ()
    categories: Mapping[str, Category] = field(default_factory=dict)

    def category(self, code: str) -> Category:
        return self.categories.get(code, Category(code, code))


@dataclass(frozen=True)
class Requirement:
    """Items by code and name, of which all (or any) must be offered, and the demand."""

    items: tuple[tuple[str, str], ...] = ()
    any_item: bool = False
    tree: Node | None = None


@dataclass(frozen=True)
class Check:
    """One condition in words, whether it is met, and why, or what to do."""

    text: str
    ok: bool
    reason: str


class BadTree(ValueError):
    """The JSON is no tree of demands."""


def parse(tree: Any, depth: int = DEPTH) -> Node | None:
    """The tree in JSON as nodes; None stays None. Raises BadTree."""
    if tree is None:
        return None
    if not isinstance(tree, Mapping) or depth == 0:
        raise BadTree(f"no demand: {tree!r}")
    match dict(tree):
        case {"all": [_, *_] as parts, **rest} if not rest:
            return AllOf(_parsed(parts, depth))
        case {"any": [_, *_] as parts, **rest} if not rest:
            return AnyOf(_parsed(parts, depth))
        case {"qualification": str(category), **rest} if category and _known(rest):
            return Qualified(category, **rest)
        case {"staff": str(category), **rest} if category and _known(rest, "count"):
            if isinstance(rest.get("count", 1), bool) or rest.get("count", 1) < 1:
                raise BadTree(f"no number of persons: {tree!r}")
            return Staffed(category, **rest)
    raise BadTree(f"no demand: {tree!r}")


def _parsed(parts: Iterable[Any], depth: int) -> tuple[Node, ...]:
    found = tuple(parse(part, depth - 1) for part in parts)
    if None in found:
        raise BadTree("an empty demand within another")
    return tuple(node for node in found if node is not None)


def _known(rest: Mapping[str, Any], *numbers: str) -> bool:
    return all(
        isinstance(value, int if name in numbers else str)
        and name in ("level", "specialty", *numbers)
        for name, value in rest.items()
    )


def to_json(node: Node | None) -> dict[str, Any] | None:
    match node:
        case AllOf(of):
            return {"all": [to_json(part) for part in of]}
        case AnyOf(of):
            return {"any": [to_json(part) for part in of]}
        case Qualified(category, level, specialty):
            return {"qualification": category, **_filled(level, specialty)}
        case Staffed(category, level, specialty, count):
            return {"staff": category, **_filled(level, specialty), "count": count}
    return None


def _filled(level: str, specialty: str) -> dict[str, str]:
    return {name: text for name, text in (("level", level), ("specialty", specialty)) if text}


def categories_in(node: Node | None) -> frozenset[str]:
    """The codes of all categories that the tree names."""
    match node:
        case AllOf(of) | AnyOf(of):
            return frozenset().union(*(categories_in(part) for part in of))
        case Qualified() | Staffed():
            return frozenset({node.category})
    return frozenset()


def wording(node: Node, categories: Mapping[str, Category]) -> str:
    """The demand as a sentence part: “测绘资质 乙级（含）以上，工程测量”."""
    match node:
        case AllOf(of):
            return gettext(" and ").join(wording(part, categories) for part in of)
        case AnyOf(of):
            return gettext(" or ").join(wording(part, categories) for part in of)
    category = categories.get(node.category, Category(node.category, node.category))
    words = category.name
    if node.level:
        top = not category.levels or node.level == category.levels[0]
        level = node.level if top else gettext("%(level)s or higher") % {"level": node.level}
        words += f" {level}"
    if node.specialty:
        words += gettext(" (%(specialty)s)") % {"specialty": node.specialty}
    if isinstance(node, Staffed):
        persons = ngettext("%(count)d person: %(what)s", "%(count)d persons: %(what)s", node.count)
        words = persons % {"count": node.count, "what": words}
    return words


@dataclass(frozen=True)
class Outline:
    """A demand for the eye: words, or a heading with parts."""

    words: str
    parts: tuple[Outline, ...] = ()


def outline(node: Node, categories: Mapping[str, Category]) -> Outline:
    """The tree as nested lines, “all of” and “one of” spelt out."""
    match node:
        case AllOf(of):
            return Outline(gettext("All of:"), tuple(outline(part, categories) for part in of))
        case AnyOf(of):
            return Outline(gettext("One of:"), tuple(outline(part, categories) for part in of))
    return Outline(wording(node, categories))


def check(facts: Facts, requirement: Requirement, on: date) -> list[Check]:
    """Every condition, one line each: listed, offers the items, then the parts of the tree.

    An “all” at the top is one line a part; an “any” is one line.
    """
    lines = [_listed(facts), *_offers(facts, requirement)]
    tree = requirement.tree
    if tree is not None:
        parts = tree.of if isinstance(tree, AllOf) else (tree,)
        lines += [_line(facts, part, on) for part in parts]
    return lines


def eligible(checks: Iterable[Check]) -> bool:
    return all(line.ok for line in checks)


def _listed(facts: Facts) -> Check:
    why = (
        gettext("Its entry passed the review.")
        if facts.listed
        else gettext("Apply for entry, and bid once its review is passed.")
    )
    return Check(gettext("Listed as an agency"), facts.listed, why)


def _offers(facts: Facts, requirement: Requirement) -> list[Check]:
    offered = gettext("It is among the services that the unit offers.")
    advice = gettext("Add it to the services that your unit offers.")
    if requirement.any_item and len(requirement.items) > 1:
        ok = any(code in facts.items for code, _ in requirement.items)
        names = gettext(" or ").join(name for _, name in requirement.items)
        text = gettext("Offers one of: %(items)s") % {"items": names}
        return [Check(text, ok, offered if ok else advice)]
    return [
        Check(
            gettext("Offers “%(item)s”") % {"item": name},
            code in facts.items,
            offered if code in facts.items else advice,
        )
        for code, name in requirement.items
    ]


def _line(facts: Facts, node: Node, on: date) -> Check:
    ok, reason = _judge(facts, node, on)
    return Check(wording(node, facts.categories), ok, reason)


def _judge(facts: Facts, node: Node, on: date) -> tuple[bool, str]:
    match node:
        case Qualified():
            return _judge_qualified(facts, node, on)
        case Staffed():
            return _judge_staffed(facts, node, on)
    verdicts = [_judge(facts, part, on) for part in node.of]
    met = [reason for ok, reason in verdicts if ok]
    missed = [reason for ok, reason in verdicts if not ok]
    if isinstance(node, AllOf):
        return (False, " ".join(missed)) if missed else (True, " ".join(met))
    if met:
        return True, met[0]
    return False, gettext("One is enough.") + " " + " ".join(missed)


def _judge_qualified(facts: Facts, node: Qualified, on: date) -> tuple[bool, str]:
    category = facts.category(node.category)
    of_category = [row for row in facts.qualifications if row.category == node.category]
    fitting = [
        row
        for row in of_category
        if category.reaches(row.level, node.level) and row.covers(node.specialty)
    ]
    valid = [row for row in fitting if row.is_valid(on)]
    if valid:
        return True, _valid(max(valid, key=lambda row: row.valid_until or date.max))
    expired = [row for row in fitting if row.state == "verified"]
    if expired:
        last = max(expired, key=lambda row: row.valid_until or date.max)
        facts_of_last = {"number": last.number, "day": localize(last.valid_until)}
        return False, (
            gettext("%(number)s expired on %(day)s: add the renewed certificate.") % facts_of_last
        )
    pending = [row for row in fitting if row.state == "pending"]
    if pending:
        return False, (
            gettext("%(number)s is under review: bid once it is verified.")
            % {"number": pending[0].number}
        )
    verified = [row for row in of_category if row.state == "verified"]
    if verified:
        has = "；".join(" ".join(filter(None, (row.level, row.specialty))) for row in verified)
        return False, (
            gettext("Your unit has only %(has)s: add a certificate that reaches this.")
            % {"has": has or category.name}
        )
    return False, gettext("Your unit has none: add the certificate to your entry.")


def _valid(row: Certificate) -> str:
    if row.valid_until is None:
        return gettext("%(number)s, valid for good") % {"number": row.number}
    return gettext("%(number)s, valid until %(day)s") % {
        "number": row.number,
        "day": localize(row.valid_until),
    }


def _judge_staffed(facts: Facts, node: Staffed, on: date) -> tuple[bool, str]:
    category = facts.category(node.category)
    count = sum(
        person.verified
        and any(
            row.category == node.category
            and category.reaches(row.level, node.level)
            and row.covers(node.specialty)
            and row.is_valid(on)
            for row in person.certificates
        )
        for person in facts.people
    )
    has = ngettext("%(count)d person on the list", "%(count)d persons on the list", count)
    has %= {"count": count}
    if count >= node.count:
        return True, has
    advice = gettext("%(has)s: add practitioners with a valid certificate to your entry.")
    return False, advice % {"has": has}
