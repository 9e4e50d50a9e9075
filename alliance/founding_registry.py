"""What the register of alliances tells the packages below: states and their colours."""

from django.utils.translation import gettext_lazy as _

from alliance import charters, foundings, motions, tabs
from alliance.founding_todo import drafts_of, waiting_for
from alliance.models import (
    AllianceState,
    CallState,
    CharterState,
    ConsentState,
    FoundingState,
    MemberState,
)
from core import meanings, todo, uploads
from publication import notices


def register() -> None:
    """Called once, from `apps.py`."""
    uploads.purpose(
        foundings.FILES,
        label=_("file of a founding application"),
        kinds=("pdf", "ofd", "jpeg", "png", "docx", "xlsx"),
        readable_by=foundings.is_readable,
    )
    motions.effects["charter-change"] = charters.decide
    motions.candidates["charter-change"] = charters.awaiting
    tabs.add("overview", _("Overview"), "alliance:detail", place=10)
    tabs.add("charter", _("Charter"), "alliance:charter", place=30)
    _notices()
    _todo()
    meanings.register({AllianceState.REGISTERED: "done", AllianceState.DISSOLVED: "ended"})
    meanings.register(
        {
            CharterState.DRAFT: "draft",
            CharterState.ADOPTED: "done",
            CharterState.SUPERSEDED: "ended",
        }
    )
    meanings.register(
        {
            MemberState.ADMITTED: "done",
            MemberState.SUSPENDED: "soon",
            MemberState.LEFT: "ended",
            MemberState.EXPELLED: "fail",
        }
    )
    meanings.register({CallState.DRAFT: "draft", CallState.PUBLISHED: "open"})
    meanings.register(
        {
            FoundingState.DRAFT: "draft",
            FoundingState.SUBMITTED: "wait",
            FoundingState.RETURNED: "fail",
            FoundingState.REGISTERED: "done",
            FoundingState.REFUSED: "fail",
            FoundingState.WITHDRAWN: "ended",
        }
    )
    meanings.register(
        {
            ConsentState.INVITED: "wait",
            ConsentState.CONSENTED: "done",
            ConsentState.DECLINED: "fail",
        }
    )


def _notices() -> None:
    notices.kind(
        "alliance-call",
        label=_("call for alliances"),
        series="GXGG",
        required={
            "call": _("number of the call"),
            "fields": _("fields called for"),
            "conditions": _("basic conditions"),
            "materials": _("files to hand in"),
            "open_until": _("applications until"),
        },
    )
    notices.kind(
        "alliance-registration",
        label=_("registration of an alliance"),
        series="GXGG",
        required={
            "alliance": _("number of the alliance"),
            "name": _("name of the alliance"),
            "lead": _("lead unit"),
            "units": _("founding units"),
        },
    )


def _todo() -> None:
    todo.register("alliance.foundings", waiting_for, drafts_of=drafts_of)
    page = "alliance:founding"
    todo.kind("founding-review", _("Review the founding application"), _("Review"), page)
    todo.kind("founding-correct", _("Correct the founding application"), _("Correct"), page)
    todo.kind("founding-consent", _("Found the alliance?"), _("Answer"), "alliance:consent")
    todo.kind("founding-draft", _("Founding application"), _("Go on"), "alliance:founding-edit")
    todo.kind("call-draft", _("Call being written"), _("Go on"), "alliance:call-edit")
    for event, label in (
        ("call.published", _("published a call")),
        ("founding.submitted", _("handed in a founding application")),
        ("founding.consented", _("consented to found an alliance")),
        ("founding.declined", _("declined to found an alliance")),
        ("founding.returned", _("returned a founding application")),
        ("founding.refused", _("refused a founding application")),
        ("alliance.registered", _("registered an alliance")),
        ("officer.appointed", _("appointed an officer")),
        ("officer.relieved", _("ended an officer's term")),
        ("charter.written", _("wrote a version of a charter")),
    ):
        todo.deed(event, label)
