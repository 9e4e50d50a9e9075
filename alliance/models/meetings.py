"""Meetings 会议 of an alliance's bodies: who may vote, what about, how it came out, the minutes.

    meeting: called ──open──▶ open ──close──▶ closed
                ├──────────close (in writing)────▲
                ├──lapse──▶ lapsed (in writing, window over, no quorum)
                └──cancel──▶ cancelled ◀──cancel── open
    motion:  pending ──▶ carried | lost (at closing) | dropped (with its meeting)
    minutes: drafted ──last signature──▶ published

The list of voters (`Seating`) is frozen at the call. An open ballot says whose vote it is and what
it is; of a secret one the row says only whose, and the choice is added to `SecretTally`, one row
for each motion, of which nothing but the totals was ever stored (docs/alliances.md).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Seat
from alliance.models.register import Alliance, Charter, Member
from alliance.voting import VoteRule
from core.lifecycle import filled_iff
from publication.models import Notice


class VoteChannel(models.TextChoices):
    ROOM = "room", _("in the room")
    WRITING = "writing", _("in writing")


class MeetingState(models.TextChoices):
    CALLED = "called", pgettext_lazy("of a meeting", "called")
    OPEN = "open", pgettext_lazy("of a meeting", "open")
    CLOSED = "closed", pgettext_lazy("of a meeting", "closed")
    LAPSED = "lapsed", _("without quorum")
    CANCELLED = "cancelled", pgettext_lazy("of a meeting", "cancelled")


OVER = (MeetingState.CLOSED, MeetingState.LAPSED, MeetingState.CANCELLED)


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def to_close(self, at: datetime) -> MeetingQuerySet:
        """Votes in writing whose window is over."""
        return self.filter(
            channel=VoteChannel.WRITING, state=MeetingState.CALLED, votes_until__lte=at
        )


class Meeting(models.Model):
    """A meeting of a body, or a vote of it in writing: called, held, counted once."""

    MOVES = {
        MeetingState.CALLED: {
            MeetingState.OPEN,
            MeetingState.CLOSED,
            MeetingState.LAPSED,
            MeetingState.CANCELLED,
        },
        MeetingState.OPEN: {MeetingState.CLOSED, MeetingState.CANCELLED},
    }

    code = models.CharField(max_length=16, unique=True, editable=False)
    number = models.CharField(max_length=30, unique=True, editable=False)
    alliance = models.ForeignKey(Alliance, models.PROTECT, related_name="meetings")
    charter = models.ForeignKey(Charter, models.PROTECT, related_name="+")
    body = models.CharField(max_length=30)  # a key of the bodies in the charter's terms
    body_name = models.CharField(max_length=60)
    title = models.CharField(_("title"), max_length=160)
    channel = models.CharField(_("how it votes"), max_length=8, choices=VoteChannel)
    agenda = models.TextField(_("agenda"))
    place = models.CharField(_("place"), max_length=200, blank=True)
    begins_at = models.DateTimeField(_("begins at"))
    votes_until = models.DateTimeField(_("votes until"), null=True)  # in writing only
    called_at = models.DateTimeField()
    called_by = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    reminded_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=MeetingState, default=MeetingState.CALLED)
    opened_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(_("reason"), max_length=500, blank=True)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["-begins_at", "-pk"]
        indexes = [
            Index(fields=["alliance", "-begins_at", "-id"], name="meeting_newest"),
            Index(
                fields=["votes_until"],
                condition=Q(state="called", channel="writing"),
                name="meeting_to_close",
            ),
        ]
        constraints = [
            CheckConstraint(condition=Q(state__in=MeetingState.values), name="meeting_state_known"),
            CheckConstraint(
                condition=Q(channel__in=VoteChannel.values), name="meeting_channel_known"
            ),
            CheckConstraint(
                condition=filled_iff(Q(channel="writing"), "votes_until"),
                name="meeting_window_iff_in_writing",
            ),
            CheckConstraint(
                condition=Q(votes_until=None) | Q(votes_until__gt=F("begins_at")),
                name="meeting_window_ends_after_it_begins",
            ),
            CheckConstraint(
                condition=filled_iff(Q(state__in=["closed", "lapsed", "cancelled"]), "ended_at"),
                name="meeting_ended_at_iff_over",
            ),
            CheckConstraint(
                condition=~Q(state="open") | Q(opened_at__isnull=False),
                name="meeting_opened_at_if_open",
            ),
            CheckConstraint(
                condition=~Q(state__in=["lapsed", "cancelled"]) | ~Q(end_reason=""),
                name="meeting_end_has_reason",
            ),
            CheckConstraint(
                condition=~Q(state="closed", channel="writing") | Q(ended_at__gte=F("votes_until")),
                name="meeting_closed_after_its_window",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("alliance:desk-meeting", args=[self.number])

    @property
    def in_writing(self) -> bool:
        return self.channel == VoteChannel.WRITING

    def is_voting(self, at: datetime) -> bool:
        """Whether a ballot may be cast at that instant."""
        if self.votes_until is not None:
            window = self.begins_at <= at < self.votes_until
            return self.state == MeetingState.CALLED and window
        return self.state == MeetingState.OPEN


class Answer(models.TextChoices):
    """What a unit says to the call."""

    COMES = "comes", _("will attend")
    STAYS_AWAY = "stays-away", _("will not attend")
    SENDS_PROXY = "sends-proxy", _("gives a proxy")


class MeetingDraft(models.Model):
    """A call that somebody is writing, as it was typed; gone once it is called."""

    alliance = models.ForeignKey(Alliance, models.CASCADE, related_name="+")
    seat = models.ForeignKey(Seat, models.CASCADE, related_name="+")
    typed = models.JSONField(default=dict)  # field → what was sent of it
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            UniqueConstraint(fields=["alliance", "seat"], name="meetingdraft_one_per_seat")
        ]

    def __str__(self) -> str:
        return f"{self.alliance} {self.saved_at:%Y-%m-%d}"


class Seating(models.Model):
    """A member unit on the frozen list of voters: its answer to the call, whether it was there."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="seatings")
    member = models.ForeignKey(Member, models.PROTECT, related_name="seatings")
    place = models.PositiveSmallIntegerField()
    unit = models.CharField(max_length=120)  # its name and level, as they were at the call
    level = models.CharField(max_length=30)
    answer = models.CharField(_("answer"), max_length=12, choices=Answer, blank=True)
    representative = models.CharField(_("representative"), max_length=60, blank=True)
    proxy_to = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="proxies", verbose_name=_("proxy to")
    )
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")
    is_present = models.BooleanField(_("present"), default=False)

    class Meta:
        ordering = ["meeting", "place"]
        constraints = [
            UniqueConstraint(fields=["meeting", "member"], name="seating_once_per_member"),
            UniqueConstraint(fields=["meeting", "place"], name="seating_once_per_place"),
            CheckConstraint(
                condition=Q(answer="") | Q(answer__in=Answer.values), name="seating_answer_known"
            ),
            CheckConstraint(
                condition=filled_iff(~Q(answer=""), "answered_at", "answered_by"),
                name="seating_answered_iff_answer",
            ),
            CheckConstraint(
                condition=filled_iff(Q(answer="sends-proxy"), "proxy_to"),
                name="seating_proxy_iff_sent",
            ),
            CheckConstraint(
                condition=Q(proxy_to=None) | Q(is_present=False), name="seating_proxy_or_present"
            ),
        ]

    def __str__(self) -> str:
        return self.unit


