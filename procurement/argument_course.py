"""The course of an argument as pages show it: stages, opinions and comments by topic."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.course import shown
from core.templatetags.gx import last_day, short_instant
from procurement.models import Argument, ArgumentState, Comment, Verdict

MEANINGS = {Verdict.AGREE: "done", Verdict.AMEND: "soon", Verdict.DISAGREE: "fail"}


def of(argument: Argument, at: datetime) -> list[dict[str, Any]]:
    """Stages as `components/course.html` shows them."""
    opens, closes = argument.opens_at, argument.closes_at
    stages = [
        (_("Opinions of experts"), "", argument.published_at is not None),
        (_("Notice"), short_instant(argument.published_at), argument.published_at is not None),
        (
            pgettext("opinion", "Comments"),
            f"{short_instant(opens)} – {short_instant(closes)}" if opens and closes else "",
            bool(closes and closes <= at and argument.published_at),
        ),
        (
            _("Answers"),
            last_day(argument.reply_until) if argument.reply_until else "",
            argument.closed_at is not None,
        ),
        (_("Result"), short_instant(argument.closed_at), argument.closed_at is not None),
    ]
    withdrawn = argument.state == ArgumentState.WITHDRAWN
    return shown(stages, ended=_("Ended by the owner") if withdrawn else "")


def opinions_of(argument: Argument) -> list[dict[str, Any]]:
    """Each expert with what he says of each topic."""
    experts = argument.experts.select_related("opinion").order_by("-is_head", "pk")
    return [
        {
            "expert": expert,
            "opinion": getattr(expert, "opinion", None),
            "answers": _answers(argument, expert.opinion.answers)
            if hasattr(expert, "opinion")
            else [],
        }
        for expert in experts
    ]


def _answers(argument: Argument, said: Sequence[dict[str, str]]) -> list[dict[str, Any]]:
    by_topic = {answer["topic"]: answer for answer in said}
    return [
        {
            "topic": topic["text"],
            "meaning": MEANINGS[Verdict(by_topic[topic["key"]]["verdict"])],
            "label": Verdict(by_topic[topic["key"]]["verdict"]).label,
            "text": by_topic[topic["key"]]["text"],
        }
        for topic in argument.topics
    ]


def by_topic(argument: Argument, comments: Sequence[Comment]) -> list[dict[str, Any]]:
    """The topics with the comments on each, oldest first."""
    return [
        {
            "key": topic["key"],
            "text": topic["text"],
            "comments": [one for one in comments if one.topic == topic["key"]],
        }
        for topic in argument.topics
    ]
