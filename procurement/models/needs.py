"""Needs 采购需求 of a purchaser, their published versions, the checker's warnings and answers.

    draft ──submit──▶ submitted ──publish──▶ published ──settle──▶ settled
             ▲            │                      └──withdraw──▶ withdrawn
             │          return
             └──submit── returned

`draft` is what is being written. What was published lies in the versions, which never change: a
correction writes the draft of a published need again, and a second person publishes it as the next
version. `settled` says that the argument is closed or was not needed: a procedure may begin.
"""

from __future__ import annotations

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Seat
from core.lifecycle import filled_iff
from core.models import Region
from procurement.document import Document
from procurement.models.thresholds import Form, Kind


class NeedState(models.TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("under approval")
    RETURNED = "returned", _("returned")
    PUBLISHED = "published", _("published")
    SETTLED = "settled", _("settled")
    WITHDRAWN = "withdrawn", _("ended by its owner")


UNPUBLISHED = ("draft", "submitted", "returned")


class NeedQuerySet(models.QuerySet["Need"]):
    def public(self) -> NeedQuerySet:
        return self.exclude(state__in=UNPUBLISHED)

    def owned_by(self, organisation: Organisation) -> NeedQuerySet:
        return self.filter(owner=organisation)


class Need(models.Model):
    """What a purchaser needs, from its first word to the procedure that buys it.

    The columns below `title` are filled by `needs.submit`; before that what was typed is in
    `draft`: {"basics": {…}, "document": …}.
    """

    MOVES = {
        NeedState.DRAFT: {NeedState.SUBMITTED},
        NeedState.RETURNED: {NeedState.SUBMITTED},
        NeedState.SUBMITTED: {NeedState.PUBLISHED, NeedState.RETURNED},
        NeedState.PUBLISHED: {NeedState.SETTLED, NeedState.WITHDRAWN},
        NeedState.SETTLED: {NeedState.WITHDRAWN},
    }

    code = models.CharField(max_length=16, unique=True, editable=False)
    number = models.CharField(max_length=20, unique=True, null=True, editable=False)
    owner = models.ForeignKey(Organisation, models.PROTECT, related_name="needs")
    state = models.CharField(max_length=16, choices=NeedState, default=NeedState.DRAFT)
    state_reason = models.CharField(max_length=1000, blank=True)
    draft = models.JSONField(default=dict)
    draft_saved_at = models.DateTimeField()

    title = models.CharField(_("project"), max_length=200, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, blank=True)
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, related_name="+", verbose_name=_("region")
    )
    item = models.CharField(_("item code"), max_length=20, blank=True)
    item_name = models.CharField(pgettext_lazy("goods", "item"), max_length=120, blank=True)
    budget = models.DecimalField(_("budget (yuan)"), max_digits=16, decimal_places=2, null=True)
    budget_year = models.PositiveSmallIntegerField(_("budget year"), null=True)
    funding = models.CharField(_("source of funds"), max_length=200, blank=True)
    form = models.CharField(_("organisation form"), max_length=12, choices=Form, blank=True)
    method = models.CharField(_("method"), max_length=30, blank=True)
    proposal = models.JSONField(default=dict, editable=False)
    contact = models.CharField(_("contact person"), max_length=60, blank=True)
    contact_phone = models.CharField(_("contact phone"), max_length=30, blank=True)

    created_by = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    submitted_by = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True, editable=False)
    published_by = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True, editable=False)
    settled_at = models.DateTimeField(null=True, editable=False)

    # a correction being written, or waiting for its second person
    correction_reason = models.CharField(max_length=500, blank=True)
    correction_begun_at = models.DateTimeField(null=True, editable=False)
    correction_submitted_by = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")
    correction_submitted_at = models.DateTimeField(null=True, editable=False)

    objects = NeedQuerySet.as_manager()

    class Meta:
        indexes = [
            Index(fields=["-published_at", "-id"], name="need_newest"),
            Index(fields=["-budget", "-id"], name="need_by_budget"),
            Index(fields=["owner", "budget_year", "item"], name="need_of_owner_and_year"),
        ]
        constraints = [
            CheckConstraint(condition=Q(state__in=NeedState.values), name="need_state_known"),
            CheckConstraint(condition=Q(kind__in=["", *Kind.values]), name="need_kind_known"),
            CheckConstraint(
                condition=Q(budget=None) | Q(budget__gt=0), name="need_budget_positive"
            ),
            CheckConstraint(
                condition=filled_iff(
                    ~Q(state="draft"),
                    "submitted_at",
                    "submitted_by",
                    "region",
                    "budget",
                    "budget_year",
                ),
                name="need_filled_iff_submitted",
            ),
            CheckConstraint(
                condition=filled_iff(
                    ~Q(state__in=UNPUBLISHED), "number", "published_at", "published_by"
                ),
                name="need_numbered_iff_published",
            ),
            CheckConstraint(
                condition=Q(published_by=None) | ~Q(published_by=F("submitted_by")),
                name="need_published_by_another_seat",
            ),
            CheckConstraint(
                condition=~Q(state="settled") | Q(settled_at__isnull=False),
                name="need_settled_at_if_settled",
            ),
            CheckConstraint(
                condition=Q(correction_begun_at=None) | Q(state="published"),
                name="need_corrected_while_published",
            ),
            CheckConstraint(
                condition=Q(correction_submitted_at=None, correction_submitted_by=None)
                | Q(
                    correction_submitted_at__isnull=False,
                    correction_submitted_by__isnull=False,
                    correction_begun_at__isnull=False,
                ),
                name="need_correction_submitted_once_begun",
            ),
        ]

    def __str__(self) -> str:
        typed = self.draft.get("basics", {}).get("title")
        return self.title or typed or gettext("Need without a name")

    def get_absolute_url(self) -> str:
        """The public page, or the desk's while there is none."""
        if self.number:
            return reverse("procurement:need-detail", args=[self.number])
        return reverse("procurement:desk-need", args=[self.code])

    @property
    def is_written(self) -> bool:
        """Whether its draft may be changed now."""
        if self.state in (NeedState.DRAFT, NeedState.RETURNED):
            return True
        return self.correction_begun_at is not None and self.correction_submitted_at is None


