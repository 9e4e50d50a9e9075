"""What the packages above read in the news of an agreement: which one it is, about which row of
theirs, and by whose doing there is none."""

import json
from typing import TypeVar

from django.db import models

from contracts.models import Agreement, Side
from core.lifecycle import lock, part
from core.models import Event

Row = TypeVar("Row", bound=models.Model)


def agreement_of(event: Event) -> Agreement:
    return Agreement.objects.get(code=event.subject_code)


@part
def subject_of(event: Event, model: type[Row]) -> Row | None:
    """The row that the event's agreement is about, locked; None where another model has it."""
    agreement = agreement_of(event)
    if agreement.subject != model._meta.label_lower:
        return None
    return lock(model._default_manager.get(code=agreement.subject_code))


def unwilling(event: Event) -> Side:
    """By whose doing a contract was declined, or lapsed: who declined, or has not signed in time.

    Where neither has signed, it is as if the owner had declined.
    """
    told = json.loads(event.content)["facts"]
    if "side" in told:
        return Side(told["side"])
    unsigned = {party["side"] for party in told["unsigned"]}
    return Side.OWNER if Side.OWNER in unsigned else Side.AGENCY
