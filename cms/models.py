"""Wagtail's pages of the public face, and our own picture and paper models."""

from typing import Any, ClassVar

from django.db import models
from wagtail.documents.models import AbstractDocument, Document
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
        return shown | {"front": told, "roles": navigation.ROLES}
