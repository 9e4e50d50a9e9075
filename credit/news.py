"""What contracts tell: late and unfit deliverables, and signatures that were refused.

Consumers of the outbox. An agency is heard before any of it counts.
"""

import json
from datetime import datetime, timedelta
from typing import Any

from accounts.models import Organisation
from contracts.models import Agreement, Side
from core import figures
from core.audit import Clock
from core.calendar import day_of
from core.lifecycle import lock, part
from core.models import Event
from credit import facts, scoring
from credit.models import Fact


@part
def delivery_decided(event: Event, *, at: datetime) -> None:
    """A deliverable was accepted or returned: note once a milestone that it came far too late, and
    once that it was returned a second time."""
    told = json.loads(event.content)["facts"]
    agreement = Agreement.objects.get(code=event.subject_code)
    milestone = f"{told['number']}-{told['milestone']}"
    if _is_late(agreement, told):
        _enter("delivery-late", agreement, told, key=milestone, when=told["handed_in_at"], at=at)
    if event.name == "delivery.returned" and told["round"] >= 2:
        _enter("delivery-unfit", agreement, told, key=milestone, when=told["decided_at"], at=at)


def _is_late(agreement: Agreement, told: dict[str, Any]) -> bool:
    """Later than the due date by more than so many per cent of the time from signature to it."""
    if not told["days_late"] or agreement.concluded_at is None:
        return False
    due = datetime.fromisoformat(told["due_at"])
    if due > datetime.fromisoformat(told["handed_in_at"]):
        # A return moved the due date since: what counts is the days noted at the hand-in.
        due = datetime.fromisoformat(told["handed_in_at"]) - timedelta(days=told["days_late"])
    agreed = due - agreement.concluded_at
    percent = figures.value("delivery.late.percent", day_of(due))
    return timedelta(days=told["days_late"]) * 100 > agreed * int(percent)


def _enter(
    kind: str, agreement: Agreement, told: dict[str, Any], *, key: str, when: str, at: datetime
) -> None:
    facts.enter(
        organisation=Organisation.objects.get(code=told["agency"]),
        kind=kind,
        about=agreement,
        key=key,
        occurred_at=datetime.fromisoformat(when),
        evidence=[(f"{told['number']}", agreement.get_absolute_url())],
        by=Clock(),
        at=at,
    )


@part
def agreement_unsigned(event: Event, *, at: datetime) -> None:
    """An agreement was declined, or lapsed without the agency's signature.

    One event, one entry: a second one within twelve months is entered by the heavier line alone.
    """
    told = json.loads(event.content)["facts"]
    if event.name == "agreement.declined":
        refusing = [told["organisation"]] if told["side"] == Side.AGENCY else []
        when = told["declined_at"]
    else:
        refusing = [one["organisation"] for one in told["unsigned"] if one["side"] == Side.AGENCY]
        when = told["sign_until"]
    agreement = Agreement.objects.get(code=event.subject_code)
    for code in refusing:
        agency = lock(Organisation.objects.get(code=code))  # of two at once the second counts both
        again = _refused_before(agency, datetime.fromisoformat(when))
        _enter(
            "withdrawal-repeated" if again else "signing-refused",
            agreement,
            {**told, "agency": code},
            key=told["number"],
            when=when,
            at=at,
        )


def _refused_before(agency: Organisation, when: datetime) -> bool:
    """Whether the agency let another contract go in the twelve months before; what was annulled
    does not count."""
    earlier = Fact.objects.standing().filter(
        organisation=agency,
        kind__in=["signing-refused", "withdrawal-repeated"],
        occurred_at__gt=scoring.months_after(when, -12),
        occurred_at__lte=when,
    )
    return earlier.exclude(points=0).exists()
