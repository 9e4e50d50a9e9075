"""Wagtail's pages of the public face, and our own picture and paper models."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.panels import FieldPanel
from wagtail.documents.models import AbstractDocument, Document
from wagtail.fields import StreamField
from wagtail.images.models import AbstractImage, AbstractRendition, Image
from wagtail.models import Page

from cms import front, navigation
from core import cache, clock


class Picture(AbstractImage):
    admin_form_fields = Image.admin_form_fields


class PictureRendition(AbstractRendition):
    image = models.ForeignKey(Picture, models.CASCADE, related_name="renditions")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["image", "filter_spec", "focal_point_key"], name="picturerendition_unique"
            )
        ]


class Paper(AbstractDocument):
    admin_form_fields = Document.admin_form_fields


class HomePage(Page):
    """The front page 首页."""

    max_count = 1
    template = "cms/home.html"
    parent_page_types: ClassVar[list[str]] = ["wagtailcore.Page"]

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        shown: dict[str, Any] = super().get_context(request, *args, **kwargs)
        told = front.front(clock.now())
        cache.finished(request, until=told.until)
        seat = getattr(request, "seat", None)
        roles = navigation.roles(seat, signed_in=request.user.is_authenticated)
        return shown | {"front": told, "roles": roles}


class Step(blocks.StructBlock):
    """One step of a guide: what to do, and what comes of it."""

    title = blocks.CharBlock(label=_("step"))
    text = blocks.TextBlock(label=_("explanation"))


class ContentPage(Page):
    """A page of plain content 内容页: a guide 办事指南 or the list of those below it."""

    lead = models.CharField(_("lead"), max_length=300)
    body = StreamField(
        [
            ("text", blocks.RichTextBlock(features=["h2", "h3", "bold", "ol", "ul", "link"])),
            ("steps", blocks.ListBlock(Step())),
            ("note", blocks.TextBlock()),
        ],
        blank=True,
        verbose_name=_("body"),
    )

    template = "cms/content.html"
    content_panels: ClassVar[list[Any]] = [
        *Page.content_panels,
        FieldPanel("lead"),
        FieldPanel("body"),
    ]
    parent_page_types: ClassVar[list[str]] = ["cms.HomePage", "cms.ContentPage"]
    subpage_types: ClassVar[list[str]] = ["cms.ContentPage"]

    class Meta:
        verbose_name = _("content page")
        verbose_name_plural = _("content pages")

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        shown: dict[str, Any] = super().get_context(request, *args, **kwargs)
        below = ContentPage.objects.child_of(self).live()
        above = ContentPage.objects.ancestor_of(self).live().order_by("depth")
        return shown | {"below": below, "above": above}
