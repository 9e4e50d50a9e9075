"""Fees 会费 and the books 账目 of an alliance: what is due, what was booked, what is published.

    due:     raised ──its rest confirmed──▶ paid ──an entry of it reversed──▶ raised
                └──waiver of its rest carried by the council──▶ waived ──as before──▶ raised
    entry:   entered (by the accountant) ──confirm (another person, the cashier)──▶ confirmed
                └──refuse──▶ refused
    scale:   proposed ──council──▶ adopted ──the next one──▶ superseded
                └──────────▶ rejected
    statement: prepared ──publish (another person)──▶ published
                  └──discard──▶ discarded

A confirmed entry is never edited: a second one reverses it. Overdue and in grace are told by the
clock. Whatever way a due is paid, it is an entry that names it: a payment online will be one too.
A due may be paid in parts, each an entry with its own voucher and receipt.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import CheckConstraint, F, Index, Prefetch, Q, UniqueConstraint
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Organisation, Seat
from alliance.models.meetings import Motion
from alliance.models.register import Alliance, Charter, Member
from core.lifecycle import filled_iff
from core.models import Upload
from core.phrases import day
from publication.models import Notice


class FeeScaleState(models.TextChoices):
    PROPOSED = "proposed", pgettext_lazy("of fees", "proposed")
    ADOPTED = "adopted", pgettext_lazy("of fees", "adopted")
    REJECTED = "rejected", pgettext_lazy("of fees", "rejected")
    SUPERSEDED = "superseded", pgettext_lazy("of fees", "superseded")


class FeeScale(models.Model):
    """The fees by level 会费标准 that the council sets where the charter names none."""

    MOVES = {
        FeeScaleState.PROPOSED: {FeeScaleState.ADOPTED, FeeScaleState.REJECTED},
        FeeScaleState.ADOPTED: {FeeScaleState.SUPERSEDED},
    }

    code = models.CharField(max_length=16, unique=True, editable=False)
    alliance = models.ForeignKey(Alliance, models.PROTECT, related_name="fee_scales")
    fees = models.JSONField()  # {level: yuan as text}
    reason = models.CharField(_("reason"), max_length=500)
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=FeeScaleState, default=FeeScaleState.PROPOSED)
    motion = models.ForeignKey(Motion, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            CheckConstraint(
                condition=Q(state__in=FeeScaleState.values), name="feescale_state_known"
            ),
            UniqueConstraint(
                fields=["alliance"], condition=Q(state="proposed"), name="feescale_one_proposed"
            ),
            UniqueConstraint(
                fields=["alliance"], condition=Q(state="adopted"), name="feescale_one_adopted"
            ),
            CheckConstraint(
                condition=filled_iff(~Q(state="proposed"), "motion", "decided_at"),
                name="feescale_decided_iff_not_proposed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.alliance} {self.proposed_at:%Y-%m-%d}"


class DueState(models.TextChoices):
    RAISED = "raised", _("to be paid")
    PAID = "paid", pgettext_lazy("of a due", "paid")
    WAIVED = "waived", pgettext_lazy("of a due", "waived")


class DueQuerySet(models.QuerySet["Due"]):
    def with_payments(self) -> DueQuerySet:
        """With the receipts of what was paid of each, in turn."""
        receipts = Receipt.objects.select_related("entry").order_by("pk")
        return self.prefetch_related(Prefetch("receipts", receipts))

    def unpaid(self) -> DueQuerySet:
        return self.filter(state=DueState.RAISED)

    def overdue_on(self, day: date) -> DueQuerySet:
        """Unpaid, and their grace is over."""
        return self.unpaid().filter(grace_until__lt=day)

    def of(self, organisation: Organisation) -> DueQuerySet:
        return self.filter(member__organisation=organisation)


class Due(models.Model):
    """What one member owes for one period, as the charter in force said when it was raised."""

    MOVES = {
        DueState.RAISED: {DueState.PAID, DueState.WAIVED},
        DueState.PAID: {DueState.RAISED},
        DueState.WAIVED: {DueState.RAISED},
    }

    code = models.CharField(max_length=16, unique=True, editable=False)
    alliance = models.ForeignKey(Alliance, models.PROTECT, related_name="dues")
    member = models.ForeignKey(Member, models.PROTECT, related_name="dues")
    charter = models.ForeignKey(Charter, models.PROTECT, related_name="+")
    level = models.CharField(max_length=30)
    level_label = models.CharField(max_length=60)
    period_from = models.DateField()
    period_until = models.DateField()  # exclusive
    fee = models.DecimalField(max_digits=12, decimal_places=2)  # of the whole period
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    # What is neither paid nor waived; it goes down with each confirmed part.
    rest = models.DecimalField(_("rest"), max_digits=12, decimal_places=2)
    reckoning = models.CharField(max_length=200)  # how the amount came about, in words
    due_on = models.DateField(_("due on"))  # the last day
    grace_until = models.DateField(_("grace until"))  # the last day
    raised_at = models.DateTimeField()
    raised_by = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    reminded_at = models.DateTimeField(null=True)
    overdue_told_at = models.DateTimeField(null=True)
    waiver_reason = models.CharField(_("reason of the waiver"), max_length=500, blank=True)
    waiver_asked_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=8, choices=DueState, default=DueState.RAISED)
    settled_at = models.DateTimeField(null=True)

    objects = DueQuerySet.as_manager()

    class Meta:
        ordering = ["-period_from", "member__number"]
        indexes = [
            Index(fields=["alliance", "-period_from", "-id"], name="due_newest"),
            Index(fields=["due_on"], condition=Q(state="raised"), name="due_unpaid"),
        ]
        constraints = [
            CheckConstraint(condition=Q(state__in=DueState.values), name="due_state_known"),
            # A change of level within the period makes a due of its own: the difference.
            UniqueConstraint(
                fields=["member", "period_from", "level"], name="due_once_per_period_and_level"
            ),
            CheckConstraint(
                condition=Q(amount__gt=0, amount__lte=F("fee")), name="due_within_the_fee"
            ),
            CheckConstraint(
                condition=Q(rest__gte=0, rest__lte=F("amount")), name="due_rest_within_the_amount"
            ),
            CheckConstraint(
                condition=Q(state="raised", rest__gt=0) | Q(~Q(state="raised"), rest=0),
                name="due_rest_iff_raised",
            ),
            CheckConstraint(
                condition=Q(period_until__gt=F("period_from"), grace_until__gte=F("due_on")),
                name="due_dates_in_order",
            ),
            CheckConstraint(
                condition=filled_iff(~Q(state="raised"), "settled_at"),
                name="due_settled_at_iff_settled",
            ),
            CheckConstraint(
                condition=filled_iff(~Q(waiver_reason=""), "waiver_asked_at"),
                name="due_waiver_asked_with_reason",
            ),
            CheckConstraint(
                condition=~Q(state="waived") | ~Q(waiver_reason=""), name="due_waiver_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member.organisation} {self.period}"

    def get_absolute_url(self) -> str:
        return reverse("alliance:desk-dues", args=[self.alliance.number])

    @property
    def period(self) -> str:
        return period_text(self.period_from, self.period_until)

    @property
    def last_day(self) -> date:
        return self.period_until - date.resolution

    @property
    def is_in_parts(self) -> bool:
        """Some of it is paid, and some is owed still."""
        return self.state == DueState.RAISED and self.rest < self.amount

    def is_overdue(self, day: date) -> bool:
        return self.state == DueState.RAISED and day > self.grace_until

    def is_in_grace(self, day: date) -> bool:
        return self.state == DueState.RAISED and self.due_on < day <= self.grace_until


def period_text(start: date, until: date) -> str:
    return f"{day(start)}至{day(until - date.resolution)}"


class Direction(models.TextChoices):
    INCOME = "income", _("income")
    EXPENDITURE = "expenditure", _("expenditure")


class EntryState(models.TextChoices):
    ENTERED = "entered", _("to be confirmed")
    CONFIRMED = "confirmed", pgettext_lazy("of an entry", "confirmed")
    REFUSED = "refused", pgettext_lazy("of an entry", "refused")


class LedgerEntryQuerySet(models.QuerySet["LedgerEntry"]):
    def counted(self) -> LedgerEntryQuerySet:
        return self.filter(state=EntryState.CONFIRMED)

    def within(self, start: date, until: date) -> LedgerEntryQuerySet:
        """Of a period; its end is exclusive."""
        return self.filter(happened_on__gte=start, happened_on__lt=until)


class LedgerEntry(models.Model):
    """A movement of money with its voucher: entered by one person, confirmed by another.

    A reversal has the direction of what it reverses, and a negative amount.
    """

    MOVES = {EntryState.ENTERED: {EntryState.CONFIRMED, EntryState.REFUSED}}

    code = models.CharField(max_length=16, unique=True, editable=False)
    number = models.CharField(max_length=30, unique=True, null=True, editable=False)
    alliance = models.ForeignKey(Alliance, models.PROTECT, related_name="entries")
    direction = models.CharField(_("direction"), max_length=12, choices=Direction)
    category = models.CharField(pgettext_lazy("books", "category"), max_length=40)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    happened_on = models.DateField(_("day of the bank's record"))
    counterparty = models.CharField(_("payer or payee"), max_length=120)
    memo = models.CharField(_("purpose"), max_length=300)
    bank_reference = models.CharField(_("bank reference"), max_length=60, blank=True)
    voucher = models.ForeignKey(Upload, models.PROTECT, null=True, related_name="+")
    due = models.ForeignKey(Due, models.PROTECT, null=True, related_name="entries")
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversed_by")
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=EntryState, default=EntryState.ENTERED)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")
    refusal = models.CharField(_("reason"), max_length=300, blank=True)

    objects = LedgerEntryQuerySet.as_manager()

    class Meta:
        ordering = ["-happened_on", "-pk"]
        verbose_name_plural = "ledger entries"
        indexes = [Index(fields=["alliance", "-happened_on", "-id"], name="ledgerentry_newest")]
        constraints = [
            CheckConstraint(
                condition=Q(state__in=EntryState.values), name="ledgerentry_state_known"
            ),
            CheckConstraint(
                condition=Q(direction__in=Direction.values), name="ledgerentry_direction_known"
            ),
            CheckConstraint(
                condition=Q(reverses=None, amount__gt=0) | Q(reverses__isnull=False, amount__lt=0),
                name="ledgerentry_negative_iff_reversal",
            ),
            CheckConstraint(
                condition=Q(due=None) | Q(direction="income"), name="ledgerentry_due_is_income"
            ),
            CheckConstraint(
                condition=filled_iff(~Q(state="entered"), "decided_at", "decided_by"),
                name="ledgerentry_decided_iff_not_entered",
            ),
            CheckConstraint(
                condition=filled_iff(Q(state="confirmed"), "number"),
                name="ledgerentry_number_iff_confirmed",
            ),
            CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("entered_by")),
                name="ledgerentry_two_seats",
            ),
            CheckConstraint(
                condition=~Q(state="refused") | ~Q(refusal=""), name="ledgerentry_refusal_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number or '—'} {self.memo}"


class ReceiptQuerySet(models.QuerySet["Receipt"]):
    def undrawn(self) -> ReceiptQuerySet:
        return self.filter(drawn_at=None).order_by("pk")


class Receipt(models.Model):
    """The receipt 会费收据 of what was paid of a due: numbered, kept word for word.

    It is void once its entry is reversed.
    """

    code = models.CharField(max_length=16, unique=True, editable=False)
    number = models.CharField(max_length=24, unique=True, editable=False)
    entry = models.OneToOneField(LedgerEntry, models.PROTECT, related_name="receipt")
    due = models.ForeignKey(Due, models.PROTECT, related_name="receipts")
    paper = models.JSONField(editable=False)
    digest = models.CharField(max_length=64, db_index=True, editable=False)
    issued_at = models.DateTimeField()
    reversed_at = models.DateTimeField(null=True)
    file_digest = models.CharField(max_length=64, unique=True, null=True)
    size = models.PositiveIntegerField(null=True)
    drawn_at = models.DateTimeField(null=True)

    objects = ReceiptQuerySet.as_manager()

    class Meta:
        indexes = [Index(fields=["id"], condition=Q(drawn_at=None), name="receipt_undrawn")]
        constraints = [
            CheckConstraint(
                condition=filled_iff(Q(drawn_at__isnull=False), "file_digest", "size"),
                name="receipt_digest_iff_drawn",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class StatementState(models.TextChoices):
    PREPARED = "prepared", _("to be published")
    PUBLISHED = "published", pgettext_lazy("of accounts", "published")
    DISCARDED = "discarded", pgettext_lazy("of accounts", "discarded")


class Statement(models.Model):
    """The accounts 收支公布 of a period: prepared by the accountant, published by another person.

    The period of a published one is closed: nothing is entered into it any more.
    """

    MOVES = {StatementState.PREPARED: {StatementState.PUBLISHED, StatementState.DISCARDED}}

    code = models.CharField(max_length=16, unique=True, editable=False)
    alliance = models.ForeignKey(Alliance, models.PROTECT, related_name="statements")
    period_from = models.DateField(_("from"))
    period_until = models.DateField(_("until"))  # exclusive
    figures = models.JSONField()
    paper = models.JSONField()
    digest = models.CharField(max_length=64)
    prepared_at = models.DateTimeField()
    prepared_by = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=StatementState, default=StatementState.PREPARED)
    decided_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        null=True
    )
    decided_by = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")
    notice = models.OneToOneField(Notice, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-period_from", "-pk"]
        constraints = [
            CheckConstraint(
                condition=Q(state__in=StatementState.values), name="statement_state_known"
            ),
            CheckConstraint(
                condition=Q(period_until__gt=F("period_from")), name="statement_period_in_order"
            ),
            UniqueConstraint(
                fields=["alliance"], condition=Q(state="prepared"), name="statement_one_prepared"
            ),
            UniqueConstraint(
                fields=["alliance", "period_from"],
                condition=Q(state="published"),
                name="statement_published_once",
            ),
            CheckConstraint(
                condition=filled_iff(~Q(state="prepared"), "decided_at", "decided_by"),
                name="statement_decided_iff_not_prepared",
            ),
            CheckConstraint(
                condition=filled_iff(Q(state="published"), "notice"),
                name="statement_notice_iff_published",
            ),
            CheckConstraint(
                condition=~Q(state="published") | ~Q(decided_by=F("prepared_by")),
                name="statement_two_seats",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.alliance} {self.period}"

    def get_absolute_url(self) -> str:
        return reverse("alliance:accounts", args=[self.alliance.number])

    @property
    def period(self) -> str:
        return period_text(self.period_from, self.period_until)

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [{**one, "amount": Decimal(one["amount"])} for one in self.figures["lines"]]

    @property
    def totals(self) -> dict[str, Decimal]:
        names = ("opening", "income", "expenditure", "closing")
        return {name: Decimal(self.figures[name]) for name in names}

    @property
    def collected(self) -> dict[str, Decimal] | None:
        """What was asked for of the period's fees, and what came; accounts of old do not say it."""
        dues, names = self.figures["dues"], ("amount", "received", "remitted", "left")
        return {name: Decimal(dues[name]) for name in names} if "received" in dues else None
