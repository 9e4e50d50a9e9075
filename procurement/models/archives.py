"""Archives 采购档案 of ended procedures: asked for, drawn by a task, kept for the years of the law.

    asked ──▶ drawn

A drawn archive is never drawn again: what came later is in the next version.
"""

from __future__ import annotations

from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.lifecycle import filled_iff
from procurement.models.procedures import Procedure


class ArchiveState(models.TextChoices):
    ASKED = "asked", _("being drawn")
    DRAWN = "drawn", pgettext_lazy("archive", "drawn")


class Archive(models.Model):
    """One version of a procedure's archive: a ZIP, its manifest, and how far it is drawn."""

    MOVES = {ArchiveState.ASKED: {ArchiveState.DRAWN}}

    code = models.CharField(max_length=16, unique=True, editable=False)
    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="archives")
    version = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=ArchiveState, default=ArchiveState.ASKED)
    asked_at = models.DateTimeField()
    done = models.PositiveSmallIntegerField(default=0)
    total = models.PositiveSmallIntegerField(default=0)
    files = models.PositiveSmallIntegerField(null=True)
    size = models.PositiveBigIntegerField(null=True)
    digest = models.CharField(max_length=64, null=True)
    manifest_digest = models.CharField(max_length=64, null=True)
    drawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-version"]
        indexes = [Index(fields=["id"], condition=Q(state="asked"), name="archive_asked")]
        constraints = [
            UniqueConstraint(fields=["procedure", "version"], name="archive_once_per_version"),
            UniqueConstraint(
                fields=["procedure"], condition=Q(state="asked"), name="archive_one_being_drawn"
            ),
            CheckConstraint(condition=Q(state__in=ArchiveState.values), name="archive_state_known"),
            CheckConstraint(
                condition=filled_iff(
                    Q(state="drawn"), "drawn_at", "digest", "size", "files", "manifest_digest"
                ),
                name="archive_whole_iff_drawn",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.procedure.number} v{self.version}"

    @property
    def percent(self) -> int:
        """How far it is drawn; a drawn one is whole."""
        if self.state == ArchiveState.DRAWN:
            return 100
        return self.done * 100 // self.total if self.total else 0
