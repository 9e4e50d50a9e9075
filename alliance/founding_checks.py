"""What the papers ask of a founding, each demand with its paper and its own words. Pure.

The call and the form disagree about how many units found an alliance: both are checked, and who
reviews sees both. The name is checked by the form's note 2, with names that come too near.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

DATA = Path(__file__).parent / "data"
TAIL = "技术创新联盟"
NEAR = 0.6  # how much of two names' own part may agree before a reviewer is told


@cache
def model() -> Mapping[str, Any]:
    """The client's call, as data: what the next one begins with, and every sentence quoted."""
    found: Mapping[str, Any] = json.loads((DATA / "call-model.json").read_text(encoding="utf-8"))
    return found


@dataclass(frozen=True)
class Unit:
    """A unit that founds: its kind, and the first two digits of its division."""

    name: str
    kind: str
    province: str


@dataclass(frozen=True)
class Demand:
    """One condition of a paper: what it asks, what there is."""

    text: str
    met: bool
    reason: str


@dataclass(frozen=True)
class Check:
    """One paper's demands, in its own words."""

    key: str
    heading: str
    quote: str
    demands: tuple[Demand, ...]

    @property
    def met(self) -> bool:
        return all(one.met for one in self.demands)


def of_units(
    lead: Unit, others: Sequence[Unit], *, province: str, figures: Mapping[str, int]
) -> tuple[Check, Check]:
    """The call's demands on the units beside the lead, and the form's on all of them."""
    quotes = model()["quotes"]
    enterprises = sum(one.kind == "enterprise" for one in others)
    universities = sum(one.kind == "university" and one.province == province for one in others)
    total = 1 + len(others)
    there = _("There are %(count)d.")
    by_call = Check(
        "call",
        _("By the call"),
        quotes["enterprises"],
        (
            Demand(_("Led by an enterprise"), lead.kind == "enterprise", lead.name),
            Demand(
                _("At least %(count)d other enterprises of the chain")
                % {"count": figures["enterprises"]},
                enterprises >= figures["enterprises"],
                there % {"count": enterprises},
            ),
            Demand(
                _("At least %(count)d university of the province")
                % {"count": figures["universities"]},
                universities >= figures["universities"],
                there % {"count": universities},
            ),
        ),
    )
    by_form = Check(
        "form",
        _("By the registration form"),
        quotes["units"],
        (
            Demand(
                _("At least %(count)d founding units, the lead among them")
                % {"count": figures["units"]},
                total >= figures["units"],
                there % {"count": total},
            ),
        ),
    )
    return by_call, by_form


def of_name(name: str, *, region: str, taken: Iterable[str]) -> Check:
    """How the name is formed, that nobody bears it, and which names come near."""
    name = name.strip()
    own = own_part(name, region)
    names = list(taken)
    near = [one for one in names if one != name and _near(own, own_part(one, region))]
    return Check(
        "name",
        _("Name of the alliance"),
        model()["quotes"]["name"],
        (
            Demand(
                _("Formed as “%(region)s…%(tail)s”") % {"region": region, "tail": TAIL},
                bool(own) and name.startswith(region) and name.endswith(TAIL),
                name,
            ),
            Demand(_("Nobody bears this name"), name not in names, ""),
            Demand(_("No registered alliance comes near it"), not near, "、".join(near)),
        ),
    )


def own_part(name: str, region: str) -> str:
    """What a name says between the region and 技术创新联盟, without 产业 or 产学研."""
    part = name.removeprefix(region).removesuffix(TAIL)
    return part.removesuffix("产业").removesuffix("产学研")


def _near(one: str, other: str) -> bool:
    if not one or not other:
        return False
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= NEAR
