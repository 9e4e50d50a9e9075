"""The requirement checker's rules as rows: loaded from the file, revised and switched by staff.

Each change is a version that anybody may read; needs keep the version that found a sentence.
"""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from core import outbox
from core.audit import Actor, record
from core.lifecycle import RuleBroken, lock
from core.numbering import new_code
from procurement import checker
from procurement.checker import Rule
from procurement.models import RequirementRule

COLUMNS = (
    "title",
    "article",
    "why",
    "weight",
    "patterns",
    "exceptions",
    "sections",
    "trips",
    "passes",
)
LONGEST_PATTERN = 300


def in_force() -> tuple[Rule, ...]:
    """The rules that are switched on; one query."""
    return tuple(as_rule(row) for row in RequirementRule.objects.in_force().order_by("pk"))


def as_rule(row: RequirementRule) -> Rule:
    return checker.rule_of(
        {"name": row.name, "version": row.version, **{name: getattr(row, name) for name in COLUMNS}}
    )


@transaction.atomic(durable=True)
def load() -> int:
    """Add the file's rules that the table lacks; what staff revised stays."""
    known = set(RequirementRule.objects.values_list("name", flat=True))
    rows = []
    for rule in checker.shipped():
        if rule.name not in known:
            kept = {name: _plain(value) for name, value in asdict(rule).items()}
            rows.append(RequirementRule(code=new_code(), **kept))
    return len(RequirementRule.objects.bulk_create(rows))


@transaction.atomic(durable=True)
def revise(
    row: RequirementRule, rule: Rule, *, is_on: bool, by: Actor, at: datetime
) -> RequirementRule:
    """Give a rule its next version, in force at once; the earlier ones stay.

    Refused for a version that has its successor, where nothing changes, and for a rule that does
    not find its own sentence, or finds the one that it must leave.
    """
    row = lock(row)
    if row.superseded_at is not None:
        raise RuleBroken("Somebody else revised this rule meanwhile: load the page again.")
    _check(rule)
    kept = {name: _plain(getattr(rule, name)) for name in COLUMNS}
    if is_on == row.is_on and all(getattr(row, name) == value for name, value in kept.items()):
        raise RuleBroken("Nothing differs from the version in force: change something first.")
    row.superseded_at = at
    row.save(update_fields=["superseded_at"])
    successor = RequirementRule.objects.create(
        code=new_code(),
        name=row.name,
        version=row.version + 1,
        is_on=is_on,
        entered_at=at,
        **kept,
    )
    outbox.emit(
        record(
            successor,
            "requirement-rule.revised",
            by=by,
            at=at,
            public=True,
            rule=row.name,
            version=successor.version,
            is_on=is_on,
            **kept,
        )
    )
    return successor


def _check(rule: Rule) -> None:
    if any(len(one) > LONGEST_PATTERN for one in (*rule.patterns, *rule.exceptions)):
        raise RuleBroken("A pattern is too long: split it into several lines.")
    wrong = checker.faults(rule)
    if "pattern" in wrong:
        raise RuleBroken("A pattern is not a regular expression: check its brackets.")
    if "trips" in wrong:
        raise RuleBroken("The rule does not find the sentence that must trip it: change either.")
    if "passes" in wrong:
        raise RuleBroken("The rule finds the sentence that must not trip it: change either.")


def _plain(value: object) -> object:
    return list(value) if isinstance(value, Iterable) and not isinstance(value, str) else value
