"""What arguments tell the packages below: their notices, states, files, and what waits."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Deed
from core import meanings, todo, uploads
from core.models import Upload
from procurement import argument_finders
from procurement.argument_todo import waiting_for
from procurement.models import ArgumentPhase, ArgumentState, Comment, Opinion
from publication import notices, verification


def register() -> None:
    """Called once, from `apps.py`."""
    uploads.purpose(
        "procurement.opinion-scan", label=_("signed opinion of an expert"), readable_by=is_readable
    )
    uploads.purpose(
        "procurement.comment-scan", label=_("comment that came on paper"), readable_by=is_readable
    )
    _notices()
    meanings.register(
        {
            ArgumentState.DRAFT: "draft",
            ArgumentState.PUBLISHED: "public",
            ArgumentState.CLOSED: "done",
            ArgumentState.WITHDRAWN: "ended",
        }
    )
    meanings.register(
        {
            ArgumentPhase.DRAFT: "draft",
            ArgumentPhase.ANNOUNCED: "public",
            ArgumentPhase.OPEN: "open",
            ArgumentPhase.LAST_DAY: "soon",
            ArgumentPhase.ANSWERING: "wait",
            ArgumentPhase.CLOSED: "done",
            ArgumentPhase.WITHDRAWN: "ended",
        }
    )
    verification.register("procurement.arguments", argument_finders.argument)
    _todo()


def is_readable(upload: Upload, request: Any) -> bool:
    """A signature on paper is read by the owner and by supervisors, not by everybody."""
    opinion = Opinion.objects.filter(code=upload.subject_code).select_related("expert__argument")
    comment = Comment.objects.filter(code=upload.subject_code).select_related("argument")
    found, seat = opinion.first() or comment.first(), request.seat
    if found is None or seat is None:
        return False
    argument = found.argument if isinstance(found, Comment) else found.expert.argument
    own = seat.organisation_id == argument.owner_id
    return bool(own or seat.may(Deed.SUPERVISE))


def _notices() -> None:
    argument = {"argument": _("argument number")}
    notices.kind(
        "argument-notice",
        label=_("public argument of a need"),
        series="GXCG",
        required={
            **argument,
            "owner": _("purchaser"),
            "title": _("project"),
            "budget": _("budget"),
            "topics": _("topics"),
            "opens_at": _("comments from"),
            "closes_at": _("comments until"),
            "contact": _("contact person"),
            "figures": _("figures in force"),
        },
    )
    notices.kind(
        "argument-opinions",
        label=_("opinions of the expert group"),
        series="GXCG",
        required={
            **argument,
            "experts": _("experts"),
            "finding": _("finding of the expert group"),
            "opinions": _("opinions"),
        },
    )
    notices.kind(
        "argument-result",
        label=_("result of a public argument"),
        series="GXCG",
        required={**argument, "conclusion": _("conclusion"), "result": _("result")},
    )
    notices.kind(
        "argument-withdrawal",
        label=_("notice of termination"),
        series="GXCG",
        required={**argument, "reason": _("reason")},
    )


def _todo() -> None:
    todo.register("procurement.arguments", waiting_for)
    desk = "procurement:desk-argument"
    todo.kind("argument-prepare", _("Prepare the argument"), _("Go on"), desk)
    todo.kind("argument-publish", _("Publish the argument"), _("Look"), desk)
    todo.kind("argument-reply", _("Answer the comments"), _("Answer"), desk)
    todo.kind(
        "argument-close",
        _("Publish the result of the argument"),
        pgettext_lazy("deed", "Close"),
        desk,
    )
    todo.kind("opinion-sign", _("Sign your opinion"), _("Write"), "procurement:opinion-sign")
    for event, label in (
        ("argument.begun", _("began to argue a need")),
        ("argument.published", _("published an argument")),
        ("argument.withdrawn", _("ended an argument")),
        ("argument.closed", _("closed an argument")),
        ("argument.commented", _("commented on a need")),
        ("argument.replied", _("answered a comment")),
        ("expert.invited", _("invited an expert")),
        ("opinion.entered", _("entered an expert's opinion")),
    ):
        todo.deed(event, label)
