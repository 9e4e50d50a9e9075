from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContractsConfig(AppConfig):
    name = "contracts"
    verbose_name = _("contracts")

    def ready(self) -> None:
        # Only here: this module is imported before any model can be.
        from contracts import finders, tasks, todo
        from contracts.announcements import KIND
        from contracts.forms import PURPOSE
        from contracts.models import AgreementState, ChangeState, Deliverable, DeliverableState
        from core import meanings, timetable, uploads
        from core.todo import register
        from publication import notices, verification

        notices.kind(
            KIND,
            label=_("contract notice"),
            series="GXHG",
            required={
                "number": _("contract number"),
                "parties": _("sides"),
                "amount": _("contract price"),
                "concluded_at": _("concluded at"),
                "digest": _("content digest"),
            },
        )
        meanings.register(
            {
                AgreementState.DRAWN_UP: "open",
                AgreementState.CONCLUDED: "wait",
                AgreementState.FULFILLED: "done",
                AgreementState.DECLINED: "fail",
                AgreementState.LAPSED: "fail",
                AgreementState.TERMINATED: "ended",
            }
        )
        meanings.register(
            {
                DeliverableState.HANDED_IN: "wait",
                DeliverableState.ACCEPTED: "done",
                DeliverableState.RETURNED: "fail",
            }
        )
        meanings.register(
            {
                ChangeState.ASKED: "wait",
                ChangeState.GRANTED: "done",
                ChangeState.REFUSED: "fail",
                ChangeState.WITHDRAWN: "ended",
            }
        )
        uploads.purpose(
            PURPOSE,
            label=_("deliverable"),
            kinds=("pdf", "ofd", "docx", "xlsx", "jpeg", "png"),
            max_bytes=50_000_000,
            readable_by=Deliverable.is_readable,
        )
        todo.name_kinds()
        register("contracts", todo.waiting_for)
        timetable.every("contracts.lapse-unsigned", seconds=60, task=tasks.lapse_unsigned)
        timetable.every("contracts.remind", seconds=900, task=tasks.remind)
        timetable.every("contracts.settle-dues", seconds=3600, task=tasks.settle_dues)
        timetable.every("contracts.draw-papers", seconds=5, task=tasks.draw_papers)
        verification.register("contracts", finders.agreement)
