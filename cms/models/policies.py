"""Policies and regulations 政策法规: number, issuer, from when until when, and what took its place.

What state a policy is in is derived from its days: not in force yet, in force, superseded, expired
or repealed. Days are Beijing's; the last day is a day in force.
"""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import CheckConstraint, F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, PageChooserPanel
from wagtail.models import PageManager
from wagtail.search import index

from cms.models.face import Face, FaceQuerySet, WrittenPage
from cms.models.news import Topic
from core import clock, paging
from core.calendar import day_of

MENU = {
    "new": paging.Order(_("newest first"), "-issued_on", "-pk"),
    "force": paging.Order(_("last in force first"), "-in_force_from", "-pk"),
}


class Rung(models.TextChoices):
    """What kind of text it is, from the highest down."""

    LAW = "law", _("law")
    REGULATION = "regulation", _("administrative regulation")
    RULE = "rule", _("departmental rule")
    LOCAL_REGULATION = "local-regulation", _("local regulation")
    NORMATIVE = "normative", _("normative document")
    LOCAL_NORMATIVE = "local-normative", _("local normative document")
    SITE = "site", _("rule of this site")


class Validity(models.TextChoices):
    """Derived from the days."""

    TO_COME = "to-come", _("not in force yet")
    IN_FORCE = "in-force", pgettext_lazy("of a policy", "in force")
    SUPERSEDED = "superseded", pgettext_lazy("of a policy", "superseded")
    EXPIRED = "expired", pgettext_lazy("of a policy", "expired")
    REPEALED = "repealed", pgettext_lazy("of a policy", "repealed")


class PolicyQuerySet(FaceQuerySet):
    def in_state(self, state: str, day: date) -> PolicyQuerySet:
        """Those that are in one state on a day."""
        repealed = Q(repealed_on__lte=day)
        followed = Q(superseded_by__live=True, superseded_by__in_force_from__lte=day)
        over = Q(last_day__lt=day)
        begun = Q(in_force_from__lte=day)
        condition = {
            Validity.REPEALED: repealed,
            Validity.SUPERSEDED: ~repealed & followed,
            Validity.EXPIRED: ~repealed & ~followed & over,
            Validity.TO_COME: ~repealed & ~followed & ~begun,
            Validity.IN_FORCE: (Q(repealed_on=None) | Q(repealed_on__gt=day))
            & ~followed
            & (Q(last_day=None) | Q(last_day__gte=day))
            & begun,
        }[Validity(state)]
        found: PolicyQuerySet = self.filter(condition)
        return found


class PolicyIndexPage(Face):
    """The list of policies, to be filtered."""

    max_count = 1
    template = "cms/policies.html"
    parent_page_types: ClassVar[list[str]] = ["cms.HomePage"]
    subpage_types: ClassVar[list[str]] = ["cms.PolicyPage"]

    class Meta:
        verbose_name = _("list of policies")
        verbose_name_plural = _("lists of policies")

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        shown = super().get_context(request, *args, **kwargs)
        at = clock.now()
        day = day_of(at)
        rows = PolicyPage.objects.child_of(self).shown(at)
        topics = list(Topic.objects.filter(policies__in=rows).distinct())
        asked = {
            name: request.GET.get(name, "").strip() for name in ("q", "rung", "state", "topic")
        }
        if asked["rung"] in Rung.values:
            rows = rows.filter(rung=asked["rung"])
        if asked["state"] in Validity.values:
            rows = rows.in_state(asked["state"], day)
        chosen = next((one for one in topics if one.slug == asked["topic"]), None)
        if chosen:
            rows = rows.filter(topic=chosen)
        for word in asked["q"].split()[:5]:
            rows = rows.filter(
                Q(title__icontains=word)
                | Q(number__icontains=word)
                | Q(issuer__icontains=word)
                | Q(lead__icontains=word)
            )
        found = rows.select_related("topic", "superseded_by", "document")
        page = paging.page(found, MENU, request.GET)
        return shown | {
            "rows": page,
            "states": [(row, row.state_on(day)) for row in page],
            "asked": asked,
            "topics": topics,
            "rungs": Rung.choices,
            "validities": Validity.choices,
            "narrowed": any(asked.values()),
        }


