"""The public argument 需求论证公示 of a need: its experts and their opinions, comments, replies.

    draft ──publish──▶ published ──close──▶ closed
                           └──withdraw──▶ withdrawn

Comments are let in from `opens_at` until `closes_at`, to the minute: the clock decides that, so no
column says it; `phase(at)` does. Opinions, comments and replies are never edited (migration 0003).
"""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Organisation, Seat, User
from core.calendar import SHANGHAI
from core.letters import Recipient
from core.lifecycle import filled_iff
from procurement.models.needs import Need, NeedVersion


class ArgumentState(models.TextChoices):
    DRAFT = "draft", _("being prepared")
    PUBLISHED = "published", _("published")
    CLOSED = "closed", pgettext_lazy("argument", "closed")
    WITHDRAWN = "withdrawn", _("ended by its owner")


class ArgumentPhase(models.TextChoices):
    """Where an argument stands for who reads of it: its state, and what the clock makes of it."""

    DRAFT = "draft", _("being prepared")
    ANNOUNCED = "announced", _("comments not yet let in")
    OPEN = "open", _("open for comments")
    LAST_DAY = "last-day", _("comments end today")
    ANSWERING = "answering", _("comments being answered")
    CLOSED = "closed", pgettext_lazy("argument", "closed")
    WITHDRAWN = "withdrawn", _("ended by its owner")


class Conclusion(models.TextChoices):
    """What the owner makes of opinions and comments."""

    KEPT = "kept", _("the need stands as published")
    REVISED = "revised", _("the need is revised and published anew")


class ArgumentQuerySet(models.QuerySet["Argument"]):
    def public(self) -> ArgumentQuerySet:
        return self.exclude(state=ArgumentState.DRAFT)

    def owned_by(self, organisation: Organisation) -> ArgumentQuerySet:
        return self.filter(owner=organisation)

    def where_phase(self, phase: str, at: datetime) -> ArgumentQuerySet:
        """The arguments whose `phase(at)` this is; the last day counts as open."""
        return self.filter(
            {
                "announced": Q(state="published", opens_at__gt=at),
                "open": Q(state="published", opens_at__lte=at, closes_at__gt=at),
                "answering": Q(state="published", closes_at__lte=at),
            }.get(phase, Q(state=phase))
        )


