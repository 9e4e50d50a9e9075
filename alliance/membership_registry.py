"""What members tell the packages below: their tab, states, news, clock, papers, desk."""

from django.utils.translation import gettext_lazy as _

from alliance import certificates, levels, membership_tasks, motions, tabs
from alliance.membership_finders import certificate
from alliance.membership_todo import name_kinds, waiting_for
from alliance.models.levels import LevelChangeState
from alliance.models.membership import CertificateState, DelegateState
from core import meanings, outbox, timetable, todo
from publication import verification


def register() -> None:
    """Called once, from `apps.py`."""
    tabs.add("members", _("Members"), "alliance:members", place=20)
    meanings.register(
        {
            CertificateState.ISSUED: "done",
            CertificateState.SUPERSEDED: "ended",
            CertificateState.WITHDRAWN: "ended",
            CertificateState.RETURNED: "ended",
        }
    )
    meanings.register(
        {
            DelegateState.NOMINATED: "wait",
            DelegateState.CONFIRMED: "done",
            DelegateState.REFUSED: "fail",
            DelegateState.WITHDRAWN: "ended",
            DelegateState.ENDED: "ended",
        }
    )
    meanings.register(
        {
            LevelChangeState.SUBMITTED: "wait",
            LevelChangeState.RETURNED: "fail",
            LevelChangeState.FORWARDED: "wait",
            LevelChangeState.APPROVED: "soon",
            LevelChangeState.EFFECTIVE: "done",
            LevelChangeState.REJECTED: "fail",
            LevelChangeState.TAKEN_BACK: "ended",
            LevelChangeState.LAPSED: "ended",
        }
    )
    motions.effects[levels.MATTER] = levels.decide
    motions.candidates[levels.MATTER] = levels.awaiting
    timetable.every("alliance.change-levels", seconds=3600, task=membership_tasks.change_levels)
    outbox.listen("agreement.concluded", "alliance.certificate", certificates.united)
    timetable.every("alliance.remind-checks", seconds=3600, task=membership_tasks.remind_of_checks)
    verification.register("alliance.certificates", certificate)
    name_kinds()
    todo.register("alliance.members", waiting_for)
