"""What of the arguments waits for a seat; joined on the desk."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from accounts.models import Deed, Seat
from core import todo
from procurement.models import Argument, ArgumentState, Comment, Expert, Opinion


def waiting_for(seat: Seat, at: datetime) -> Iterable[QuerySet[Any, Any]]:
    """The arguments for which this seat can do something now."""
    own = Argument.objects.owned_by(seat.organisation)
    published = own.filter(state=ArgumentState.PUBLISHED)
    open_ = Exists(Comment.objects.unanswered().filter(argument=OuterRef("pk")))
    drafts = own.filter(state=ArgumentState.DRAFT).annotate(
        named=Count("experts", distinct=True), signed=Count("experts__opinion", distinct=True)
    )
    ready = Q(named__gt=0, named=F("signed")) & ~Q(finding="")
    if seat.may(Deed.WRITE_NEED):
        yield _rows("argument-prepare", drafts.exclude(ready), "opens_at")
        yield _rows("argument-reply", published.filter(open_), "reply_until")
        over = published.filter(~open_, closes_at__lte=at)
        yield _rows("argument-close", over, "reply_until")
    if seat.may(Deed.APPROVE_NEED):
        yield _rows("argument-publish", drafts.filter(ready), "opens_at")
    unsigned = Expert.objects.filter(
        ~Exists(Opinion.objects.filter(expert=OuterRef("pk"))),
        user=seat.user,
        argument__state=ArgumentState.DRAFT,
    )
    yield todo.rows("opinion-sign", unsigned, title="argument__need__title", about="code")


def _rows(kind: str, rows: QuerySet[Argument], due_at: str) -> QuerySet[Any, Any]:
    return todo.rows(kind, rows, title="need__title", about="code", due_at=due_at)
