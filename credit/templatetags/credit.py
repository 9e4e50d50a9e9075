"""`{% load credit %}`: points with their sign, and the badge of a level."""

from decimal import Decimal
from typing import Any

from django.template import Library
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from core.templatetags.gx import badge
from credit.scoring import Rating, text

register = Library()
MEANINGS = {"A": "done", "B": "open", "C": "soon", "D": "fail"}


@register.filter
def points(number: Decimal) -> str:
    """+0.5, −3, 0: with a true minus."""
    sign = "+" if number > 0 else "−" if number < 0 else ""
    return f"{sign}{text(abs(number))}"


@register.filter
def score(number: Decimal) -> str:
    return text(number)


@register.simple_tag
def level(rating: Rating) -> Any:
    """The badge “A 级”."""
    return badge(MEANINGS[rating.level], gettext("level %(level)s") % {"level": rating.level})


@register.simple_tag
def level_badge(rating: Rating | None) -> SafeString | str:
    """The badge with the score, “A 级 98 分”: for lists and pages of agencies."""
    if rating is None:
        return badge("ended", gettext("not rated yet"))
    words = gettext("%(score)s points") % {"score": text(rating.score)}
    return format_html("{} <span>{}</span>", level(rating), words)
