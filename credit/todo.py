"""What credit puts before a seat: facts to answer, and answers to decide about."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Deed, Seat
from core import todo
from credit.models import Fact


def name_kinds() -> None:
    """How each kind is told, and the deeds that the tab of what was done shows."""
    todo.kind("fact-answer", _("State your case"), _("Read and answer"), "credit:fact-detail")
    todo.kind("fact-decide", _("Decide about a case"), _("Read and decide"), "credit:fact-detail")
    todo.deed("fact.answered", _("stated a case"))
    todo.deed("fact.superseded", _("corrected a credit record"))
    todo.deed("fact.entered", _("entered a credit record"))


def waiting_for(seat: Seat, at: datetime) -> Iterator[QuerySet[Any, Any]]:
    """Rows of what waits for this seat at an instant."""
    heard = Fact.objects.under_hearing(at).filter(supersedes=None)
    if seat.may(Deed.EDIT_ORGANISATION):
        own = heard.filter(organisation=seat.organisation, statement=None)
        yield todo.rows("fact-answer", own, title="title", about="code", due_at="effective_at")
    if seat.may(Deed.SUPERVISE):
        stated = heard.filter(statement__isnull=False)
        yield todo.rows("fact-decide", stated, title="title", about="code", due_at="effective_at")
