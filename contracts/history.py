"""What happened to an agreement, read from its events: who, when, what."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from contracts.models import Agreement
from core.models import Event

WORDS: Mapping[str, Any] = {
    "agreement.drawn-up": _("The contract was drawn up"),
    "agreement.signed": _("Signed"),
    "agreement.concluded": _("The contract was concluded"),
    "agreement.declined": _("Declined to sign"),
    "agreement.released": _("A partner was released"),
    "agreement.lapsed": _("The contract lapsed: it was not signed in time"),
    "agreement.fulfilled": _("The contract is fulfilled"),
    "agreement.terminated": _("The contract was ended by consent"),
    "delivery.handed-in": _("A deliverable was handed in"),
    "delivery.accepted": _("A deliverable was accepted"),
    "delivery.returned": _("A deliverable was returned for correction"),
    "change.asked": _("A change was asked for"),
    "change.granted": _("A change was granted"),
    "change.refused": _("A change was refused"),
    "change.withdrawn": _("A change was withdrawn"),
    "milestone.settled": _("A provisional due date was settled"),
}


@dataclass(frozen=True)
class Entry:
    words: Any
    at: datetime
    person: str
    unit: str
    detail: str


def of(agreement: Agreement) -> list[Entry]:
    """Newest first, with names instead of codes: three queries."""
    events = Event.objects.filter(subject_code=agreement.code, name__in=list(WORDS))
    rows = [(event, _content(event)) for event in events.order_by("-pk")]
    signatures = [content.get("by", {}) for _event, content in rows]
    people = dict(
        User.objects.filter(code__in={one.get("actor", "") for one in signatures}).values_list(
            "code", "name"
        )
    )
    units = dict(
        Organisation.objects.filter(
            code__in={one.get("organisation", "") for one in signatures}
        ).values_list("code", "name")
    )
    titles = {one.place: one.title for one in agreement.milestones.all()}
    return [
        Entry(
            words=WORDS[event.name],
            at=event.at,
            person=people.get(content.get("by", {}).get("actor", ""), ""),
            unit=units.get(content.get("by", {}).get("organisation", ""), ""),
            detail=_detail(content.get("facts", {}), titles),
        )
        for event, content in rows
    ]


def _content(event: Event) -> dict[str, Any]:
    """Empty once personal data was erased."""
    content: dict[str, Any] = json.loads(event.content) if event.content else {}
    return content


def _detail(facts: Mapping[str, Any], titles: Mapping[int, str]) -> str:
    place = facts.get("milestone") or facts.get("place")
    parts = [
        titles.get(place, "") if place else "",
        facts.get("answer") or facts.get("reason") or "",
    ]
    return "：".join(part for part in parts if part)
