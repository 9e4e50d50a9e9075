"""The service catalogue 服务事项目录: what may be ordered, on which law, from whom, how fast.

An item shows its newest version; every version stays, for the orders that were placed under it.
Qualification categories 资质类别 say which levels there are and how they rank.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import CheckConstraint, Count, Q, UniqueConstraint
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ServiceGroup(models.TextChoices):
    """The kinds of work that 优化营商环境条例 art. 43 counts as intermediary services."""

    REVIEW = "review", _("technical review")
    ASSESSMENT = "assessment", _("assessment and evaluation")
    TESTING = "testing", _("surveying, testing and inspection")
    CONSULTING = "consulting", _("consulting and agency")
    ATTESTATION = "attestation", _("attestation and audit")


class FeeBasis(models.TextChoices):
    """How the fee of a service comes about."""

    MARKET = "market", _("market price")
    GUIDED = "guided", _("government-guided price")
    FIXED = "fixed", _("government-fixed price")


class Holder(models.TextChoices):
    """Whom a qualification is granted to."""

    UNIT = "unit", _("unit")
    PERSON = "person", _("person")


class QualificationCategory(models.Model):
    """A kind of qualification or registration; `levels` from the highest down."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=80)
    holder = models.CharField(_("granted to"), max_length=8, choices=Holder)
    authority = models.CharField(_("granted by"), max_length=80)
    levels = models.JSONField(_("levels, highest first"), default=list, blank=True)
    specialties = models.JSONField(_("specialties"), default=list, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    place = models.PositiveSmallIntegerField(_("place in lists"), default=0)

    class Meta:
        verbose_name = _("qualification category")
        verbose_name_plural = _("qualification categories")
        ordering = ["place", "code"]
        constraints = [
            CheckConstraint(
                condition=Q(holder__in=Holder.values), name="qualificationcategory_holder_known"
            )
        ]

    def __str__(self) -> str:
        return self.name


class ServiceItemQuerySet(models.QuerySet["ServiceItem"]):
    def offered(self) -> ServiceItemQuerySet:
        """In force: it can be ordered and offered."""
        return self.filter(retired=False)

    def matching(self, text: str) -> ServiceItemQuerySet:
        columns = ("name", "summary", "when_needed", "authority")
        return self.filter(
            Q(*(Q(**{f"{column}__icontains": text}) for column in columns), _connector=Q.OR)
        )

    def with_agency_count(self) -> ServiceItemQuerySet:
        """How many listed agencies offer each now, as `agency_count`."""
        offered = Q(agency_services__offered_until=None, agency_services__agency__state="listed")
        return self.annotate(agency_count=Count("agency_services", filter=offered))


class ServiceItem(models.Model):
    """One item 服务事项 as its newest version has it; written by `marketplace.catalogue`."""

    code = models.SlugField(_("address"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=80)
    group = models.CharField(
        pgettext_lazy("services", "group"), max_length=12, choices=ServiceGroup
    )
    place = models.PositiveSmallIntegerField(_("place in lists"), default=0)
    summary = models.TextField(_("what it is"))
    when_needed = models.TextField(_("when it is needed"))
    legal_basis = models.JSONField(_("legal basis"), default=list)
    authority = models.CharField(_("competent authority"), max_length=120)
    approvals = models.JSONField(_("linked approval items"), default=list)
    requirement = models.JSONField(_("required qualifications"), null=True)
    requirement_note = models.TextField(_("note on qualifications"), blank=True)
    time_limit_days = models.PositiveSmallIntegerField(_("time limit (working days)"), null=True)
    time_limit_note = models.TextField(_("note on the time limit"), blank=True)
    fee_basis = models.CharField(_("fee basis"), max_length=8, choices=FeeBasis)
    fee_note = models.TextField(_("note on fees"), blank=True)
    process = models.JSONField(_("process"), default=list)
    materials = models.JSONField(_("materials of the owner"), default=list)
    deliverables = models.JSONField(_("deliverables"), default=list)
    version = models.PositiveSmallIntegerField(_("version"), default=1, editable=False)
    revised_at = models.DateTimeField(_("revised at"), editable=False)
    retired = models.BooleanField(_("no longer in force"), default=False)

    objects = ServiceItemQuerySet.as_manager()

    # What a version consists of: everything but the bookkeeping.
    CONTENT = (
        "name",
        "group",
        "place",
        "summary",
        "when_needed",
        "legal_basis",
        "authority",
        "approvals",
        "requirement",
        "requirement_note",
        "time_limit_days",
        "time_limit_note",
        "fee_basis",
        "fee_note",
        "process",
        "materials",
        "deliverables",
        "retired",
    )

    class Meta:
        verbose_name = _("service item")
        verbose_name_plural = _("service items")
        ordering = ["place", "code"]
        constraints = [
            CheckConstraint(
                condition=Q(group__in=ServiceGroup.values), name="serviceitem_group_known"
            ),
            CheckConstraint(
                condition=Q(fee_basis__in=FeeBasis.values), name="serviceitem_fee_basis_known"
            ),
            CheckConstraint(condition=Q(version__gte=1), name="serviceitem_version_from_one"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("marketplace:service-detail", args=[self.code])

    @property
    def content(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.CONTENT}


class ServiceItemVersion(models.Model):
    """What an item said from `recorded_at` on. Never changed."""

    code = models.CharField(max_length=16, unique=True, editable=False)
    item = models.ForeignKey(ServiceItem, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    note = models.CharField(max_length=300, blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [
            UniqueConstraint(fields=["item", "number"], name="serviceitemversion_once_per_number")
        ]

    def __str__(self) -> str:
        return f"{self.item} · {self.number}"
