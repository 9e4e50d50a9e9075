"""Agreements 合同, from drawing up to the last acceptance: of two sides, or of many partners.

    drawn-up ──last signature──▶ concluded ──last milestone accepted──▶ fulfilled
        ├──decline──▶ declined          └──both sides consent──▶ terminated
        └──time is over──▶ lapsed

Each milestone 服务节点 is handed in as often as it takes; a deliverable 服务成果 is one hand-in:

    handed-in ──▶ accepted | returned

A change 合同变更 asks the other side for a later due date, or for the end of the agreement:

    asked ──▶ granted | refused | withdrawn

A joint agreement 共同协议 binds partners 缔约方 of equal standing, two or many: it has no price, no
milestone and no change. A partner is released from it; the last two end it.

What was drawn up and what was signed is never edited (migration 0002).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import CheckConstraint, Exists, F, Index, OuterRef, Q, UniqueConstraint
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Deed, Organisation, Seat, Standing
from core.lifecycle import filled_iff


class AgreementTemplateQuerySet(models.QuerySet["AgreementTemplate"]):
    def in_force(self, slug: str, on: date) -> AgreementTemplate:
        """The newest version of a template that is in force on a day."""
        valid = self.filter(Q(valid_until=None) | Q(valid_until__gt=on), valid_from__lte=on)
        return valid.filter(slug=slug).order_by("-version")[:1].get()


class AgreementTemplate(models.Model):
    """A model contract 合同范本: its text with the names of the values it wants."""

    slug = models.SlugField(max_length=40)
    version = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=80)
    source = models.TextField()
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    values = models.JSONField(default=list)
    body = models.JSONField()

    objects = AgreementTemplateQuerySet.as_manager()

    class Meta:
        constraints = [
            UniqueConstraint(fields=["slug", "version"], name="agreementtemplate_once_per_version"),
            CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from")),
                name="agreementtemplate_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class AgreementState(models.TextChoices):
    DRAWN_UP = "drawn-up", _("to be signed")
    CONCLUDED = "concluded", _("being performed")
    FULFILLED = "fulfilled", pgettext_lazy("contract", "fulfilled")
    DECLINED = "declined", pgettext_lazy("contract", "declined")
    LAPSED = "lapsed", _("not signed in time")
    TERMINATED = "terminated", pgettext_lazy("contract", "terminated")


class AgreementQuerySet(models.QuerySet["Agreement"]):
    def of(self, organisation: Organisation) -> AgreementQuerySet:
        """Those in which it is a side."""
        mine = Party.objects.filter(agreement=OuterRef("pk"), organisation=organisation)
        return self.filter(Exists(mine))

    def visible_to(self, seat: Seat) -> AgreementQuerySet:
        """Its unit's own, and all of them for a supervisor."""
        if seat.organisation.standing == Standing.REGULATOR and seat.may(Deed.SUPERVISE):
            return self.all()
        return self.of(seat.organisation)

    def about(self, row: Any) -> AgreementQuerySet:
        return self.filter(subject=row._meta.label_lower, subject_code=row.code)

    def unsigned_at(self, at: datetime) -> AgreementQuerySet:
        """Drawn up, and the time to sign is over."""
        return self.filter(state=AgreementState.DRAWN_UP, sign_until__lte=at)