class NeedVersion(models.Model):
    """A published version of a need: document, facts, and the answers to the checker; immutable."""

    code = models.CharField(max_length=16, unique=True, editable=False)
    need = models.ForeignKey(Need, models.PROTECT, related_name="versions")
    version = models.PositiveSmallIntegerField()
    document = models.JSONField()
    facts = models.JSONField()
    answers = models.JSONField(default=list)
    digest = models.CharField(max_length=64)
    notice = models.CharField(max_length=30)
    reason = models.CharField(max_length=500, blank=True)
    published_by = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    published_at = models.DateTimeField()

    class Meta:
        ordering = ["need", "-version"]
        constraints = [
            UniqueConstraint(fields=["need", "version"], name="needversion_once_per_need")
        ]

    def __str__(self) -> str:
        return f"{self.need.number} v{self.version}"

    @property
    def content(self) -> Document:
        """Its document, as `procurement.document` has it."""
        return Document.from_json(self.document)


class Answer(models.TextChoices):
    """What a need's writer did about a warning."""

    OPEN = "open", _("not answered")
    CHANGED = "changed", _("wording changed")
    JUSTIFIED = "justified", _("kept, with a reason")


class NeedWarning(models.Model):
    """A sentence of a need that a rule of the checker found, and the writer's answer."""

    code = models.CharField(max_length=16, unique=True, editable=False)
    need = models.ForeignKey(Need, models.CASCADE, related_name="warnings")
    rule = models.CharField(max_length=60)
    rule_version = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    article = models.CharField(max_length=200)
    section = models.CharField(max_length=20)
    sentence = models.CharField(max_length=1000)
    fingerprint = models.CharField(max_length=64)
    answer = models.CharField(max_length=12, choices=Answer, default=Answer.OPEN)
    reason = models.CharField(max_length=500, blank=True)
    found_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            UniqueConstraint(
                fields=["need", "rule", "section", "fingerprint"], name="needwarning_once"
            ),
            CheckConstraint(condition=Q(answer__in=Answer.values), name="needwarning_answer_known"),
            CheckConstraint(
                condition=filled_iff(~Q(answer="open"), "answered_at"),
                name="needwarning_answered_at_iff_answered",
            ),
            CheckConstraint(
                condition=~Q(answer="justified") | ~Q(reason=""),
                name="needwarning_justified_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def answered(self) -> Answer:
        """Its answer as the state it is: what a badge shows."""
        return Answer(self.answer)
