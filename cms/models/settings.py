"""The frame's menus and foot 菜单和页脚, as chief editors set them."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting

from cms import blocks


@register_setting(icon="list-ul")
class Frame(BaseSiteSetting):
    """What the head and the foot of every page offer."""

    main = blocks.Body(
        blocks.menu(),
        blank=True,
        verbose_name=_("main menu"),
        help_text=_("Empty: the usual entries. Eight at most fit beside each other."),
        max_num=9,
    )
    foot = blocks.Body(blocks.menu(), blank=True, verbose_name=_("lines of the foot"))
    host = models.CharField(
        _("run by"), max_length=80, blank=True, help_text=_("The office that answers for the site.")
    )
    hotline = models.CharField(
        _("telephone of supervision"),
        max_length=80,
        blank=True,
        help_text=_("With its hours; shown at the foot of every page."),
    )
    registration = models.CharField(
        _("registration of the site"),
        max_length=120,
        blank=True,
        help_text=_("ICP 备案号 and the like"),
    )

    panels: ClassVar[list[Any]] = [
        FieldPanel("main"),
        FieldPanel("foot"),
        MultiFieldPanel(
            [FieldPanel("host"), FieldPanel("hotline"), FieldPanel("registration")],
            heading=_("Who runs the site"),
        ),
    ]

    class Meta:
        verbose_name = _("menus and foot")
