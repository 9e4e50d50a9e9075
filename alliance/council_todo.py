"""What councils and finance offices put before a seat: to answer, vote, count, sign, confirm."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _

from accounts.models import Deed, Seat
from alliance.models import (
    SECRETARIAT,
    Ballot,
    Due,
    LedgerEntry,
    Meeting,
    Minutes,
    Motion,
    Officer,
    Post,
    Recusal,
    Seating,
    Statement,
    Withdrawal,
)
from alliance.models.fees import EntryState, StatementState
from alliance.models.leaving import WithdrawalState
from alliance.models.meetings import MeetingState, MinutesState
from core import todo


def name_kinds() -> None:
    """How each kind is told, and the deeds that the tab of what was done shows."""
    meeting = "alliance:desk-meeting"
    todo.kind("meeting-answer", _("Answer the call to a meeting"), _("Answer"), meeting)
    todo.kind("meeting-vote", _("Vote"), _("Vote"), meeting)
    todo.kind("meeting-hold", _("Hold and close the meeting"), _("Open"), meeting)
    todo.kind("minutes-sign", _("Sign the minutes"), _("Read and sign"), meeting)
    todo.kind("due-pay", _("Pay the fee of an alliance"), _("Look"), "alliance:desk-dues")
    todo.kind("entry-confirm", _("Confirm an entry"), _("Compare"), "alliance:ledger")
    todo.kind("accounts-publish", _("Publish the accounts"), _("Look"), "alliance:ledger")
    todo.kind("withdrawal-accept", _("Application to leave"), _("Look"), "alliance:withdrawal")
    todo.kind("withdrawal-review", _("Review before leaving"), _("Review"), "alliance:withdrawal")
    for name, label in (
        ("meeting.called", _("called a meeting")),
        ("ballot.cast", _("voted")),
        ("meeting.closed", _("closed a meeting")),
        ("minutes.signed", _("signed minutes")),
        ("dues.raised", _("raised fees")),
        ("entry.entered", _("entered a movement of money")),
        ("entry.confirmed", _("confirmed an entry")),
        ("accounts.published", _("published accounts")),
        ("withdrawal.submitted", _("applied to leave an alliance")),
        ("withdrawal.accepted", _("accepted an application to leave")),
        ("withdrawal.reviewed", _("reviewed an application to leave")),
        ("expulsion.charged", _("charged a member with a breach")),
    ):
        todo.deed(name, label)


def waiting_for(seat: Seat, at: datetime) -> Iterator[QuerySet[Any, Any]]:
    """Rows of what waits for this seat at an instant."""
    unit = seat.organisation
    if seat.may(Deed.VOTE):
        mine = Seating.objects.filter(meeting=OuterRef("pk"), member__organisation=unit)
        called = Meeting.objects.filter(Exists(mine.filter(answer="")), state=MeetingState.CALLED)
        room = called.filter(votes_until=None, begins_at__gt=at)
        yield _meetings("meeting-answer", room, "begins_at")
        yield _meetings("meeting-vote", _voting(unit, at), "votes_until")
    if seat.may(Deed.JOIN_ALLIANCE):
        unpaid = Due.objects.unpaid().of(unit)
        yield todo.rows(
            "due-pay",
            unpaid,
            title=F("alliance__name"),
            about="alliance__number",
            due_at=None,
        )
    yield from _of_officers(seat, at)


def _voting(unit: Any, at: datetime) -> QuerySet[Meeting]:
    """Meetings at which the unit has a ballot to cast, or holds a proxy for one."""
    own = Q(member__organisation=unit, proxy_to=None) | Q(proxy_to__member__organisation=unit)
    seatings = Seating.objects.filter(own)
    left = (
        Motion.objects.filter(meeting=OuterRef("meeting"))
        .exclude(
            Exists(Ballot.objects.filter(motion=OuterRef("pk"), seating=OuterRef(OuterRef("pk"))))
        )
        .exclude(
            Exists(Recusal.objects.filter(motion=OuterRef("pk"), seating=OuterRef(OuterRef("pk"))))
        )
    )
    waiting = seatings.filter(Exists(left), meeting=OuterRef("pk"))
    room = Q(state=MeetingState.OPEN)
    writing = Q(state=MeetingState.CALLED, begins_at__lte=at, votes_until__gt=at)
    return Meeting.objects.filter(room | writing).filter(Exists(waiting))


def _of_officers(seat: Seat, at: datetime) -> Iterator[QuerySet[Any, Any]]:
    def held(*posts: str) -> QuerySet[Any]:
        mine = Officer.objects.held_at(at).of(seat, *posts)
        return mine.values("alliance")

    secretariat = held(*SECRETARIAT)
    hold = Meeting.objects.filter(
        Q(state=MeetingState.OPEN)
        | Q(state=MeetingState.CALLED, votes_until=None, begins_at__lte=at),
        alliance__in=held(*SECRETARIAT, Post.CHAIR),
    )
    yield _meetings("meeting-hold", hold, "begins_at")
    drafted = Minutes.objects.filter(state=MinutesState.DRAFTED)
    to_sign = drafted.filter(
        Q(chair=None, meeting__alliance__in=held(Post.CHAIR))
        | Q(recorder=None, meeting__alliance__in=secretariat)
    ).exclude(Q(chair__user=seat.user) | Q(recorder__user=seat.user))
    yield todo.rows(
        "minutes-sign", to_sign, title="meeting__title", about="meeting__number", due_at=None
    )
    entered = LedgerEntry.objects.filter(
        state=EntryState.ENTERED, alliance__in=held(Post.CASHIER, Post.SECRETARY_GENERAL)
    ).exclude(entered_by__user=seat.user)
    yield todo.rows("entry-confirm", entered, title="memo", about="alliance__number")
    prepared = Statement.objects.filter(
        state=StatementState.PREPARED, alliance__in=held(Post.SECRETARY_GENERAL, Post.CHAIR)
    ).exclude(prepared_by__user=seat.user)
    yield todo.rows("accounts-publish", prepared, title="alliance__name", about="alliance__number")
    for kind, state, posts in (
        ("withdrawal-accept", WithdrawalState.SUBMITTED, SECRETARIAT),
        ("withdrawal-review", WithdrawalState.ACCEPTED, (Post.ACADEMIC_CHAIR,)),
    ):
        rows = Withdrawal.objects.filter(state=state, alliance__in=held(*posts))
        yield todo.rows(kind, rows, title="member__organisation__name", about="code")


def _meetings(kind: str, rows: QuerySet[Meeting], due_at: str) -> QuerySet[Any, Any]:
    title = Concat("title", Value(" · "), "alliance__name")
    return todo.rows(kind, rows, title=title, about="number", due_at=due_at)