class Argument(models.Model):
    """An owner argues a published need in public, topic by topic."""

    MOVES = {
        ArgumentState.DRAFT: {ArgumentState.PUBLISHED},
        ArgumentState.PUBLISHED: {ArgumentState.CLOSED, ArgumentState.WITHDRAWN},
    }

    code = models.CharField(max_length=16, unique=True, editable=False)
    number = models.CharField(max_length=20, unique=True, null=True, editable=False)
    need = models.ForeignKey(Need, models.PROTECT, related_name="arguments")
    version = models.ForeignKey(NeedVersion, models.PROTECT, null=True, related_name="+")
    owner = models.ForeignKey(Organisation, models.PROTECT, related_name="arguments")
    state = models.CharField(max_length=16, choices=ArgumentState, default=ArgumentState.DRAFT)
    state_reason = models.CharField(max_length=1000, blank=True)
    topics = models.JSONField()  # key and text of each, in order
    procurement_method = models.CharField(_("intended method"), max_length=60, blank=True)
    agency_name = models.CharField(_("procurement agency"), max_length=120, blank=True)
    agency_contact = models.CharField(_("contact of the agency"), max_length=120, blank=True)
    contact_name = models.CharField(_("contact person"), max_length=60, blank=True)
    contact_phone = models.CharField(_("contact phone"), max_length=30, blank=True)
    opens_at = models.DateTimeField(_("comments from"), null=True)
    closes_at = models.DateTimeField(_("comments until"), null=True)
    finding = models.TextField(_("finding of the expert group"), blank=True)
    figures = models.JSONField(default=dict, editable=False)
    created_by = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    published_by = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True, editable=False)
    reply_until = models.DateTimeField(null=True, editable=False)
    conclusion = models.CharField(max_length=12, choices=Conclusion, blank=True)
    result = models.TextField(_("result of the argument"), blank=True)
    closed_by = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True, editable=False)

    objects = ArgumentQuerySet.as_manager()

    class Meta:
        indexes = [
            Index(fields=["-published_at", "-id"], name="argument_newest"),
            Index(fields=["closes_at", "id"], name="argument_by_deadline"),
        ]
        constraints = [
            CheckConstraint(
                condition=Q(state__in=ArgumentState.values), name="argument_state_known"
            ),
            CheckConstraint(
                condition=Q(conclusion__in=["", *Conclusion.values]),
                name="argument_conclusion_known",
            ),
            CheckConstraint(
                condition=~Q(state__in=["published", "closed", "withdrawn"])
                | Q(
                    number__isnull=False,
                    version__isnull=False,
                    published_at__isnull=False,
                    published_by__isnull=False,
                    opens_at__isnull=False,
                    closes_at__isnull=False,
                    reply_until__isnull=False,
                ),
                name="argument_whole_once_published",
            ),
            CheckConstraint(
                condition=filled_iff(Q(state="closed"), "closed_at", "closed_by"),
                name="argument_closed_at_iff_closed",
            ),
            CheckConstraint(
                condition=~Q(state="closed") | ~Q(conclusion="") & ~Q(result=""),
                name="argument_closed_with_its_result",
            ),
            CheckConstraint(
                condition=Q(closes_at=None) | Q(opens_at=None) | Q(closes_at__gt=F("opens_at")),
                name="argument_closes_after_it_opens",
            ),
            CheckConstraint(
                condition=Q(closed_at=None) | Q(closed_at__gte=F("closes_at")),
                name="argument_closed_after_its_deadline",
            ),
            UniqueConstraint(
                fields=["need"],
                condition=Q(state__in=["draft", "published"]),
                name="argument_one_at_a_time_per_need",
            ),
        ]

    def __str__(self) -> str:
        return self.need.title

    def get_absolute_url(self) -> str:
        """The public page, or the desk's while there is none."""
        if self.number:
            return reverse("procurement:argument-detail", args=[self.number])
        return reverse("procurement:desk-argument", args=[self.code])

    def is_open(self, at: datetime) -> bool:
        """Half-open: what comes at the very minute of the end is late."""
        return (
            self.state == ArgumentState.PUBLISHED
            and self.opens_at is not None
            and self.closes_at is not None
            and self.opens_at <= at < self.closes_at
        )

    def phase(self, at: datetime) -> ArgumentPhase:
        """Where it stands at that instant, as badges tell it."""
        if self.state != ArgumentState.PUBLISHED:
            return ArgumentPhase(self.state)
        if self.opens_at is not None and at < self.opens_at:
            return ArgumentPhase.ANNOUNCED
        if self.closes_at is None or at >= self.closes_at:
            return ArgumentPhase.ANSWERING
        last = (self.closes_at - datetime.resolution).astimezone(SHANGHAI).date()
        if last == at.astimezone(SHANGHAI).date():
            return ArgumentPhase.LAST_DAY
        return ArgumentPhase.OPEN


