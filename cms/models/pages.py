"""Pages of the public face: front page, content, guides, forms, questions, contact."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.panels import FieldPanel

from cms import blank_forms, blocks, front, navigation
from cms.models.face import Face, WrittenPage
from core import clock

ANYWHERE = ["cms.HomePage", "cms.ContentPage", "cms.MicrositePage"]


class HomePage(WrittenPage):
    """The front page 首页."""

    lead = models.CharField(
        _("lead"), max_length=300, blank=True, help_text=_("Empty: the usual words.")
    )
    heading = models.CharField(
        _("heading"), max_length=40, blank=True, help_text=_("Empty: the usual words.")
    )

    max_count = 1
    template = "cms/home.html"
    parent_page_types: ClassVar[list[str]] = ["wagtailcore.Page"]
    content_panels: ClassVar[list[Any]] = [
        FieldPanel("title"),
        FieldPanel("heading"),
        FieldPanel("lead"),
        FieldPanel("body"),
    ]

    class Meta:
        verbose_name = _("front page")
        verbose_name_plural = _("front pages")

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        shown = super().get_context(request, *args, **kwargs)
        seat, at = getattr(request, "seat", None), clock.now()
        roles = partial(navigation.roles, seat, signed_in=request.user.is_authenticated)
        # Looked up where it is drawn: the parts that are kept need none of it.
        return shown | {"front": SimpleLazyObject(lambda: front.front(at)), "roles": roles}


class ContentPage(WrittenPage):
    """A page of plain content 内容页, or the list of those below it."""

    template = "cms/content.html"
    parent_page_types: ClassVar[list[str]] = ANYWHERE
    subpage_types: ClassVar[list[str]] = ["cms.ContentPage"]

    class Meta:
        verbose_name = _("content page")
        verbose_name_plural = _("content pages")

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        shown = super().get_context(request, *args, **kwargs)
        return shown | {"below": self.below(ContentPage, clock.now())}


class Audience(models.TextChoices):
    """Whom a guide is for."""

    OWNER = "owner", _("project owners")
    AGENCY = "agency", _("intermediary agencies")
    MEMBER = "member", _("alliances and their members")
    REGULATOR = "regulator", _("regulators")
    PUBLIC = "public", _("the public")
    ALL = "all", _("everybody")


class GuideIndexPage(WrittenPage):
    """The guides 办事指南, by whom they are for."""

    max_count = 1
    template = "cms/guides.html"
    parent_page_types: ClassVar[list[str]] = ["cms.HomePage"]
    subpage_types: ClassVar[list[str]] = ["cms.GuidePage"]

    class Meta:
        verbose_name = _("list of guides")
        verbose_name_plural = _("lists of guides")

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        shown = super().get_context(request, *args, **kwargs)
        return shown | {"below": self.below(GuidePage, clock.now())}


class GuidePage(WrittenPage):
    """A guide 办事指南: steps, each with its form, its time limit and who does it."""

    audience = models.CharField(
        _("whom it is for"), max_length=12, choices=Audience, default=Audience.ALL
    )

    template = "cms/guide.html"
    parent_page_types: ClassVar[list[str]] = ["cms.GuideIndexPage"]
    subpage_types: ClassVar[list[str]] = []
    content_panels: ClassVar[list[Any]] = [
        *Face.content_panels,
        FieldPanel("audience"),
        FieldPanel("body"),
    ]

    class Meta:
        verbose_name = _("guide")
        verbose_name_plural = _("guides")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(audience__in=Audience.values), name="guidepage_audience_known"
            )
        ]

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        shown = super().get_context(request, *args, **kwargs)
        others = GuidePage.objects.sibling_of(self, inclusive=False).shown(clock.now())
        return shown | {"others": others.order_by("path")}


class FormIndexPage(WrittenPage):
    """Forms to download 表格下载, empty and explained."""

    max_count = 1
    template = "cms/forms.html"
    parent_page_types: ClassVar[list[str]] = ["cms.HomePage"]
    subpage_types: ClassVar[list[str]] = ["cms.FormPage"]

    class Meta:
        verbose_name = _("list of forms")
        verbose_name_plural = _("lists of forms")

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        shown = super().get_context(request, *args, **kwargs)
        pages = self.below(FormPage, clock.now()).select_related("document")
        return shown | {"below": pages}


class FormPageForm(WagtailAdminPageForm):
    """The form's name is chosen from those that the site draws."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "drawn" in self.fields:
            self.fields["drawn"].widget.choices = [("", "---------"), *blank_forms.choices()]


class FormPage(WrittenPage):
    """An official form 表格: the empty paper, who fills it in, and how it is handed in."""

    drawn = models.CharField(
        _("form of the site"),
        max_length=60,
        blank=True,
        help_text=_("A form that the site draws itself: always the edition in force."),
    )
    document = models.ForeignKey(
        "cms.Paper",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("or a document of the editors"),
    )
    audience = models.CharField(
        _("whom it is for"), max_length=12, choices=Audience, default=Audience.ALL
    )

    base_form_class = FormPageForm
    template = "cms/form.html"
    parent_page_types: ClassVar[list[str]] = ["cms.FormIndexPage"]
    subpage_types: ClassVar[list[str]] = []
    content_panels: ClassVar[list[Any]] = [
        *Face.content_panels,
        FieldPanel("audience"),
        FieldPanel("drawn", widget=blank_forms.Choose),
        FieldPanel("document"),
        FieldPanel("body"),
    ]

    class Meta:
        verbose_name = _("form to download")
        verbose_name_plural = _("forms to download")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(audience__in=Audience.values), name="formpage_audience_known"
            )
        ]

    def clean(self) -> None:
        super().clean()
        if bool(self.drawn) == bool(self.document_id):
            raise ValidationError(
                {"drawn": _("Choose a form of the site, or else a document: one of the two.")}
            )

    @property
    def file(self) -> blank_forms.BlankForm | None:
        """The paper that the site draws; None where editors gave a document."""
        return blank_forms.find(self.drawn)


class QuestionsPage(Face):
    """Questions and answers 常见问题, grouped; each answer has an address of its own."""

    groups = blocks.Body(
        blocks.groups_of_questions(), blank=True, verbose_name=_("groups of questions")
    )

    template = "cms/questions.html"
    parent_page_types: ClassVar[list[str]] = ["cms.HomePage", "cms.MicrositePage"]
    subpage_types: ClassVar[list[str]] = []
    content_panels: ClassVar[list[Any]] = [*Face.content_panels, FieldPanel("groups")]

    class Meta:
        verbose_name = _("questions and answers")
        verbose_name_plural = _("pages of questions and answers")


class ContactPage(WrittenPage):
    """Whom to ask 联系我们: offices with what they answer, by phone, mail and at the counter."""

    offices = blocks.Body(blocks.offices(), blank=True, verbose_name=_("offices"))

    template = "cms/contact.html"
    parent_page_types: ClassVar[list[str]] = ["cms.HomePage", "cms.MicrositePage"]
    subpage_types: ClassVar[list[str]] = []
    content_panels: ClassVar[list[Any]] = [
        *Face.content_panels,
        FieldPanel("offices"),
        FieldPanel("body"),
    ]

    class Meta:
        verbose_name = _("contact page")
        verbose_name_plural = _("contact pages")