class PolicyPage(WrittenPage):
    """A policy 政策文件, with its file, its days and what took its place."""

    number = models.CharField(
        _("document number"),
        max_length=60,
        blank=True,
        help_text=_("For example 国办发〔2025〕22号."),
    )
    issuer = models.CharField(_("issuing authority"), max_length=120)
    issued_on = models.DateField(_("date of issue"))
    rung = models.CharField(_("kind of text"), max_length=20, choices=Rung)
    topic = models.ForeignKey(
        Topic,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="policies",
        verbose_name=_("subject area"),
    )
    in_force_from = models.DateField(_("in force from"))
    last_day = models.DateField(
        _("last day in force"), null=True, blank=True, help_text=_("Empty: without an end.")
    )
    repealed_on = models.DateField(
        _("repealed on"), null=True, blank=True, help_text=_("The first day without force.")
    )
    superseded_by = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="supersedes",
        verbose_name=_("superseded by"),
        help_text=_("The text that takes its place; each page leads to the other."),
    )
    document = models.ForeignKey(
        "cms.Paper",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("file"),
    )

    objects = PageManager.from_queryset(PolicyQuerySet)()

    template = "cms/policy.html"
    parent_page_types: ClassVar[list[str]] = ["cms.PolicyIndexPage"]
    subpage_types: ClassVar[list[str]] = []
    content_panels: ClassVar[list[Any]] = [
        *Face.content_panels,
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("number"), FieldPanel("rung")]),
                FieldRowPanel([FieldPanel("issuer"), FieldPanel("issued_on")]),
                FieldPanel("topic"),
            ],
            heading=_("The text"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("in_force_from"), FieldPanel("last_day")]),
                FieldPanel("repealed_on"),
                PageChooserPanel("superseded_by", "cms.PolicyPage"),
            ],
            heading=_("Validity"),
        ),
        FieldPanel("document"),
        FieldPanel("body"),
    ]
    search_fields: ClassVar[list[Any]] = [
        *WrittenPage.search_fields,
        index.SearchField("number"),
        index.SearchField("issuer"),
    ]

    class Meta:
        verbose_name = _("policy")
        verbose_name_plural = _("policies")
        indexes = [
            models.Index(fields=["-issued_on", "-page_ptr"], name="policypage_newest"),
            models.Index(fields=["-in_force_from", "-page_ptr"], name="policypage_in_force"),
        ]
        constraints = [
            CheckConstraint(condition=Q(rung__in=Rung.values), name="policypage_rung_known"),
            CheckConstraint(
                condition=Q(last_day=None) | Q(last_day__gte=F("in_force_from")),
                name="policypage_ends_after_it_begins",
                violation_error_message=_("The last day in force lies before the first one."),
            ),
            CheckConstraint(
                condition=Q(repealed_on=None) | Q(repealed_on__gte=F("in_force_from")),
                name="policypage_repealed_after_it_begins",
                violation_error_message=_("It cannot be repealed before it is in force."),
            ),
            CheckConstraint(
                condition=Q(superseded_by=None) | ~Q(superseded_by=F("page_ptr")),
                name="policypage_not_superseded_by_itself",
                violation_error_message=_("A text does not take its own place."),
            ),
        ]

    def clean(self) -> None:
        super().clean()
        follower = self.superseded_by
        begins, follows = self.in_force_from, follower.in_force_from if follower else None
        if begins and follows and follows < begins:
            told = _("What takes its place is in force earlier than this text: look again.")
            raise ValidationError({"superseded_by": told})

    def state_on(self, day: date) -> Validity:
        """What state it is in on a day, the weightiest first."""
        follower = self.superseded_by
        if self.repealed_on and self.repealed_on <= day:
            return Validity.REPEALED
        if follower and follower.live and follower.in_force_from <= day:
            return Validity.SUPERSEDED
        if self.last_day and self.last_day < day:
            return Validity.EXPIRED
        return Validity.IN_FORCE if self.in_force_from <= day else Validity.TO_COME

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        shown = super().get_context(request, *args, **kwargs)
        at = clock.now()
        before = PolicyPage.objects.filter(superseded_by=self.pk).shown(at) if self.pk else []
        follower = self.superseded_by
        return shown | {
            "state": self.state_on(day_of(at)),
            "follower": follower if follower and follower.live else None,
            "predecessors": before,
        }
