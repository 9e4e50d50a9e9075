"""What composed notices tell the packages below: their kinds, states, and what waits."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import meanings, todo
from procurement import notice_kinds
from procurement.models import CompositionState
from procurement.notice_todo import drafts_of, waiting_for
from publication import notices

LABELS = {
    "procurement-intention": _("procurement intention"),
    "procurement-prequalification": _("prequalification notice"),
    "procurement-tender": _("open tender notice"),
    "procurement-negotiation": _("competitive negotiation notice"),
    "procurement-consultation": _("competitive consultation notice"),
    "procurement-candidates": _("publicity of the candidates"),
    "procurement-result": _("award result notice"),
    "procurement-single-source": _("publicity of a single source"),
    "procurement-acceptance": _("notice of performance and acceptance"),
    "procurement-complaint": _("decision about a complaint"),
    "procurement-termination": _("notice of termination"),
}


def register() -> None:
    """Called once, from `apps.py`."""
    for name, kind in notice_kinds.table().items():
        asked = {one.name: one.label for one in kind.fields if not one.optional}
        notices.kind(
            name,
            label=LABELS[name],
            series="GXCG",
            required={
                "need": _("number of the need"),
                "owner": _("purchaser"),
                "title": _("project"),
                "budget": _("budget"),
                "contact": _("contact person"),
                **asked,
            },
        )
    meanings.register(
        {
            CompositionState.DRAFT: "draft",
            CompositionState.SUBMITTED: "wait",
            CompositionState.PUBLISHED: "public",
        }
    )
    todo.register("procurement.notices", waiting_for, drafts_of=drafts_of)
    desk = "procurement:desk-notice"
    todo.kind("notice-approve", _("Approve the notice"), pgettext_lazy("deed", "Approve"), desk)
    edit = "procurement:notice-edit"
    todo.kind("notice-correct", _("Correct the returned notice"), _("Correct"), edit)
    todo.kind("notice-draft", _("Notice being written"), _("Go on"), edit)
    for event, label in (
        ("composition.begun", _("began a notice")),
        ("composition.submitted", _("submitted a notice")),
        ("composition.returned", _("returned a notice")),
        ("composition.published", _("published a notice")),
    ):
        todo.deed(event, label)
