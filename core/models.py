"""The kernel's rows. They know codes, not organisations."""

from __future__ import annotations

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel

from core.calendar import Calendar
from core.fields import EncryptedTextField
from core.lifecycle import filled_iff


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
            Index(fields=["subject", "-id"], name="event_newest_of_model"),
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


class LetterQuerySet(models.QuerySet["Letter"]):
    def of(self, user_code: str) -> LetterQuerySet:
        return self.filter(user_code=user_code)

    def unread(self) -> LetterQuerySet:
        return self.filter(read_at=None)

    def to_mail(self, at: datetime) -> LetterQuerySet:
        """Not mailed yet, neither given up nor in the hands of another worker; oldest first."""
        waiting = self.filter(mailed_at=None, mail_tries__lt=Letter.TRIES).exclude(email="")
        return waiting.exclude(mail_after__gt=at).order_by("pk")


class Letter(models.Model):
    """What one user is told, in the inbox and by mail; `organisation_code` may be empty."""

    TRIES = 12  # with growing pauses, some four days; the inbox keeps the letter anyway

    code = models.CharField(max_length=16, unique=True)
    user_code = models.CharField(max_length=16)
    organisation_code = models.CharField(max_length=16, blank=True)
    addressed_to = models.CharField(max_length=120, blank=True)
    email = models.EmailField(blank=True)
    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    link = models.CharField(max_length=200, blank=True)
    # A link that is a key, such as a witness's: mailed to this one, then gone; no page shows it.
    secret_link = EncryptedTextField(blank=True, default="")
    # Where whoever has no account ends such mails; kept as long as the secret link.
    leave_link = EncryptedTextField(blank=True, default="")
    posted_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)
    mail_after = models.DateTimeField(null=True)
    mail_tries = models.PositiveSmallIntegerField(default=0)

    objects = LetterQuerySet.as_manager()

    class Meta:
        indexes = [
            Index(fields=["user_code", "-posted_at", "-id"], name="letter_inbox"),
            Index(fields=["user_code"], condition=Q(read_at=None), name="letter_unread"),
            Index(fields=["id"], condition=Q(mailed_at=None), name="letter_to_mail"),
        ]

    def __str__(self) -> str:
        return self.subject


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


class CalendarYear(ClusterableModel):  # type: ignore[misc]
    """A year whose days off are known, by the notice of the State Council that announced them."""

    year = models.PositiveSmallIntegerField(_("year"), unique=True)
    source = models.CharField(_("source document"), max_length=200)

    class Meta:
        ordering = ["-year"]
        verbose_name = _("year of the calendar")
        verbose_name_plural = _("working days and holidays")

    def __str__(self) -> str:
        return str(self.year)


class CalendarDayManager(models.Manager["CalendarDay"]):
    def calendar(self) -> Calendar:
        """The calendar as the table has it now; one query."""
        rows = self.values_list("on", "working", "year__year")
        return Calendar({on: works for on, works, _year in rows}, {year for *_rest, year in rows})


class CalendarDay(models.Model):
    """A day on which work differs from the week's custom: a holiday, or a weekend day worked."""

    year = ParentalKey(CalendarYear, on_delete=models.CASCADE, related_name="days")
    on = models.DateField(_("day"), unique=True)
    working = models.BooleanField(_("working day"))
    name = models.CharField(_("occasion"), max_length=40)

    objects = CalendarDayManager()

    class Meta:
        verbose_name = _("day of the calendar")
        verbose_name_plural = _("days of the calendar")
        ordering = ["on"]

    def __str__(self) -> str:
        return f"{self.on} {self.name}"

    def clean(self) -> None:
        if self.on and self.year_id and self.on.year != self.year.year:
            raise ValidationError({"on": _("This day lies in another year.")})


class LegalFigureQuerySet(models.QuerySet["LegalFigure"]):
    def in_force(self, day: date) -> LegalFigureQuerySet:
        return self.filter(Q(until_on=None) | Q(until_on__gt=day), from_on__lte=day)


class LegalFigure(models.Model):
    """One version of a figure that a law, a local rule or the platform sets (`core.figures`)."""

    code = models.CharField(max_length=16, unique=True, editable=False)
    name = models.CharField(_("figure"), max_length=80)
    title = models.CharField(_("meaning"), max_length=120)
    region_code = models.CharField(_("region"), max_length=6, blank=True)
    regime = models.CharField(_("regime"), max_length=40, blank=True)
    value = models.JSONField(_("value"))
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    source = models.CharField(_("source"), max_length=300)
    version = models.PositiveIntegerField(_("version"))
    from_on = models.DateField(_("in force from"))
    until_on = models.DateField(_("until (exclusive)"), null=True, blank=True)

    objects = LegalFigureQuerySet.as_manager()

    class Meta:
        ordering = ["name", "region_code", "regime", "-version"]
        verbose_name = _("legal figure")
        verbose_name_plural = _("legal figures")
        constraints = [
            UniqueConstraint(
                fields=["name", "region_code", "regime", "version"], name="legalfigure_version_once"
            ),
            UniqueConstraint(
                fields=["name", "region_code", "regime"],
                condition=Q(until_on=None),
                name="legalfigure_one_open",
            ),
            CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gt=F("from_on")),
                name="legalfigure_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class Scan(models.TextChoices):
    """What the virus scanner said of a file."""

    UNSCANNED = "unscanned", _("not scanned for viruses")
    PENDING = "pending", _("waits for the virus scan")
    CLEAN = "clean", _("no virus found")
    INFECTED = "infected", _("virus found")


