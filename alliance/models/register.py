"""The register of alliances 联盟, their charters 章程, officers and members.

    alliance: registered ──dissolve──▶ dissolved
    charter:  draft ──adopt──▶ adopted ──supersede──▶ superseded
    member:   admitted ◀──────▶ suspended
                 ├───leave──▶ left ◀─────┤
                 └──expel──▶ expelled ◀──┘

An alliance may have no legal person: units act for it through their seats, by the posts of its
officers. Which version of a charter is in force on a day is told by `Charter.objects.in_force`.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Organisation, OrganisationKind, Seat
from alliance import industries
from core.lifecycle import filled_iff
from core.models import Region


class AllianceState(models.TextChoices):
    REGISTERED = "registered", pgettext_lazy("of an alliance", "registered")
    DISSOLVED = "dissolved", _("dissolved")


class LegalForm(models.TextChoices):
    """What an alliance is in law."""

    CONTRACT = "contract", _("alliance by contract, without legal person")
    ASSOCIATION = "association", _("registered association")


class AllianceQuerySet(models.QuerySet["Alliance"]):
    def joined_by(self, organisation: Organisation) -> AllianceQuerySet:
        """Those of which the unit is a member now."""
        return self.filter(members__in=Member.objects.current().filter(organisation=organisation))


class Alliance(models.Model):
    """An alliance on the register; it is written there when its founding is registered."""

    MOVES = {AllianceState.REGISTERED: {AllianceState.DISSOLVED}}

    code = models.CharField(max_length=16, unique=True, editable=False)
    number = models.CharField(max_length=20, unique=True, editable=False)
    name = models.CharField(_("name of the alliance"), max_length=120, unique=True)
    short_name = models.CharField(_("short name"), max_length=40, blank=True)
    slug = models.SlugField(max_length=60, unique=True)
    legal_form = models.CharField(
        _("legal form"), max_length=12, choices=LegalForm, default=LegalForm.CONTRACT
    )
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, verbose_name=_("region"), related_name="+"
    )
    lead = models.ForeignKey(
        Organisation, models.PROTECT, related_name="alliances_led", verbose_name=_("lead unit")
    )
    authority = models.CharField(_("guided and supervised by"), max_length=200, blank=True)
    introduction = models.TextField(_("introduction"), blank=True)
    contact_name = models.CharField(_("contact person"), max_length=60, blank=True)
    contact_phone = models.CharField(_("contact phone"), max_length=30, blank=True)
    contact_email = models.EmailField(_("contact e-mail"), blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    state = models.CharField(max_length=12, choices=AllianceState, default=AllianceState.REGISTERED)
    registered_at = models.DateTimeField(editable=False)
    dissolved_at = models.DateTimeField(null=True, editable=False)

    objects = AllianceQuerySet.as_manager()

    class Meta:
        ordering = ["-registered_at", "-pk"]
        indexes = [Index(fields=["-registered_at", "-id"], name="alliance_newest")]
        constraints = [
            CheckConstraint(
                condition=Q(state__in=AllianceState.values), name="alliance_state_known"
            ),
            CheckConstraint(
                condition=Q(legal_form__in=LegalForm.values), name="alliance_legal_form_known"
            ),
            CheckConstraint(
                condition=filled_iff(Q(state="dissolved"), "dissolved_at"),
                name="alliance_dissolved_at_iff_dissolved",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("alliance:detail", args=[self.number])

    @property
    def field_labels(self) -> list[str]:
        """The fields of industry in the order of the application."""
        return [str(one) for one in self.fields.all()]


class AllianceField(models.Model):
    """A field of industry 产业领域 of an alliance, by its key on the registration form.

    `written` is what the application wrote beside 其他.
    """

    alliance = models.ForeignKey(Alliance, models.PROTECT, related_name="fields")
    key = models.CharField(_("field of industry"), max_length=20)
    written = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["pk"]
        indexes = [Index(fields=["key", "alliance"], name="alliancefield_by_key")]
        constraints = [
            UniqueConstraint(fields=["alliance", "key"], name="alliancefield_once"),
            CheckConstraint(
                condition=Q(key=industries.OTHER) | Q(written=""),
                name="alliancefield_written_beside_other",
            ),
        ]

    def __str__(self) -> str:
        return industries.label(self.key, self.written)


class CharterState(models.TextChoices):
    DRAFT = "draft", _("draft")
    ADOPTED = "adopted", _("adopted")
    SUPERSEDED = "superseded", _("superseded")


class CharterQuerySet(models.QuerySet["Charter"]):
    def in_force(self, alliance: Alliance, on: date) -> Charter | None:
        """The version that binds the alliance on that day; None before its first one."""
        adopted = self.filter(alliance=alliance, in_force_from__lte=on)
        return adopted.exclude(state=CharterState.DRAFT).order_by("-version").first()


class Charter(models.Model):
    """One version of an alliance's charter: its text, and the terms that the software enforces.

    `chapters`: [{title, articles: [{number, title, text}]}]; `terms`: what `alliance.terms` reads.
    """

    MOVES = {
        CharterState.DRAFT: {CharterState.ADOPTED},
        CharterState.ADOPTED: {CharterState.SUPERSEDED},
    }

    code = models.CharField(max_length=16, unique=True, editable=False)
    alliance = models.ForeignKey(Alliance, models.PROTECT, related_name="charters")
    version = models.PositiveSmallIntegerField(_("version"))
    title = models.CharField(_("title"), max_length=160)
    source = models.CharField(_("source document"), max_length=300, blank=True)
    chapters = models.JSONField(default=list)
    terms = models.JSONField(default=dict)
    state = models.CharField(max_length=12, choices=CharterState, default=CharterState.DRAFT)
    in_force_from = models.DateField(_("in force from"), null=True)
    adopted_at = models.DateTimeField(null=True, editable=False)
    adopted_by = models.CharField(_("adopted by"), max_length=200, blank=True)
    written_by = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")
    written_at = models.DateTimeField()

    objects = CharterQuerySet.as_manager()

    class Meta:
        ordering = ["alliance", "-version"]
        constraints = [
            CheckConstraint(condition=Q(state__in=CharterState.values), name="charter_state_known"),
            UniqueConstraint(fields=["alliance", "version"], name="charter_version_once"),
            UniqueConstraint(
                fields=["alliance"], condition=Q(state="draft"), name="charter_one_draft"
            ),
            UniqueConstraint(
                fields=["alliance"], condition=Q(state="adopted"), name="charter_one_adopted"
            ),
            CheckConstraint(
                condition=filled_iff(~Q(state="draft"), "in_force_from", "adopted_at"),
                name="charter_in_force_iff_adopted",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class TermsDraft(models.Model):
    """The form of a draft's terms as somebody typed it; gone once it is kept.

    It holds for the terms that were shown then: `about` is their digest.
    """

    charter = models.ForeignKey(Charter, models.CASCADE, related_name="+")
    seat = models.ForeignKey(Seat, models.CASCADE, related_name="+")
    about = models.CharField(max_length=64)
    typed = models.JSONField(default=dict)  # field → what was sent of it
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [UniqueConstraint(fields=["charter", "seat"], name="termsdraft_one_per_seat")]

    def __str__(self) -> str:
        return f"{self.charter} {self.saved_at:%Y-%m-%d}"


class Post(models.TextChoices):
    """What a seat does for an alliance."""

    CHAIR = "chair", _("chair of the council")
    SECRETARY_GENERAL = "secretary-general", _("secretary-general")
    SECRETARY = "secretary", _("secretary")
    ACCOUNTANT = "accountant", _("accountant")
    CASHIER = "cashier", _("cashier")
    ACADEMIC_CHAIR = "academic-chair", _("chair of the academic committee")


SECRETARIAT = (Post.SECRETARY_GENERAL, Post.SECRETARY)


class OfficerQuerySet(models.QuerySet["Officer"]):
    def held_at(self, at: datetime) -> OfficerQuerySet:
        """Who holds the post and still the seat at that instant."""
        post = Q(held_until=None) | Q(held_until__gt=at)
        return self.filter(post, held_from__lte=at, seat__in=Seat.objects.held_at(at))

    def of(self, seat: Seat, *posts: str) -> OfficerQuerySet:
        held = self.filter(seat=seat)
        return held.filter(post__in=posts) if posts else held


class Officer(models.Model):
    """A seat in a post of an alliance, from one instant until another."""

    code = models.CharField(max_length=16, unique=True, editable=False)
    alliance = models.ForeignKey(Alliance, models.PROTECT, related_name="officers")
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="posts")
    post = models.CharField(_("post"), max_length=20, choices=Post)
    held_from = models.DateTimeField(_("from"))
    held_until = models.DateTimeField(_("until"), null=True)
    appointed_by = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")

    objects = OfficerQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            CheckConstraint(condition=Q(post__in=Post.values), name="officer_post_known"),
            CheckConstraint(
                condition=Q(held_until=None) | Q(held_until__gte=F("held_from")),
                name="officer_ends_after_it_begins",
            ),
            UniqueConstraint(
                fields=["alliance", "seat", "post"],
                condition=Q(held_until=None),
                name="officer_one_open_per_seat_and_post",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_post_display()} {self.seat.user}"


class UnitKind(models.TextChoices):
    """The kinds of units as the form 会员入盟申请表 and the charters tell them apart."""

    GOVERNMENT = "government", _("government department")
    ENTERPRISE = "enterprise", _("enterprise")
    UNIVERSITY = "university", _("institution of higher education")
    INSTITUTE = "institute", _("research institute")
    INTERMEDIARY = "intermediary", _("intermediary agency")
    ASSOCIATION = "association", _("learned society or association")

    @classmethod
    def of(cls, organisation: Organisation) -> UnitKind:
        """What the unit most likely is, from its kind on the site."""
        return {
            OrganisationKind.GOVERNMENT.value: cls.GOVERNMENT,
            OrganisationKind.UNIVERSITY.value: cls.UNIVERSITY,
            OrganisationKind.INSTITUTION.value: cls.INSTITUTE,
            OrganisationKind.ASSOCIATION.value: cls.ASSOCIATION,
        }.get(organisation.kind, cls.ENTERPRISE)


class MemberState(models.TextChoices):
    ADMITTED = "admitted", pgettext_lazy("of a member", "admitted")
    SUSPENDED = "suspended", pgettext_lazy("of a member", "suspended")
    LEFT = "left", pgettext_lazy("of a member", "left")
    EXPELLED = "expelled", pgettext_lazy("of a member", "expelled")


STANDING = (MemberState.ADMITTED, MemberState.SUSPENDED)


class MemberQuerySet(models.QuerySet["Member"]):
    def current(self) -> MemberQuerySet:
        """Admitted or suspended: neither left nor expelled."""
        return self.filter(state__in=STANDING)

    def voting(self) -> MemberQuerySet:
        return self.filter(state=MemberState.ADMITTED)


class Member(models.Model):
    """A unit in an alliance, from its admission until it leaves; it may come back as another row.

    `level` is a key of the levels in the charter's terms.
    """

    MOVES: dict[Any, set[Any]] = {
        MemberState.ADMITTED: {MemberState.SUSPENDED, MemberState.LEFT, MemberState.EXPELLED},
        MemberState.SUSPENDED: {MemberState.ADMITTED, MemberState.LEFT, MemberState.EXPELLED},
    }

    code = models.CharField(max_length=16, unique=True, editable=False)
    alliance = models.ForeignKey(Alliance, models.PROTECT, related_name="members")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="memberships")
    number = models.CharField(_("member number"), max_length=30, unique=True)
    level = models.CharField(_("level"), max_length=30)
    unit_kind = models.CharField(_("kind of unit"), max_length=12, choices=UnitKind)
    is_founder = models.BooleanField(_("founding unit"), default=False)
    state = models.CharField(max_length=12, choices=MemberState, default=MemberState.ADMITTED)
    joined_on = models.DateField(_("member since"))
    left_on = models.DateField(_("member until"), null=True)
    # By its own consent: what the public directory shows beyond name and number.
    listed_at = models.DateTimeField(null=True)
    website = models.URLField(_("website"), blank=True)
    business = models.CharField(_("business in one paragraph"), max_length=500, blank=True)
    fields = models.CharField(_("fields of work"), max_length=120, blank=True)
    products = models.CharField(_("products and services"), max_length=300, blank=True)

    objects = MemberQuerySet.as_manager()

    class Meta:
        ordering = ["alliance", "number"]
        constraints = [
            CheckConstraint(condition=Q(state__in=MemberState.values), name="member_state_known"),
            CheckConstraint(
                condition=Q(unit_kind__in=UnitKind.values), name="member_unit_kind_known"
            ),
            CheckConstraint(
                condition=filled_iff(Q(state__in=["left", "expelled"]), "left_on"),
                name="member_left_on_iff_gone",
            ),
            UniqueConstraint(
                fields=["alliance", "organisation"],
                condition=Q(state__in=["admitted", "suspended"]),
                name="member_one_open_per_alliance_and_organisation",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} · {self.number}"

    @property
    def tags(self) -> list[str]:
        """The fields of work, one by one."""
        return [one for one in re.split(r"[、，,；;\s]+", self.fields) if one]
