"""Corrections 更正 of running inquiries: of terms, of the deadline, or of both.

    draft ──submit──▶ submitted ──publish──▶ published
      ▲                  │
      └─────return───────┘

One at a time for an inquiry. What was not published when its quotes are due comes to nothing: that
is told by the inquiry's deadline, so no state says it.
"""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Seat
from core.lifecycle import filled_iff
from procurement.models.procedures import Procedure, ProcedureState
from publication.models import Notice


class CorrectionState(models.TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("under approval")
    PUBLISHED = "published", _("published")


class CorrectionQuerySet(models.QuerySet["Correction"]):
    def owned_by(self, organisation: Organisation) -> CorrectionQuerySet:
        return self.filter(procedure__owner=organisation)

    def alive_at(self, at: datetime) -> CorrectionQuerySet:
        """Not published, of an inquiry that is still open."""
        return self.exclude(state=CorrectionState.PUBLISHED).filter(
            procedure__state=ProcedureState.PUBLISHED, procedure__open_until__gt=at
        )


class Correction(models.Model):
    """What of an inquiry's notice shall read otherwise, and why.

    `typed` is what was typed, as it was typed; `terms` are filled by `corrections.submit`: all that
    may change, as it is to stand afterwards.
    """

    MOVES = {
        CorrectionState.DRAFT: {CorrectionState.SUBMITTED},
        CorrectionState.SUBMITTED: {CorrectionState.DRAFT, CorrectionState.PUBLISHED},
    }

    code = models.CharField(max_length=16, unique=True, editable=False)
    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="corrections")
    state = models.CharField(max_length=16, choices=CorrectionState, default=CorrectionState.DRAFT)
    state_reason = models.CharField(max_length=1000, blank=True)
    typed = models.JSONField(default=dict)
    saved_at = models.DateTimeField()
    created_by = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=1000, blank=True)
    terms = models.JSONField(null=True)
    submitted_by = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True, editable=False)
    published_by = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True, editable=False)
    notice = models.OneToOneField(Notice, models.PROTECT, null=True, related_name="+")

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            CheckConstraint(
                condition=Q(state__in=CorrectionState.values), name="correction_state_known"
            ),
            CheckConstraint(
                condition=filled_iff(~Q(state="draft"), "submitted_by", "submitted_at", "terms"),
                name="correction_filled_iff_submitted",
            ),
            CheckConstraint(
                condition=filled_iff(
                    Q(state="published"), "published_by", "published_at", "notice"
                ),
                name="correction_notice_iff_published",
            ),
            CheckConstraint(
                condition=Q(published_by=None) | ~Q(published_by=F("submitted_by")),
                name="correction_published_by_another_seat",
            ),
            UniqueConstraint(
                fields=["procedure"],
                condition=~Q(state="published"),
                name="correction_one_at_a_time_per_procedure",
            ),
        ]

    def __str__(self) -> str:
        return self.procedure.title

    def get_absolute_url(self) -> str:
        return reverse("procurement:desk-correction", args=[self.code])
