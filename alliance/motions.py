"""What bodies decide about, and what a decision does: filled by each subject from `apps.py`.

    motions.effects["admission"] = applications.decide      # a part: (motion, outcome, *, by, at)
    motions.candidates["admission"] = applications.awaiting  # what may be put to the vote now

An effect is called by the rule that closes the meeting, in its transaction, once for each counted
motion, carried or not. It must not refuse: what could be in its way is settled before the vote.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from alliance.models import Alliance, Member
from alliance.models.meetings import Motion, MotionState
from alliance.voting import Outcome

OTHER = "other"
LABELS: dict[str, Any] = {
    "admission": _("admission of a member"),
    "expulsion": _("expulsion of a member"),
    "withdrawal": _("withdrawal of a member"),
    "charter-change": _("change of the charter"),
    "officers": _("appointment of officers"),
    "level-change": _("change of level"),
    "fees": _("fees"),
    "budget": _("budget and accounts"),
    "dissolution": _("end of the alliance"),
    OTHER: pgettext_lazy("matter of a motion", "other matter"),
}


@dataclass(frozen=True)
class Candidate:
    """A row that waits for a body: what the motion is called and says, and whom it concerns."""

    matter: str
    row: Any
    title: str
    text: str = ""
    concerns: Member | None = None

    @property
    def subject(self) -> tuple[str, str]:
        return self.row._meta.label_lower, self.row.code

    @property
    def key(self) -> str:
        return f"{self.matter}:{self.row.code}"


Effect = Callable[..., None]
Source = Callable[[Alliance], Iterable[Candidate]]
effects: dict[str, Effect] = {}
candidates: dict[str, Source] = {}


def awaiting(alliance: Alliance) -> Iterator[Candidate]:
    """Everything that may be put to the vote now, and is on no agenda yet."""
    pending = set(
        Motion.objects.filter(meeting__alliance=alliance, state=MotionState.PENDING).values_list(
            "subject", "subject_code"
        )
    )
    for source in candidates.values():
        for candidate in source(alliance):
            if candidate.subject not in pending:
                yield candidate


def take_effect(motion: Motion, outcome: Outcome, **how: Any) -> None:
    """Let the motion's subject know what came out; free motions have none."""
    if motion.subject_code and (effect := effects.get(motion.matter)):
        effect(motion, outcome, **how)
