"""How a unit joins an alliance: an invitation 邀请函, the application 入盟申请, its versions.

    invitation:  sent ──accept──▶ accepted
                  ├────decline──▶ declined
                  └───withdraw──▶ withdrawn            (sent and past `open_until`: expired)
    application: draft ──submit──▶ submitted ──forward──▶ forwarded ──motion──▶ admitted
                             ▲       │                      │  └───────motion──▶ rejected
                             └─submit┴─return─▶ returned ◀──┘ recall
                 withdrawn ◀── submitted, returned, forwarded

The secretariat returns or forwards; the body that the charter in force names admits or rejects,
by a motion. What was handed in stays as versions, never edited (migration).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import CheckConstraint, Exists, F, Index, OuterRef, Q, UniqueConstraint
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Deed, Organisation, Seat, User
from alliance.models.register import SECRETARIAT, Alliance, Charter, Member, Officer, UnitKind
from core.letters import Recipient
from core.lifecycle import filled_iff


class JoinInvitationState(models.TextChoices):
    SENT = "sent", _("waits for an answer")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")


class JoinInvitationQuerySet(models.QuerySet["JoinInvitation"]):
    def waiting_at(self, at: datetime) -> JoinInvitationQuerySet:
        return self.filter(state=JoinInvitationState.SENT, open_until__gt=at)

    def addressed_to(self, user: User, organisation: Organisation | None) -> JoinInvitationQuerySet:
        """Those to the unit, and those to the person's own address that no unit has taken yet."""
        own = Q(organisation=None, email__iexact=user.email)
        return self.filter(own | Q(organisation=organisation) if organisation else own)


