"""Service orders 服务订单 of project owners, the bids 报名/报价 of agencies, avoidance, evaluation.

    draft ──submit──▶ submitted ──publish──▶ published ──close──▶ awaiting-dice ──award──▶ awarded
             ▲            │                   │  │  └──────────────award──────────────────▶  │
             │          return                │  └─close──▶ failed 流标 ◀──fail── awaiting-dice
             └──submit── returned             └─withdraw──▶ withdrawn 终止 ◀─withdraw─┘
    awarded ──sign──▶ contracted ──fulfil──▶ completed ──evaluate──▶ evaluated
       │                  └──────end by consent──▶ broken-off
       └──decline──▶ awarded (the next reserve) or failed

A published order is open until `open_until`, an award may be contested until `contest_until`: the
clock decides that, so no column says it; `phase(at)` does.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Seat
from core.calendar import SHANGHAI
from core.lifecycle import filled_iff
from core.models import Region
from marketplace.models.catalogue import ServiceItem
from selection.models import Envelope


class OrderState(models.TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("under approval")
    RETURNED = "returned", _("returned")
    PUBLISHED = "published", _("published")
    AWAITING_DICE = "awaiting-dice", _("awaiting the dice")
    AWARDED = "awarded", _("awarded")
    CONTRACTED = "contracted", _("under contract")
    COMPLETED = "completed", _("completed")
    EVALUATED = "evaluated", _("evaluated")
    FAILED = "failed", _("failed for want of bids")
    WITHDRAWN = "withdrawn", _("ended by its owner")
    BROKEN_OFF = "broken-off", _("contract ended early")


UNPUBLISHED = ("draft", "submitted", "returned")
WON = ("awarded", "contracted", "completed", "evaluated", "broken-off")


class Phase(models.TextChoices):
    """Where an order stands for who reads of it: its state, and what the clock makes of it."""

    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("under approval")
    RETURNED = "returned", _("returned")
    OPEN = "open", _("open for bids")
    LAST_DAY = "last-day", _("closes today")
    CHOOSING = "choosing", _("to be chosen")
    CONTESTABLE = "contestable", _("result may be contested")
    AWARDED = "awarded", _("to be contracted")
    CONTRACTED = "contracted", _("being carried out")
    COMPLETED = "completed", _("completed")
    FAILED = "failed", _("failed for want of bids")
    WITHDRAWN = "withdrawn", _("ended by its owner")
    BROKEN_OFF = "broken-off", _("contract ended early")


class Regime(models.TextChoices):
    """Which law an order stands under; what each forbids is told by `selection.guards`."""

    BELOW_THRESHOLD = "below-threshold", _("agency supermarket, below the thresholds")
    PRIVATE = "private", _("private funds, by free choice")
    GOVERNMENT = "government-procurement", _("government procurement by tender")
    TENDER = "mandatory-tender", _("project that must be tendered by law")


class Method(models.TextChoices):
    DRAW = "draw", _("public draw")
    LOWEST = "lowest", _("lowest price")


class Needed(models.TextChoices):
    """How many of several are asked for."""

    ANY = "any", _("any one of them")
    ALL = "all", _("all of them")


class ServiceOrderQuerySet(models.QuerySet["ServiceOrder"]):
    def public(self) -> ServiceOrderQuerySet:
        return self.exclude(state__in=UNPUBLISHED)

    def owned_by(self, organisation: Organisation) -> ServiceOrderQuerySet:
        return self.filter(owner=organisation)

    def due_at(self, at: datetime) -> ServiceOrderQuerySet:
        """Open no longer, and not yet closed."""
        return self.filter(state=OrderState.PUBLISHED, open_until__lte=at)

    def in_phase(self, phase: str, at: datetime) -> ServiceOrderQuerySet:
        """The orders whose `phase(at)` this is; the last day counts as open."""
        return self.filter(self.where_phase(phase, at))

    def where_phase(self, phase: str, at: datetime) -> Q:
        """The same as a condition, for counting several phases at once."""
        return {
            Phase.OPEN: Q(state="published", open_until__gt=at),
            Phase.CHOOSING: Q(state="published", open_until__lte=at) | Q(state="awaiting-dice"),
            Phase.CONTESTABLE: Q(state="awarded", contest_until__gt=at),
            Phase.AWARDED: Q(state="awarded", contest_until__lte=at),
            Phase.COMPLETED: Q(state__in=["completed", "evaluated"]),
        }.get(Phase(phase), Q(state=phase))


class ServiceOrder(models.Model):
    """What an owner wants done, for which it may be bid, and what became of it.

    `draft` is what was typed, as it was typed; the columns below are filled by `orders.submit`.
    """

    MOVES = {
        OrderState.DRAFT: {OrderState.SUBMITTED},
        OrderState.RETURNED: {OrderState.SUBMITTED},
        OrderState.SUBMITTED: {OrderState.PUBLISHED, OrderState.RETURNED},
        OrderState.PUBLISHED: {
            OrderState.AWAITING_DICE,
            OrderState.AWARDED,
            OrderState.FAILED,
            OrderState.WITHDRAWN,
        },
        OrderState.AWAITING_DICE: {
            OrderState.AWARDED,
            OrderState.FAILED,
            OrderState.WITHDRAWN,
        },
        OrderState.AWARDED: {
            OrderState.AWARDED,  # the next reserve takes the place of a winner who declined
            OrderState.CONTRACTED,
            OrderState.FAILED,
        },
        OrderState.CONTRACTED: {OrderState.COMPLETED, OrderState.BROKEN_OFF},
        OrderState.COMPLETED: {OrderState.EVALUATED},
    }

    code = models.CharField(max_length=16, unique=True, editable=False)
    number = models.CharField(max_length=20, unique=True, null=True, editable=False)
    owner = models.ForeignKey(Organisation, models.PROTECT, related_name="orders")
    # What the owner was called when the order was published: its notice says so for good.
    owner_name = models.CharField(max_length=120, default="", editable=False)
    state = models.CharField(max_length=16, choices=OrderState, default=OrderState.DRAFT)
    state_reason = models.CharField(max_length=1000, blank=True)
    draft = models.JSONField(default=dict)
    draft_saved_at = models.DateTimeField()

    # project
    title = models.CharField(_("project"), max_length=200, blank=True)
    project_code = models.CharField(_("project code"), max_length=60, blank=True)
    is_investment = models.BooleanField(_("investment project under approval"), default=False)
    investment_number = models.CharField(_("number of the investment"), max_length=60, blank=True)
    administrative_item = models.CharField(
        _("administrative item concerned"), max_length=200, blank=True
    )
    scale = models.CharField(_("scale of the project"), max_length=500, blank=True)
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, verbose_name=_("region"), related_name="+"
    )
    regime = models.CharField(_("regime"), max_length=24, choices=Regime, blank=True)

    # money, in yuan
    public_funds = models.DecimalField(
        _("share of public funds (%)"), max_digits=5, decimal_places=2, default=0
    )
    budget = models.DecimalField(_("budget"), max_digits=16, decimal_places=2, null=True)
    price = models.DecimalField(_("fixed price"), max_digits=16, decimal_places=2, null=True)
    ceiling = models.DecimalField(_("ceiling"), max_digits=16, decimal_places=2, null=True)
    floor = models.DecimalField(_("floor"), max_digits=16, decimal_places=2, null=True)
    worth = models.DecimalField(max_digits=16, decimal_places=2, default=0, editable=False)
    amount_note = models.CharField(_("note on the amount"), max_length=500, blank=True)

    # service and requirement
    items = models.ManyToManyField(ServiceItem, related_name="orders", verbose_name=_("services"))
    items_needed = models.CharField(max_length=3, choices=Needed, default=Needed.ALL)
    content = models.TextField(_("what is to be done"), blank=True)
    service_days = models.PositiveIntegerField(_("days of service"), null=True)
    service_note = models.CharField(_("note on the time"), max_length=500, blank=True)
    requirement = models.JSONField(null=True)
    commitment_only = models.BooleanField(_("a commitment suffices"), default=False)
    stages = models.JSONField(default=list)  # title, days, percent: the contract's milestones
    other_requirements = models.TextField(_("other requirements"), blank=True)

    # selection
    method = models.CharField(_("method"), max_length=12, choices=Method, blank=True)
    bidders_needed = models.PositiveSmallIntegerField(_("bidders needed"), default=1)
    reserves = models.PositiveSmallIntegerField(_("reserves"), default=2)
    open_until = models.DateTimeField(_("bids until"), null=True)
    choose_at = models.DateTimeField(_("announced time of the selection"), null=True)
    publicity_days = models.PositiveSmallIntegerField(_("working days to contest"), default=3)
    witnesses = models.JSONField(default=list)

    # contact
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
    commitment = models.CharField(max_length=64, blank=True, editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)
    awarded_at = models.DateTimeField(null=True, editable=False)
    contest_until = models.DateTimeField(null=True, editable=False)
    winner = models.OneToOneField("Bid", models.PROTECT, null=True, related_name="+")
    amount = models.DecimalField(max_digits=16, decimal_places=2, null=True, editable=False)
    proof = models.JSONField(null=True, editable=False)
    bundle_digest = models.CharField(max_length=64, null=True, editable=False)  # in draw.json
    bundle_file_digest = models.CharField(max_length=64, null=True, editable=False)
    completed_at = models.DateTimeField(null=True, editable=False)
    evaluate_until = models.DateTimeField(null=True, editable=False)

    objects = ServiceOrderQuerySet.as_manager()

    class Meta:
        indexes = [
            Index(fields=["state", "open_until"], name="serviceorder_due"),
            Index(fields=["open_until", "id"], name="serviceorder_by_deadline"),
            Index(fields=["-published_at", "-id"], name="serviceorder_newest"),
            Index(fields=["-worth", "-id"], name="serviceorder_by_worth"),
            # All that facets count, so that no row need be read; with `id`, joined to its services.
            Index(
                fields=["state", "method", "region", "open_until", "contest_until", "id"],
                name="serviceorder_facets",
            ),
            # A small one, for the totals of all: equal keys are stored once.
            Index(fields=["state", "method", "region"], name="serviceorder_totals"),
            Index(fields=["bundle_digest"], name="serviceorder_by_bundle"),
            Index(fields=["bundle_file_digest"], name="serviceorder_by_bundle_file"),
        ]
        constraints = [
            CheckConstraint(
                condition=Q(state__in=OrderState.values), name="serviceorder_state_known"
            ),
            CheckConstraint(
                condition=Q(regime__in=["", *Regime.values]), name="serviceorder_regime_known"
            ),
            CheckConstraint(
                condition=Q(method__in=["", *Method.values]), name="serviceorder_method_known"
            ),
            CheckConstraint(
                condition=filled_iff(
                    ~Q(state="draft"), "submitted_at", "submitted_by", "open_until", "choose_at"
                ),
                name="serviceorder_filled_iff_submitted",
            ),
            CheckConstraint(
                condition=filled_iff(
                    ~Q(state__in=UNPUBLISHED), "number", "published_at", "published_by"
                ),
                name="serviceorder_numbered_iff_published",
            ),
            CheckConstraint(
                condition=Q(published_by=None) | ~Q(published_by=F("submitted_by")),
                name="serviceorder_published_by_another_seat",
            ),
            CheckConstraint(
                condition=Q(state="withdrawn")
                | filled_iff(~Q(state__in=[*UNPUBLISHED, "published"]), "closed_at"),
                name="serviceorder_closed_at_iff_closed",
            ),
            CheckConstraint(
                condition=Q(closed_at=None) | Q(closed_at__gte=F("open_until")),
                name="serviceorder_closed_after_its_deadline",
            ),
            CheckConstraint(
                condition=filled_iff(
                    Q(state__in=WON), "winner", "amount", "awarded_at", "contest_until"
                ),
                name="serviceorder_winner_iff_awarded",
            ),
            CheckConstraint(
                condition=filled_iff(
                    Q(state__in=["completed", "evaluated"]), "completed_at", "evaluate_until"
                ),
                name="serviceorder_completed_at_iff_completed",
            ),
            CheckConstraint(
                condition=~Q(state__in=WON) | Q(proof__isnull=False),
                name="serviceorder_award_has_its_proof",
            ),
            CheckConstraint(
                condition=Q(choose_at=None) | Q(choose_at__gte=F("open_until")),
                name="serviceorder_chosen_after_its_deadline",
            ),
            CheckConstraint(
                condition=Q(public_funds__gte=0, public_funds__lte=100),
                name="serviceorder_public_funds_a_share",
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.draft.get("title") or gettext("Order without a name")

    def get_absolute_url(self) -> str:
        """The public page, or the desk's while there is none."""
        if self.number and self.state not in UNPUBLISHED:
            return reverse("marketplace:order-detail", args=[self.number])
        return reverse("marketplace:desk-order", args=[self.code])

    @property
    def owner_shown(self) -> str:
        """The owner by the name of the notice; before its publication by the present one."""
        return self.owner_name or self.owner.name

    def is_open(self, at: datetime) -> bool:
        return (
            self.state == OrderState.PUBLISHED
            and self.open_until is not None
            and at < self.open_until
        )

    def phase(self, at: datetime) -> Phase:
        """Where the order stands at that instant."""
        if self.state == OrderState.PUBLISHED:
            return Phase.OPEN if self.is_open(at) else Phase.CHOOSING
        if self.state == OrderState.AWARDED and self.contest_until and at < self.contest_until:
            return Phase.CONTESTABLE
        return {
            OrderState.AWAITING_DICE: Phase.CHOOSING,
            OrderState.EVALUATED: Phase.COMPLETED,
        }.get(OrderState(self.state)) or Phase(self.state)

    def phase_shown(self, at: datetime) -> Phase:
        """The phase as badges tell it: on its last day an open order closes today."""
        phase = self.phase(at)
        if phase == Phase.OPEN and self.open_until is not None:
            last = (self.open_until - datetime.resolution).astimezone(SHANGHAI).date()
            return Phase.LAST_DAY if last == at.astimezone(SHANGHAI).date() else phase
        return phase

    @property
    def limit(self) -> Decimal | None:
        """The most that a bid may ask, in yuan; None where the owner names none."""
        return self.ceiling if self.ceiling is not None else self.budget

    @property
    def spends_public_money(self) -> bool:
        return self.public_funds > 0


