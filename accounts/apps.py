from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import adapter, certificates, tasks
        from accounts import todo as own
        from accounts.models import AmendmentState, InvitationState, OrganisationState
        from core import fields, meanings, timetable, todo, uploads

        meanings.register(
            {
                OrganisationState.SUBMITTED: "wait",
                OrganisationState.VERIFIED: "done",
                OrganisationState.REFUSED: "fail",
            }
        )
        meanings.register(
            {
                InvitationState.SENT: "wait",
                InvitationState.ACCEPTED: "done",
                InvitationState.DECLINED: "ended",
                InvitationState.WITHDRAWN: "ended",
            }
        )
        meanings.register(
            {
                AmendmentState.ASKED: "wait",
                AmendmentState.GRANTED: "done",
                AmendmentState.REFUSED: "fail",
                AmendmentState.WITHDRAWN: "ended",
            }
        )
        uploads.purpose(
            "accounts.certificate",
            label=_("scan of a certificate"),
            kinds=("pdf", "ofd", "jpeg", "png"),
            max_bytes=20_000_000,
            readable_by=certificates.is_readable,
        )
        fields.rotated(adapter.SecondFactorAdapter.LABEL, adapter.rotate_second_factors)
        timetable.every(
            "accounts.remind-of-certificates", seconds=6 * 3600, task=tasks.remind_of_certificates
        )
        todo.register("accounts", own.waiting_for, figures_of=own.figures_of)
        self._name_what_waits(todo)

    def _name_what_waits(self, todo: Any) -> None:
        todo.kind(
            "seat-offered",
            _("Answer the invitation"),
            _("See the invitation"),
            "accounts:invitation",
        )
        todo.kind(
            "organisation-submitted",
            _("Verify the organisation"),
            _("Verify it"),
            "accounts:verification",
        )
        todo.kind(
            "organisation-refused",
            _("Correct the registration"),
            _("Correct and resubmit"),
            "accounts:resubmit",
            with_about=False,
        )
        todo.kind(
            "amendment-asked",
            _("Decide on the change"),
            _("Look at it"),
            "accounts:amendment",
            hint=_("Name, kind or representative of a unit changes."),
        )
        todo.kind(
            "certificate-expiring",
            _("Renew the certificate"),
            _("Upload the new one"),
            "accounts:certificate-replace",
            hint=_("After its last day it serves neither for entry nor for bids."),
        )
        todo.figure("certificates", _("Certificates"), _certificates_shown, "accounts:certificates")
        for name, label in {
            "organisation.submitted": _("Submitted the organisation for verification"),
            "organisation.verified": _("Verified the organisation"),
            "organisation.refused": _("Refused the organisation"),
            "organisation.kept": _("Updated the organisation's contacts"),
            "amendment.asked": _("Asked for a change of the registration"),
            "amendment.withdrawn": _("Withdrew the request for a change"),
            "organisation.amended": _("Granted a change of the registration"),
            "amendment.refused": _("Refused a change of the registration"),
            "certificate.entered": _("Added a certificate"),
            "certificate.replaced": _("Replaced a certificate"),
            "certificate.put-away": _("Put a certificate away"),
            "seat.offered": _("Invited a person"),
            "seat.accepted": _("Took the seat"),
            "seat.changed": _("Changed a seat"),
            "seat.withdrawn": _("Withdrew an invitation"),
            "seat.revoked": _("Revoked a seat"),
            "seat.given-up": _("Gave up the seat"),
        }.items():
            todo.deed(name, label)


def _certificates_shown(count: int, amount: Any, at: Any) -> tuple[str, str]:
    from django.utils.translation import gettext, ngettext

    value = ngettext("%(count)s certificate", "%(count)s certificates", count) % {"count": count}
    return value, gettext("expired or expiring within 90 days") if count else gettext(
        "none expires within 90 days"
    )
