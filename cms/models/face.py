"""What every page of the public site has: a lead, a picture, its place, its public state.

A page is written by one person and published by another (cms.models.approval): nobody has the
right to publish outside the approval, whatever the group. It is shown until `expire_at` to the
second, and the clock's task takes it down soon after.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.http import Http404  # noqa: TID251 - a page is its own door
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.models import Page, PageManager, PagePermissionTester, PageQuerySet
from wagtail.search import index

from cms import blocks
from core import cache, clock

Kind = TypeVar("Kind", bound=Page)
LEAD = 300


class FaceQuerySet(PageQuerySet):
    """Pages of one kind."""

    def shown(self, at: datetime) -> FaceQuerySet:
        """Published, and not expired at that instant."""
        found: FaceQuerySet = self.live().filter(Q(expire_at=None) | Q(expire_at__gt=at))
        return found


FaceManager = PageManager.from_queryset(FaceQuerySet)


class SecondPerson(PagePermissionTester):
    """Rights at a page: to publish belongs to the approval alone, to take down to chief editors."""

    def can_publish(self) -> bool:
        return False

    def can_publish_subpage(self) -> bool:
        return False

    def can_set_view_restrictions(self) -> bool:
        return False  # what is on this site is for everybody

    def can_unschedule(self) -> bool:
        return bool(self.user.is_superuser or "publish" in self.permissions)


class Face(Page):
    """A page of the public site."""

    lead = models.CharField(
        _("lead"),
        max_length=LEAD,
        help_text=_("Two sentences at most: lists, search engines and the feed show them."),
    )
    picture = models.ForeignKey(
        "cms.Picture",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("lead picture"),
        help_text=_("Shown in lists and where the page is shared."),
    )

    objects = FaceManager()

    content_panels: ClassVar[list[Any]] = [*Page.content_panels, FieldPanel("lead")]
    promote_panels: ClassVar[list[Any]] = [
        MultiFieldPanel(
            [FieldPanel("slug"), FieldPanel("seo_title"), FieldPanel("search_description")],
            heading=_("Address and search engines"),
        ),
        FieldPanel("picture"),
        FieldPanel("show_in_menus"),
    ]
    search_fields: ClassVar[list[Any]] = [*Page.search_fields, index.SearchField("lead")]
    private_page_options: ClassVar[list[str]] = []

    class Meta:
        abstract = True

    def permissions_for_user(self, user: Any) -> PagePermissionTester:
        return SecondPerson(user, self)

    def serve(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if self.expire_at and self.expire_at <= clock.now():
            raise Http404
        return super().serve(request, *args, **kwargs)

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        shown: dict[str, Any] = super().get_context(request, *args, **kwargs)
        cache.finished(request, until=self.expire_at)
        return shown | {
            "above": self.trail,
            "microsite": self.microsite,
            "description": self.search_description or self.lead,
            "social": self.social_image(),
            "editable": self.is_editable(request.user),
        }

    @cached_property
    def trail(self) -> Sequence[Page]:
        """The pages between the front page and this one, for the breadcrumb: one query."""
        if self.depth is None or self.depth < 3:
            return []
        above = self.get_ancestors().filter(depth__gt=2, live=True)
        return list(above.specific(defer=True))

    @cached_property
    def microsite(self) -> Any:
        """The microsite that the page is part of, if any."""
        from_root = [*self.trail, self]
        return next((page for page in from_root if getattr(page, "is_microsite", False)), None)

    def social_image(self) -> str:
        """The address of the picture that is shown where the page is shared: its own, or its
        title drawn as one."""
        if self.picture is not None:
            found: str = self.picture.get_rendition("fill-1200x630").url
            return found if "//" in found else settings.SITE_URL + found
        place = "/".join(self.url_path.strip("/").split("/")[1:]) or "home"
        return settings.SITE_URL + reverse("site:social", args=[place])

    def is_editable(self, user: Any) -> bool:
        """Whether the page offers this visitor the way to its editor."""
        if not user.is_authenticated or not user.has_perm("wagtailadmin.access_admin"):
            return False
        return bool(self.permissions_for_user(user).can_edit())

    def below(self, kind: type[Kind], at: datetime) -> Any:
        """The shown pages of a kind directly below, in the order that editors gave them."""
        manager: Any = kind.objects
        return manager.child_of(self).shown(at).order_by("path")


class WrittenPage(Face):
    """A page with a body of blocks."""

    body = blocks.Body(blocks.content(), blank=True, verbose_name=_("body"))

    content_panels: ClassVar[list[Any]] = [*Face.content_panels, FieldPanel("body")]
    search_fields: ClassVar[list[Any]] = [*Face.search_fields, index.SearchField("body")]

    class Meta:
        abstract = True
