"""Pictures, with words for who cannot see them, and documents to download."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.documents.models import AbstractDocument, Document
from wagtail.images.models import AbstractImage, AbstractRendition, Image


class Picture(AbstractImage):
    """A picture. Its alternative text is asked for, and offered wherever the picture is put."""

    description = models.CharField(
        _("alternative text"),
        max_length=255,
        help_text=_("What the picture shows, for who cannot see it: one sentence."),
    )

    admin_form_fields: ClassVar[tuple[str, ...]] = Image.admin_form_fields

    class Meta(AbstractImage.Meta):
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(description=""), name="picture_has_alternative_text"
            )
        ]


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
