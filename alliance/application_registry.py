"""What joining tells the packages below: states and colours, files and who reads them, the desk."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from alliance import admission, application_papers, motions, tabs
from alliance.application_todo import drafts_of, waiting_for
from alliance.forms.applications import FILE
from alliance.models import Application, ApplicationState, JoinInvitationState
from core import clock, jobs, meanings, todo, uploads
from core.models import Upload


def register() -> None:
    """Called once, from `apps.py`."""
    meanings.register(
        {
            JoinInvitationState.SENT: "wait",
            JoinInvitationState.ACCEPTED: "done",
            JoinInvitationState.DECLINED: "fail",
            JoinInvitationState.WITHDRAWN: "ended",
        }
    )
    meanings.register(
        {
            ApplicationState.DRAFT: "draft",
            ApplicationState.SUBMITTED: "wait",
            ApplicationState.RETURNED: "fail",
            ApplicationState.FORWARDED: "wait",
            ApplicationState.ADMITTED: "done",
            ApplicationState.REJECTED: "fail",
            ApplicationState.WITHDRAWN: "ended",
        }
    )
    motions.effects["admission"] = admission.decide
    motions.candidates["admission"] = admission.awaiting
    tabs.add("join", pgettext_lazy("tab of an alliance", "Join"), "alliance:join", place=60)
    uploads.purpose(FILE, label=_("file of an application to join"), readable_by=is_readable)
    jobs.kind(
        application_papers.KIND,
        label=_("forms of applications, in a ZIP"),
        work=application_papers.collect,
        readable_by=application_papers.is_readable,
    )
    todo.register("alliance.applications", waiting_for, drafts_of=drafts_of)
    todo.kind(
        "application-review",
        _("Review the application to join"),
        _("Review"),
        "alliance:application-open",
    )
    todo.kind("join-invitation", _("Invited to join"), _("Answer"), "alliance:join-invitation")
    todo.kind(
        "application-correct",
        _("Correct the application to join"),
        _("Correct"),
        "alliance:application-edit",
    )
    todo.kind(
        "application-draft",
        _("Application to join being written"),
        _("Go on"),
        "alliance:application-edit",
    )
    for event, label in (
        ("join.invited", _("invited a unit to join")),
        ("join.accepted", _("accepted an invitation to join")),
        ("join.declined", _("declined an invitation to join")),
        ("application.submitted", _("handed in an application to join")),
        ("application.returned", _("returned an application to join")),
        ("application.forwarded", _("put an application before the deciding body")),
        ("application.assigned", _("assigned an application to a checker")),
        ("application.withdrawn", _("withdrew an application to join")),
    ):
        todo.deed(event, label)


def is_readable(upload: Upload, request: Any) -> bool:
    """Whoever may see the application that it belongs to."""
    if request.seat is None:
        return False
    seen = Application.objects.visible_to(request.seat, clock.now())
    return seen.filter(code=upload.subject_code).exists()
