"""What an agency's credit 信用 rests on: facts 信用事项 under a versioned scheme 评分规则.

    fact: entered ──hearing over──▶ in effect ──12 months after it occurred──▶ lapsed
            └──superseded by a new fact: corrected or annulled──┘

None of it is stored as a state: instants decide. Rows are never changed (migration 0002).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Seat
from core.lifecycle import RuleBroken
from credit import scoring


class SchemeQuerySet(models.QuerySet["Scheme"]):
    def on(self, day: date) -> Scheme | None:
        """The version of a day: the newest that has begun; None before the first."""
        return self.filter(from_on__lte=day).order_by("-from_on").first()

    def in_force(self, day: date) -> Scheme:
        """The version of a day, for what cannot be done without. Refused before the first."""
        if (found := self.on(day)) is None:
            raise RuleBroken("No scoring scheme was in force that day: nothing can be scored.")
        return found


class Scheme(models.Model):
    """One version of the rules, in force until the next begins."""

    version = models.PositiveIntegerField(_("version"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    source = models.TextField(_("source"))
    from_on = models.DateField(_("in force from"), unique=True)
    data = models.JSONField(_("rules"))

    objects = SchemeQuerySet.as_manager()

    class Meta:
        ordering = ["-version"]
        verbose_name = _("scoring scheme")
        verbose_name_plural = _("scoring schemes")

    def __str__(self) -> str:
        return self.name

    @cached_property
    def rules(self) -> scoring.Scheme:
        return scoring.Scheme.from_json({**self.data, "version": self.version, "name": self.name})


class FactQuerySet(models.QuerySet["Fact"]):
    def standing(self) -> FactQuerySet:
        """In whose place no other stands."""
        return self.filter(superseded_by=None)

    def under_hearing(self, at: datetime) -> FactQuerySet:
        """Not in effect yet: the agency may still be heard."""
        return self.standing().filter(effective_at__gt=at)


class Fact(models.Model):
    """Something that happened and adds or takes points, with its basis and evidence.

    `key` is its own within the kind, so that the same news makes one fact.
    """

    code = models.CharField(max_length=16, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="credit_facts")
    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=40)
    key = models.CharField(max_length=80)
    title = models.CharField(_("what happened"), max_length=200)
    points = models.DecimalField(_("points"), max_digits=5, decimal_places=1)
    basis = models.CharField(_("basis"), max_length=300)
    evidence = models.JSONField(_("evidence"), default=list)  # label and address of each
    subject = models.CharField(max_length=60)
    subject_code = models.CharField(max_length=16)
    occurred_at = models.DateTimeField(_("occurred at"))
    entered_at = models.DateTimeField(_("entered at"))
    effective_at = models.DateTimeField(_("takes effect at"))
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="superseded_by"
    )
    reason = models.CharField(_("reason for the correction"), max_length=500, blank=True)

    objects = FactQuerySet.as_manager()

    class Meta:
        indexes = [
            Index(fields=["organisation", "occurred_at"], name="fact_of_organisation"),
            Index(fields=["effective_at"], name="fact_takes_effect"),
        ]
        constraints = [
            UniqueConstraint(
                fields=["kind", "key"], condition=Q(supersedes=None), name="fact_once_per_key"
            ),
            CheckConstraint(
                condition=Q(supersedes=None, reason="")
                | Q(supersedes__isnull=False) & ~Q(reason=""),
                name="fact_reason_iff_it_supersedes",
            ),
            CheckConstraint(condition=~Q(basis=""), name="fact_has_basis"),
            CheckConstraint(
                condition=Q(points__gte=-100, points__lte=100), name="fact_points_within_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def kind_rules(self) -> scoring.Kind:
        return self.scheme.rules.kinds[self.kind]

    def published_until(self) -> datetime | None:
        """When its details leave public view (国办发〔2025〕22号); None for no discredit."""
        months = self.kind_rules.publication_months
        return scoring.months_after(self.effective_at, months) if months else None

    def bars_until(self) -> datetime | None:
        """Until when the agency may not bid because of it."""
        months = self.kind_rules.bar_months
        return scoring.months_after(self.effective_at, months) if months else None

    def entry(self) -> scoring.Entry:
        return scoring.Entry(
            code=self.code,
            kind=self.kind,
            title=self.title,
            basis=self.basis,
            points=self.points,
            occurred_at=self.occurred_at,
            effective_at=self.effective_at,
            supersedes=self.supersedes.code if self.supersedes else "",
        )


class Statement(models.Model):
    """What the agency says to a fact before it takes effect 陈述申辩; once, in the hearing."""

    code = models.CharField(max_length=16, unique=True, editable=False)
    fact = models.OneToOneField(Fact, models.PROTECT, related_name="statement")
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    text = models.TextField(_("statement"))
    made_at = models.DateTimeField()

    class Meta:
        constraints = [CheckConstraint(condition=~Q(text=""), name="statement_says_something")]

    def __str__(self) -> str:
        return self.text[:40]

    @staticmethod
    def is_readable(upload: Any, request: Any) -> bool:
        """Files of a statement: for the agency itself, the operator and the regulator."""
        if request.seat is None:
            return False
        if request.seat.organisation.standing != "participant":
            return True
        mine = Statement.objects.filter(fact__organisation=request.seat.organisation)
        return mine.filter(code=upload.subject_code).exists()
