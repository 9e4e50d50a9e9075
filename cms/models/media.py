"""Pictures, with words for who cannot see them, and documents to download."""

from typing import Any, ClassVar

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
    _drawn: Any = None

    class Meta(AbstractImage.Meta):
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(description=""), name="picture_has_alternative_text"
            )
        ]

    def create_rendition(self, filter: Any) -> Any:
        """As Wagtail does, and closed once it is stored: Wagtail leaves that to chance."""
        try:
            made = super().create_rendition(filter)
        finally:
            drawn, self._drawn = self._drawn, None
            if drawn is not None:
                drawn.close()
        made.refresh_from_db(fields=["file"])
        return made

    def generate_rendition_file(self, filter: Any, *, source: Any = None) -> Any:
        self._drawn = super().generate_rendition_file(filter, source=source)
        return self._drawn


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
