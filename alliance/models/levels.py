"""How a member comes to another level 会员等级变更.

    submitted ──put before the body──▶ forwarded ──motion──▶ approved ──its day──▶ effective
        │  ├──return──▶ returned             │  └─motion─▶ rejected
        └──┴──take back──▶ taken back ◀──────┘

What the secretariat proposes begins as forwarded. A change whose member left first has lapsed.
"""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Seat
from alliance.models.meetings import Motion
from alliance.models.membership import Delegate
from alliance.models.register import Alliance, Charter, Member
from core.lifecycle import filled_iff


class LevelChangeState(models.TextChoices):
    SUBMITTED = "submitted", pgettext_lazy("of a change of level", "with the secretariat")
    RETURNED = "returned", pgettext_lazy("of a change of level", "returned")
    FORWARDED = "forwarded", pgettext_lazy("of a change of level", "before the deciding body")
    APPROVED = "approved", pgettext_lazy("of a change of level", "approved, not in effect yet")
    EFFECTIVE = "effective", pgettext_lazy("of a change of level", "in effect")
    REJECTED = "rejected", pgettext_lazy("of a change of level", "rejected")
    TAKEN_BACK = "taken-back", pgettext_lazy("of a change of level", "taken back")
    LAPSED = "lapsed", pgettext_lazy("of a change of level", "lapsed: no member any more")


OPEN = (LevelChangeState.SUBMITTED, LevelChangeState.FORWARDED, LevelChangeState.APPROVED)


class LevelChangeQuerySet(models.QuerySet["LevelChange"]):
    def open(self) -> LevelChangeQuerySet:
        """Neither in effect nor refused."""
        return self.filter(state__in=OPEN)

    def in_effect(self) -> LevelChangeQuerySet:
        return self.filter(state=LevelChangeState.EFFECTIVE).order_by("effective_on", "pk")

    def due_on(self, day: date) -> LevelChangeQuerySet:
        return self.filter(state=LevelChangeState.APPROVED, effective_on__lte=day)


class LevelChange(models.Model):
    """A member asks, or the secretariat proposes, that it have another level of the charter.

    `from_level` and `to_level` are keys of the levels in `charter`, with their words as they were;
    `wanted_on` is the day that was asked for, `effective_on` the one that holds.
    """

    MOVES = {
        LevelChangeState.SUBMITTED: {
            LevelChangeState.FORWARDED,
            LevelChangeState.RETURNED,
            LevelChangeState.TAKEN_BACK,
            LevelChangeState.LAPSED,
        },
        LevelChangeState.FORWARDED: {
            LevelChangeState.APPROVED,
            LevelChangeState.REJECTED,
            LevelChangeState.TAKEN_BACK,
            LevelChangeState.LAPSED,
        },
        LevelChangeState.APPROVED: {LevelChangeState.EFFECTIVE, LevelChangeState.LAPSED},
    }

    code = models.CharField(max_length=16, unique=True, editable=False)
    alliance = models.ForeignKey(Alliance, models.PROTECT, related_name="level_changes")
    member = models.ForeignKey(Member, models.PROTECT, related_name="level_changes")
    charter = models.ForeignKey(Charter, models.PROTECT, related_name="+")
    from_level = models.CharField(max_length=30)
    from_label = models.CharField(max_length=60)
    to_level = models.CharField(_("new level"), max_length=30)
    to_label = models.CharField(max_length=60)
    reason = models.TextField(_("reason"), max_length=1000)
    wanted_on = models.DateField(_("from which day"))
    is_proposed = models.BooleanField(default=False)  # by the secretariat
    representative = models.ForeignKey(Delegate, models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField()
    submitted_by = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=10, choices=LevelChangeState, default=LevelChangeState.SUBMITTED
    )
    state_reason = models.CharField(_("reason"), max_length=500, blank=True)
    opinion = models.CharField(_("opinion of the secretariat"), max_length=500, blank=True)
    deciding_body = models.CharField(max_length=30, blank=True)
    deciding_body_name = models.CharField(max_length=60, blank=True)
    forwarded_at = models.DateTimeField(null=True)
    forwarded_by = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")
    motion = models.ForeignKey(Motion, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    effective_on = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = LevelChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-submitted_at", "-pk"]
        indexes = [
            Index(fields=["alliance", "-submitted_at", "-id"], name="levelchange_newest"),
            Index(
                fields=["effective_on"], condition=Q(state="approved"), name="levelchange_approved"
            ),
        ]
        constraints = [
            CheckConstraint(
                condition=Q(state__in=LevelChangeState.values), name="levelchange_state_known"
            ),
            CheckConstraint(
                condition=~Q(from_level=models.F("to_level")), name="levelchange_to_another_level"
            ),
            CheckConstraint(
                condition=Q(is_proposed=True) | Q(representative__isnull=False),
                name="levelchange_asked_by_the_representative",
            ),
            CheckConstraint(
                condition=~Q(state__in=["forwarded", "approved", "effective", "rejected"])
                | Q(forwarded_at__isnull=False, forwarded_by__isnull=False) & ~Q(deciding_body=""),
                name="levelchange_forwarded_to_a_body",
            ),
            CheckConstraint(
                condition=~Q(state__in=["approved", "effective", "rejected"])
                | Q(motion__isnull=False, decided_at__isnull=False),
                name="levelchange_decided_by_a_motion",
            ),
            CheckConstraint(
                condition=~Q(state__in=["approved", "effective"]) | Q(effective_on__isnull=False),
                name="levelchange_effective_on_once_approved",
            ),
            CheckConstraint(
                condition=filled_iff(
                    ~Q(state__in=["submitted", "forwarded", "approved"]), "ended_at"
                ),
                name="levelchange_ended_at_iff_ended",
            ),
            CheckConstraint(
                condition=~Q(state="returned") | ~Q(state_reason=""),
                name="levelchange_returned_with_words",
            ),
            UniqueConstraint(
                fields=["member"],
                condition=Q(state__in=["submitted", "forwarded", "approved"]),
                name="levelchange_one_open_per_member",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member.organisation} {self.from_label} → {self.to_label}"

    def get_absolute_url(self) -> str:
        """Where whoever may see it is led to."""
        return reverse("alliance:level-change", args=[self.code])
