"""Who acts: a user 用户, from a seat 席位 in an organisation 单位.

A seat is held from one instant until another; its rank says who may grant it, its deeds what it
may do. Rights are looked up at every request: a session carries none.

    organisation: submitted ──verify──▶ verified
                      ▲  └────refuse──▶ refused
                      └──resubmit──────────┘
    invitation:   sent ──accept──▶ accepted
                   ├────decline──▶ declined
                   └───withdraw──▶ withdrawn
    amendment:    asked ──grant──▶ granted
                   ├─────refuse──▶ refused
                   └───withdraw──▶ withdrawn

A certificate 证照 of the wallet is superseded by another, never edited; what its days say about
it (valid, about to expire, expired) is derived.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.fields import EncryptedTextField
from core.letters import Recipient
from core.lifecycle import filled_iff
from core.models import Upload
from core.numbering import new_code


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):  # type: ignore[django-manager-missing]  # of Wagtail's, which are untyped
    """A natural person who signs in by e-mail."""

    username = None  # type: ignore[assignment]  # the e-mail is the name to sign in with
    first_name = last_name = None  # type: ignore[assignment]  # Chinese names are one field
    code = models.CharField(max_length=16, unique=True, editable=False)
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(pgettext_lazy("of a person", "name"), max_length=60)
    phone = models.CharField(_("mobile phone"), max_length=20, blank=True)
    has_keys = models.BooleanField(_("keys for lists"), default=True)  # WCAG 2.1.4: may be off

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects = UserManager()  # type: ignore[assignment,misc]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self.code:  # users are made by allauth and Wagtail too, which know no rule of ours
            self.code = new_code()
        super().save(*args, **kwargs)

    def signature(self) -> Mapping[str, str]:
        return {"actor": self.code}

    def letter_recipients(self, at: datetime) -> Iterable[Recipient]:
        yield Recipient(self.code, "", self.email, str(self))


class OrganisationKind(models.TextChoices):
    ENTERPRISE = "enterprise", _("enterprise")
    INSTITUTION = "institution", _("public institution")
    UNIVERSITY = "university", _("university")
    ASSOCIATION = "association", _("association")
    GOVERNMENT = "government", _("government body")
    INDIVIDUAL_BUSINESS = "individual-business", _("individual business")
    NATURAL_PERSON = "natural-person", _("natural person")


class Standing(models.TextChoices):
    """What an organisation is to this site."""

    PARTICIPANT = "participant", _("participant")
    OPERATOR = "operator", _("operator")
    REGULATOR = "regulator", _("regulator")


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


class Rank(models.TextChoices):
    """Who may grant a seat to whom: `accounts.seats.GRANTS`."""

    LEGAL_REPRESENTATIVE = "legal-representative", _("legal representative")
    MANAGER = "manager", _("manager")
    OPERATOR = "operator", _("handler")


class Deed(models.TextChoices):
    """What a seat may be entitled to do; `DEEDS_OF` says which ones a standing has at all."""

    GRANT_SEAT = "seat.grant", _("grant and revoke seats")
    EDIT_ORGANISATION = "organisation.edit", _("keep the unit's data and certificates")
    WRITE_ORDER = "order.write", _("write service orders")
    APPROVE_ORDER = "order.approve", _("approve service orders")
    APPLY_ENTRY = "entry.apply", _("apply for entry as an agency")
    BID = "bid.submit", _("bid for service orders")
    SIGN = "agreement.sign", _("sign contracts")
    DELIVER = "delivery.hand-in", _("hand in deliverables")
    ACCEPT = "delivery.accept", _("accept deliverables")
    EVALUATE = "order.evaluate", _("evaluate")
    JOIN_ALLIANCE = "alliance.join", _("represent the unit towards alliances")
    VOTE = "alliance.vote", _("vote in alliances")
    WRITE_NEED = "need.write", _("write procurement needs")
    APPROVE_NEED = "need.approve", _("approve procurement needs")
    RUN_PROCEDURE = "procedure.run", _("run procurement procedures")
    VERIFY_ORGANISATION = "organisation.verify", _("verify organisations")
    REVIEW_ENTRY = "entry.review", _("review entries of agencies")
    REVIEW_ORDER = "order.review", _("review orders of owners with one person")
    EDIT_CATALOGUE = "catalogue.edit", _("edit the service catalogue and legal figures")
    EDIT_SITE = "site.edit", _("write pages of the site")
    APPROVE_SITE = "site.approve", _("review and publish pages of the site")
    SUPERVISE = "supervise", _("supervise")
    THROW_DICE = "dice.throw", _("throw the dice in a witness's stead")
    REGISTER_ALLIANCE = "alliance.register", _("call for alliances and register them")


DEEDS_OF: Mapping[str, frozenset[Deed]] = {
    Standing.PARTICIPANT: frozenset(
        {
            Deed.GRANT_SEAT,
            Deed.EDIT_ORGANISATION,
            Deed.WRITE_ORDER,
            Deed.APPROVE_ORDER,
            Deed.APPLY_ENTRY,
            Deed.BID,
            Deed.SIGN,
            Deed.DELIVER,
            Deed.ACCEPT,
            Deed.EVALUATE,
            Deed.JOIN_ALLIANCE,
            Deed.VOTE,
            Deed.WRITE_NEED,
            Deed.APPROVE_NEED,
            Deed.RUN_PROCEDURE,
        }
    ),
    Standing.OPERATOR: frozenset(
        {
            Deed.GRANT_SEAT,
            Deed.EDIT_ORGANISATION,
            Deed.VERIFY_ORGANISATION,
            Deed.REVIEW_ENTRY,
            Deed.REVIEW_ORDER,
            Deed.EDIT_CATALOGUE,
            Deed.EDIT_SITE,
            Deed.APPROVE_SITE,
        }
    ),
    Standing.REGULATOR: frozenset(
        {
            Deed.GRANT_SEAT,
            Deed.EDIT_ORGANISATION,
            Deed.SUPERVISE,
            Deed.THROW_DICE,
            Deed.REGISTER_ALLIANCE,
        }
    ),
}


# What may be done for an organisation that the operator has not verified yet.
BEFORE_VERIFICATION = frozenset({Deed.EDIT_ORGANISATION})


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


class CertificateKind(models.TextChoices):
    LICENCE = "licence", _("business licence or certificate of the unified code")
    AUTHORISATION = "authorisation", _("letter of authorisation")
    QUALIFICATION = "qualification", _("qualification certificate")
    PERSON = "person", _("certificate of a practitioner")
    SOCIAL_INSURANCE = "social-insurance", _("proof of social insurance")
    MANAGEMENT_SYSTEM = "management-system", _("certificate of a management system")
    FINANCE = "finance", _("financial statement or audit report")
    REFERENCE = "reference", _("contract or proof of a past job")
    OTHER = "other", _("other certificate")


SOON = timedelta(days=90)  # pages call to mind what ends within that time


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def current(self) -> CertificateQuerySet:
        """Neither superseded nor put away."""
        return self.filter(superseded_by=None, put_away_at=None)

    def of(self, organisation: Organisation) -> CertificateQuerySet:
        return self.filter(organisation=organisation)

    def valid_on(self, day: date) -> CertificateQuerySet:
        return self.current().filter(Q(valid_until=None) | Q(valid_until__gte=day))

    def expiring(self, day: date, within: timedelta = SOON) -> CertificateQuerySet:
        """Current ones whose last day lies within that time, or has passed."""
        return self.current().filter(valid_until__lte=day + within)


class Certificate(models.Model):
    """A paper of the wallet 证照库: entered once with its scan, chosen in every form."""

    code = models.CharField(max_length=16, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="certificates")
    kind = models.CharField(_("kind"), max_length=24, choices=CertificateKind)
    name = models.CharField(_("name"), max_length=120)
    number = models.CharField(_("number"), max_length=80, blank=True)
    holder = models.CharField(_("holder"), max_length=60, blank=True)
    issuer = models.CharField(_("issued by"), max_length=120, blank=True)
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    valid_until = models.DateField(_("valid until (last day)"), null=True, blank=True)
    scan = models.ForeignKey(Upload, models.PROTECT, related_name="+", verbose_name=_("scan"))
    superseded_by = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="supersedes"
    )
    put_away_at = models.DateTimeField(null=True)
    entered_at = models.DateTimeField()
    reminded_at_days = models.PositiveSmallIntegerField(null=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["valid_until"],
                condition=Q(superseded_by=None, put_away_at=None),
                name="certificate_expiring",
            )
        ]
        constraints = [
            CheckConstraint(
                condition=Q(kind__in=CertificateKind.values), name="certificate_kind_known"
            ),
            CheckConstraint(
                condition=Q(valid_until=None)
                | Q(issued_on=None)
                | Q(valid_until__gte=F("issued_on")),
                name="certificate_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.number}".strip()

    def is_valid(self, day: date) -> bool:
        """Whether it may be relied on that day; its last day counts."""
        if self.superseded_by_id or self.put_away_at:
            return False
        return self.valid_until is None or day <= self.valid_until

    def days_left(self, day: date) -> int | None:
        """Days until its last day, negative afterwards; None where it has no end."""
        return None if self.valid_until is None else (self.valid_until - day).days


class AmendmentState(models.TextChoices):
    ASKED = "asked", _("under review")
    GRANTED = "granted", pgettext_lazy("amendment", "granted")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")


class AmendmentQuerySet(models.QuerySet["Amendment"]):
    def waiting(self) -> AmendmentQuerySet:
        return self.filter(state=AmendmentState.ASKED)

    def granted(self) -> AmendmentQuerySet:
        return self.filter(state=AmendmentState.GRANTED)


class Amendment(models.Model):
    """A change 变更 of what the operator verified of an organisation, asked for with its proof.

    It keeps what was and what becomes of it. The unified code never changes, nor does anything
    that was published before.
    """

    MOVES = {
        AmendmentState.ASKED: {
            AmendmentState.GRANTED,
            AmendmentState.REFUSED,
            AmendmentState.WITHDRAWN,
        },
    }
    AMENDED = ("name", "kind", "legal_representative")

    code = models.CharField(max_length=16, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="amendments")
    name_before = models.CharField(max_length=120)
    name_after = models.CharField(max_length=120)
    kind_before = models.CharField(max_length=20, choices=OrganisationKind)
    kind_after = models.CharField(max_length=20, choices=OrganisationKind)
    legal_representative_before = models.CharField(max_length=60, blank=True)
    legal_representative_after = models.CharField(max_length=60, blank=True)
    reason = models.CharField(_("reason"), max_length=500)
    licence = models.ForeignKey(Upload, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    decide_until = models.DateTimeField()
    state = models.CharField(max_length=12, choices=AmendmentState, default=AmendmentState.ASKED)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")
    answer = models.CharField(max_length=500, blank=True)

    objects = AmendmentQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            CheckConstraint(
                condition=Q(state__in=AmendmentState.values), name="amendment_state_known"
            ),
            CheckConstraint(
                condition=Q(kind_after__in=OrganisationKind.values), name="amendment_kind_known"
            ),
            CheckConstraint(
                condition=~Q(name_before=F("name_after"))
                | ~Q(kind_before=F("kind_after"))
                | ~Q(legal_representative_before=F("legal_representative_after")),
                name="amendment_changes_something",
            ),
            CheckConstraint(condition=~Q(reason=""), name="amendment_has_reason"),
            CheckConstraint(
                condition=filled_iff(~Q(state="asked"), "decided_at", "decided_by"),
                name="amendment_decided_iff_not_asked",
            ),
            CheckConstraint(
                condition=~Q(state="refused") | ~Q(answer=""), name="amendment_refusal_has_reason"
            ),
            UniqueConstraint(
                fields=["organisation"],
                condition=Q(state="asked"),
                name="amendment_one_open_per_organisation",
            ),
        ]

    def __str__(self) -> str:
        return self.name_before

    def changes(self) -> list[tuple[Any, str, str]]:
        """What changes: label, as it was, as it becomes."""
        labels = {
            "name": _("Name of the unit"),
            "kind": _("Kind of unit"),
            "legal_representative": _("Legal representative or person in charge"),
        }
        rows = []
        for name in self.AMENDED:
            before, after = getattr(self, f"{name}_before"), getattr(self, f"{name}_after")
            if before != after:
                if name == "kind":
                    before, after = self.get_kind_before_display(), self.get_kind_after_display()
                rows.append((labels[name], before, after))
        return rows
