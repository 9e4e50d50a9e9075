"""Agencies 中介服务机构: their entry 入驻, services, qualifications and practitioners.

    draft ──submit──▶ submitted ──list──▶ listed 在册
                       ▲     └──return──▶ returned
                       └───────submit────────┘

Each qualification, practitioner and certificate is reviewed too: with the entry, or later alone.

    pending ──▶ verified | returned

Whether one is valid on a day is derived from its dates, never stored.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Self, TypeVar

from django.db import models
from django.db.models import CheckConstraint, Exists, F, Index, OuterRef, Q, UniqueConstraint
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Organisation, Seat
from core.fields import EncryptedTextField
from core.lifecycle import filled_iff
from core.models import Upload
from marketplace.models.catalogue import FeeBasis, QualificationCategory, ServiceItem

SOON = timedelta(days=90)  # before its last day a certificate is called to mind


class AgencyState(models.TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("under review")
    RETURNED = "returned", pgettext_lazy("entry", "returned for correction")
    LISTED = "listed", _("listed")


class AgencyQuerySet(models.QuerySet["Agency"]):
    def listed(self) -> AgencyQuerySet:
        return self.filter(state=AgencyState.LISTED)

    def of(self, organisation: Organisation) -> AgencyQuerySet:
        return self.filter(organisation=organisation)

    def offering(self, item: ServiceItem) -> AgencyQuerySet:
        now_offered = AgencyService.objects.current().filter(item=item)
        return self.listed().filter(pk__in=now_offered.values("agency"))


class Agency(models.Model):
    """What an organisation is as an intermediary agency; one row for each."""

    MOVES = {
        AgencyState.DRAFT: {AgencyState.SUBMITTED},
        AgencyState.SUBMITTED: {AgencyState.LISTED, AgencyState.RETURNED},
        AgencyState.RETURNED: {AgencyState.SUBMITTED},
    }

    code = models.CharField(max_length=16, unique=True, editable=False)
    organisation = models.OneToOneField(Organisation, models.PROTECT, related_name="agency")
    state = models.CharField(max_length=12, choices=AgencyState, default=AgencyState.DRAFT)
    draft = EncryptedTextField(blank=True, default="", editable=False)  # as typed, in JSON
    drafted_at = models.DateTimeField(null=True)
    introduction = models.TextField(_("introduction"), blank=True)
    established_on = models.DateField(_("established on"), null=True)
    registered_capital = models.DecimalField(
        _("registered capital (yuan)"), max_digits=16, decimal_places=2, null=True
    )
    staff_count = models.PositiveIntegerField(_("number of staff"), null=True)
    website = models.URLField(_("website"), blank=True)
    quality_measures = models.TextField(_("measures for the quality of service"), blank=True)
    honours = models.TextField(_("honours"), blank=True)
    legal_representative_id = EncryptedTextField(
        _("ID number of the legal representative"), blank=True, default=""
    )
    authorised_name = models.CharField(_("authorised person"), max_length=60, blank=True)
    authorised_phone = models.CharField(
        _("phone of the authorised person"), max_length=30, blank=True
    )
    authorised_id = EncryptedTextField(
        _("ID number of the authorised person"), blank=True, default=""
    )
    began_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    listed_at = models.DateTimeField(null=True)

    objects = AgencyQuerySet.as_manager()

    class Meta:
        indexes = [Index(fields=["state", "-listed_at", "-id"], name="agency_newest_listed")]
        constraints = [
            CheckConstraint(condition=Q(state__in=AgencyState.values), name="agency_state_known"),
            CheckConstraint(
                condition=filled_iff(~Q(state="draft"), "submitted_at"),
                name="agency_submitted_at_iff_no_draft",
            ),
            CheckConstraint(
                condition=filled_iff(Q(state="listed"), "listed_at"),
                name="agency_listed_at_iff_listed",
            ),
        ]

    def __str__(self) -> str:
        return str(self.organisation)

    def get_absolute_url(self) -> str:
        return reverse("marketplace:agency-detail", args=[self.organisation.code])


class FileKind(models.TextChoices):
    LICENCE = "licence", _("business licence or certificate of registration")
    LEGAL_ID = "legal-id", _("ID card of the legal representative, both sides")
    AUTHORISATION = "authorisation", _("letter of authorisation")
    AUTHORISED_ID = "authorised-id", _("ID card of the authorised person, both sides")
    INSURANCE = "insurance", _("social insurance record of the authorised person, last 3 months")
    OTHER = "other", _("other material")


class AgencyFile(models.Model):
    """A file of an entry; superseded by the next submission, never deleted."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="files")
    kind = models.CharField(max_length=16, choices=FileKind)
    upload = models.ForeignKey(Upload, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            CheckConstraint(condition=Q(kind__in=FileKind.values), name="agencyfile_kind_known")
        ]


class Outcome(models.TextChoices):
    LISTED = "listed", _("listed")
    RETURNED = "returned", pgettext_lazy("entry", "returned for correction")