class Expert(models.Model):
    """Somebody who argues a need: `user` is known once he entered by his one-time link."""

    code = models.CharField(max_length=16, unique=True, editable=False)
    argument = models.ForeignKey(Argument, models.PROTECT, related_name="experts")
    name = models.CharField(_("name of the expert"), max_length=60)
    unit = models.CharField(_("unit"), max_length=120)
    title = models.CharField(_("duty or title"), max_length=60)
    phone = models.CharField(_("mobile phone"), max_length=20, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    is_head = models.BooleanField(_("head of the group"), default=False)
    named_at = models.DateTimeField()
    token_hash = models.CharField(max_length=64, unique=True, null=True, editable=False)
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-is_head", "pk"]
        constraints = [
            UniqueConstraint(fields=["argument", "user"], name="expert_once_per_argument"),
            UniqueConstraint(fields=["argument", "name", "unit"], name="expert_named_once"),
            CheckConstraint(
                condition=filled_iff(Q(entered_at__isnull=False), "user"),
                name="expert_user_iff_entered",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def letter_recipients(self, at: datetime) -> list[Recipient]:
        if self.user is not None:
            return list(self.user.letter_recipients(at))
        return [Recipient(user="", organisation="", email=self.email)] if self.email else []


class Verdict(models.TextChoices):
    """What an expert says of a topic."""

    AGREE = "agree", pgettext_lazy("expert", "agrees")
    AMEND = "amend", _("agrees if amended")
    DISAGREE = "disagree", _("does not agree")


class Manner(models.TextChoices):
    """How an opinion was signed."""

    ONLINE = "online", _("signed on this site by the expert")
    SCAN = "scan", _("entered by the owner from a signed scan")


class Opinion(models.Model):
    """An expert's opinion, topic by topic, signed over the digest of its form; never changed."""

    code = models.CharField(max_length=16, unique=True, editable=False)
    expert = models.OneToOneField(Expert, models.PROTECT, related_name="opinion")
    answers = models.JSONField()  # topic, verdict, text of each
    remark = models.TextField(blank=True)
    paper = models.JSONField(editable=False)
    digest = models.CharField(max_length=64)
    manner = models.CharField(max_length=8, choices=Manner)
    typed = models.CharField(max_length=60, blank=True)
    signed_on = models.DateField()
    signed_at = models.DateTimeField()  # when it was signed here, or entered from the scan
    entered_by = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            CheckConstraint(condition=Q(manner__in=Manner.values), name="opinion_manner_known"),
            CheckConstraint(
                condition=filled_iff(Q(manner="scan"), "entered_by"),
                name="opinion_entered_by_iff_from_a_scan",
            ),
            CheckConstraint(
                condition=~Q(manner="online") | ~Q(typed=""), name="opinion_online_is_typed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.expert.name} {self.digest[:12]}"


class CommentQuerySet(models.QuerySet["Comment"]):
    def unanswered(self) -> CommentQuerySet:
        return self.filter(reply=None)


class Comment(models.Model):
    """What a unit or a person says of an argued need, under its name; never changed.

    One that came on paper has no user: the owner entered it, with the scan and the day it came.
    """

    code = models.CharField(max_length=16, unique=True, editable=False)
    argument = models.ForeignKey(Argument, models.PROTECT, related_name="comments")
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    entered_by = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")
    came_on = models.DateField(null=True)
    name = models.CharField(max_length=120)  # as it is shown: the unit's, else the person's
    contact = models.CharField(_("phone or e-mail"), max_length=120)
    topic = models.CharField(max_length=20)
    text = models.TextField(pgettext_lazy("opinion", "comment"), max_length=3000)
    received_at = models.DateTimeField()

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ["received_at", "pk"]
        constraints = [
            CheckConstraint(condition=~Q(text=""), name="comment_says_something"),
            CheckConstraint(
                condition=filled_iff(Q(user=None), "entered_by", "came_on"),
                name="comment_entered_iff_on_paper",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}：{self.text[:40]}"


class Stance(models.TextChoices):
    """What the owner does about a comment."""

    ADOPTED = "adopted", pgettext_lazy("comment", "adopted")
    PARTLY = "partly", _("partly adopted")
    DECLINED = "declined", _("not adopted")
    EXPLAINED = "explained", _("explained")


class Reply(models.Model):
    """The owner's answer to a comment, published; never changed."""

    comment = models.OneToOneField(Comment, models.PROTECT, related_name="reply")
    stance = models.CharField(max_length=12, choices=Stance)
    text = models.TextField(max_length=3000)
    replied_by = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    replied_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "replies"
        constraints = [
            CheckConstraint(condition=Q(stance__in=Stance.values), name="reply_stance_known"),
            CheckConstraint(condition=~Q(text=""), name="reply_says_something"),
        ]

    def __str__(self) -> str:
        return self.text[:40]