class Agreement(models.Model):
    MOVES = {
        AgreementState.DRAWN_UP: {
            AgreementState.CONCLUDED,
            AgreementState.DECLINED,
            AgreementState.LAPSED,
        },
        AgreementState.CONCLUDED: {AgreementState.FULFILLED, AgreementState.TERMINATED},
    }

    code = models.CharField(max_length=16, unique=True, editable=False)
    number = models.CharField(max_length=20, unique=True, editable=False)
    template = models.ForeignKey(AgreementTemplate, models.PROTECT, related_name="+")
    subject = models.CharField(max_length=60)
    subject_code = models.CharField(max_length=16)
    title = models.CharField(max_length=200)
    paper = models.JSONField(editable=False)
    digest = models.CharField(max_length=64, editable=False)
    # None in a joint agreement; the days are working days after a hand-in.
    amount = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    acceptance_days = models.PositiveSmallIntegerField(null=True)
    state = models.CharField(max_length=12, choices=AgreementState, default=AgreementState.DRAWN_UP)
    drawn_up_at = models.DateTimeField()
    sign_until = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)
    concluded_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.TextField(blank=True)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        indexes = [
            Index(fields=["state", "sign_until"], name="agreement_to_sign"),
            Index(fields=["-drawn_up_at", "-id"], name="agreement_newest"),
            Index(fields=["subject_code", "subject"], name="agreement_about"),
        ]
        constraints = [
            CheckConstraint(
                condition=Q(state__in=AgreementState.values), name="agreement_state_known"
            ),
            CheckConstraint(condition=Q(amount__gt=0), name="agreement_amount_positive"),
            CheckConstraint(
                condition=Q(amount=None, acceptance_days=None)
                | Q(amount__isnull=False, acceptance_days__isnull=False),
                name="agreement_priced_or_joint",
            ),
            CheckConstraint(
                condition=filled_iff(
                    Q(state__in=["concluded", "fulfilled", "terminated"]), "concluded_at"
                ),
                name="agreement_concluded_at_iff_concluded",
            ),
            CheckConstraint(
                condition=filled_iff(~Q(state__in=["drawn-up", "concluded"]), "ended_at"),
                name="agreement_ended_at_iff_ended",
            ),
            CheckConstraint(
                condition=~Q(state__in=["declined", "terminated"]) | ~Q(end_reason=""),
                name="agreement_end_has_reason",
            ),
            CheckConstraint(
                condition=Q(sign_until__gt=F("drawn_up_at")),
                name="agreement_sign_until_after_drawn_up",
            ),
            CheckConstraint(
                condition=Q(concluded_at=None) | Q(concluded_at__lt=F("sign_until")),
                name="agreement_concluded_in_time",
            ),
            CheckConstraint(
                condition=~Q(state="lapsed") | Q(ended_at__gte=F("sign_until")),
                name="agreement_lapsed_after_sign_until",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("contracts:agreement-detail", args=[self.number])

    def subject_row(self) -> Any:
        """What the agreement is about: a row of an upper package, whose model it does not know."""
        return apps.get_model(self.subject)._base_manager.get(code=self.subject_code)

    @property
    def is_joint(self) -> bool:
        return self.amount is None

    def is_signable(self, at: datetime) -> bool:
        return self.state == AgreementState.DRAWN_UP and at < self.sign_until

    def side_of(self, organisation: Organisation) -> Party | None:
        """What the unit is in this agreement; None for anybody else."""
        parties = self.parties.all()
        return next((one for one in parties if one.organisation_id == organisation.pk), None)


class Side(models.TextChoices):
    OWNER = "owner", _("client (Party A)")
    AGENCY = "agency", _("agency (Party B)")
    PARTNER = "partner", _("partner")

    @property
    def other(self) -> Side:
        """The opposite side of a service agreement; partners of a joint one have none."""
        return {Side.OWNER: Side.AGENCY, Side.AGENCY: Side.OWNER}[self]


SIDES = (Side.OWNER, Side.AGENCY)  # of a service agreement


class Party(models.Model):
    """A unit on one side of an agreement, or a partner, and its signature once it has signed."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="parties")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="agreements")
    side = models.CharField(max_length=8, choices=Side)
    place = models.PositiveSmallIntegerField(default=1)  # among those of its side
    signed_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")
    signer = models.CharField(max_length=60, blank=True)  # the name, as it was at that instant
    typed = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["-side", "place"]  # owner before agency
        verbose_name_plural = "parties"
        constraints = [
            CheckConstraint(condition=Q(side__in=Side.values), name="party_side_known"),
            UniqueConstraint(fields=["agreement", "side", "place"], name="party_one_per_place"),
            CheckConstraint(
                condition=Q(side="partner") | Q(place=1), name="party_one_for_each_of_two_sides"
            ),
            UniqueConstraint(fields=["agreement", "organisation"], name="party_on_one_side"),
            CheckConstraint(
                condition=(Q(signed_at=None, signed_by=None, signer="", typed=""))
                | Q(signed_at__isnull=False, signed_by__isnull=False)
                & ~Q(signer="")
                & ~Q(typed=""),
                name="party_signature_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.organisation.name


class Release(models.Model):
    """A partner's release from a joint agreement: since when, and why. It is never changed."""

    party = models.OneToOneField(Party, models.PROTECT, related_name="release")
    released_at = models.DateTimeField()
    reason = models.TextField()

    class Meta:
        constraints = [CheckConstraint(condition=~Q(reason=""), name="release_has_reason")]

    def __str__(self) -> str:
        return str(self.party)


class MilestoneQuerySet(models.QuerySet["Milestone"]):
    def awaited(self) -> MilestoneQuerySet:
        """Of agreements being performed: those to hand in, again or for the first time."""
        settled = Deliverable.objects.filter(
            milestone=OuterRef("pk"),
            state__in=[DeliverableState.HANDED_IN, DeliverableState.ACCEPTED],
        )
        performed = self.filter(agreement__state=AgreementState.CONCLUDED)
        return performed.filter(~Exists(settled))


class Milestone(models.Model):
    """A stage of the service with its own deliverable, due date and share of the price.

    The clock runs from the last signature: `due_at` is empty until then.
    """

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="milestones")
    place = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    content = models.TextField(blank=True)
    amount = models.DecimalField(max_digits=16, decimal_places=2)
    days = models.PositiveSmallIntegerField()
    in_working_days = models.BooleanField(default=False)
    due_at = models.DateTimeField(null=True)
    is_provisional = models.BooleanField(default=False)  # beyond the known calendar
    reminded_at = models.DateTimeField(null=True)

    objects = MilestoneQuerySet.as_manager()

    class Meta:
        ordering = ["agreement", "place"]
        indexes = [Index(fields=["due_at"], name="milestone_due")]
        constraints = [
            UniqueConstraint(fields=["agreement", "place"], name="milestone_once_per_place"),
            CheckConstraint(condition=Q(place__gt=0, days__gt=0), name="milestone_from_one"),
            CheckConstraint(condition=Q(amount__gte=0), name="milestone_amount_not_negative"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def number(self) -> str:
        """`GXHT-2026-00001-2`: the agreement's number and the place in it."""
        return f"{self.agreement.number}-{self.place}"

    @property
    def last_deliverable(self) -> Deliverable | None:
        return max(self.deliverables.all(), key=lambda one: one.round, default=None)


class DeliverableState(models.TextChoices):
    HANDED_IN = "handed-in", _("to be accepted")
    ACCEPTED = "accepted", pgettext_lazy("contract", "accepted")
    RETURNED = "returned", _("returned for correction")


class Deliverable(models.Model):
    """One hand-in for a milestone: a note, the files attached to it, and the client's decision."""

    MOVES = {
        DeliverableState.HANDED_IN: {DeliverableState.ACCEPTED, DeliverableState.RETURNED},
    }

    code = models.CharField(max_length=16, unique=True, editable=False)
    milestone = models.ForeignKey(Milestone, models.PROTECT, related_name="deliverables")
    round = models.PositiveSmallIntegerField()
    note = models.TextField(blank=True)
    digest = models.CharField(max_length=64, editable=False)  # of the note and the files' digests
    state = models.CharField(
        max_length=12, choices=DeliverableState, default=DeliverableState.HANDED_IN
    )
    handed_in_at = models.DateTimeField()
    handed_in_by = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    days_late = models.PositiveSmallIntegerField(default=0)
    accept_until = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["milestone", "round"]
        indexes = [Index(fields=["state", "accept_until"], name="deliverable_to_accept")]
        constraints = [
            CheckConstraint(
                condition=Q(state__in=DeliverableState.values), name="deliverable_state_known"
            ),
            UniqueConstraint(fields=["milestone", "round"], name="deliverable_once_per_round"),
            UniqueConstraint(
                fields=["milestone"],
                condition=Q(state__in=["handed-in", "accepted"]),
                name="deliverable_one_standing_per_milestone",
            ),
            CheckConstraint(
                condition=filled_iff(~Q(state="handed-in"), "decided_at", "decided_by"),
                name="deliverable_decided_iff_no_longer_handed_in",
            ),
            CheckConstraint(
                condition=~Q(state="returned") | ~Q(reason=""), name="deliverable_return_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.milestone} · {self.round}"

    @staticmethod
    def is_readable(upload: Any, request: Any) -> bool:
        """Whether a file attached to a deliverable is shown: to both sides and the supervisor."""
        if request.seat is None:
            return False
        visible = Agreement.objects.visible_to(request.seat)
        attached = Deliverable.objects.filter(code=upload.subject_code)
        return attached.filter(milestone__agreement__in=visible).exists()


class ChangeKind(models.TextChoices):
    EXTENSION = "extension", _("later due date")
    TERMINATION = "termination", _("end of the agreement")


class ChangeState(models.TextChoices):
    ASKED = "asked", pgettext_lazy("contract", "asked")
    GRANTED = "granted", pgettext_lazy("contract", "granted")
    REFUSED = "refused", pgettext_lazy("contract", "refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("contract", "withdrawn")


class Change(models.Model):
    """What one side asks of the other: a later due date of a milestone, or the end of it all."""

    MOVES = {ChangeState.ASKED: {ChangeState.GRANTED, ChangeState.REFUSED, ChangeState.WITHDRAWN}}

    code = models.CharField(max_length=16, unique=True, editable=False)
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=12, choices=ChangeKind)
    milestone = models.ForeignKey(Milestone, models.PROTECT, null=True, related_name="changes")
    due_before = models.DateTimeField(null=True)
    due_after = models.DateTimeField(null=True)
    reason = models.TextField()
    side = models.CharField(max_length=8, choices=Side)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=ChangeState, default=ChangeState.ASKED)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")
    answer = models.TextField(blank=True)

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            CheckConstraint(condition=Q(kind__in=ChangeKind.values), name="change_kind_known"),
            CheckConstraint(condition=Q(state__in=ChangeState.values), name="change_state_known"),
            CheckConstraint(condition=Q(side__in=list(SIDES)), name="change_side_known"),
            CheckConstraint(
                condition=filled_iff(Q(kind="extension"), "milestone", "due_before", "due_after"),
                name="change_due_iff_extension",
            ),
            CheckConstraint(
                condition=Q(due_after=None) | Q(due_after__gt=F("due_before")),
                name="change_never_shortens",
            ),
            CheckConstraint(condition=~Q(reason=""), name="change_has_reason"),
            CheckConstraint(
                condition=filled_iff(~Q(state="asked"), "decided_at"),
                name="change_decided_at_iff_decided",
            ),
            CheckConstraint(
                condition=~Q(state="refused") | ~Q(answer=""), name="change_refusal_has_reason"
            ),
            UniqueConstraint(
                fields=["milestone"],
                condition=Q(state="asked", kind="extension"),
                name="change_one_open_extension_per_milestone",
            ),
            UniqueConstraint(
                fields=["agreement"],
                condition=Q(state="asked", kind="termination"),
                name="change_one_open_termination",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.agreement}"


class AgreementPaperQuerySet(models.QuerySet["AgreementPaper"]):
    def undrawn(self) -> AgreementPaperQuerySet:
        return self.filter(drawn_at=None).order_by("pk")


class AgreementPaper(models.Model):
    """A finished paper of an agreement: the signed contract, or an acceptance certificate.

    Its PDF is drawn after commit; then the digest of its bytes is noted.
    """

    number = models.CharField(max_length=24, unique=True, editable=False)
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="papers")
    deliverable = models.OneToOneField(
        Deliverable, models.PROTECT, null=True, related_name="certificate"
    )
    paper = models.JSONField(editable=False)
    digest = models.CharField(max_length=64, db_index=True, editable=False)
    issued_at = models.DateTimeField()
    file_digest = models.CharField(max_length=64, unique=True, null=True)
    size = models.PositiveIntegerField(null=True)
    drawn_at = models.DateTimeField(null=True)

    objects = AgreementPaperQuerySet.as_manager()

    class Meta:
        indexes = [Index(fields=["id"], condition=Q(drawn_at=None), name="agreementpaper_undrawn")]
        constraints = [
            UniqueConstraint(
                fields=["agreement"],
                condition=Q(deliverable=None),
                name="agreementpaper_one_contract",
            ),
            CheckConstraint(
                condition=filled_iff(Q(drawn_at__isnull=False), "file_digest", "size"),
                name="agreementpaper_digest_iff_drawn",
            ),
        ]

    def __str__(self) -> str:
        return self.number