class EntryReview(models.Model):
    """One round of formal review 形式审查 of an entry: what was submitted, what was decided."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="reviews")
    round = models.PositiveSmallIntegerField()
    content = models.JSONField()  # as submitted; ID numbers masked
    digest = models.CharField(max_length=64)
    submitted_at = models.DateTimeField()
    submitted_by = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)
    reason = models.TextField(blank=True)
    comments = models.JSONField(default=dict)  # section → what to correct there
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-round"]
        constraints = [
            UniqueConstraint(fields=["agency", "round"], name="entryreview_once_per_round"),
            UniqueConstraint(
                fields=["agency"], condition=Q(outcome=""), name="entryreview_one_open_per_agency"
            ),
            CheckConstraint(
                condition=Q(outcome__in=["", *Outcome.values]), name="entryreview_outcome_known"
            ),
            CheckConstraint(
                condition=filled_iff(~Q(outcome=""), "decided_at", "decided_by"),
                name="entryreview_decided_iff_outcome",
            ),
            CheckConstraint(
                condition=~Q(outcome="returned") | ~Q(reason=""),
                name="entryreview_returned_with_reason",
            ),
        ]


class AgencyServiceQuerySet(models.QuerySet["AgencyService"]):
    def current(self) -> AgencyServiceQuerySet:
        return self.filter(offered_until=None)


class AgencyService(models.Model):
    """That an agency offers an item, on its own conditions. Superseded by a new row, not edited."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="services")
    item = models.ForeignKey(ServiceItem, models.PROTECT, related_name="agency_services")
    conditions = models.TextField(_("conditions"), blank=True)
    process = models.TextField(_("process"))
    time_limit_days = models.PositiveSmallIntegerField(_("time limit (working days)"))
    fee_basis = models.CharField(
        _("fee basis"), max_length=8, choices=FeeBasis, default=FeeBasis.MARKET
    )
    fee = models.TextField(_("fee"))
    offered_from = models.DateTimeField()
    offered_until = models.DateTimeField(null=True)

    objects = AgencyServiceQuerySet.as_manager()

    class Meta:
        constraints = [
            UniqueConstraint(
                fields=["agency", "item"],
                condition=Q(offered_until=None),
                name="agencyservice_one_current_per_item",
            ),
            CheckConstraint(
                condition=Q(time_limit_days__gte=1), name="agencyservice_time_limit_positive"
            ),
            CheckConstraint(
                condition=Q(fee_basis__in=FeeBasis.values), name="agencyservice_fee_basis_known"
            ),
        ]

    def __str__(self) -> str:
        return str(self.item)


class ReviewState(models.TextChoices):
    PENDING = "pending", _("under review")
    VERIFIED = "verified", _("verified")
    RETURNED = "returned", pgettext_lazy("entry", "returned for correction")


REVIEW_MOVES = {ReviewState.PENDING: {ReviewState.VERIFIED, ReviewState.RETURNED}}


class Reviewed(models.Model):
    """What the operator verifies before it counts."""

    MOVES = REVIEW_MOVES

    code = models.CharField(max_length=16, unique=True, editable=False)
    state = models.CharField(max_length=12, choices=ReviewState, default=ReviewState.PENDING)
    submitted_at = models.DateTimeField()
    due_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True)  # given up, or superseded by a renewed one

    class Meta:
        abstract = True
        constraints = [
            CheckConstraint(
                condition=Q(state__in=ReviewState.values), name="%(class)s_state_known"
            ),
            CheckConstraint(
                condition=filled_iff(~Q(state="pending"), "decided_at", "decided_by"),
                name="%(class)s_decided_iff_not_pending",
            ),
            CheckConstraint(
                condition=~Q(state="returned") | ~Q(reason=""),
                name="%(class)s_returned_with_reason",
            ),
        ]


Row = TypeVar("Row", bound=Reviewed)


class ReviewedQuerySet(models.QuerySet[Row]):
    def current(self) -> Self:
        """Neither given up nor superseded."""
        return self.filter(ended_at=None)

    def verified(self) -> Self:
        return self.current().filter(state=ReviewState.VERIFIED)

    def pending(self) -> Self:
        return self.current().filter(state=ReviewState.PENDING)


class CertifiedQuerySet(ReviewedQuerySet[Row]):
    def valid_on(self, on: date) -> Self:
        return self.verified().filter(Q(valid_until=None) | Q(valid_until__gte=on))


class Certified(Reviewed):
    """A certificate of a category; valid through the day `valid_until` that is printed on it."""

    category = models.ForeignKey(
        QualificationCategory, models.PROTECT, verbose_name=_("category"), related_name="+"
    )
    level = models.CharField(_("level"), max_length=40, blank=True)
    specialty = models.CharField(_("specialty"), max_length=80, blank=True)
    number = models.CharField(_("certificate number"), max_length=60)
    issuer = models.CharField(_("issued by"), max_length=80, blank=True)
    issued_on = models.DateField(_("issued on"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)  # null: for good
    scan = models.ForeignKey(
        Upload, models.PROTECT, null=True, related_name="+", verbose_name=_("scan")
    )

    class Meta(Reviewed.Meta):
        abstract = True
        constraints = [
            *Reviewed.Meta.constraints,
            CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("issued_on")),
                name="%(class)s_ends_after_issue",
            ),
        ]

    def __str__(self) -> str:
        return " ".join(filter(None, [str(self.category), self.level, self.specialty]))

    def is_valid(self, on: date) -> bool:
        verified = self.state == ReviewState.VERIFIED and self.ended_at is None
        return verified and (self.valid_until is None or self.valid_until >= on)


