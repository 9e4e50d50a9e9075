"""What needs tell the packages below: their notices, states, files, data, and what waits."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import meanings, reference, todo, uploads
from core.models import Upload
from procurement import rulebook
from procurement.models import UNPUBLISHED, Answer, Need, NeedState
from procurement.need_todo import drafts_of, waiting_for
from publication import notices


def register() -> None:
    """Called once, from `apps.py`."""
    reference.loader("procurement.requirement-rules", rulebook.load)
    uploads.purpose(
        "procurement.need-file",
        label=_("attachment of a need"),
        kinds=("pdf", "ofd", "jpeg", "png", "docx", "xlsx"),
        readable_by=is_readable,
    )
    uploads.purpose(
        "procurement.need-import",
        label=_("Word document to import"),
        kinds=("docx",),
        readable_by=lambda upload, request: False,  # never attached: read once, by who sent it
    )
    _notices()
    meanings.register(
        {
            NeedState.DRAFT: "draft",
            NeedState.SUBMITTED: "wait",
            NeedState.RETURNED: "fail",
            NeedState.PUBLISHED: "public",
            NeedState.SETTLED: "done",
            NeedState.WITHDRAWN: "ended",
        }
    )
    meanings.register({Answer.OPEN: "soon", Answer.CHANGED: "done", Answer.JUSTIFIED: "wait"})
    _todo()


def is_readable(upload: Upload, request: Any) -> bool:
    """Everybody reads the attachments of a published need; before that its owner's seats."""
    need = Need.objects.filter(code=upload.subject_code).first()
    if need is None:
        return False
    if need.state not in UNPUBLISHED:
        shown = {block.code for version in need.versions.all() for block in version.content.files()}
        if upload.code in shown:
            return True
    return request.seat is not None and request.seat.organisation_id == need.owner_id


def _notices() -> None:
    # 财政部令第87号 article 11: what a need must say, by its groups
    notices.kind(
        "need-notice",
        label=_("notice of a need"),
        series="GXGG",
        required={
            "need": _("number of the need"),
            "owner": _("purchaser"),
            "title": _("project"),
            "budget": _("budget"),
            "goals": _("goals"),
            "content": _("content and requirements"),
            "standards": _("standards to keep"),
            "quantities": _("quantities, time and place"),
            "acceptance": _("acceptance"),
        },
    )
    notices.kind(
        "need-withdrawal",
        label=_("notice that a need is ended"),
        series="GXGG",
        required={"need": _("number of the need"), "reason": _("reason")},
    )


def _todo() -> None:
    todo.register("procurement.needs", waiting_for, drafts_of=drafts_of)
    desk = "procurement:desk-need"
    todo.kind("need-approve", _("Approve the need"), pgettext_lazy("deed", "Approve"), desk)
    todo.kind("need-correct", _("Correct the returned need"), _("Correct"), "procurement:need-edit")
    todo.kind("need-draft", _("Need being written"), _("Go on"), "procurement:need-edit")
    for event, label in (
        ("need.submitted", _("submitted a need")),
        ("need.returned", _("returned a need")),
        ("need.published", _("published a need")),
        ("need.corrected", _("published a correction of a need")),
        ("need.withdrawn", _("ended a need")),
        ("need.warning-answered", _("answered a warning of the requirement check")),
    ):
        todo.deed(event, label)
