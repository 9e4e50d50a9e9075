"""How an alliance comes about: a call 征集, the founding application 申报, its units and reviews.

call:     draft ──publish──▶ published          (open until `open_until`: the clock decides)
founding: draft ──submit──▶ submitted ──register──▶ registered
            │        ▲         │  │  └──refuse──▶ refused
            │        └submit─ returned
            └withdraw─▶ withdrawn ◀── (returned)
unit:     invited ──consent──▶ consented ──▶ declined
             └──────decline──▶ declined
"""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Seat
from alliance.models.register import Alliance, UnitKind
from core.lifecycle import filled_iff
from core.models import Region


class CallState(models.TextChoices):
    DRAFT = "draft", _("draft")
    PUBLISHED = "published", _("published")


class CallQuerySet(models.QuerySet["Call"]):
    def public(self) -> CallQuerySet:
        return self.filter(state=CallState.PUBLISHED)

    def open_at(self, at: datetime) -> CallQuerySet:
        return self.public().filter(open_until__gt=at)


class Call(models.Model):
    """What the regulator calls for: fields, conditions with their figures, materials, deadline.

    `figures`: enterprises and universities beside the lead, founding units in all; `conditions`:
    [{title, text}]; `materials`: [{key, label, source}]; `fields`: names as the call prints them.
    """

    MOVES = {CallState.DRAFT: {CallState.PUBLISHED}}

    code = models.CharField(max_length=16, unique=True, editable=False)
    number = models.CharField(max_length=20, unique=True, null=True, editable=False)
    regulator = models.ForeignKey(Organisation, models.PROTECT, related_name="calls")
    title = models.CharField(_("title"), max_length=160)
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, verbose_name=_("region"), related_name="+"
    )
    principles = models.TextField(_("principles and aims"), blank=True)
    fields = models.JSONField(default=list)
    figures = models.JSONField(default=dict)
    conditions = models.JSONField(default=list)
    materials = models.JSONField(default=list)
    support = models.TextField(_("support and duties"), blank=True)
    contact = models.TextField(_("where to ask"), blank=True)
    open_until = models.DateTimeField(_("applications until"), null=True)
    state = models.CharField(max_length=12, choices=CallState, default=CallState.DRAFT)
    written_by = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    published_by = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True, editable=False)

    objects = CallQuerySet.as_manager()

    class Meta:
        ordering = ["-published_at", "-pk"]
        constraints = [
            CheckConstraint(condition=Q(state__in=CallState.values), name="call_state_known"),
            CheckConstraint(
                condition=filled_iff(
                    Q(state="published"), "number", "published_at", "published_by"
                ),
                name="call_numbered_iff_published",
            ),
            CheckConstraint(
                condition=Q(state="draft") | Q(open_until__gt=F("published_at")),
                name="call_published_before_its_deadline",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The public page, or the desk's while there is none."""
        if self.number:
            return reverse("alliance:call", args=[self.number])
        return reverse("alliance:call-edit", args=[self.code])

    def is_open(self, at: datetime) -> bool:
        return bool(self.state == CallState.PUBLISHED and self.open_until and at < self.open_until)


class FoundingState(models.TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("under review")
    RETURNED = "returned", _("returned for correction")
    REGISTERED = "registered", _("registered")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")


BEING_WRITTEN = (FoundingState.DRAFT, FoundingState.RETURNED)


class FoundingQuerySet(models.QuerySet["Founding"]):
    def led_by(self, organisation: Organisation) -> FoundingQuerySet:
        return self.filter(lead=organisation)

    def handed_in(self) -> FoundingQuerySet:
        """Seen by the regulator: submitted at least once."""
        return self.exclude(number=None)

    def in_hand(self) -> FoundingQuerySet:
        """Neither decided nor given up."""
        return self.filter(state__in=["draft", "submitted", "returned"])


class Founding(models.Model):
    """A lead unit's application to found an alliance; `draft` is what was typed, as it was typed.

    What was handed in stays in its versions.
    """

    MOVES = {
        FoundingState.DRAFT: {FoundingState.SUBMITTED, FoundingState.WITHDRAWN},
        FoundingState.RETURNED: {FoundingState.SUBMITTED, FoundingState.WITHDRAWN},
        FoundingState.SUBMITTED: {
            FoundingState.RETURNED,
            FoundingState.REGISTERED,
            FoundingState.REFUSED,
        },
    }

    code = models.CharField(max_length=16, unique=True, editable=False)
    number = models.CharField(max_length=20, unique=True, null=True, editable=False)
    call = models.ForeignKey(Call, models.PROTECT, related_name="foundings")
    lead = models.ForeignKey(Organisation, models.PROTECT, related_name="foundings")
    name = models.CharField(_("name of the alliance"), max_length=120, blank=True)
    state = models.CharField(max_length=12, choices=FoundingState, default=FoundingState.DRAFT)
    state_reason = models.CharField(max_length=1000, blank=True)
    draft = models.JSONField(default=dict)
    draft_saved_at = models.DateTimeField()
    created_by = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    submitted_by = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True, editable=False)
    decided_by = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, editable=False)
    alliance = models.OneToOneField(
        Alliance, models.PROTECT, null=True, related_name="founding", editable=False
    )

    objects = FoundingQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [Index(fields=["state", "submitted_at"], name="founding_waiting")]
        constraints = [
            CheckConstraint(
                condition=Q(state__in=FoundingState.values), name="founding_state_known"
            ),
            CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"])
                | Q(number__isnull=False, submitted_at__isnull=False, submitted_by__isnull=False),
                name="founding_numbered_once_submitted",
            ),
            CheckConstraint(
                condition=filled_iff(
                    Q(state__in=["registered", "refused"]), "decided_at", "decided_by"
                ),
                name="founding_decided_iff_over",
            ),
            CheckConstraint(
                condition=filled_iff(Q(state="registered"), "alliance"),
                name="founding_alliance_iff_registered",
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(self.draft.get("name") or "") or gettext("Alliance without a name")

    def get_absolute_url(self) -> str:
        return reverse("alliance:founding", args=[self.code])


class FoundingVersion(models.Model):
    """What was handed in, as it was then; never changed."""

    founding = models.ForeignKey(Founding, models.PROTECT, related_name="versions")
    version = models.PositiveSmallIntegerField()
    document = models.JSONField()
    digest = models.CharField(max_length=64)
    submitted_by = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()

    class Meta:
        ordering = ["founding", "-version"]
        constraints = [
            UniqueConstraint(fields=["founding", "version"], name="foundingversion_once")
        ]

    def __str__(self) -> str:
        return f"{self.founding} v{self.version}"


class ConsentState(models.TextChoices):
    INVITED = "invited", _("asked for consent")
    CONSENTED = "consented", _("consented")
    DECLINED = "declined", _("declined")


class FoundingUnitQuerySet(models.QuerySet["FoundingUnit"]):
    def consented(self) -> FoundingUnitQuerySet:
        return self.filter(state=ConsentState.CONSENTED)

    def asked_of(self, organisation: Organisation) -> FoundingUnitQuerySet:
        """Waiting for the unit's word, on an application that is still open."""
        waiting = self.filter(organisation=organisation, state=ConsentState.INVITED)
        return waiting.filter(founding__state__in=BEING_WRITTEN)


class FoundingUnit(models.Model):
    """A unit beside the lead that founds the alliance, once it said so from its own desk."""

    MOVES = {
        ConsentState.INVITED: {ConsentState.CONSENTED, ConsentState.DECLINED},
        ConsentState.CONSENTED: {ConsentState.DECLINED},
    }

    code = models.CharField(max_length=16, unique=True, editable=False)
    founding = models.ForeignKey(Founding, models.PROTECT, related_name="units")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    unit_kind = models.CharField(_("kind of unit"), max_length=12, choices=UnitKind)
    state = models.CharField(max_length=12, choices=ConsentState, default=ConsentState.INVITED)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    invited_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")

    objects = FoundingUnitQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            CheckConstraint(
                condition=Q(state__in=ConsentState.values), name="foundingunit_state_known"
            ),
            CheckConstraint(
                condition=Q(unit_kind__in=UnitKind.values), name="foundingunit_kind_known"
            ),
            CheckConstraint(
                condition=filled_iff(~Q(state="invited"), "answered_at", "answered_by"),
                name="foundingunit_answered_iff_no_longer_asked",
            ),
            UniqueConstraint(fields=["founding", "organisation"], name="foundingunit_once"),
        ]

    def __str__(self) -> str:
        return self.organisation.name

    def get_absolute_url(self) -> str:
        return reverse("alliance:consent", args=[self.code])


class ReviewCommentQuerySet(models.QuerySet["ReviewComment"]):
    def about(self, row: models.Model) -> ReviewCommentQuerySet:
        return self.filter(
            subject=row._meta.label_lower,
            subject_code=row.code,  # type: ignore[attr-defined]  # whatever is reviewed has one
        )

    def unsettled(self) -> ReviewCommentQuerySet:
        return self.filter(settled_at=None)


class ReviewComment(models.Model):
    """What a reviewer says about one field of an application; settled by correcting or answering.

    `field` is the name of the form's field, or empty for the whole.
    """

    code = models.CharField(max_length=16, unique=True, editable=False)
    subject = models.CharField(max_length=60)
    subject_code = models.CharField(max_length=16)
    field = models.CharField(_("field"), max_length=60, blank=True)
    text = models.CharField(pgettext_lazy("opinion", "comment"), max_length=1000)
    by = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    answer = models.CharField(_("answer"), max_length=1000, blank=True)
    settled_at = models.DateTimeField(null=True)

    objects = ReviewCommentQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [Index(fields=["subject_code", "subject"], name="reviewcomment_of_subject")]

    def __str__(self) -> str:
        return self.text
