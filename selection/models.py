"""How one is chosen from many: envelopes 信封, the draw 抽取 of an order, its witnesses 见证人.

    envelope:  sealed ──▶ opened             replaced or withdrawn: it no longer stands
    draw:      committed ──▶ frozen ──▶ thrown ──▶ revealed
    witness:   named ──▶ entered ──▶ confirmed (or has thrown)
                 └────────┴──▶ replaced, before the list is frozen

Each step fills columns that were empty, once: the database refuses every other change (migration
0002), but that the announced time of a draw moves on before its list is frozen (0004).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from core.letters import Recipient
from core.lifecycle import filled_iff
from selection.methods import METHODS, Frozen, Method


class EnvelopeQuerySet(models.QuerySet["Envelope"]):
    def standing(self, order_number: str) -> EnvelopeQuerySet:
        """One for each bidder: neither replaced nor withdrawn."""
        return self.filter(order_number=order_number, standing_until=None).order_by("bidder")


class Envelope(models.Model):
    """A bidder's sealed content. `bidder` is its uscc, `digest` the hex SHA-256 of `ciphertext`.

    `opened_at` tells that it was opened; `content` stays empty where its bytes were broken.
    """

    code = models.CharField(max_length=16, unique=True, editable=False)
    order_number = models.CharField(max_length=40)
    bidder = models.CharField(max_length=18)
    ciphertext = models.BinaryField()
    digest = models.CharField(max_length=64, unique=True)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="replacement", editable=False
    )
    sealed_at = models.DateTimeField()
    standing_until = models.DateTimeField(null=True)
    content = models.JSONField(null=True)
    opened_at = models.DateTimeField(null=True)

    objects = EnvelopeQuerySet.as_manager()

    class Meta:
        indexes = [Index(fields=["order_number", "bidder"], name="envelope_of_order")]
        constraints = [
            UniqueConstraint(
                fields=["order_number", "bidder"],
                condition=Q(standing_until=None),
                name="envelope_one_standing_per_bidder",
            ),
            CheckConstraint(
                condition=Q(content__isnull=True) | Q(opened_at__isnull=False),
                name="envelope_content_only_once_opened",
            ),
            CheckConstraint(
                condition=Q(opened_at=None) | Q(standing_until=None),
                name="envelope_opened_only_if_standing",
            ),
            CheckConstraint(
                condition=Q(standing_until=None) | Q(standing_until__gte=F("sealed_at")),
                name="envelope_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_number} · {self.digest[:12]}"


class Draw(models.Model):
    """What decides an order: the commitment of its notice, the frozen list, the dice, the secret.

    `number` is the order's. Every published order has one, for even equal prices are drawn.
    """

    code = models.CharField(max_length=16, unique=True, editable=False)
    number = models.CharField(max_length=40, unique=True)
    owner = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    announced_for = models.DateTimeField(_("time of the throw"))
    regulator_from = models.DateTimeField(_("from when the regulator may throw"))
    fails_at = models.DateTimeField(_("when the order fails for want of dice"))
    confirmation_minutes = models.PositiveSmallIntegerField(_("minutes to confirm the dice"))
    commitment = models.CharField(max_length=64)
    sealed_secret = models.BinaryField()
    committed_at = models.DateTimeField()
    frozen = models.JSONField(null=True)
    frozen_at = models.DateTimeField(null=True)
    dice = models.CharField(max_length=20, null=True)
    thrown_at = models.DateTimeField(null=True)
    thrown_by = models.CharField(max_length=180, null=True)
    thrown_as = models.CharField(max_length=12, null=True)
    thrower = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    secret = models.CharField(max_length=64, null=True)
    revealed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            CheckConstraint(
                condition=Q(
                    announced_for__lt=F("regulator_from"), regulator_from__lt=F("fails_at")
                ),
                name="draw_deadlines_in_order",
            ),
            CheckConstraint(
                condition=filled_iff(Q(frozen_at__isnull=False), "frozen"),
                name="draw_frozen_whole",
            ),
            CheckConstraint(
                condition=filled_iff(
                    Q(thrown_at__isnull=False), "dice", "thrown_by", "thrown_as", "thrower"
                ),
                name="draw_thrown_whole",
            ),
            CheckConstraint(
                condition=filled_iff(Q(revealed_at__isnull=False), "secret"),
                name="draw_revealed_whole",
            ),
            CheckConstraint(
                condition=Q(dice=None) | Q(dice__regex=r"^[0-9]{20}$"),
                name="draw_twenty_dice",
            ),
            CheckConstraint(
                condition=Q(thrown_at=None)
                | Q(frozen_at__isnull=False, frozen_at__lte=F("thrown_at")),
                name="draw_thrown_after_frozen",
            ),
            CheckConstraint(
                condition=Q(revealed_at=None)
                | Q(thrown_at__isnull=False, thrown_at__lte=F("revealed_at")),
                name="draw_revealed_after_thrown",
            ),
            CheckConstraint(
                condition=Q(thrown_as=None) | Q(thrown_as__in=["witness", "regulator"]),
                name="draw_thrown_as_known",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def confirmed_until(self) -> datetime | None:
        """How long the other witnesses may look at the typed digits; None before the throw."""
        if self.thrown_at is None:
            return None
        return self.thrown_at + timedelta(minutes=self.confirmation_minutes)

    @property
    def facts(self) -> Frozen | None:
        """What was frozen; None before that."""
        return None if self.frozen is None else Frozen.from_json(self.frozen)

    @property
    def root(self) -> str:
        """The root of the frozen list; empty before that."""
        return "" if (facts := self.facts) is None else facts.root.hex()

    @property
    def method(self) -> Method:
        """The module that chooses. LookupError before the list is frozen."""
        return METHODS[(self.frozen or {})["method"]]


class WitnessQuerySet(models.QuerySet["Witness"]):
    def standing(self) -> WitnessQuerySet:
        """In whose stead nobody else was named."""
        return self.filter(replaced_at=None)

    def invited_by(self, unit: Organisation) -> WitnessQuerySet:
        """Who has his link from the unit: whom it named. With the link of a regulator's witness
        the owner could take his place."""
        return self.filter(Q(named_by=unit) | Q(named_by=None, draw__owner=unit))


class Witness(models.Model):
    """Somebody named in the notice to see the dice; `user` is known once he entered by his link.

    `named_by` is the regulator's unit that named him; empty where the owner did.
    """

    code = models.CharField(max_length=16, unique=True, editable=False)
    draw = models.ForeignKey(Draw, models.PROTECT, related_name="witnesses")
    name = models.CharField(_("name of the witness"), max_length=60)
    phone = models.CharField(_("mobile phone"), max_length=20, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    named_at = models.DateTimeField()
    named_by = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    replaced_at = models.DateTimeField(null=True)
    token_hash = models.CharField(max_length=64, unique=True, null=True, editable=False)
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)

    objects = WitnessQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            UniqueConstraint(
                fields=["draw", "user"],
                condition=Q(replaced_at=None),
                name="witness_once_per_draw",
            ),
            CheckConstraint(
                condition=Q(replaced_at=None) | Q(confirmed_at=None),
                name="witness_replaced_confirms_nothing",
            ),
            CheckConstraint(
                condition=filled_iff(Q(entered_at__isnull=False), "user"),
                name="witness_user_iff_entered",
            ),
            CheckConstraint(
                condition=Q(confirmed_at=None)
                | Q(entered_at__isnull=False, entered_at__lte=F("confirmed_at")),
                name="witness_confirms_after_entering",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def letter_recipients(self, at: datetime) -> list[Recipient]:
        if self.user is not None:
            return list(self.user.letter_recipients(at))
        return [Recipient(user="", organisation="", email=self.email)] if self.email else []
