"""Units 单位, and the seats 席位 from which users act for them.

A seat is held from one instant until another; its rank says who may grant it, its deeds what it
may do. Rights are looked up at every request: a session carries none.

    organisation: submitted ──verify──▶ verified
                      ▲  └────refuse──▶ refused
                      └──resubmit──────────┘
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from accounts.models.deeds import BEFORE_VERIFICATION, DEEDS_OF, Rank, Standing
from accounts.models.users import User
from core.fields import EncryptedTextField
from core.letters import Recipient
from core.lifecycle import filled_iff


class OrganisationKind(models.TextChoices):
    ENTERPRISE = "enterprise", _("enterprise")
    INSTITUTION = "institution", _("public institution")
    UNIVERSITY = "university", _("university")
    ASSOCIATION = "association", _("association")
    GOVERNMENT = "government", _("government body")
    INDIVIDUAL_BUSINESS = "individual-business", _("individual business")
    NATURAL_PERSON = "natural-person", _("natural person")


class Authority(models.TextChoices):
    """By what right somebody registers an organisation."""

    IN_PERSON = "in-person", _("the legal representative or the person in charge")
    IN_WRITING = "in-writing", _("a person with a written authorisation")


class OrganisationState(models.TextChoices):
    SUBMITTED = "submitted", _("under verification")
    VERIFIED = "verified", _("verified")
    REFUSED = "refused", _("refused")


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def verified(self) -> OrganisationQuerySet:
        return self.filter(state=OrganisationState.VERIFIED)

    def seating(self, user: User, at: datetime) -> OrganisationQuerySet:
        return self.filter(seats__in=Seat.objects.held_at(at).filter(user=user)).distinct()


class Organisation(models.Model):
    """A unit by its 统一社会信用代码 (`uscc`), or a natural person, who has none."""

    MOVES = {
        OrganisationState.SUBMITTED: {OrganisationState.VERIFIED, OrganisationState.REFUSED},
        OrganisationState.REFUSED: {OrganisationState.SUBMITTED},
    }

    code = models.CharField(max_length=16, unique=True, editable=False)
    uscc = models.CharField(_("unified social credit code"), max_length=18, unique=True, null=True)
    kind = models.CharField(_("kind"), max_length=20, choices=OrganisationKind)
    standing = models.CharField(max_length=12, choices=Standing, default=Standing.PARTICIPANT)
    name = models.CharField(_("name"), max_length=120)
    id_number = EncryptedTextField(_("ID number"), blank=True, editable=False)
    short_name = models.CharField(_("short name"), max_length=40, blank=True)
    region = models.ForeignKey(
        "core.Region", models.PROTECT, null=True, verbose_name=_("region"), related_name="+"
    )
    address = models.CharField(_("address"), max_length=200, blank=True)
    authority = models.CharField(
        _("you register as"), max_length=12, choices=Authority, default=Authority.IN_PERSON
    )
    legal_representative = models.CharField(_("legal representative"), max_length=60, blank=True)
    contact_name = models.CharField(_("contact person"), max_length=60, blank=True)
    contact_phone = models.CharField(_("contact phone"), max_length=30, blank=True)
    contact_email = models.EmailField(_("contact e-mail"), blank=True)
    state = models.CharField(
        max_length=12, choices=OrganisationState, default=OrganisationState.SUBMITTED
    )
    state_reason = models.CharField(_("reason"), max_length=500, blank=True)
    submitted_at = models.DateTimeField()
    verify_until = models.DateTimeField(null=True)  # when the operator has promised to be done
    verified_at = models.DateTimeField(null=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        constraints = [
            CheckConstraint(
                condition=Q(state__in=OrganisationState.values), name="organisation_state_known"
            ),
            CheckConstraint(
                condition=Q(kind__in=OrganisationKind.values), name="organisation_kind_known"
            ),
            CheckConstraint(
                condition=Q(standing__in=Standing.values), name="organisation_standing_known"
            ),
            CheckConstraint(
                condition=filled_iff(~Q(kind="natural-person"), "uscc"),
                name="organisation_uscc_iff_no_natural_person",
            ),
            CheckConstraint(
                condition=filled_iff(Q(state="verified"), "verified_at"),
                name="organisation_verified_at_iff_verified",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def former_names(self) -> list[str]:
        """The names it bore before, the oldest first; old papers keep them."""
        granted = self.amendments.granted().exclude(name_before=F("name_after"))
        return list(granted.order_by("decided_at").values_list("name_before", flat=True))

    def letter_recipients(self, at: datetime) -> Iterable[Recipient]:
        """Everybody who holds a seat here at that instant."""
        for seat in self.seats.held_at(at).select_related("user"):
            yield Recipient(seat.user.code, self.code, seat.user.email, self.name)

    @property
    def is_verified(self) -> bool:
        return self.state == OrganisationState.VERIFIED


class SeatQuerySet(models.QuerySet["Seat"]):
    def held_at(self, at: datetime) -> SeatQuerySet:
        return self.filter(Q(held_until=None) | Q(held_until__gt=at), held_from__lte=at)


class Seat(models.Model):
    """The right of a user to act for an organisation, from one instant until another."""

    code = models.CharField(max_length=16, unique=True, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="seats")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="seats")
    rank = models.CharField(_("rank"), max_length=24, choices=Rank)
    deeds = models.JSONField(_("scope"), default=list)
    amount_ceiling = models.DecimalField(
        _("up to the amount (yuan)"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    granted_by = models.ForeignKey("self", models.PROTECT, null=True, related_name="granted")
    held_from = models.DateTimeField(_("from"))
    held_until = models.DateTimeField(_("until"), null=True, blank=True)

    objects = SeatQuerySet.as_manager()

    class Meta:
        constraints = [
            CheckConstraint(condition=Q(rank__in=Rank.values), name="seat_rank_known"),
            CheckConstraint(
                condition=Q(held_until=None) | Q(held_until__gte=F("held_from")),
                name="seat_ends_after_it_begins",
            ),
            UniqueConstraint(
                fields=["user", "organisation"],
                condition=Q(held_until=None),
                name="seat_one_open_per_user_and_organisation",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} · {self.user}"

    def scope(self) -> frozenset[str]:
        """Every deed in this seat's scope."""
        return frozenset(deed for deed in DEEDS_OF[self.organisation.standing] if self.may(deed))

    def is_held(self, at: datetime) -> bool:
        return self.held_from <= at and (self.held_until is None or at < self.held_until)

    def may(self, deed: str, amount: Decimal | None = None) -> bool:
        """Whether the deed is in this seat's scope, up to `amount` yuan where one is at stake."""
        if deed not in DEEDS_OF[self.organisation.standing]:
            return False
        if not self.organisation.is_verified and deed not in BEFORE_VERIFICATION:
            return False
        if self.rank != Rank.LEGAL_REPRESENTATIVE and deed not in self.deeds:
            return False
        return amount is None or self.amount_ceiling is None or amount <= self.amount_ceiling

    def signature(self) -> Mapping[str, str]:
        """How events name this actor."""
        return {
            "actor": self.user.code,
            "seat": self.code,
            "organisation": self.organisation.code,
        }

    def letter_recipients(self, at: datetime) -> Iterable[Recipient]:
        unit = self.organisation
        yield Recipient(self.user.code, unit.code, self.user.email, unit.name)
