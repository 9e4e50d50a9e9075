"""One job 一事一评: marked in the scheme's dimensions, graded, and entered into the credit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from accounts.models import Organisation
from core.audit import Actor
from core.calendar import day_of
from core.lifecycle import RuleBroken, part
from credit import facts
from credit.models import Scheme
from credit.scoring import Grade, grade_of


@dataclass(frozen=True, slots=True)
class Job:
    """What the marks came to; each with its weight, as the marked row keeps them."""

    marks: list[dict[str, Any]]
    score: Decimal
    grade: Grade
    scheme: Scheme


@part
def enter(
    marks: Mapping[str, int],
    *,
    organisation: Organisation,
    about: Any,
    source: str,
    graded_at: datetime,
    by: Actor,
    at: datetime,
) -> Job:
    """Grade who did the job `about` a row by the scheme in force, and enter it into the credit.

    `source` is what the evidence is called there. Refused with a mark missing or out of bounds:
    none is set for who marks.
    """
    scheme = Scheme.objects.in_force(day_of(graded_at))
    dimensions = scheme.rules.dimensions
    whole = set(marks) == {one.code for one in dimensions}
    if not whole or not all(0 <= mark <= 100 for mark in marks.values()):
        raise RuleBroken("Give a mark from 0 to 100 in every dimension: none is set for you.")
    graded = grade_of({code: Decimal(mark) for code, mark in marks.items()}, scheme.rules)
    facts.enter(
        organisation=organisation,
        kind="job",
        about=about,
        occurred_at=graded_at,
        points=graded.grade.points,
        title=f"{about.title[:150]}：{graded.grade.label}",
        basis=f"{scheme.name}：一事一评，{graded.score} 分",
        evidence=[(source, about.get_absolute_url())],
        by=by,
        at=at,
    )
    told = [
        {
            "code": one.code,
            "label": one.label,
            "weight": str(one.weight),
            "mark": marks[one.code],
        }
        for one in dimensions
    ]
    return Job(told, graded.score, graded.grade, scheme)
