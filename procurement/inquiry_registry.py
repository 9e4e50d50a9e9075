"""What inquiries tell the packages below: their notices, states, news, clock, and what waits."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import meanings, outbox, timetable, todo
from procurement import inquiry_finders, inquiry_tasks, performance
from procurement.inquiry_todo import drafts_of, waiting_for
from procurement.models import ArchiveState, CorrectionState, ProcedurePhase, ProcedureState
from publication import notices, verification


def register() -> None:
    """Called once, from `apps.py`."""
    _notices()
    _meanings()
    outbox.listen("agreement.concluded", "procurement.contract", performance.contract)
    outbox.listen("agreement.fulfilled", "procurement.complete", performance.complete)
    outbox.listen("agreement.terminated", "procurement.break-off", performance.break_off)
    outbox.listen("agreement.declined", "procurement.pass-on", performance.pass_on)
    outbox.listen("agreement.lapsed", "procurement.pass-on", performance.pass_on)
    timetable.every("procurement.open-due", seconds=5, task=inquiry_tasks.open_due)
    timetable.every("procurement.settle-dice", seconds=30, task=inquiry_tasks.settle_dice)
    timetable.every("procurement.draw-archives", seconds=5, task=inquiry_tasks.draw_archives)
    verification.register("procurement.inquiries", inquiry_finders.procedure)
    _todo()


def _notices() -> None:
    procedure = {"procedure": _("procurement number")}
    winner = {"winner": _("supplier chosen"), "amount": _("amount")}
    for name, label, required in (
        (
            "inquiry-notice",
            _("inquiry notice"),
            {
                "need": _("need number"),
                "owner": _("purchaser"),
                "title": _("project"),
                "method": _("method"),
                "budget": _("budget"),
                "ceiling": _("ceiling"),
                "content": _("what is to be supplied"),
                "qualifications": _("qualifications of the supplier"),
                "delivery_days": _("days of delivery"),
                "open_until": _("quotes until"),
                "quotes_needed": _("quotes needed"),
                "commitment": _("commitment"),
                "contact": _("contact person"),
                "contact_phone": _("contact phone"),
                "figures": _("figures in force"),
            },
        ),
        (
            "inquiry-opening",
            _("record of the opening"),
            {"opened_at": _("opened at"), "root": _("root of the list"), "quotes": _("quotes")},
        ),
        (
            "inquiry-result",
            _("result of an inquiry"),
            {
                **winner,
                "examiner": _("examiner"),
                "notice_until": _("period of the notice"),
                "contest_until": _("objections until"),
                "result": _("result"),
                "bundle": _("digest of draw.json"),
            },
        ),
        ("inquiry-failure", _("failure of an inquiry"), {"reason": _("reason")}),
        ("inquiry-withdrawal", _("notice of termination"), {"reason": _("reason")}),
        (
            "inquiry-acceptance",
            _("acceptance notice"),
            {"supplier": _("supplier"), "completed_at": _("accepted at")},
        ),
    ):
        notices.kind(name, label=label, series="GXCG", required={**procedure, **required})
    notices.kind(
        "inquiry-award-letter",
        label=_("award letter of an inquiry"),
        series="GXCJ",
        required={**procedure, **winner},
    )


def _meanings() -> None:
    meanings.register(
        {
            ProcedureState.DRAFT: "draft",
            ProcedureState.SUBMITTED: "wait",
            ProcedureState.RETURNED: "fail",
            ProcedureState.PUBLISHED: "open",
            ProcedureState.OPENED: "wait",
            ProcedureState.AWAITING_DICE: "wait",
            ProcedureState.AWARDED: "public",
            ProcedureState.CONTRACTED: "wait",
            ProcedureState.COMPLETED: "done",
            ProcedureState.ASSESSED: "done",
            ProcedureState.FAILED: "fail",
            ProcedureState.WITHDRAWN: "ended",
            ProcedureState.BROKEN_OFF: "ended",
        }
    )
    meanings.register(
        {
            ProcedurePhase.DRAFT: "draft",
            ProcedurePhase.SUBMITTED: "wait",
            ProcedurePhase.RETURNED: "fail",
            ProcedurePhase.OPEN: "open",
            ProcedurePhase.LAST_DAY: "soon",
            ProcedurePhase.CLOSING: "wait",
            ProcedurePhase.OPENED: "wait",
            ProcedurePhase.AWAITING_DICE: "wait",
            ProcedurePhase.AWARDED: "public",
            ProcedurePhase.CONTRACTED: "wait",
            ProcedurePhase.COMPLETED: "done",
            ProcedurePhase.FAILED: "fail",
            ProcedurePhase.WITHDRAWN: "ended",
            ProcedurePhase.BROKEN_OFF: "ended",
        }
    )
    meanings.register({ArchiveState.ASKED: "wait", ArchiveState.DRAWN: "done"})
    meanings.register(
        {
            CorrectionState.DRAFT: "draft",
            CorrectionState.SUBMITTED: "wait",
            CorrectionState.PUBLISHED: "public",
        }
    )


def _todo() -> None:
    todo.register("procurement.inquiries", waiting_for, drafts_of=drafts_of)
    desk, edit = "procurement:desk-inquiry", "procurement:inquiry-edit"
    todo.kind("inquiry-begin", _("Buy the settled need"), _("Begin"), "procurement:inquiry-new")
    todo.kind("inquiry-approve", _("Approve the inquiry"), pgettext_lazy("deed", "Approve"), desk)
    todo.kind("inquiry-correct", _("Correct the returned inquiry"), _("Correct"), edit)
    todo.kind("inquiry-draft", _("Inquiry being written"), _("Go on"), edit)
    todo.kind(
        "inquiry-examine", _("Examine the quotes"), _("Examine"), "procurement:inquiry-examine"
    )
    todo.kind("inquiry-witness", _("Have the dice thrown"), _("Look"), desk)
    todo.kind(
        "inquiry-throw", _("Throw the dice of the inquiry"), _("Throw"), "procurement:inquiry-dice"
    )
    todo.kind(
        "inquiry-witnesses",
        _("Public money: name or replace witnesses"),
        _("Look"),
        "procurement:inquiry-witnesses",
        hint=_("You may until the deadline for quotes; else the owner's witnesses stay."),
    )
    correction, write = "procurement:desk-correction", "procurement:correction-edit"
    todo.kind(
        "correction-approve",
        _("Approve the correction of an inquiry"),
        pgettext_lazy("deed", "Approve"),
        correction,
    )
    todo.kind("correction-write", _("Revise the returned correction"), _("Correct"), write)
    todo.kind("correction-draft", _("Correction being written"), _("Go on"), write)
    todo.kind(
        "inquiry-assess", _("Assess the performance"), _("Assess"), "procurement:inquiry-assess"
    )
    for event, label in (
        ("procedure.begun", _("began an inquiry")),
        ("procedure.submitted", _("submitted an inquiry")),
        ("procedure.returned", _("returned an inquiry")),
        ("procedure.published", _("published an inquiry")),
        ("procedure.withdrawn", _("ended an inquiry")),
        ("procedure.corrected", _("corrected an inquiry")),
        ("procedure.witnesses-changed", _("changed the witnesses of an inquiry")),
        ("correction.begun", _("began the correction of an inquiry")),
        ("correction.submitted", _("submitted the correction of an inquiry")),
        ("correction.returned", _("returned the correction of an inquiry")),
        ("procedure.examined", _("examined the quotes")),
        ("procedure.dice-thrown", _("threw the dice of an inquiry")),
        ("procedure.assessed", _("assessed a performance")),
        ("quote.received", _("quoted for an inquiry")),
        ("quote.replaced", _("replaced a quote")),
        ("quote.withdrawn", _("withdrew a quote")),
        ("archive.asked", _("asked for an archive")),
        ("need.settled", _("settled a need")),
    ):
        todo.deed(event, label)
