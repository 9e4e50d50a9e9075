"""Why this one: what a result page tells of a draw, its values in the shape that templates show.

{% include explanation.template %}  {% include "selection/recompute.html" %}
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.meanings import Meaning
from core.templatetags.gx import yuan
from selection import draws
from selection.methods import METHODS, Evidence, Frozen, Result, draw, lowest
from selection.models import Draw

OUTCOMES = {
    draw.WINNER: (Meaning.DONE, pgettext_lazy("outcome of a selection", "won")),
    draw.RESERVE: (Meaning.WAIT, pgettext_lazy("outcome of a selection", "reserve")),
    draw.UNCHOSEN: (Meaning.ENDED, pgettext_lazy("outcome of a selection", "not chosen")),
    draw.INELIGIBLE: (Meaning.FAIL, pgettext_lazy("outcome of a selection", "ineligible, skipped")),
    draw.INVALID: (Meaning.FAIL, pgettext_lazy("outcome of a selection", "invalid quote")),
}
FAULTS = {
    lowest.ABOVE_CEILING: _("The quote is above the ceiling."),
    lowest.BELOW_FLOOR: _("The quote is below the floor."),
    lowest.UNREADABLE: _("The quote is no amount in yuan with at most two decimals."),
    lowest.NOT_OPENED: _("The envelope could not be opened: its bytes are not those handed in."),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the ranking, as it is shown."""

    place: draw.Place
    meaning: Meaning
    label: Any
    reserve: int | None

    @property
    def ticket(self) -> str:
        """The first twelve digits, in groups of four."""
        shown = (self.place.ticket or "")[:12]
        return " ".join(shown[at : at + 4] for at in range(0, len(shown), 4))

    @property
    def price(self) -> str:
        """As money where it is an amount, else as it was written."""
        asked = self.place.price or ""
        return yuan(Decimal(asked)) if re.fullmatch(lowest.PRICE, asked) else asked

    @property
    def reason(self) -> Any:
        return FAULTS.get(self.place.reason, self.place.reason)


@dataclass(frozen=True)
class Explanation:
    """A finished draw: its facts, its evidence, its result, and the file that holds them all."""

    committed_at: Any
    frozen: Frozen
    evidence: Evidence
    result: Result

    @property
    def template(self) -> str:
        return f"selection/{self.frozen.method}.html"

    @cached_property
    def bundle(self) -> bytes:
        return METHODS[self.frozen.method].bundle(self.frozen, self.evidence)

    @property
    def digest(self) -> str:
        """What the result notice prints: it changes with every byte of draw.json."""
        return draw.digest(self.bundle)

    @cached_property
    def lines(self) -> list[Line]:
        return list(self._lines())

    @property
    def ineligible(self) -> list[Line]:
        return [one for one in self.lines if one.place.outcome == draw.INELIGIBLE]

    @property
    def invalid(self) -> list[Line]:
        return [one for one in self.lines if one.place.outcome == draw.INVALID]

    @property
    def drawn(self) -> bool:
        """Whether dice decided anything."""
        return self.result.seed is not None

    @cached_property
    def tied(self) -> int:
        """How many equal prices the dice put in order."""
        return len(lowest.tied(self.frozen, self.evidence))

    @property
    def shell(self) -> str:
        """Lines of shell that find seed and tickets again; empty where nothing was drawn."""
        return render_to_string("selection/recompute.sh", {"it": self}) if self.drawn else ""

    def _lines(self) -> Iterator[Line]:
        reserves = 0
        for place in self.result.places:
            reserves += place.outcome == draw.RESERVE
            number = reserves if place.outcome == draw.RESERVE else None
            yield Line(place, *OUTCOMES[place.outcome], number)


def of(row: Draw) -> Explanation | None:
    """The explanation of a draw; None while its result is not known."""
    if row.facts is None or draws.missing(row):
        return None
    return Explanation(row.committed_at, row.facts, draws.evidence(row), draws.choose(row))
