"""The course of an inquiry: stages done, now and to come, and what its public events are called."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.course import shown
from core.templatetags.gx import day, last_day, short_instant
from procurement.models import WON, Procedure, ProcedureState

EVENTS: Mapping[str, Any] = {
    "procedure.published": gettext_lazy("The inquiry notice was published"),
    "procedure.corrected": gettext_lazy("The notice was corrected"),
    "procedure.witnesses-changed": gettext_lazy("The regulator changed the witnesses"),
    "procedure.closed": gettext_lazy("The list of quotes was frozen"),
    "procedure.opened": gettext_lazy("The quotes were opened"),
    "procedure.examined": gettext_lazy("The quotes were examined"),
    "procedure.dice-thrown": gettext_lazy("The dice were thrown"),
    "procedure.dice-confirmed": gettext_lazy("A witness confirmed the dice"),
    "procedure.awarded": gettext_lazy("The supplier was chosen"),
    "procedure.declined": gettext_lazy("The winner let the contract go"),
    "procedure.failed": gettext_lazy("The inquiry failed"),
    "procedure.withdrawn": gettext_lazy("The owner ended the inquiry"),
    "procedure.contracted": gettext_lazy("The contract was concluded"),
    "procedure.completed": gettext_lazy("The last deliverable was accepted"),
    "procedure.broken-off": gettext_lazy("The contract ended early, by consent"),
    "procedure.assessed": gettext_lazy("The owner assessed the performance"),
    "archive.drawn": gettext_lazy("The archive was drawn"),
}


def of(procedure: Procedure, at: datetime) -> list[dict[str, Any]]:
    """Stages as `components/course.html` shows them."""
    awarded, state = procedure.state in WON, procedure.state
    ended = {
        ProcedureState.FAILED: _("Failed"),
        ProcedureState.WITHDRAWN: _("Ended by the owner"),
        ProcedureState.BROKEN_OFF: _("Ended early"),
    }.get(ProcedureState(state))
    stages = [
        (_("Notice"), short_instant(procedure.published_at), procedure.published_at is not None),
        (
            _("Quotes"),
            _("until %(when)s") % {"when": short_instant(procedure.open_until)},
            procedure.closed_at is not None,
        ),
        (
            _("Examination"),
            short_instant(procedure.examined_at)
            or (last_day(procedure.examine_until) if procedure.examine_until else ""),
            procedure.examined_at is not None,
        ),
        (
            _("Result"),
            short_instant(procedure.awarded_at) or short_instant(procedure.choose_at),
            awarded,
        ),
        (_("Contract"), short_instant(procedure.contracted_at), bool(procedure.contracted_at)),
        (
            _("Delivery and acceptance"),
            short_instant(procedure.completed_at)
            or _("%(days)s days") % {"days": procedure.delivery_days},
            procedure.completed_at is not None,
        ),
        (
            _("Archive"),
            _("until %(when)s") % {"when": day(procedure.retain_until)}
            if procedure.retain_until
            else "",
            procedure.retain_until is not None,
        ),
    ]
    return shown(stages[:-1] if ended else stages, ended=ended)
