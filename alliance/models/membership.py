"""What a member has and does in an alliance: its certificate 成员证书, its staff 成员单位人员, and
those of them whom it names for a role: its delegates 代表人选.

    certificate: issued ──▶ superseded
                     └──▶ withdrawn ──▶ returned
    delegate:    nominated ──confirm──▶ confirmed ──end──▶ ended
                     ├──refuse──▶ refused
                     └─withdraw─▶ withdrawn

A certificate says what was true when it was issued, and is never edited (migration); whether it has
expired is told by its day. It is withdrawn when the membership ends, whether or not the paper comes
back. A contact person needs nobody's confirmation.
"""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Seat
from alliance.models.register import Member
from core.lifecycle import filled_iff


class CertificateState(models.TextChoices):
    ISSUED = "issued", pgettext_lazy("of a certificate", "issued")
    SUPERSEDED = "superseded", pgettext_lazy("of a certificate", "superseded")
    WITHDRAWN = "withdrawn", pgettext_lazy("of a certificate", "withdrawn")
    RETURNED = "returned", pgettext_lazy("of a certificate", "returned")


class MemberCertificateQuerySet(models.QuerySet["MemberCertificate"]):
    def valid_on(self, on: date) -> MemberCertificateQuerySet:
        return self.filter(state=CertificateState.ISSUED, valid_until__gte=on)


