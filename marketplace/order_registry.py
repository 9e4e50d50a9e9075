"""What orders tell the packages below: their notices, states, news, clock, and what waits."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import clock, meanings, outbox, timetable, todo, uploads
from core.models import Upload
from marketplace import closing, finders, ocds, order_tasks
from marketplace.models import UNPUBLISHED, OrderState, Phase, ServiceOrder
from marketplace.order_todo import drafts_of, waiting_for
from marketplace.orders import may_approve
from publication import notices, verification


def register() -> None:
    """Called once, from `apps.py`."""
    uploads.purpose(
        "marketplace.order-file",
        label=_("file of an order"),
        kinds=("pdf", "ofd", "jpeg", "png", "docx", "xlsx"),
        readable_by=is_readable,
    )
    verification.register("marketplace", finders.bundle)
    _notices()
    _meanings()
    ocds.register()
    outbox.listen("agreement.concluded", "marketplace.contract", closing.contract)
    outbox.listen("agreement.fulfilled", "marketplace.complete", closing.complete)
    outbox.listen("agreement.terminated", "marketplace.break-off", closing.break_off)
    outbox.listen("agreement.declined", "marketplace.pass-on", closing.pass_on)
    outbox.listen("agreement.lapsed", "marketplace.pass-on", closing.pass_on)
    timetable.every("marketplace.close-due-orders", seconds=5, task=order_tasks.close_due_orders)
    timetable.every("marketplace.settle-dice", seconds=30, task=order_tasks.settle_dice)
    _todo()


def is_readable(upload: Upload, request: Any) -> bool:
    """Everybody reads the files of a published order; before that its owner and its approver."""
    order = ServiceOrder.objects.filter(code=upload.subject_code).first()
    if order is None:
        return False
    if order.state not in UNPUBLISHED:
        return True
    seat = request.seat
    if seat is None:
        return False
    return seat.organisation_id == order.owner_id or may_approve(order, seat, clock.now())


def _notices() -> None:
    order = {"order": _("order number")}
    notices.kind(
        "order-notice",
        label=_("selection notice"),
        series="GXGG",
        required={
            **order,
            "owner": _("project owner"),
            "title": _("project"),
            "items": _("services"),
            "method": _("method"),
            "open_until": _("bids until"),
            "commitment": _("commitment"),
            "figures": _("figures in force"),
        },
    )
    notices.kind(
        "order-withdrawal",
        label=_("notice of termination"),
        series="GXGG",
        required={**order, "reason": _("reason")},
    )
    notices.kind(
        "order-failure",
        label=_("failure notice"),
        series="GXGG",
        required={**order, "reason": _("reason")},
    )
    notices.kind(
        "order-result",
        label=_("result notice"),
        series="GXGG",
        required={
            **order,
            "winner": _("winner"),
            "amount": _("amount"),
            "result": _("result"),
            "bundle": _("digest of draw.json"),
        },
    )
    notices.kind(
        "award-letter",
        label=_("award letter"),
        series="GXZX",
        required={**order, "winner": _("winner"), "amount": _("amount")},
    )


def _meanings() -> None:
    meanings.register(
        {
            OrderState.DRAFT: "draft",
            OrderState.SUBMITTED: "wait",
            OrderState.RETURNED: "fail",
            OrderState.PUBLISHED: "open",
            OrderState.AWAITING_DICE: "wait",
            OrderState.AWARDED: "public",
            OrderState.CONTRACTED: "wait",
            OrderState.COMPLETED: "done",
            OrderState.EVALUATED: "done",
            OrderState.FAILED: "fail",
            OrderState.WITHDRAWN: "ended",
            OrderState.BROKEN_OFF: "ended",
        }
    )
    meanings.register(
        {
            Phase.DRAFT: "draft",
            Phase.SUBMITTED: "wait",
            Phase.RETURNED: "fail",
            Phase.OPEN: "open",
            Phase.LAST_DAY: "soon",
            Phase.CHOOSING: "wait",
            Phase.CONTESTABLE: "public",
            Phase.AWARDED: "wait",
            Phase.CONTRACTED: "wait",
            Phase.COMPLETED: "done",
            Phase.FAILED: "fail",
            Phase.WITHDRAWN: "ended",
            Phase.BROKEN_OFF: "ended",
        }
    )


def _todo() -> None:
    todo.register("marketplace.orders", waiting_for, drafts_of=drafts_of)
    desk = "marketplace:desk-order"
    todo.kind("order-approve", _("Approve the order"), pgettext_lazy("deed", "Approve"), desk)
    todo.kind(
        "order-correct", _("Correct the returned order"), _("Correct"), "marketplace:order-edit"
    )
    todo.kind("order-draft", _("Order being written"), _("Go on"), "marketplace:order-edit")
    todo.kind("order-throw", _("Throw the dice of the order"), _("Throw"), "marketplace:order-dice")
    todo.kind(
        "order-witnesses",
        _("Public money: name or replace witnesses"),
        _("Look"),
        "marketplace:order-witnesses",
        hint=_("You may until the deadline for bids; else the owner's witnesses stay."),
    )
    todo.kind("order-witness", _("Have the dice thrown"), _("Look"), desk)
    todo.kind(
        "order-evaluate", _("Evaluate the service"), _("Evaluate"), "marketplace:order-evaluate"
    )
    for event, label in (
        ("order.submitted", _("submitted an order")),
        ("order.returned", _("returned an order")),
        ("order.published", _("published an order")),
        ("order.withdrawn", _("ended an order")),
        ("order.evaluated", _("evaluated a service")),
        ("bid.received", _("bid for an order")),
        ("bid.replaced", _("replaced a bid")),
        ("bid.withdrawn", _("withdrew a bid")),
        ("order.witnesses-changed", _("changed the witnesses of an order")),
        ("witness.invited", _("invited a witness")),
        ("order.dice-thrown", _("threw the dice of an order")),
    ):
        todo.deed(event, label)