class Upload(models.Model):
    """A received file (`core.uploads`): stored under its SHA-256, shown to whom its purpose allows.

    `subject` is empty until a deed attaches it to a row.
    """

    code = models.CharField(max_length=16, unique=True, editable=False)
    sha256 = models.CharField(max_length=64, db_index=True)
    name = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=100)
    purpose = models.CharField(max_length=60)
    subject = models.CharField(max_length=60, blank=True)
    subject_code = models.CharField(max_length=16, blank=True)
    organisation_code = models.CharField(max_length=16, blank=True)
    user_code = models.CharField(max_length=16)
    received_at = models.DateTimeField()
    scan = models.CharField(max_length=12, choices=Scan, default=Scan.UNSCANNED)

    class Meta:
        indexes = [
            Index(fields=["subject_code", "purpose"], name="upload_of_subject"),
            Index(fields=["id"], condition=Q(scan="pending"), name="upload_to_scan"),
        ]
        constraints = [
            CheckConstraint(condition=Q(scan__in=Scan.values), name="upload_scan_known"),
            CheckConstraint(
                condition=Q(subject="", subject_code="") | ~Q(subject="") & ~Q(subject_code=""),
                name="upload_subject_whole_or_empty",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("core:upload", args=[self.code])


class JobState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("of a job", "waiting to begin")
    RUNNING = "running", pgettext_lazy("of a job", "under way")
    DONE = "done", pgettext_lazy("of a job", "done")
    FAILED = "failed", pgettext_lazy("of a job", "failed")
    CANCELLED = "cancelled", pgettext_lazy("of a job", "cancelled")


class JobQuerySet(models.QuerySet["Job"]):
    def unfinished(self) -> JobQuerySet:
        return self.filter(state__in=[JobState.WAITING, JobState.RUNNING])

    def claimable_at(self, at: datetime) -> JobQuerySet:
        """Waiting, or left behind by a worker that was killed."""
        left = Q(state=JobState.RUNNING, claimed_until__lte=at)
        return self.filter(Q(state=JobState.WAITING) | left).order_by("pk")


class Job(models.Model):
    """Long work that somebody asked for (`core.jobs`), how far it is, and what came of it.

    waiting ──claim: a lease──▶ running ──▶ done | failed
       └──────────cancel──────────┴───────▶ cancelled
    """

    MOVES = {
        JobState.WAITING: {JobState.RUNNING, JobState.CANCELLED},
        JobState.RUNNING: {JobState.DONE, JobState.FAILED, JobState.CANCELLED},
    }

    code = models.CharField(max_length=16, unique=True, editable=False)
    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    params = models.JSONField(default=dict)
    user_code = models.CharField(max_length=16)
    recipient = models.JSONField()  # who is written to: core.letters.Recipient, as it was
    back = models.CharField(max_length=200, blank=True)  # the page that it was asked for on
    state = models.CharField(max_length=10, choices=JobState, default=JobState.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=500, blank=True)
    result = models.ForeignKey(Upload, models.PROTECT, null=True, related_name="+")

    objects = JobQuerySet.as_manager()

    class Meta:
        indexes = [
            Index(fields=["user_code", "-id"], name="job_newest_of_user"),
            Index(
                fields=["id"], condition=Q(state__in=["waiting", "running"]), name="job_unfinished"
            ),
        ]
        constraints = [
            CheckConstraint(condition=Q(state__in=JobState.values), name="job_state_known"),
            CheckConstraint(
                condition=filled_iff(Q(state="running"), "claimed_until"),
                name="job_claimed_iff_running",
            ),
            CheckConstraint(
                condition=filled_iff(Q(state__in=["done", "failed", "cancelled"]), "ended_at"),
                name="job_ended_at_iff_ended",
            ),
            CheckConstraint(
                condition=filled_iff(Q(state="done"), "result"), name="job_result_iff_done"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("core:job", args=[self.code])

    @property
    def is_ended(self) -> bool:
        return self.state not in (JobState.WAITING, JobState.RUNNING)


class SpentKey(models.Model):
    """A form's one-time key, and the row that its first sending made (`core.once`)."""

    key = models.CharField(max_length=32, unique=True)
    subject = models.CharField(max_length=60)
    subject_code = models.CharField(max_length=16)
    spent_at = models.DateTimeField()
