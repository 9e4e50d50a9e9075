"""Notices about a published need that no procedure of ours writes: composed by hand, by a form.

    draft ──submit──▶ submitted ──publish──▶ published
      ▲                  │
      └─────return───────┘

What is typed is in `typed`, as text by the field's name. The notice itself is publication's.
"""

from __future__ import annotations

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Seat
from core.lifecycle import filled_iff
from procurement.models.needs import Need
from publication.models import Notice, Relation


class CompositionState(models.TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("under approval")
    PUBLISHED = "published", _("published")


class CompositionQuerySet(models.QuerySet["Composition"]):
    def issued_by(self, organisation: Organisation) -> CompositionQuerySet:
        return self.filter(issuer=organisation)


class Composition(models.Model):
    """A notice being composed, and who of its issuer wrote and who approved it."""

    MOVES = {
        CompositionState.DRAFT: {CompositionState.SUBMITTED},
        CompositionState.SUBMITTED: {CompositionState.DRAFT, CompositionState.PUBLISHED},
    }

    code = models.CharField(max_length=16, unique=True, editable=False)
    need = models.ForeignKey(Need, models.PROTECT, related_name="compositions")
    issuer = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=40)
    follows = models.ForeignKey(Notice, models.PROTECT, null=True, related_name="+")
    relation = models.CharField(max_length=12, choices=Relation, blank=True)
    state = models.CharField(
        max_length=16, choices=CompositionState, default=CompositionState.DRAFT
    )
    state_reason = models.CharField(max_length=500, blank=True)
    typed = models.JSONField(default=dict)
    created_by = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()
    submitted_by = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True, editable=False)
    published_by = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")
    notice = models.OneToOneField(Notice, models.PROTECT, null=True, related_name="+")

    objects = CompositionQuerySet.as_manager()

    class Meta:
        indexes = [Index(fields=["issuer", "-saved_at", "-id"], name="composition_of_issuer")]
        constraints = [
            CheckConstraint(
                condition=Q(state__in=CompositionState.values), name="composition_state_known"
            ),
            CheckConstraint(
                condition=filled_iff(~Q(relation=""), "follows"),
                name="composition_related_iff_it_follows",
            ),
            CheckConstraint(
                condition=filled_iff(~Q(state="draft"), "submitted_by", "submitted_at"),
                name="composition_submitted_iff_no_draft",
            ),
            CheckConstraint(
                condition=filled_iff(Q(state="published"), "published_by", "notice"),
                name="composition_notice_iff_published",
            ),
            CheckConstraint(
                condition=Q(published_by=None) | ~Q(published_by=F("submitted_by")),
                name="composition_published_by_another_seat",
            ),
        ]

    def __str__(self) -> str:
        return self.need.title

    def get_absolute_url(self) -> str:
        return reverse("procurement:desk-notice", args=[self.code])
