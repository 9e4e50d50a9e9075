"""Whether an agency meets a requirement, from the register as it is now.

`conditions` judges; here its facts are read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from marketplace import conditions
from marketplace.conditions import Category, Certificate, Check, Facts, Person, Requirement
from marketplace.entry import Entry, Paper
from marketplace.models import (
    Agency,
    AgencyState,
    PractitionerCertificate,
    Qualification,
    QualificationCategory,
    ReviewState,
    ServiceItem,
)

__all__ = [
    "Check",
    "Requirement",
    "check",
    "eligible",
    "facts_as_handed_in",
    "facts_of",
    "facts_of_entry",
    "requirement_of",
]

eligible = conditions.eligible


def check(agency: Agency | None, requirement: Requirement, on: date) -> list[Check]:
    """One explained line per condition, in the language of the moment; None: a unit not entered."""
    return conditions.check(facts_of(agency), requirement, on)


def requirement_of(items: Iterable[ServiceItem], *, any_item: bool, tree: Any) -> Requirement:
    """What an order for `items` with the demand `tree` (JSON) asks of who bids for it."""
    named = tuple((item.code, item.name) for item in items)
    return Requirement(named, any_item, conditions.parse(tree))


def categories() -> dict[str, Category]:
    """Every category by its code."""
    return {
        row.code: Category(row.code, row.name, tuple(row.levels))
        for row in QualificationCategory.objects.all()
    }


def facts_of(agency: Agency | None, *, states: tuple[str, ...] = (ReviewState.VERIFIED,)) -> Facts:
    """What the register says of an agency, its people in one of `states`: five queries."""
    if agency is None:
        return Facts(listed=False, categories=categories())
    held = agency.qualifications.current().select_related("category").order_by("pk")
    people = agency.practitioners.current().filter(state__in=states).order_by("pk")
    certificates: dict[int, list[Certificate]] = {person.pk: [] for person in people}
    of_people = PractitionerCertificate.objects.current().select_related("category").order_by("pk")
    for row in of_people.filter(practitioner__in=certificates):
        certificates[row.practitioner_id].append(_certificate(row))
    return Facts(
        listed=agency.state == AgencyState.LISTED,
        items=frozenset(agency.services.current().values_list("item__code", flat=True)),
        qualifications=tuple(_certificate(row) for row in held),
        people=tuple(Person(True, tuple(rows)) for rows in certificates.values()),
        categories=categories(),
    )


def _certificate(row: Qualification | PractitionerCertificate) -> Certificate:
    return Certificate(
        row.category.code, row.level, row.specialty, row.number, row.valid_until, row.state
    )


def facts_of_entry(entry: Entry) -> Facts:
    """What an agency will be and have once everything that it hands in is verified."""
    return Facts(
        listed=True,
        items=frozenset(terms.item.code for terms in entry.services),
        qualifications=tuple(_handed_in(paper) for paper in entry.qualifications),
        people=tuple(
            Person(True, tuple(_handed_in(paper) for paper in person.certificates))
            for person in entry.practitioners
        ),
        categories=categories(),
    )


def _handed_in(paper: Paper) -> Certificate:
    return Certificate(
        paper.category.code, paper.level, paper.specialty, paper.number, paper.valid_until
    )


def facts_as_handed_in(agency: Agency) -> Facts:
    """What an agency will have once everything that waits for its review is verified."""
    waiting = facts_of(agency, states=(ReviewState.VERIFIED, ReviewState.PENDING))

    def verified(rows: Iterable[Certificate]) -> tuple[Certificate, ...]:
        return tuple(
            replace(row, state="verified") if row.state == "pending" else row for row in rows
        )

    return replace(
        waiting,
        listed=True,
        qualifications=verified(waiting.qualifications),
        people=tuple(Person(True, verified(person.certificates)) for person in waiting.people),
    )
