"""How a member leaves an alliance 退出, and how one is expelled 除名.

    withdrawal: submitted ──accept──▶ accepted ──review──▶ reviewed ──council──▶ approved | rejected
                 │  ▲  └──return──▶ returned │                │
                 │  └─────submit──────┘│     │                │
                 └──take back──▶ taken-back ◀┴────────────────┘
    expulsion:  charged ──hear──▶ heard ──council──▶ expelled | dismissed
                   └──drop──▶ dropped ◀──┘

Approved, the membership ends with the decision; the certificate comes back afterwards, and the
continuing duties that the charter names stay on the page.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Seat
from alliance.models.meetings import Motion
from alliance.models.register import Alliance, Charter, Member
from core.lifecycle import filled_iff
from core.models import Upload


class WithdrawalState(models.TextChoices):
    SUBMITTED = "submitted", _("applied for")
    RETURNED = "returned", _("returned")
    ACCEPTED = "accepted", _("under review")
    REVIEWED = "reviewed", _("waits for the decision")
    APPROVED = "approved", pgettext_lazy("of a withdrawal", "approved")
    REJECTED = "rejected", pgettext_lazy("of a withdrawal", "rejected")
    TAKEN_BACK = "taken-back", _("taken back")


UNDECIDED = (
    WithdrawalState.SUBMITTED,
    WithdrawalState.RETURNED,
    WithdrawalState.ACCEPTED,
    WithdrawalState.REVIEWED,
)


class Withdrawal(models.Model):
    """A member's written application to leave, its review, and what the council decided."""

    MOVES = {
        WithdrawalState.SUBMITTED: {
            WithdrawalState.ACCEPTED,
            WithdrawalState.RETURNED,
            WithdrawalState.TAKEN_BACK,
        },
        WithdrawalState.RETURNED: {WithdrawalState.SUBMITTED, WithdrawalState.TAKEN_BACK},
        WithdrawalState.ACCEPTED: {WithdrawalState.REVIEWED, WithdrawalState.TAKEN_BACK},
        WithdrawalState.REVIEWED: {
            WithdrawalState.APPROVED,
            WithdrawalState.REJECTED,
            WithdrawalState.TAKEN_BACK,
        },
    }

    code = models.CharField(max_length=16, unique=True, editable=False)
    alliance = models.ForeignKey(Alliance, models.PROTECT, related_name="withdrawals")
    member = models.ForeignKey(Member, models.PROTECT, related_name="withdrawals")
    charter = models.ForeignKey(Charter, models.PROTECT, related_name="+")
    reason = models.TextField(_("reason"))
    statement = models.TextField(_("what your unit holds of common technology and files"))
    scan = models.ForeignKey(Upload, models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()
    submitted_by = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=10, choices=WithdrawalState, default=WithdrawalState.SUBMITTED
    )
    return_reason = models.CharField(_("reason"), max_length=1000, blank=True)
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")
    findings = models.JSONField(null=True)  # [{key, title, basis, result, text}]
    opinion = models.TextField(pgettext_lazy("of a review", "opinion"), blank=True)
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")
    arrears = models.DecimalField(max_digits=14, decimal_places=2, null=True)  # at the decision
    motion = models.ForeignKey(Motion, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    certificate_returned_on = models.DateField(null=True)
    certificate_note = models.CharField(max_length=300, blank=True)
    certificate_noted_by = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-submitted_at", "-pk"]
        constraints = [
            CheckConstraint(
                condition=Q(state__in=WithdrawalState.values), name="withdrawal_state_known"
            ),
            UniqueConstraint(
                fields=["member"],
                condition=Q(state__in=["submitted", "returned", "accepted", "reviewed"]),
                name="withdrawal_one_open_per_member",
            ),
            CheckConstraint(
                condition=~Q(state="returned") | ~Q(return_reason=""),
                name="withdrawal_return_has_reason",
            ),
            CheckConstraint(
                condition=~Q(state__in=["accepted", "reviewed", "approved", "rejected"])
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="withdrawal_accepted_before_more",
            ),
            CheckConstraint(
                condition=~Q(state__in=["reviewed", "approved", "rejected"])
                | Q(reviewed_at__isnull=False, reviewed_by__isnull=False, findings__isnull=False),
                name="withdrawal_reviewed_before_decision",
            ),
            CheckConstraint(
                condition=filled_iff(Q(state__in=["approved", "rejected"]), "motion", "arrears"),
                name="withdrawal_motion_iff_decided",
            ),
            CheckConstraint(
                condition=filled_iff(
                    Q(state__in=["approved", "rejected", "taken-back"]), "ended_at"
                ),
                name="withdrawal_ended_at_iff_ended",
            ),
            CheckConstraint(
                condition=Q(certificate_returned_on=None) | Q(state="approved"),
                name="withdrawal_certificate_after_approval",
            ),
            CheckConstraint(
                condition=filled_iff(
                    Q(certificate_returned_on__isnull=False), "certificate_noted_by"
                ),
                name="withdrawal_certificate_noted_by_iff_returned",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member.organisation} · {self.alliance}"

    def get_absolute_url(self) -> str:
        return reverse("alliance:withdrawal", args=[self.code])

    @staticmethod
    def is_readable(upload: Any, request: Any) -> bool:
        """The scan is shown to the unit itself and to the alliance's officers."""
        found = Withdrawal.objects.filter(code=upload.subject_code).first()
        return found is not None and found.is_shown_to(request.seat)

    def is_shown_to(self, seat: Seat | None) -> bool:
        return seat is not None and (
            seat.organisation_id == self.member.organisation_id
            or self.alliance.officers.filter(seat=seat, held_until=None).exists()
        )


class ExpulsionState(models.TextChoices):
    CHARGED = "charged", _("hearing is set")
    HEARD = "heard", _("waits for the decision")
    EXPELLED = "expelled", pgettext_lazy("of an expulsion", "expelled")
    DISMISSED = "dismissed", _("not expelled")
    DROPPED = "dropped", pgettext_lazy("of an expulsion", "dropped")


class Expulsion(models.Model):
    """A breach that a member is charged with: the hearing, its own statement, the decision."""

    MOVES = {
        ExpulsionState.CHARGED: {ExpulsionState.HEARD, ExpulsionState.DROPPED},
        ExpulsionState.HEARD: {
            ExpulsionState.EXPELLED,
            ExpulsionState.DISMISSED,
            ExpulsionState.DROPPED,
        },
    }

    code = models.CharField(max_length=16, unique=True, editable=False)
    alliance = models.ForeignKey(Alliance, models.PROTECT, related_name="expulsions")
    member = models.ForeignKey(Member, models.PROTECT, related_name="expulsions")
    charter = models.ForeignKey(Charter, models.PROTECT, related_name="+")
    breach = models.TextField(_("what the member is charged with"))
    article = models.CharField(_("article of the charter or agreement"), max_length=120)
    evidence = models.TextField(_("evidence"), blank=True)
    hearing_at = models.DateTimeField(_("hearing at"))
    hearing_place = models.CharField(_("place of the hearing"), max_length=200)
    charged_at = models.DateTimeField()
    charged_by = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    statement = models.TextField(_("statement of the unit"), blank=True)
    stated_at = models.DateTimeField(null=True)
    stated_by = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")
    hearing_record = models.TextField(_("record of the hearing"), blank=True)
    was_attended = models.BooleanField(_("the unit attended"), null=True)
    heard_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=ExpulsionState, default=ExpulsionState.CHARGED)
    motion = models.ForeignKey(Motion, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        ordering = ["-charged_at", "-pk"]
        constraints = [
            CheckConstraint(
                condition=Q(state__in=ExpulsionState.values), name="expulsion_state_known"
            ),
            UniqueConstraint(
                fields=["member"],
                condition=Q(state__in=["charged", "heard"]),
                name="expulsion_one_open_per_member",
            ),
            CheckConstraint(
                condition=Q(hearing_at__gt=F("charged_at")), name="expulsion_hearing_after_charge"
            ),
            CheckConstraint(
                condition=filled_iff(~Q(statement=""), "stated_at", "stated_by"),
                name="expulsion_statement_whole",
            ),
            CheckConstraint(
                condition=~Q(state__in=["heard", "expelled", "dismissed"])
                | Q(heard_at__gte=F("hearing_at"), was_attended__isnull=False)
                & ~Q(hearing_record=""),
                name="expulsion_heard_before_decision",
            ),
            CheckConstraint(
                condition=filled_iff(Q(state__in=["expelled", "dismissed"]), "motion"),
                name="expulsion_motion_iff_decided",
            ),
            CheckConstraint(
                condition=filled_iff(Q(state__in=["expelled", "dismissed", "dropped"]), "ended_at"),
                name="expulsion_ended_at_iff_ended",
            ),
            CheckConstraint(
                condition=~Q(state="dropped") | ~Q(end_reason=""), name="expulsion_drop_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member.organisation} · {self.alliance}"

    def get_absolute_url(self) -> str:
        return reverse("alliance:expulsion", args=[self.code])