class QualificationQuerySet(CertifiedQuerySet["Qualification"]):
    def expiring(self, on: date, within: timedelta = SOON) -> Self:
        """Those of listed agencies that end within that time or have ended, none to follow."""
        later = Qualification.objects.current().filter(
            agency=OuterRef("agency"),
            category=OuterRef("category"),
            specialty=OuterRef("specialty"),
            valid_until__gt=OuterRef("valid_until"),
        )
        ending = self.verified().filter(
            agency__state=AgencyState.LISTED, valid_until__lte=on + within
        )
        return ending.exclude(Exists(later.exclude(state=ReviewState.RETURNED)))


class Qualification(Certified):
    """A qualification 资质 of an agency."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="qualifications")
    reminded_days = models.PositiveSmallIntegerField(null=True)  # the last reminder's distance

    objects = QualificationQuerySet.as_manager()

    class Meta(Certified.Meta):
        abstract = False
        indexes = [Index(fields=["state", "due_at"], name="qualification_due")]
        constraints = [
            *Certified.Meta.constraints,
            UniqueConstraint(
                fields=["agency", "category", "level", "specialty", "number"],
                condition=Q(ended_at=None) & ~Q(state="returned"),
                name="qualification_once_per_certificate",
            ),
        ]


class PractitionerQuerySet(ReviewedQuerySet["Practitioner"]):
    pass


class Practitioner(Reviewed):
    """A person 执业人员 who works for an agency; masked in public."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="practitioners")
    name = models.CharField(_("name"), max_length=60)
    title = models.CharField(_("professional title"), max_length=60, blank=True)
    id_number = EncryptedTextField(_("ID number"), default="")
    # A keyed digest of the ID number: nobody is on two agencies' lists.
    person = models.CharField(max_length=64, default="", editable=False)
    insurance = models.ForeignKey(
        Upload, models.PROTECT, null=True, related_name="+", verbose_name=_("social insurance")
    )

    objects = PractitionerQuerySet.as_manager()

    class Meta(Reviewed.Meta):
        abstract = False
        indexes = [Index(fields=["state", "due_at"], name="practitioner_due")]
        constraints = [
            *Reviewed.Meta.constraints,
            UniqueConstraint(
                fields=["person"],
                condition=Q(state="verified", ended_at=None) & ~Q(person=""),
                name="practitioner_of_one_agency",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AuthorisedPersonQuerySet(ReviewedQuerySet["AuthorisedPerson"]):
    pass


class AuthorisedPerson(Reviewed):
    """Who is to take the place of a listed agency's authorised person 授权人; reviewed alone."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="authorised_persons")
    name = models.CharField(_("name"), max_length=60)
    phone = models.CharField(_("phone"), max_length=30)
    id_number = EncryptedTextField(_("ID number"))
    authorisation = models.ForeignKey(Upload, models.PROTECT, related_name="+")
    id_card = models.ForeignKey(Upload, models.PROTECT, related_name="+")
    insurance = models.ForeignKey(Upload, models.PROTECT, related_name="+")

    objects = AuthorisedPersonQuerySet.as_manager()

    FILES = {
        "authorisation": FileKind.AUTHORISATION,
        "id_card": FileKind.AUTHORISED_ID,
        "insurance": FileKind.INSURANCE,
    }

    class Meta(Reviewed.Meta):
        abstract = False
        indexes = [Index(fields=["state", "due_at"], name="authorisedperson_due")]
        constraints = [
            *Reviewed.Meta.constraints,
            UniqueConstraint(
                fields=["agency"],
                condition=Q(state="pending", ended_at=None),
                name="authorisedperson_one_pending_per_agency",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PractitionerCertificateQuerySet(CertifiedQuerySet["PractitionerCertificate"]):
    pass


class PractitionerCertificate(Certified):
    """A registration or licence 执业证书 of a practitioner."""

    practitioner = models.ForeignKey(Practitioner, models.PROTECT, related_name="certificates")

    objects = PractitionerCertificateQuerySet.as_manager()

    class Meta(Certified.Meta):
        abstract = False
        constraints = [
            *Certified.Meta.constraints,
            UniqueConstraint(
                fields=["practitioner", "category", "level", "specialty", "number"],
                condition=Q(ended_at=None) & ~Q(state="returned"),
                name="practitionercertificate_once",
            ),
        ]


class Commitment(models.Model):
    """The commitment letter 承诺书 that a seat of the agency signed by typed confirmation."""

    code = models.CharField(max_length=16, unique=True, editable=False)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="commitments")
    version = models.CharField(max_length=20)
    text = models.TextField()
    digest = models.CharField(max_length=64)
    signed_at = models.DateTimeField()
    signed_by = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    typed = models.CharField(max_length=120)

    class Meta:
        ordering = ["-signed_at"]