class JoinInvitation(models.Model):
    """A unit is invited to join: one on the site, or whoever reads the mail at an address."""

    MOVES = {
        JoinInvitationState.SENT: {
            JoinInvitationState.ACCEPTED,
            JoinInvitationState.DECLINED,
            JoinInvitationState.WITHDRAWN,
        },
    }

    code = models.CharField(max_length=16, unique=True, editable=False)
    alliance = models.ForeignKey(Alliance, models.PROTECT, related_name="join_invitations")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="join_invitations"
    )
    email = models.EmailField(_("e-mail"), blank=True)
    unit_name = models.CharField(_("name of the unit"), max_length=120)
    message = models.TextField(_("words to the unit"), max_length=2000, blank=True)
    invited_by = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    open_until = models.DateTimeField(_("answer until"))
    state = models.CharField(
        max_length=12, choices=JoinInvitationState, default=JoinInvitationState.SENT
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    answered_at = models.DateTimeField(null=True)

    objects = JoinInvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-sent_at", "-pk"]
        indexes = [
            Index(fields=["alliance", "-sent_at", "-id"], name="joininvitation_newest"),
            Index(fields=["email"], condition=Q(state="sent"), name="joininvitation_waiting"),
        ]
        constraints = [
            CheckConstraint(
                condition=Q(state__in=JoinInvitationState.values), name="joininvitation_state_known"
            ),
            CheckConstraint(
                condition=Q(organisation__isnull=False) | ~Q(email=""),
                name="joininvitation_reaches_somebody",
            ),
            CheckConstraint(
                condition=~Q(state="accepted") | Q(organisation__isnull=False),
                name="joininvitation_accepted_by_a_unit",
            ),
            CheckConstraint(
                condition=filled_iff(~Q(state="sent"), "answered_at"),
                name="joininvitation_answered_at_iff_over",
            ),
            CheckConstraint(
                condition=Q(open_until__gt=F("sent_at")), name="joininvitation_open_for_a_while"
            ),
            UniqueConstraint(
                fields=["alliance", "organisation"],
                condition=Q(state="sent"),
                name="joininvitation_one_waiting_per_unit",
            ),
            UniqueConstraint(
                fields=["alliance", "email"],
                condition=Q(state="sent", organisation=None),
                name="joininvitation_one_waiting_per_address",
            ),
        ]

    def __str__(self) -> str:
        return self.unit_name

    def get_absolute_url(self) -> str:
        return reverse("alliance:join-invitation", args=[self.code])

    def is_open(self, at: datetime) -> bool:
        return self.state == JoinInvitationState.SENT and at < self.open_until

    def letter_recipients(self, at: datetime) -> Iterable[Recipient]:
        """Who may answer for the unit; at an address whoever it is, with an account or without."""
        if self.organisation:
            seats = self.organisation.seats.held_at(at).select_related("user", "organisation")
            for seat in seats:
                if seat.may(Deed.JOIN_ALLIANCE):
                    yield from seat.letter_recipients(at)
            return
        user = User.objects.filter(email__iexact=self.email).first()
        yield Recipient(user.code if user else "", "", self.email, self.unit_name)


class ApplicationState(models.TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("with the secretariat")
    RETURNED = "returned", _("returned for correction")
    FORWARDED = "forwarded", _("before the deciding body")
    ADMITTED = "admitted", pgettext_lazy("of an application", "admitted")
    REJECTED = "rejected", pgettext_lazy("of an application", "not admitted")
    WITHDRAWN = "withdrawn", _("withdrawn")


WRITABLE = (ApplicationState.DRAFT, ApplicationState.RETURNED)
IN_HAND = (*WRITABLE, ApplicationState.SUBMITTED, ApplicationState.FORWARDED)
DECIDED = (ApplicationState.ADMITTED, ApplicationState.REJECTED)


class ApplicationQuerySet(models.QuerySet["Application"]):
    def of(self, organisation: Organisation) -> ApplicationQuerySet:
        return self.filter(organisation=organisation)

    def in_hand(self) -> ApplicationQuerySet:
        """Neither decided nor withdrawn."""
        return self.filter(state__in=IN_HAND)

    def in_secretariat_of(self, alliance: Alliance) -> ApplicationQuerySet:
        """Whatever the secretariat has ever seen: all but drafts."""
        return self.filter(alliance=alliance).exclude(state=ApplicationState.DRAFT)

    def to_review_by(self, seat: Seat, at: datetime) -> ApplicationQuerySet:
        """Waiting for a secretariat in which the seat sits, and for nobody else there."""
        posts = Officer.objects.held_at(at).of(seat, *SECRETARIAT)
        return self.filter(
            Q(checker=None) | Q(checker=seat),
            Exists(posts.filter(alliance=OuterRef("alliance"))),
            state=ApplicationState.SUBMITTED,
        )

    def visible_to(self, seat: Seat, at: datetime) -> ApplicationQuerySet:
        """The unit's own; for an alliance's officers what was handed in; for its members what is
        before the deciding body, or was.
        """
        of_alliance = Q(alliance=OuterRef("alliance"))
        posts = Officer.objects.held_at(at).of(seat).filter(of_alliance)
        members = Member.objects.current().filter(of_alliance, organisation=seat.organisation)
        seen = ~Q(state=ApplicationState.DRAFT) & Exists(posts)
        told = Q(state__in=[ApplicationState.FORWARDED, *DECIDED]) & Exists(members)
        return self.filter(Q(organisation=seat.organisation) | seen | told)


class Application(models.Model):
    """A unit's application; `draft` is what was typed, as it was typed, by form.

    `review_draft` is what the secretariat has typed so far, by field. `level` is a key of the
    levels in the charter's terms, `deciding_body` one of its bodies: both as forwarded.
    """

    MOVES = {
        ApplicationState.DRAFT: {ApplicationState.SUBMITTED},
        ApplicationState.SUBMITTED: {
            ApplicationState.RETURNED,
            ApplicationState.FORWARDED,
            ApplicationState.WITHDRAWN,
        },
        ApplicationState.RETURNED: {ApplicationState.SUBMITTED, ApplicationState.WITHDRAWN},
        ApplicationState.FORWARDED: {
            ApplicationState.ADMITTED,
            ApplicationState.REJECTED,
            ApplicationState.RETURNED,
            ApplicationState.WITHDRAWN,
        },
    }

    code = models.CharField(max_length=16, unique=True, editable=False)
    number = models.CharField(max_length=30, unique=True, null=True, editable=False)
    alliance = models.ForeignKey(Alliance, models.PROTECT, related_name="applications")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="applications")
    invitation = models.OneToOneField(
        JoinInvitation, models.PROTECT, null=True, related_name="application"
    )
    unit_kind = models.CharField(_("kind of unit"), max_length=12, choices=UnitKind)
    state = models.CharField(
        max_length=12, choices=ApplicationState, default=ApplicationState.DRAFT
    )
    state_reason = models.TextField(blank=True)
    draft = models.JSONField(default=dict)
    draft_saved_at = models.DateTimeField()
    created_by = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    submitted_by = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    version = models.PositiveSmallIntegerField(default=0)  # of what was handed in last
    # What the official forms do not ask: a key of the charter's levels, an industry's.
    level_asked = models.CharField(_("level asked for"), max_length=30, blank=True)
    industry = models.CharField(_("field of industry"), max_length=20, blank=True)
    checker = models.ForeignKey(
        Seat, models.PROTECT, null=True, related_name="+", verbose_name=_("checker")
    )
    review_draft = models.JSONField(default=dict)
    level = models.CharField(_("level"), max_length=30, blank=True)
    charter = models.ForeignKey(Charter, models.PROTECT, null=True, related_name="+")
    deciding_body = models.CharField(max_length=30, blank=True)
    deciding_body_name = models.CharField(max_length=60, blank=True)
    forwarded_by = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")
    forwarded_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=300, blank=True)
    member = models.OneToOneField(
        Member, models.PROTECT, null=True, related_name="application", editable=False
    )

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            Index(fields=["alliance", "state", "submitted_at"], name="application_queue"),
            Index(fields=["organisation", "-id"], name="application_of_unit"),
        ]
        constraints = [
            CheckConstraint(
                condition=Q(state__in=ApplicationState.values), name="application_state_known"
            ),
            CheckConstraint(
                condition=Q(unit_kind__in=UnitKind.values), name="application_unit_kind_known"
            ),
            CheckConstraint(
                condition=filled_iff(~Q(state="draft"), "number", "submitted_at", "submitted_by"),
                name="application_numbered_iff_handed_in",
            ),
            CheckConstraint(
                condition=filled_iff(Q(version__gt=0), "submitted_at"),
                name="application_versioned_iff_handed_in",
            ),
            CheckConstraint(
                condition=~Q(state__in=["forwarded", "admitted", "rejected"])
                | Q(charter__isnull=False, forwarded_at__isnull=False, forwarded_by__isnull=False)
                & ~Q(deciding_body="")
                & ~Q(level=""),
                name="application_forwarded_to_a_body",
            ),
            CheckConstraint(
                condition=filled_iff(Q(state__in=["admitted", "rejected"]), "decided_at"),
                name="application_decided_at_iff_decided",
            ),
            CheckConstraint(
                condition=filled_iff(Q(state="admitted"), "member"),
                name="application_member_iff_admitted",
            ),
            CheckConstraint(
                condition=~Q(state="returned") | ~Q(state_reason=""),
                name="application_returned_with_words",
            ),
            UniqueConstraint(
                fields=["alliance", "organisation"],
                condition=Q(state__in=["draft", "submitted", "returned", "forwarded"]),
                name="application_one_in_hand_per_unit",
            ),
        ]

    def __str__(self) -> str:
        return self.organisation.name

    def get_absolute_url(self) -> str:
        """Where whoever may see it is led to his own page of it."""
        return reverse("alliance:application-open", args=[self.code])

    @property
    def is_writable(self) -> bool:
        return self.state in WRITABLE

    def letter_recipients(self, at: datetime) -> Iterable[Recipient]:
        """Whoever handed it in; else everybody of the unit."""
        last = self.submitted_by or self.created_by
        to: Any = last if last.is_held(at) else self.organisation
        yield from to.letter_recipients(at)


class SavedView(models.Model):
    """How one person looks at the applications to an alliance: filters and order, under a name.

    `query` is the list's query string. A convenience of its owner: no event tells of it.
    """

    code = models.CharField(max_length=16, unique=True, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    alliance = models.ForeignKey(Alliance, models.PROTECT, related_name="+")
    name = models.CharField(pgettext_lazy("of a view", "name"), max_length=40)
    query = models.CharField(max_length=1000, blank=True)
    is_default = models.BooleanField(default=False)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            UniqueConstraint(
                fields=["user", "alliance", "name"], name="savedview_one_per_name_and_person"
            ),
            UniqueConstraint(
                fields=["user", "alliance"],
                condition=Q(is_default=True),
                name="savedview_one_default_per_person",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ApplicationVersion(models.Model):
    """What was handed in, as it was then: the forms by key, the files by their digests."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="versions")
    version = models.PositiveSmallIntegerField()
    content = models.JSONField()
    digest = models.CharField(max_length=64, db_index=True)
    submitted_by = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()

    class Meta:
        ordering = ["application", "-version"]
        constraints = [
            UniqueConstraint(fields=["application", "version"], name="applicationversion_once")
        ]

    def __str__(self) -> str:
        return f"{self.application} v{self.version}"
