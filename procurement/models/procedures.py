"""Procedures 采购程序 that buy what a need asks for, and the sealed quotes 报价 of suppliers.

    draft ──submit──▶ submitted ──publish──▶ published ──close──▶ opened ──examine──▶ awarded
             ▲            │                   │  │                  ├──▶ awaiting-dice ──┘
             │          return                │  └─close──▶ failed ◀┴── (too few valid quotes)
             └──submit── returned             └─withdraw──▶ withdrawn ◀─ opened, awaiting-dice
    awarded ──sign──▶ contracted ──fulfil──▶ completed ──assess──▶ assessed
       └──decline──▶ awarded (the next reserve) or failed   contracted ──▶ broken-off

There is one method so far, the inquiry 询价: one sealed quote each, the lowest valid one wins. A
published procedure is open until `open_until`: the clock decides that, so no column says it.
"""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Seat
from core.calendar import SHANGHAI
from core.lifecycle import filled_iff
from core.models import Region
from procurement.models.needs import Need, NeedVersion
from procurement.models.thresholds import Kind
from selection.methods import lowest
from selection.models import Envelope


class ProcedureState(models.TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("under approval")
    RETURNED = "returned", _("returned")
    PUBLISHED = "published", _("published")
    OPENED = "opened", _("quotes being examined")
    AWAITING_DICE = "awaiting-dice", _("awaiting the dice")
    AWARDED = "awarded", _("awarded")
    CONTRACTED = "contracted", _("under contract")
    COMPLETED = "completed", pgettext_lazy("procedure", "accepted")
    ASSESSED = "assessed", _("performance assessed")
    FAILED = "failed", _("failed for want of quotes")
    WITHDRAWN = "withdrawn", _("ended by its owner")
    BROKEN_OFF = "broken-off", _("contract ended early")


PREPARED = ("draft", "submitted", "returned")
WON = ("awarded", "contracted", "completed", "assessed", "broken-off")
ENDED = ("completed", "assessed", "failed", "withdrawn", "broken-off")


class ProcedurePhase(models.TextChoices):
    """Where a procedure stands for who reads of it: its state, and what the clock makes of it."""

    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("under approval")
    RETURNED = "returned", _("returned")
    OPEN = "open", _("open for quotes")
    LAST_DAY = "last-day", _("closes today")
    CLOSING = "closing", _("to be opened")
    OPENED = "opened", _("quotes being examined")
    AWAITING_DICE = "awaiting-dice", _("awaiting the dice")
    AWARDED = "awarded", _("to be contracted")
    CONTRACTED = "contracted", _("being carried out")
    COMPLETED = "completed", pgettext_lazy("procedure", "accepted")
    FAILED = "failed", _("failed for want of quotes")
    WITHDRAWN = "withdrawn", _("ended by its owner")
    BROKEN_OFF = "broken-off", _("contract ended early")


class ProcedureMethod(models.TextChoices):
    INQUIRY = "inquiry", _("inquiry")


class ProcedureQuerySet(models.QuerySet["Procedure"]):
    def public(self) -> ProcedureQuerySet:
        return self.exclude(state__in=PREPARED)

    def owned_by(self, organisation: Organisation) -> ProcedureQuerySet:
        return self.filter(owner=organisation)

    def due_at(self, at: datetime) -> ProcedureQuerySet:
        """Open no longer, and not yet closed."""
        return self.filter(state=ProcedureState.PUBLISHED, open_until__lte=at)

    def where_phase(self, phase: str, at: datetime) -> ProcedureQuerySet:
        """The procedures whose `phase(at)` this is; the last day counts as open."""
        return self.filter(
            {
                "open": Q(state="published", open_until__gt=at),
                "closing": Q(state="published", open_until__lte=at),
                "completed": Q(state__in=["completed", "assessed"]),
            }.get(phase, Q(state=phase))
        )


class Procedure(models.Model):
    """How a settled need is bought, and what became of it.

    `draft` is what was typed, as it was typed; the columns below are filled by `inquiries.submit`.
    """

    MOVES = {
        ProcedureState.DRAFT: {ProcedureState.SUBMITTED},
        ProcedureState.RETURNED: {ProcedureState.SUBMITTED},
        ProcedureState.SUBMITTED: {ProcedureState.PUBLISHED, ProcedureState.RETURNED},
        ProcedureState.PUBLISHED: {
            ProcedureState.OPENED,
            ProcedureState.FAILED,
            ProcedureState.WITHDRAWN,
        },
        ProcedureState.OPENED: {
            ProcedureState.AWAITING_DICE,
            ProcedureState.AWARDED,
            ProcedureState.FAILED,
            ProcedureState.WITHDRAWN,
        },
        ProcedureState.AWAITING_DICE: {ProcedureState.AWARDED, ProcedureState.FAILED},
        ProcedureState.AWARDED: {
            ProcedureState.AWARDED,  # the next reserve takes the place of a winner who declined
            ProcedureState.CONTRACTED,
            ProcedureState.FAILED,
        },
        ProcedureState.CONTRACTED: {ProcedureState.COMPLETED, ProcedureState.BROKEN_OFF},
        ProcedureState.COMPLETED: {ProcedureState.ASSESSED},
    }

    code = models.CharField(max_length=16, unique=True, editable=False)
    number = models.CharField(max_length=20, unique=True, null=True, editable=False)
    need = models.ForeignKey(Need, models.PROTECT, related_name="procedures")
    version = models.ForeignKey(NeedVersion, models.PROTECT, related_name="+")
    owner = models.ForeignKey(Organisation, models.PROTECT, related_name="procedures")
    owner_name = models.CharField(max_length=120, default="", editable=False)
    method = models.CharField(
        _("method"), max_length=20, choices=ProcedureMethod, default=ProcedureMethod.INQUIRY
    )
    state = models.CharField(max_length=16, choices=ProcedureState, default=ProcedureState.DRAFT)
    state_reason = models.CharField(max_length=1000, blank=True)
    draft = models.JSONField(default=dict)
    draft_saved_at = models.DateTimeField()

    # what is bought, from the need
    title = models.CharField(_("project"), max_length=200)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, verbose_name=_("region"), related_name="+"
    )
    budget = models.DecimalField(_("budget (yuan)"), max_digits=16, decimal_places=2)
    funding = models.CharField(_("source of funds"), max_length=200, blank=True)
    public_funds = models.DecimalField(
        _("share of public money (%)"), max_digits=5, decimal_places=2, default=Decimal(100)
    )

    # the terms of the inquiry
    ceiling = models.DecimalField(_("ceiling (yuan)"), max_digits=16, decimal_places=2, null=True)
    content = models.TextField(_("what is to be supplied"), blank=True)
    qualifications = models.TextField(_("qualifications of the supplier"), blank=True)
    delivery_days = models.PositiveSmallIntegerField(_("days of delivery"), null=True)
    delivery_place = models.CharField(_("place of delivery"), max_length=200, blank=True)
    acceptance = models.TextField(_("acceptance"), blank=True)
    payment = models.TextField(_("payment"), blank=True)
    stages = models.JSONField(default=list)  # title, days, percent: the contract's milestones
    open_until = models.DateTimeField(_("quotes until"), null=True)
    choose_at = models.DateTimeField(_("announced time of the decision"), null=True)
    reserves = models.PositiveSmallIntegerField(_("reserves"), default=2)
    witnesses = models.JSONField(default=list)
    contact_name = models.CharField(_("contact person"), max_length=60, blank=True)
    contact_phone = models.CharField(_("contact phone"), max_length=30, blank=True)
    complaint_phone = models.CharField(_("phone for complaints"), max_length=30, blank=True)

    # what became of it
    created_by = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    submitted_by = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True, editable=False)
    published_by = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True, editable=False)
    figures = models.JSONField(default=dict, editable=False)
    quotes_needed = models.PositiveSmallIntegerField(_("quotes needed"), default=3)
    commitment = models.CharField(max_length=64, blank=True, editable=False)
    corrected_at = models.DateTimeField(null=True, editable=False)  # the last time
    closed_at = models.DateTimeField(null=True, editable=False)
    examine_until = models.DateTimeField(null=True, editable=False)
    examined_by = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")
    examined_at = models.DateTimeField(null=True, editable=False)
    awarded_at = models.DateTimeField(null=True, editable=False)
    notice_until = models.DateTimeField(null=True, editable=False)
    contest_until = models.DateTimeField(null=True, editable=False)
    winner = models.OneToOneField("Quote", models.PROTECT, null=True, related_name="+")
    amount = models.DecimalField(max_digits=16, decimal_places=2, null=True, editable=False)
    proof = models.JSONField(null=True, editable=False)
    contracted_at = models.DateTimeField(null=True, editable=False)
    announce_until = models.DateTimeField(null=True, editable=False)
    completed_at = models.DateTimeField(null=True, editable=False)
    marks = models.JSONField(default=list, editable=False)
    score = models.DecimalField(max_digits=5, decimal_places=2, null=True, editable=False)
    grade = models.CharField(max_length=20, blank=True, editable=False)
    remark = models.TextField(blank=True, editable=False)
    assessed_by = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")
    assessed_at = models.DateTimeField(null=True, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    retain_until = models.DateField(null=True, editable=False)

    objects = ProcedureQuerySet.as_manager()

    class Meta:
        indexes = [
            Index(fields=["state", "open_until"], name="procedure_due"),
            Index(fields=["-published_at", "-id"], name="procedure_newest"),
            Index(fields=["open_until", "id"], name="procedure_by_deadline"),
            Index(fields=["-budget", "-id"], name="procedure_by_budget"),
        ]
        constraints = [
            CheckConstraint(
                condition=Q(state__in=ProcedureState.values), name="procedure_state_known"
            ),
            CheckConstraint(
                condition=Q(method__in=ProcedureMethod.values), name="procedure_method_known"
            ),
            CheckConstraint(condition=Q(kind__in=Kind.values), name="procedure_kind_known"),
            CheckConstraint(
                condition=Q(public_funds__range=(0, 100)), name="procedure_public_funds_a_share"
            ),
            CheckConstraint(
                condition=filled_iff(
                    ~Q(state="draft"), "submitted_at", "submitted_by", "open_until", "choose_at"
                ),
                name="procedure_filled_iff_submitted",
            ),
            CheckConstraint(
                condition=filled_iff(
                    ~Q(state__in=PREPARED), "number", "published_at", "published_by"
                ),
                name="procedure_numbered_iff_published",
            ),
            CheckConstraint(
                condition=Q(published_by=None) | ~Q(published_by=F("submitted_by")),
                name="procedure_published_by_another_seat",
            ),
            CheckConstraint(
                condition=Q(state="withdrawn")
                | filled_iff(~Q(state__in=[*PREPARED, "published"]), "closed_at"),
                name="procedure_closed_at_iff_closed",
            ),
            CheckConstraint(
                condition=Q(closed_at=None) | Q(closed_at__gte=F("open_until")),
                name="procedure_closed_after_its_deadline",
            ),
            CheckConstraint(
                condition=Q(choose_at=None) | Q(choose_at__gte=F("open_until")),
                name="procedure_chosen_after_its_deadline",
            ),
            CheckConstraint(
                condition=filled_iff(Q(examined_at__isnull=False), "examined_by"),
                name="procedure_examined_by_somebody",
            ),
            CheckConstraint(
                condition=filled_iff(
                    Q(state__in=WON), "winner", "amount", "awarded_at", "contest_until"
                ),
                name="procedure_winner_iff_awarded",
            ),
            CheckConstraint(
                condition=~Q(state__in=WON) | Q(proof__isnull=False, examined_at__isnull=False),
                name="procedure_award_has_its_proof",
            ),
            CheckConstraint(
                condition=filled_iff(Q(state__in=ENDED), "ended_at", "retain_until"),
                name="procedure_retained_iff_ended",
            ),
            CheckConstraint(
                condition=filled_iff(Q(state="assessed"), "assessed_at", "assessed_by", "score"),
                name="procedure_scored_iff_assessed",
            ),
            UniqueConstraint(
                fields=["need"],
                condition=~Q(state__in=["failed", "withdrawn"]),
                name="procedure_one_at_a_time_per_need",
            ),
        ]

    def __str__(self) -> str:
        return self.title or gettext("Procedure without a name")

    def get_absolute_url(self) -> str:
        """The public page, or the desk's while there is none."""
        if self.number and self.state not in PREPARED:
            return reverse("procurement:inquiry-detail", args=[self.number])
        return reverse("procurement:desk-inquiry", args=[self.code])

    @property
    def owner_shown(self) -> str:
        """The owner by the name of the notice; before its publication by the present one."""
        return self.owner_name or self.owner.name

    @property
    def process(self) -> str:
        """The number of a published one's process in the open data: the need's.

        Where another procedure of the need came to nothing before, it is a process of its own.
        """
        first = self.need.procedures.exclude(number=None).order_by("published_at", "pk").first()
        return str(self.need.number if first == self else self.number)

    def is_open(self, at: datetime) -> bool:
        """Half-open: what comes at the very instant of the deadline is late."""
        return (
            self.state == ProcedureState.PUBLISHED
            and self.open_until is not None
            and at < self.open_until
        )

    def phase(self, at: datetime) -> ProcedurePhase:
        """Where it stands at that instant, as badges tell it."""
        if self.state == ProcedureState.PUBLISHED and self.open_until is not None:
            if not self.is_open(at):
                return ProcedurePhase.CLOSING
            last = (self.open_until - datetime.resolution).astimezone(SHANGHAI).date()
            today = at.astimezone(SHANGHAI).date()
            return ProcedurePhase.LAST_DAY if last == today else ProcedurePhase.OPEN
        if self.state == ProcedureState.ASSESSED:
            return ProcedurePhase.COMPLETED
        return ProcedurePhase(self.state)

    @property
    def limit(self) -> Decimal:
        """The most that a quote may ask, in yuan."""
        return self.ceiling if self.ceiling is not None else self.budget


class QuoteQuerySet(models.QuerySet["Quote"]):
    def standing(self) -> QuoteQuerySet:
        """Not withdrawn, in the order of the frozen list."""
        return self.filter(withdrawn_at=None).order_by("supplier__uscc")

    def of(self, organisation: Organisation) -> QuoteQuerySet:
        return self.filter(supplier=organisation)


class Quote(models.Model):
    """A supplier's quote: one row for each unit and procedure; what it says is in the envelope.

    `price`, `offer` and `days` are empty until the envelopes are opened.
    """

    code = models.CharField(max_length=16, unique=True, editable=False)
    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="quotes")
    supplier = models.ForeignKey(Organisation, models.PROTECT, related_name="quotes")
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    envelope = models.OneToOneField(Envelope, models.PROTECT, related_name="+")
    received_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    price = models.CharField(max_length=40, blank=True)  # as the envelope says it
    offer = models.TextField(blank=True)
    days = models.PositiveIntegerField(null=True)
    is_valid = models.BooleanField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    place = models.PositiveSmallIntegerField(null=True)
    declined_at = models.DateTimeField(null=True)
    decline_reason = models.CharField(max_length=500, blank=True)

    objects = QuoteQuerySet.as_manager()

    class Meta:
        constraints = [
            UniqueConstraint(fields=["procedure", "supplier"], name="quote_once_per_supplier"),
            UniqueConstraint(fields=["procedure", "place"], name="quote_one_place_each"),
            CheckConstraint(
                condition=~Q(is_valid=False) | ~Q(reason=""), name="quote_invalid_with_a_reason"
            ),
            CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(is_valid=None, place=None),
                name="quote_withdrawn_is_not_judged",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def amount(self) -> Decimal | None:
        """Its price in yuan, once opened; None where the envelope holds no such amount."""
        return Decimal(self.price) if re.fullmatch(lowest.PRICE, self.price) else None

    @property
    def receipt(self) -> str:
        """The receipt's number, in groups that can be read aloud: BJ-7K3M-Q2XD-9R."""
        groups = [self.code[start : start + 4] for start in range(0, len(self.code), 4)]
        return "-".join(["BJ", *groups])
