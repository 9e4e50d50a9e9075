"""The wallet 证照库 of a unit.

A certificate 证照 is superseded by another, never edited; what its days say about it (valid, about
to expire, expired) is derived.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.db import models
from django.db.models import CheckConstraint, F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.organisations import Organisation
from core.models import Upload


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
