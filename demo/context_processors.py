"""Who may be signed in as by a button; only where the demo is installed."""

from itertools import groupby
from typing import Any

from django.utils.translation import gettext_lazy as _

from demo import city

SIDES = {
    "operator": _("Operator"),
    "regulator": _("Regulator"),
    "owner": _("Project owners"),
    "agency": _("Agencies"),
    "witness": _("Witnesses"),
}


def demo_people(request: Any) -> dict[str, Any]:
    """The people of the sign-in page by side; a function, so that other pages pay nothing."""
    return {"demo_people": _by_side}


def _by_side() -> list[tuple[Any, list[city.Person]]]:
    order = list(SIDES)
    people = sorted(city.people(), key=lambda one: order.index(one.standing))
    return [(SIDES[side], list(some)) for side, some in groupby(people, lambda one: one.standing)]