class MemberCertificate(models.Model):
    """That a unit is a member of an alliance, until a day; `facts` is what the paper says."""

    MOVES = {
        CertificateState.ISSUED: {CertificateState.SUPERSEDED, CertificateState.WITHDRAWN},
        CertificateState.WITHDRAWN: {CertificateState.RETURNED},
    }

    code = models.CharField(max_length=16, unique=True, editable=False)
    number = models.CharField(max_length=36, unique=True, editable=False)
    member = models.ForeignKey(Member, models.PROTECT, related_name="certificates")
    facts = models.JSONField(editable=False)
    digest = models.CharField(max_length=64, db_index=True, editable=False)
    issued_at = models.DateTimeField(editable=False)
    issued_by = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")
    valid_until = models.DateField(_("valid until"), editable=False)  # the last day
    state = models.CharField(
        max_length=12, choices=CertificateState, default=CertificateState.ISSUED
    )
    ended_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)

    objects = MemberCertificateQuerySet.as_manager()

    class Meta:
        ordering = ["-issued_at", "-pk"]
        indexes = [
            Index(
                fields=["valid_until"], condition=Q(state="issued"), name="membercertificate_runs"
            )
        ]
        constraints = [
            CheckConstraint(
                condition=Q(state__in=CertificateState.values), name="membercertificate_state_known"
            ),
            CheckConstraint(
                condition=filled_iff(~Q(state="issued"), "ended_at"),
                name="membercertificate_ended_at_iff_ended",
            ),
            UniqueConstraint(
                fields=["member"],
                condition=Q(state="issued"),
                name="membercertificate_one_issued_per_member",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("publication:verification", args=[self.number])

    def is_valid(self, on: date) -> bool:
        return self.state == CertificateState.ISSUED and on <= self.valid_until


class StaffPersonQuerySet(models.QuerySet["StaffPerson"]):
    def acting_on(self, day: date) -> StaffPersonQuerySet:
        return self.filter(Q(acts_until=None) | Q(acts_until__gt=day), acts_from__lte=day)

    def published_on(self, day: date) -> StaffPersonQuerySet:
        return self.acting_on(day).exclude(consented_at=None)


class StaffPerson(models.Model):
    """A person of a member unit who acts in the alliance, for so long; the unit keeps the entry.

    `consented_at`: since when the public may read name and post, by the person's own consent.
    """

    code = models.CharField(max_length=16, unique=True, editable=False)
    member = models.ForeignKey(Member, models.PROTECT, related_name="staff")
    name = models.CharField(pgettext_lazy("of a person", "name"), max_length=60)
    duty = models.CharField(_("position"), max_length=80)
    title = models.CharField(_("professional title"), max_length=80, blank=True)
    phone = models.CharField(_("mobile phone"), max_length=30)
    email = models.EmailField(_("e-mail"))
    expertise = models.CharField(_("field of expertise"), max_length=200, blank=True)
    group = models.CharField(_("working group"), max_length=80, blank=True)
    acts_from = models.DateField(_("from"))
    acts_until = models.DateField(_("until"), null=True)  # exclusive
    consented_at = models.DateTimeField(null=True)
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(Seat, models.PROTECT, related_name="+")

    objects = StaffPersonQuerySet.as_manager()

    class Meta:
        ordering = ["member", "name", "pk"]
        constraints = [
            CheckConstraint(
                condition=Q(acts_until=None) | Q(acts_until__gte=F("acts_from")),
                name="staffperson_ends_after_it_begins",
            ),
            UniqueConstraint(
                fields=["member", "name", "phone"],
                condition=Q(acts_until=None),
                name="staffperson_one_open_per_person",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def last_day(self) -> date | None:
        return self.acts_until - date.resolution if self.acts_until else None

    def is_acting(self, day: date) -> bool:
        return self.acts_from <= day and (self.acts_until is None or day < self.acts_until)


class DelegateRole(models.TextChoices):
    CONTACT = "contact", _("contact person")
    COUNCIL = "council", _("representative in the council")
    ACADEMIC = "academic", _("nominee for the academic committee")


class DelegateState(models.TextChoices):
    NOMINATED = "nominated", pgettext_lazy("of a delegate", "nominated")
    CONFIRMED = "confirmed", pgettext_lazy("of a delegate", "confirmed")
    REFUSED = "refused", pgettext_lazy("of a delegate", "refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("of a delegate", "withdrawn")
    ENDED = "ended", pgettext_lazy("of a delegate", "ended")


class Delegate(models.Model):
    """One of a member's staff whom it names for a role; who is confirmed next takes his place.

    What the alliance confirmed stays here as it was; `person` is the entry of the staff since.
    """

    MOVES = {
        DelegateState.NOMINATED: {
            DelegateState.CONFIRMED,
            DelegateState.REFUSED,
            DelegateState.WITHDRAWN,
        },
        DelegateState.CONFIRMED: {DelegateState.ENDED},
    }

    code = models.CharField(max_length=16, unique=True, editable=False)
    member = models.ForeignKey(Member, models.PROTECT, related_name="delegates")
    person = models.ForeignKey(StaffPerson, models.PROTECT, null=True, related_name="delegates")
    role = models.CharField(_("role"), max_length=10, choices=DelegateRole)
    name = models.CharField(pgettext_lazy("of a person", "name"), max_length=60)
    duty = models.CharField(_("position"), max_length=80)
    title = models.CharField(_("professional title"), max_length=80, blank=True)
    phone = models.CharField(_("mobile phone"), max_length=30)
    email = models.EmailField(_("e-mail"))
    expertise = models.CharField(_("field of expertise"), max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=DelegateState, default=DelegateState.NOMINATED)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    nominated_at = models.DateTimeField()
    nominated_by = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["role", "-nominated_at", "-pk"]
        constraints = [
            CheckConstraint(condition=Q(role__in=DelegateRole.values), name="delegate_role_known"),
            CheckConstraint(
                condition=Q(state__in=DelegateState.values), name="delegate_state_known"
            ),
            CheckConstraint(
                condition=filled_iff(~Q(state="nominated"), "decided_at"),
                name="delegate_decided_at_iff_decided",
            ),
            CheckConstraint(
                condition=filled_iff(Q(state="ended"), "ended_at"),
                name="delegate_ended_at_iff_ended",
            ),
            CheckConstraint(
                condition=~Q(state="refused") | ~Q(reason=""), name="delegate_refusal_has_reason"
            ),
            UniqueConstraint(
                fields=["member", "role"],
                condition=Q(state="nominated"),
                name="delegate_one_nominated_per_role",
            ),
            UniqueConstraint(
                fields=["member", "role"],
                condition=Q(state="confirmed"),
                name="delegate_one_confirmed_per_role",
            ),
        ]

    def __str__(self) -> str:
        return self.name
