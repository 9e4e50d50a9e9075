"""News 新闻动态: articles by year and topic, of the site or of a microsite."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import Exists, OuterRef
from django.db.models.functions import Substr
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.models import PageManager
from wagtail.search import index

from cms.models.face import Face, FaceQuerySet, WrittenPage
from cms.models.microsites import SitesPage
from core import clock, paging

MENU = {"new": paging.Order(_("newest first"), "-dated_on", "-pk")}


class Topic(models.Model):  # type: ignore[django-manager-missing]  # of Wagtail's, untyped
    """What articles and policies are about 主题."""

    name = models.CharField(_("subject area"), max_length=30, unique=True)
    slug = models.SlugField(_("in addresses"), max_length=40, unique=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("subject area")
        verbose_name_plural = _("subject areas")

    def __str__(self) -> str:
        return self.name


class NewsQuerySet(FaceQuerySet):
    def near(self, page: Any) -> NewsQuerySet:
        """The articles of the part of the site that the page belongs to, the newest first."""
        found: Any
        if page is not None and getattr(page, "is_microsite", False):
            found = self.descendant_of(page)
        else:
            microsites = SitesPage.objects.filter(path=Substr(OuterRef("path"), 1, SitesPage.PATH))
            found = self.exclude(Exists(microsites))
        newest: NewsQuerySet = found.order_by("-dated_on", "-pk").select_related("topic", "picture")
        return newest


class NewsIndexPage(Face):
    """The list of articles, by year and by topic."""

    template = "cms/news.html"
    parent_page_types: ClassVar[list[str]] = ["cms.HomePage", "cms.MicrositePage"]
    subpage_types: ClassVar[list[str]] = ["cms.NewsPage"]

    class Meta:
        verbose_name = _("list of news")
        verbose_name_plural = _("lists of news")

    def articles(self, at: datetime) -> Any:
        return NewsPage.objects.child_of(self).shown(at)

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        shown = super().get_context(request, *args, **kwargs)
        rows = self.articles(clock.now())
        years = [day.year for day in rows.dates("dated_on", "year", order="DESC")]
        topics = list(Topic.objects.filter(articles__in=rows).distinct())
        year, topic = request.GET.get("year", ""), request.GET.get("topic", "")
        narrowed = rows
        if year.isdecimal() and int(year) in years:
            narrowed = narrowed.filter(dated_on__year=int(year))
        chosen = next((one for one in topics if one.slug == topic), None)
        if chosen:
            narrowed = narrowed.filter(topic=chosen)
        found = narrowed.select_related("topic", "picture")
        return shown | {
            "rows": paging.page(found, MENU, request.GET),
            "years": years,
            "topics": topics,
            "year": int(year) if year.isdecimal() and int(year) in years else None,
            "topic": chosen,
        }


class NewsForm(WagtailAdminPageForm):
    """A new article is of today."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.dated_on and "dated_on" in self.fields:
            self.initial["dated_on"] = localdate(clock.now())


class NewsPage(WrittenPage):
    """An article 新闻: its date, where it comes from, its picture."""

    dated_on = models.DateField(_("date"))
    source = models.CharField(
        _("source"), max_length=60, help_text=_("The office or the medium that wrote it.")
    )
    topic = models.ForeignKey(
        Topic,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="articles",
        verbose_name=_("subject area"),
    )

    objects = PageManager.from_queryset(NewsQuerySet)()

    base_form_class = NewsForm
    template = "cms/article.html"
    parent_page_types: ClassVar[list[str]] = ["cms.NewsIndexPage"]
    subpage_types: ClassVar[list[str]] = []
    content_panels: ClassVar[list[Any]] = [
        *Face.content_panels,
        MultiFieldPanel(
            [FieldPanel("dated_on"), FieldPanel("source"), FieldPanel("topic")],
            heading=_("Date and source"),
        ),
        FieldPanel("picture"),
        FieldPanel("body"),
    ]
    promote_panels: ClassVar[list[Any]] = [
        panel for panel in Face.promote_panels if getattr(panel, "field_name", "") != "picture"
    ]
    search_fields: ClassVar[list[Any]] = [
        *WrittenPage.search_fields,
        index.FilterField("dated_on"),
    ]

    class Meta:
        verbose_name = _("news article")
        verbose_name_plural = _("news articles")
        indexes = [models.Index(fields=["-dated_on", "-page_ptr"], name="newspage_newest")]

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        shown = super().get_context(request, *args, **kwargs)
        more = NewsPage.objects.sibling_of(self, inclusive=False).shown(clock.now())
        return shown | {"more": more.order_by("-dated_on", "-pk")[:5]}