class Avoidance(models.Model):
    """An agency that must keep away from an order 回避, with the reason."""

    order = models.ForeignKey(ServiceOrder, models.PROTECT, related_name="avoidances")
    uscc = models.CharField(_("unified social credit code"), max_length=18)
    name = models.CharField(_("name"), max_length=120)
    reason = models.CharField(_("reason"), max_length=300)

    class Meta:
        ordering = ["pk"]
        constraints = [
            UniqueConstraint(fields=["order", "uscc"], name="avoidance_once_per_order_and_agency")
        ]

    def __str__(self) -> str:
        return self.name


class BidQuerySet(models.QuerySet["Bid"]):
    def standing(self) -> BidQuerySet:
        """Not withdrawn, in the order of the frozen list."""
        return self.filter(withdrawn_at=None).order_by("bidder__uscc")

    def of(self, organisation: Organisation) -> BidQuerySet:
        return self.filter(bidder=organisation)


class Bid(models.Model):
    """An agency's bid for an order: one row, whatever the method; what it says is in the envelope.

    `price`, `eligible` and `checks` are empty until the order is closed.
    """

    code = models.CharField(max_length=16, unique=True, editable=False)
    order = models.ForeignKey(ServiceOrder, models.PROTECT, related_name="bids")
    bidder = models.ForeignKey(Organisation, models.PROTECT, related_name="bids")
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    envelope = models.OneToOneField(Envelope, models.PROTECT, related_name="+")
    received_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    eligible = models.BooleanField(null=True)
    checks = models.JSONField(default=list)
    price = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    place = models.PositiveSmallIntegerField(null=True)
    declined_at = models.DateTimeField(null=True)
    decline_reason = models.CharField(max_length=500, blank=True)

    objects = BidQuerySet.as_manager()

    class Meta:
        constraints = [
            UniqueConstraint(fields=["order", "bidder"], name="bid_once_per_bidder"),
            UniqueConstraint(fields=["order", "place"], name="bid_one_place_each"),
            CheckConstraint(condition=Q(price=None) | Q(price__gt=0), name="bid_price_positive"),
            CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(eligible=None, place=None),
                name="bid_withdrawn_is_not_judged",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def receipt(self) -> str:
        """The receipt's number, in groups that can be read aloud: HZ-7K3M-Q2XD-9R."""
        groups = [self.code[start : start + 4] for start in range(0, len(self.code), 4)]
        return "-".join(["HZ", *groups])


class Evaluation(models.Model):
    """What the owner says of a job done: marks in the scheme's dimensions; never changed."""

    code = models.CharField(max_length=16, unique=True, editable=False)
    order = models.OneToOneField(ServiceOrder, models.PROTECT, related_name="evaluation")
    agency = models.ForeignKey(Organisation, models.PROTECT, related_name="evaluations")
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    marks = models.JSONField()
    score = models.DecimalField(max_digits=5, decimal_places=2)
    grade = models.CharField(max_length=20)
    comment = models.TextField(blank=True)
    scheme = models.CharField(max_length=40)
    evaluated_at = models.DateTimeField()

    class Meta:
        constraints = [
            CheckConstraint(
                condition=Q(score__gte=0, score__lte=100), name="evaluation_score_of_100"
            )
        ]

    def __str__(self) -> str:
        return self.grade
