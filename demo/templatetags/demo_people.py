"""The sign-in page's buttons: one for each person of the city, by side."""

from itertools import groupby
from typing import Any

from django.template import Library
from django.utils.translation import gettext_lazy as _

from demo import city

register = Library()
SIDES = {
    "operator": _("Operator"),
    "regulator": _("Regulator"),
    "owner": _("Project owners"),
    "agency": _("Agencies"),
    "witness": _("Witnesses"),
}


@register.inclusion_tag("demo/people.html", takes_context=True)
def demo_people(context: Any) -> dict[str, Any]:
    order = list(SIDES)
    people = sorted(city.people(), key=lambda one: order.index(one.standing))
    sides = groupby(people, lambda one: one.standing)
    by_side = [(SIDES[side], list(some)) for side, some in sides]
    return {"by_side": by_side, "csrf_token": context.get("csrf_token")}
