"""What councils, fees and leaving tell the packages below: notices, states, files, clock, desk."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from alliance import (
    council_tasks,
    fees,
    leaving,
    ledger,
    minutes,
    motions,
    tabs,
)
from alliance.council_finders import receipt
from alliance.council_todo import name_kinds, waiting_for
from alliance.models import LedgerEntry, Withdrawal
from alliance.models.fees import DueState, EntryState, FeeScaleState, StatementState
from alliance.models.leaving import ExpulsionState, WithdrawalState
from alliance.models.meetings import MeetingState, MinutesState, MotionState
from core import meanings, timetable, todo, uploads
from core.models import Upload
from publication import notices, verification


def register() -> None:
    """Called once, from `apps.py`."""
    motions.effects["withdrawal"] = leaving.decide_withdrawal
    motions.effects["expulsion"] = leaving.decide_expulsion
    motions.effects["fees"] = fees.decide
    motions.candidates["withdrawal"] = leaving.withdrawals_awaiting
    motions.candidates["expulsion"] = leaving.expulsions_awaiting
    motions.candidates["fees"] = fees.awaiting
    tabs.add("decisions", _("Decisions"), "alliance:decisions", place=40)
    tabs.add("accounts", _("Accounts"), "alliance:accounts", place=50)
    _notices()
    _meanings()
    uploads.purpose(
        "alliance.withdrawal", label=_("application to leave"), readable_by=Withdrawal.is_readable
    )
    uploads.purpose("alliance.voucher", label=_("voucher"), readable_by=is_readable)
    name_kinds()
    todo.register("alliance.council", waiting_for)
    timetable.every("alliance.close-votes", seconds=30, task=council_tasks.close_due_votes)
    timetable.every("alliance.remind-meetings", seconds=900, task=council_tasks.remind_of_meetings)
    timetable.every("alliance.remind-dues", seconds=3600, task=council_tasks.remind_of_dues)
    timetable.every("alliance.draw-receipts", seconds=10, task=council_tasks.draw_receipts)
    verification.register("alliance.receipts", receipt)


def is_readable(upload: Upload, request: Any) -> bool:
    """A voucher is shown to the officers of its alliance."""
    entry = LedgerEntry.objects.filter(code=upload.subject_code).first()
    return (
        entry is not None
        and request.seat is not None
        and entry.alliance.officers.filter(seat=request.seat, held_until=None).exists()
    )


def _notices() -> None:
    notices.kind(
        minutes.KIND,
        label=_("minutes"),
        series="GXJY",
        required={
            "meeting": _("number of the meeting"),
            "alliance": _("number of the alliance"),
            "body": pgettext_lazy("of an alliance", "body"),
            "signed": _("digest that was signed"),
            "motions": _("motions"),
        },
    )
    notices.kind(
        ledger.KIND,
        label=_("published accounts"),
        series="GXSZ",
        required={
            "alliance": _("number of the alliance"),
            "period": _("period"),
            "income": _("income"),
            "expenditure": _("expenditure"),
            "closing": pgettext_lazy("accounts", "closing balance"),
        },
    )


def _meanings() -> None:
    meanings.register(
        {
            MeetingState.CALLED: "wait",
            MeetingState.OPEN: "open",
            MeetingState.CLOSED: "done",
            MeetingState.LAPSED: "fail",
            MeetingState.CANCELLED: "ended",
        }
    )
    meanings.register(
        {
            MotionState.PENDING: "wait",
            MotionState.CARRIED: "done",
            MotionState.LOST: "fail",
            MotionState.DROPPED: "ended",
        }
    )
    meanings.register({MinutesState.DRAFTED: "wait", MinutesState.PUBLISHED: "done"})
    meanings.register({DueState.RAISED: "wait", DueState.PAID: "done", DueState.WAIVED: "ended"})
    meanings.register(
        {EntryState.ENTERED: "wait", EntryState.CONFIRMED: "done", EntryState.REFUSED: "fail"}
    )
    meanings.register(
        {
            FeeScaleState.PROPOSED: "wait",
            FeeScaleState.ADOPTED: "done",
            FeeScaleState.REJECTED: "fail",
            FeeScaleState.SUPERSEDED: "ended",
        }
    )
    meanings.register(
        {
            StatementState.PREPARED: "wait",
            StatementState.PUBLISHED: "done",
            StatementState.DISCARDED: "ended",
        }
    )
    meanings.register(
        {
            WithdrawalState.SUBMITTED: "wait",
            WithdrawalState.RETURNED: "fail",
            WithdrawalState.ACCEPTED: "wait",
            WithdrawalState.REVIEWED: "wait",
            WithdrawalState.APPROVED: "done",
            WithdrawalState.REJECTED: "fail",
            WithdrawalState.TAKEN_BACK: "ended",
        }
    )
    meanings.register(
        {
            ExpulsionState.CHARGED: "soon",
            ExpulsionState.HEARD: "wait",
            ExpulsionState.EXPELLED: "fail",
            ExpulsionState.DISMISSED: "done",
            ExpulsionState.DROPPED: "ended",
        }
    )