class MotionState(models.TextChoices):
    PENDING = "pending", _("to be voted about")
    CARRIED = "carried", pgettext_lazy("of a motion", "carried")
    LOST = "lost", pgettext_lazy("of a motion", "not carried")
    DROPPED = "dropped", _("not decided")


class MotionQuerySet(models.QuerySet["Motion"]):
    def about(self, row: Any) -> MotionQuerySet:
        return self.filter(subject=row._meta.label_lower, subject_code=row.code)

    def decided(self) -> MotionQuerySet:
        return self.filter(state__in=[MotionState.CARRIED, MotionState.LOST])


class Motion(models.Model):
    """What a meeting votes about, and by which rule; once counted, what it came to."""

    MOVES = {
        MotionState.PENDING: {MotionState.CARRIED, MotionState.LOST, MotionState.DROPPED},
    }

    code = models.CharField(max_length=16, unique=True, editable=False)
    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="motions")
    place = models.PositiveSmallIntegerField()
    matter = models.CharField(max_length=30)  # a key of the charter's matters
    title = models.CharField(_("motion"), max_length=200)
    text = models.TextField(_("text of the motion"), blank=True)
    subject = models.CharField(max_length=60, blank=True)
    subject_code = models.CharField(max_length=16, blank=True)
    concerns = models.ForeignKey(Member, models.PROTECT, null=True, related_name="+")
    rule = models.JSONField()  # a VoteRule, as the charter had it at the call
    state = models.CharField(max_length=10, choices=MotionState, default=MotionState.PENDING)
    outcome = models.JSONField(null=True)
    decided_at = models.DateTimeField(null=True)

    objects = MotionQuerySet.as_manager()

    class Meta:
        ordering = ["meeting", "place"]
        indexes = [Index(fields=["subject_code", "subject"], name="motion_about")]
        constraints = [
            CheckConstraint(condition=Q(state__in=MotionState.values), name="motion_state_known"),
            UniqueConstraint(fields=["meeting", "place"], name="motion_once_per_place"),
            UniqueConstraint(
                fields=["subject", "subject_code"],
                condition=Q(state="pending") & ~Q(subject_code=""),
                name="motion_one_pending_per_subject",
            ),
            CheckConstraint(
                condition=filled_iff(Q(state__in=["carried", "lost"]), "outcome", "decided_at"),
                name="motion_outcome_iff_decided",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def vote_rule(self) -> VoteRule:
        return VoteRule.from_json(self.rule)

    @property
    def is_secret(self) -> bool:
        return bool(self.rule["secret"])


class Recusal(models.Model):
    """A unit that does not vote on a motion, because it concerns it or by its own word."""

    motion = models.ForeignKey(Motion, models.PROTECT, related_name="recusals")
    seating = models.ForeignKey(Seating, models.PROTECT, related_name="recusals")
    reason = models.CharField(_("reason"), max_length=300)
    declared_at = models.DateTimeField()
    declared_by = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            UniqueConstraint(fields=["motion", "seating"], name="recusal_once_per_motion"),
            CheckConstraint(condition=~Q(reason=""), name="recusal_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.seating} · {self.motion}"


class BallotChoice(models.TextChoices):
    FOR = "for", pgettext_lazy("vote", "for")
    AGAINST = "against", pgettext_lazy("vote", "against")
    ABSTAIN = "abstain", pgettext_lazy("vote", "abstain")


class Ballot(models.Model):
    """That a unit has voted; in an open vote also what. Never edited (migration)."""

    code = models.CharField(max_length=16, unique=True, editable=False)  # of the receipt
    motion = models.ForeignKey(Motion, models.PROTECT, related_name="ballots")
    seating = models.ForeignKey(Seating, models.PROTECT, related_name="ballots")
    choice = models.CharField(max_length=8, choices=BallotChoice, blank=True)
    cast_at = models.DateTimeField()
    cast_by = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    by_proxy = models.ForeignKey(Seating, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            UniqueConstraint(fields=["motion", "seating"], name="ballot_once_per_motion"),
            CheckConstraint(
                condition=Q(choice="") | Q(choice__in=BallotChoice.values),
                name="ballot_choice_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seating} · {self.motion}"


class SecretTally(models.Model):
    """The totals of a secret vote. One row and one UPDATE for each ballot, whatever its choice:
    neither row order nor instants tell who chose what."""

    motion = models.OneToOneField(Motion, models.PROTECT, related_name="tally")
    in_favour = models.PositiveIntegerField(default=0)
    against = models.PositiveIntegerField(default=0)
    abstained = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "secret tallies"

    def __str__(self) -> str:
        return f"{self.motion}"


class MinutesState(models.TextChoices):
    DRAFTED = "drafted", _("to be signed")
    PUBLISHED = "published", pgettext_lazy("of minutes", "published")


class Minutes(models.Model):
    """The minutes 会议纪要: drafted from the facts with remarks, signed by two, then published."""

    MOVES = {MinutesState.DRAFTED: {MinutesState.PUBLISHED}}

    code = models.CharField(max_length=16, unique=True, editable=False)
    meeting = models.OneToOneField(Meeting, models.PROTECT, related_name="minutes")
    remarks = models.TextField(_("remarks"), blank=True)
    paper = models.JSONField()
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=MinutesState, default=MinutesState.DRAFTED)
    drafted_at = models.DateTimeField()
    chair = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")
    chair_name = models.CharField(max_length=60, blank=True)
    chair_signed_at = models.DateTimeField(null=True)
    recorder = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")
    recorder_name = models.CharField(max_length=60, blank=True)
    recorder_signed_at = models.DateTimeField(null=True)
    notice = models.OneToOneField(Notice, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name_plural = "minutes"
        constraints = [
            CheckConstraint(condition=Q(state__in=MinutesState.values), name="minutes_state_known"),
            CheckConstraint(
                condition=filled_iff(Q(chair__isnull=False), "chair_signed_at"),
                name="minutes_chair_signature_whole",
            ),
            CheckConstraint(
                condition=filled_iff(Q(recorder__isnull=False), "recorder_signed_at"),
                name="minutes_recorder_signature_whole",
            ),
            CheckConstraint(
                condition=Q(chair=None) | Q(recorder=None) | ~Q(chair=F("recorder")),
                name="minutes_two_signers",
            ),
            CheckConstraint(
                condition=~Q(state="published")
                | Q(chair__isnull=False, recorder__isnull=False, notice__isnull=False),
                name="minutes_published_once_signed",
            ),
        ]

    def __str__(self) -> str:
        return f"《{self.meeting}》会议纪要"
