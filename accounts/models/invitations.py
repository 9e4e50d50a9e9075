"""Seats that are offered.

invitation: sent ──accept──▶ accepted
             ├────decline──▶ declined
             └───withdraw──▶ withdrawn
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from accounts.models.deeds import Rank
from accounts.models.organisations import Organisation, Seat
from accounts.models.users import User
from core.letters import Recipient
from core.lifecycle import filled_iff


class InvitationState(models.TextChoices):
    SENT = "sent", _("waits for an answer")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def waiting_at(self, at: datetime) -> InvitationQuerySet:
        return self.filter(state=InvitationState.SENT, open_until__gt=at)

    def addressed_to(self, user: User) -> InvitationQuerySet:
        return self.filter(email__iexact=user.email)


class Invitation(models.Model):
    """A seat that is offered to the person behind an e-mail address, with an account or without."""

    MOVES = {
        InvitationState.SENT: {
            InvitationState.ACCEPTED,
            InvitationState.DECLINED,
            InvitationState.WITHDRAWN,
        },
    }

    code = models.CharField(max_length=16, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="invitations")
    email = models.EmailField(_("e-mail"))
    rank = models.CharField(_("rank"), max_length=24, choices=Rank)
    deeds = models.JSONField(_("scope"), default=list)
    amount_ceiling = models.DecimalField(
        _("up to the amount (yuan)"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    held_from = models.DateTimeField(_("from"))
    held_until = models.DateTimeField(_("until"), null=True, blank=True)
    invited_by = models.ForeignKey(Seat, models.PROTECT, related_name="invitations")
    sent_at = models.DateTimeField()
    open_until = models.DateTimeField()
    state = models.CharField(max_length=12, choices=InvitationState, default=InvitationState.SENT)
    answered_at = models.DateTimeField(null=True)
    seat = models.OneToOneField(Seat, models.PROTECT, null=True, related_name="invitation")

    objects = InvitationQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["email"], condition=Q(state="sent"), name="invitation_waiting")
        ]
        constraints = [
            CheckConstraint(
                condition=Q(state__in=InvitationState.values), name="invitation_state_known"
            ),
            CheckConstraint(condition=Q(rank__in=Rank.values), name="invitation_rank_known"),
            CheckConstraint(
                condition=filled_iff(Q(state="accepted"), "seat"),
                name="invitation_seat_iff_accepted",
            ),
            CheckConstraint(
                condition=filled_iff(~Q(state="sent"), "answered_at"),
                name="invitation_answered_at_iff_answered",
            ),
            UniqueConstraint(
                fields=["organisation", "email"],
                condition=Q(state="sent"),
                name="invitation_one_waiting_per_address",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} · {self.get_rank_display()}"

    def letter_recipients(self, at: datetime) -> Iterable[Recipient]:
        """The person, who may have no account yet: then the letter goes by mail only."""
        user = User.objects.filter(email__iexact=self.email).first()
        name = str(user) if user else ""
        yield Recipient(user.code if user else "", "", self.email, name)
