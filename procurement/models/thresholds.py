"""Procurement catalogues 集中采购目录 and standards 采购标准 of a region, and the checker's rules.

Both are versioned: a later version supersedes the one before from a day on, and none is edited.
"""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.models import Region


class Kind(models.TextChoices):
    """What is bought, as 政府采购法 article 2 divides it."""

    GOODS = "goods", _("goods")
    WORKS = "works", _("works")
    SERVICES = "services", pgettext_lazy("procurement", "services")


class Form(models.TextChoices):
    """The organisation form 采购组织形式: who carries a procurement out."""

    CENTRAL = "central", _("central procurement by the procurement agency")
    DEPARTMENT = "department", _("central procurement by the department")
    DISPERSED = "dispersed", _("dispersed procurement")
    OUTSIDE = "outside", _("below the standards, by the unit's own rules")


class ProcurementStandardQuerySet(models.QuerySet["ProcurementStandard"]):
    def in_force(self, day: date) -> ProcurementStandardQuerySet:
        return self.filter(Q(until_on=None) | Q(until_on__gt=day), from_on__lte=day)


class ProcurementStandard(models.Model):
    """A region's catalogue and standards for a time, as one paper set them.

    A limit is empty where the paper names none. Limits are yuan, and inclusive: 「以上」 holds the
    number itself.
    """

    code = models.CharField(max_length=16, unique=True, editable=False)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("region"))
    version = models.PositiveSmallIntegerField(_("version"))
    year = models.PositiveSmallIntegerField(_("year"))
    title = models.CharField(_("title"), max_length=200)
    source = models.CharField(_("source document"), max_length=300)
    is_example = models.BooleanField(_("example figures of the demo city"), default=False)
    from_on = models.DateField(_("in force from"))
    until_on = models.DateField(_("until (exclusive)"), null=True)
    goods_from = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    works_from = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    services_from = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    goods_tender = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    works_tender = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    services_tender = models.DecimalField(max_digits=16, decimal_places=2, null=True)

    objects = ProcurementStandardQuerySet.as_manager()

    class Meta:
        ordering = ["region__code", "-version"]
        constraints = [
            UniqueConstraint(fields=["region", "version"], name="procurementstandard_version_once"),
            UniqueConstraint(
                fields=["region"],
                condition=Q(until_on=None),
                name="procurementstandard_one_open_per_region",
            ),
            CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gt=F("from_on")),
                name="procurementstandard_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class CatalogueEntry(models.Model):
    """An item of a catalogue: what it is called there, and who must buy it."""

    standard = models.ForeignKey(ProcurementStandard, models.CASCADE, related_name="entries")
    item = models.CharField(_("item code"), max_length=20)
    name = models.CharField(pgettext_lazy("goods", "item"), max_length=120)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    form = models.CharField(_("organisation form"), max_length=12, choices=Form)
    from_amount = models.DecimalField(
        _("from an amount of (yuan)"), max_digits=16, decimal_places=2, null=True
    )
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        ordering = ["standard", "item"]
        constraints = [
            UniqueConstraint(fields=["standard", "item"], name="catalogueentry_item_once"),
            CheckConstraint(condition=Q(kind__in=Kind.values), name="catalogueentry_kind_known"),
            CheckConstraint(
                condition=Q(form__in=[Form.CENTRAL, Form.DEPARTMENT]),
                name="catalogueentry_form_is_central",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.name}"


class RequirementRuleQuerySet(models.QuerySet["RequirementRule"]):
    def in_force(self) -> RequirementRuleQuerySet:
        """The newest version of each rule that is switched on."""
        return self.filter(superseded_at=None, is_on=True)


class RequirementRule(models.Model):
    """One version of a rule of the requirement checker (`procurement.checker`)."""

    code = models.CharField(max_length=16, unique=True, editable=False)
    name = models.CharField(_("rule"), max_length=60)
    version = models.PositiveSmallIntegerField(_("version"))
    title = models.CharField(_("what it finds"), max_length=120)
    article = models.CharField(_("article"), max_length=200)
    why = models.CharField(_("why"), max_length=500)
    weight = models.CharField(_("weight"), max_length=12)
    patterns = models.JSONField(_("patterns"))
    exceptions = models.JSONField(_("exceptions"), default=list)
    sections = models.JSONField(_("sections"), default=list)
    trips = models.CharField(_("a sentence that trips it"), max_length=300)
    passes = models.CharField(_("a sentence that does not"), max_length=300)
    is_on = models.BooleanField(_("switched on"), default=True)
    entered_at = models.DateTimeField(null=True)
    superseded_at = models.DateTimeField(null=True)

    objects = RequirementRuleQuerySet.as_manager()

    class Meta:
        ordering = ["name", "-version"]
        indexes = [Index(fields=["superseded_at", "name"], name="requirementrule_current")]
        constraints = [
            UniqueConstraint(fields=["name", "version"], name="requirementrule_version_once"),
            UniqueConstraint(
                fields=["name"],
                condition=Q(superseded_at=None),
                name="requirementrule_one_current",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} v{self.version}"
