"""Whether an agency meets a requirement, from the register as it is now.

`conditions` judges; here its facts are read.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from marketplace import conditions
from marketplace.conditions import Category, Certificate, Check, Facts, Person, Requirement
from marketplace.models import (
    Agency,
    AgencyState,
    PractitionerCertificate,
    Qualification,
    QualificationCategory,
    ReviewState,
    ServiceItem,
)

__all__ = ["Check", "Requirement", "check", "eligible", "facts_of", "requirement_of"]

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


def facts_of(agency: Agency | None) -> Facts:
    """What the register says of an agency: five queries."""
    if agency is None:
        return Facts(listed=False, categories=categories())
    held = agency.qualifications.current().select_related("category").order_by("pk")
    people = agency.practitioners.current().filter(state=ReviewState.VERIFIED).order_by("pk")
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
