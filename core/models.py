"""The kernel's rows. They know codes, not organisations."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Index, Q, UniqueConstraint


class Event(models.Model):
    """A deed that was done, or refused: written by `core.audit`, never changed (migration 0002)."""

    name = models.CharField(max_length=60)
    subject = models.CharField(max_length=60)
    subject_code = models.CharField(max_length=16)
    seat_code = models.CharField(max_length=16, null=True)  # whose seat did it: the desk's 已办
    at = models.DateTimeField()
    public = models.BooleanField()
    content = models.TextField()
    salt = models.BinaryField()
    leaf = models.BinaryField()

    class Meta:
        indexes = [
            Index(fields=["subject_code", "name"], name="event_of_subject"),
            Index(fields=["seat_code", "-id"], name="event_of_seat"),
        ]


class OutboxQuerySet(models.QuerySet["Outbox"]):
    def waiting_at(self, at: datetime) -> OutboxQuerySet:
        """Neither done nor under lease, oldest first."""
        return self.filter(done_at=None).exclude(claimed_until__gt=at).order_by("pk")


class Outbox(models.Model):
    """One event for one consumer."""

    event = models.ForeignKey(Event, models.PROTECT)
    consumer = models.CharField(max_length=60)
    claimed_until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        indexes = [Index(fields=["id"], condition=Q(done_at=None), name="outbox_waiting")]
        constraints = [
            UniqueConstraint(fields=["event", "consumer"], name="outbox_once_per_consumer")
        ]


class Counter(models.Model):
    """How far a series of numbers has come."""

    series = models.CharField(max_length=40, unique=True)
    last = models.PositiveIntegerField(default=0)


class Letter(models.Model):
    """What one user is told, in the inbox and by mail; `organisation_code` may be empty."""

    code = models.CharField(max_length=16, unique=True)
    user_code = models.CharField(max_length=16)
    organisation_code = models.CharField(max_length=16, blank=True)
    email = models.EmailField(blank=True)
    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    link = models.CharField(max_length=200, blank=True)
    posted_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            Index(fields=["user_code", "-posted_at"], name="letter_inbox"),
            Index(fields=["id"], condition=Q(mailed_at=None), name="letter_to_mail"),
        ]


class Region(models.Model):
    """An administrative division 行政区划 by its six-digit code of GB/T 2260."""

    code = models.CharField(max_length=6, unique=True)
    name = models.CharField(max_length=60)
    full_name = models.CharField(max_length=120)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.full_name
