"""Notices 公告: numbered papers of the public, never edited.

A correction 更正 or a withdrawal 撤回 is a new notice that follows the old one; both pages link to
each other. The chain of corrections of one notice is its versions; only its newest is in force.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.calendar import start_of
from core.lifecycle import filled_iff
from core.models import Event
from core.paper import Paper
from publication.kinds import Kind, kinds


class Relation(models.TextChoices):
    """What a notice is to the one that it follows."""

    CORRECTS = "corrects", _("corrects")
    WITHDRAWS = "withdraws", _("withdraws")
    RESULT_OF = "result-of", _("is the result of")
    FOLLOWS = "follows", _("follows")


SUPERSEDING = (Relation.CORRECTS, Relation.WITHDRAWS)


class NoticeQuerySet(models.QuerySet["Notice"]):
    def about(self, row: Any) -> NoticeQuerySet:
        """Every notice about a row that has a `code`, oldest first."""
        mine = self.filter(subject=row._meta.label_lower, subject_code=row.code)
        return mine.order_by("published_at", "pk")

    def in_force(self) -> NoticeQuerySet:
        """Neither corrected nor withdrawn since."""
        later = Notice.objects.filter(follows=models.OuterRef("pk"), relation__in=SUPERSEDING)
        return self.exclude(models.Exists(later))

    def in_list(self) -> NoticeQuerySet:
        """Without the paper itself, which lists do not show."""
        return self.defer("paper", "facts")

    def in_list_with_followers(self) -> NoticeQuerySet:
        """For lists that say what was superseded: one query more, whatever their length."""
        return self.in_list().prefetch_related(
            models.Prefetch("followers", queryset=Notice.objects.in_list())
        )


class Notice(models.Model):
    """What was published, word for word (migration 0002 refuses every change)."""

    code = models.CharField(max_length=16, unique=True, editable=False)
    number = models.CharField(_("number"), max_length=24, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=40, editable=False)
    version = models.PositiveSmallIntegerField(_("version"), editable=False)
    title = models.CharField(_("title"), max_length=200, editable=False)
    issuer = models.CharField(_("published by"), max_length=120, blank=True, editable=False)
    paper = models.JSONField(editable=False)
    digest = models.CharField(_("content digest"), max_length=64, editable=False)
    facts = models.JSONField(editable=False)
    subject = models.CharField(max_length=60, editable=False)
    subject_code = models.CharField(max_length=16, editable=False)
    follows = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="followers", editable=False
    )
    relation = models.CharField(max_length=12, choices=Relation, null=True, editable=False)
    published_at = models.DateTimeField(_("published at"), editable=False)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        indexes = [
            Index(fields=["-published_at", "-id"], name="notice_newest"),
            Index(fields=["kind", "-published_at", "-id"], name="notice_newest_of_kind"),
            Index(fields=["subject_code"], name="notice_of_subject"),
            Index(fields=["digest"], name="notice_of_digest"),
        ]
        constraints = [
            CheckConstraint(
                condition=Q(relation=None) | Q(relation__in=Relation.values),
                name="notice_relation_known",
            ),
            CheckConstraint(
                condition=filled_iff(Q(follows__isnull=False), "relation"),
                name="notice_relation_iff_it_follows",
            ),
            CheckConstraint(condition=Q(version__gte=1), name="notice_version_from_1"),
            UniqueConstraint(
                fields=["follows"],
                condition=Q(relation__in=["corrects", "withdraws"]),
                name="notice_superseded_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("publication:notice", args=[self.number])

    @property
    def document(self) -> Paper:
        return Paper.from_json(self.paper)

    @property
    def kind_label(self) -> Any:
        kind: Kind | None = kinds.get(self.kind)
        return kind.label if kind else self.kind

    @property
    def superseded_by(self) -> Notice | None:
        """The notice that corrected or withdrew this one. Lists prefetch `followers`."""
        return next((one for one in self.followers.all() if one.relation in SUPERSEDING), None)


class NoticeFileQuerySet(models.QuerySet["NoticeFile"]):
    def undrawn(self) -> NoticeFileQuerySet:
        return self.filter(drawn_at=None).order_by("pk")


class NoticeFile(models.Model):
    """The PDF of a notice: drawn once after commit, noted with the digest of its bytes."""

    notice = models.OneToOneField(Notice, models.PROTECT, related_name="file", editable=False)
    digest = models.CharField(_("file digest"), max_length=64, unique=True, null=True)
    size = models.PositiveIntegerField(null=True)
    drawn_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        null=True
    )

    objects = NoticeFileQuerySet.as_manager()

    class Meta:
        indexes = [Index(fields=["id"], condition=Q(drawn_at=None), name="noticefile_undrawn")]
        constraints = [
            CheckConstraint(
                condition=filled_iff(Q(drawn_at__isnull=False), "digest", "size"),
                name="noticefile_digest_iff_drawn",
            )
        ]

    def __str__(self) -> str:
        return f"{self.notice_id} {self.digest or ''}"


class ReleaseQuerySet(models.QuerySet["Release"]):
    def between(self, first: date | None, until: date | None) -> ReleaseQuerySet:
        """Released on these days of Shanghai, the last one excluded; oldest first."""
        rows = self.order_by("released_at", "pk")
        if first is not None:
            rows = rows.filter(released_at__gte=start_of(first))
        if until is not None:
            rows = rows.filter(released_at__lt=start_of(until))
        return rows


class Release(models.Model):
    """What an event made known of a process, for machines (migration 0004 refuses every change)."""

    code = models.CharField(max_length=16, unique=True, editable=False)
    number = models.CharField(max_length=24, editable=False)  # the process's: an order's
    event = models.OneToOneField(Event, models.PROTECT, related_name="+", editable=False)
    tags = models.JSONField(editable=False)
    body = models.TextField(editable=False)
    released_at = models.DateTimeField(editable=False)

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        indexes = [
            Index(fields=["number", "released_at", "id"], name="release_of_process"),
            Index(fields=["released_at", "id"], name="release_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {', '.join(self.tags)}"

    @property
    def json(self) -> dict[str, Any]:
        """A release of the Open Contracting Data Standard."""
        said: dict[str, Any] = json.loads(self.body)
        return said
