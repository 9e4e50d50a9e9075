"""Microsites 联盟网站: pages of an alliance under /sites/, with a menu and news of their own.

A microsite stands for one alliance of the register; each leads to the other. Where the alliance's
secretariat may write, its officers are let in for as long as they are in office (cms.secretariats).
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.models import Page

from alliance.models import Alliance
from cms import blocks
from cms.models.face import Face, WrittenPage
from core import clock


class SitesPage(Face):
    """The list of microsites."""

    PATH = 12  # the length of its path in the tree: it stands directly below the front page

    max_count = 1
    template = "cms/sites.html"
    parent_page_types: ClassVar[list[str]] = ["cms.HomePage"]
    subpage_types: ClassVar[list[str]] = ["cms.MicrositePage"]

    class Meta:
        verbose_name = _("list of microsites")
        verbose_name_plural = _("lists of microsites")

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        shown = super().get_context(request, *args, **kwargs)
        rows = self.below(MicrositePage, clock.now()).select_related("alliance__lead")
        return shown | {"below": rows}


class MicrositePage(WrittenPage):
    """The first page of an alliance's own site."""

    is_microsite = True

    alliance = models.OneToOneField(
        Alliance, models.PROTECT, related_name="+", verbose_name=_("alliance")
    )
    by_secretariat = models.BooleanField(
        _("the alliance’s secretariat may write here"),
        default=False,
        help_text=_(
            "Who is in office there may then write pages below this one, and hand them in."
        ),
    )
    menu = blocks.Body(
        blocks.menu(),
        blank=True,
        verbose_name=_("menu"),
        help_text=_("Empty: the pages below that are shown in menus, in their order."),
    )

    template = "cms/microsite.html"
    parent_page_types: ClassVar[list[str]] = ["cms.SitesPage"]
    subpage_types: ClassVar[list[str]] = [
        "cms.NewsIndexPage",
        "cms.ContentPage",
        "cms.QuestionsPage",
        "cms.ContactPage",
    ]
    content_panels: ClassVar[list[Any]] = [
        *Face.content_panels,
        MultiFieldPanel(
            [
                FieldPanel("alliance", permission="cms.entrust_micrositepage"),
                FieldPanel("by_secretariat", permission="cms.entrust_micrositepage"),
            ],
            heading=_("Alliance"),
        ),
        FieldPanel("body"),
        FieldPanel("menu"),
    ]

    class Meta:
        verbose_name = _("microsite")
        verbose_name_plural = _("microsites")
        permissions = [("entrust_micrositepage", "Can let a secretariat write on its microsite")]

    def entries(self) -> list[tuple[str, str]]:
        """The lines of its own menu: words and address."""
        if self.menu:
            told = [(item.value.words, item.value.href) for item in self.menu]
            return [(words, href) for words, href in told if href]
        pages = Page.objects.child_of(self).live().in_menu().order_by("path")
        return [(page.title, page.url) for page in pages]


def address(number: str) -> str:
    """Where the microsite of an alliance is; empty without one (alliance.microsites)."""
    page = MicrositePage.objects.shown(clock.now()).filter(alliance__number=number).first()
    return str(page.url) if page else ""
