"""Live blocks: orders, results, figures, notices, news, members, meetings, as they are right now.

A page that bears one says itself until when it holds (core.cache): the block adds its instant.
"""

from typing import Any

from django.apps import apps
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from cms import live
from cms.blocks.choices import AllianceBlock, LegalFigureBlock, NamedBlock
from core import cache, clock
from publication.kinds import kinds

LONGEST = 20


class NoticeKindBlock(NamedBlock):
    def options(self) -> list[Any]:
        return [(name, kind.label) for name, kind in kinds.items()]


class Count(blocks.IntegerBlock):
    """How many rows. A form hands it over as text: compared as that, a page would be changed by
    whoever opens and returns it, and he would count among its writers."""

    def get_prep_value(self, value: Any) -> Any:
        return int(value) if isinstance(value, str) and value.isdecimal() else value


def count(default: int) -> Count:
    return Count(label=_("how many at most"), default=default, min_value=1, max_value=LONGEST)


class LiveBlock(blocks.StructBlock):
    """Rows that are looked up when the page is shown."""

    title = blocks.CharBlock(
        label=_("heading"), required=False, max_length=40, help_text=_("Empty: the usual one.")
    )

    def get_preview_value(self) -> Any:
        """In the list of blocks it shows what there is now."""
        return self.get_default()

    def found(self, value: Any, at: Any) -> Any:
        """What is shown: a `live.Told` or anything else the template knows."""
        raise NotImplementedError("each live block says what it shows")

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        told = self.found(value, clock.now())
        request = context.get("request")
        if request is not None and isinstance(told, live.Told):
            cache.finished(request, until=told.until)
        return context | {"told": told}


class NewestOrders(LiveBlock):
    count = count(5)

    class Meta:
        icon = "list-ul"
        label = _("newest orders")
        template = "cms/live/orders.html"
        description = _("Live: the orders that were published last.")

    def found(self, value: Any, at: Any) -> Any:
        return live.newest_orders(at, value["count"])


class ClosingSoon(LiveBlock):
    count = count(5)

    class Meta:
        icon = "time"
        label = _("orders about to close")
        template = "cms/live/closing.html"
        description = _("Live: open orders, the first to close first.")

    def found(self, value: Any, at: Any) -> Any:
        return live.closing_soon(at, value["count"])


class ResultsToday(LiveBlock):
    count = count(10)

    class Meta:
        icon = "tick"
        label = _("results of today")
        template = "cms/live/results.html"
        description = _("Live: what was selected today, with its way to check it.")

    def found(self, value: Any, at: Any) -> Any:
        return live.results_today(at, value["count"])


class MonthFigures(LiveBlock):
    class Meta:
        icon = "table"
        label = _("figures of the month")
        template = "cms/live/month.html"
        description = _("Live: four figures of this month, each with its definition.")

    def found(self, value: Any, at: Any) -> Any:
        return live.Told([live.month(at)], live.midnight(at))


class LegalFigures(LiveBlock):
    figures = blocks.ListBlock(LegalFigureBlock(), label=_("legal figures"))

    class Meta:
        icon = "table"
        label = _("legal figures in force")
        template = "cms/live/legal-figures.html"
        description = _("Live: time limits and shares with their sources, as they are in force.")

    def found(self, value: Any, at: Any) -> Any:
        return live.legal_figures(at, list(value["figures"]))


class NewestNotices(LiveBlock):
    kind = NoticeKindBlock(
        label=_("kind of notice"), required=False, help_text=_("Empty: every kind.")
    )
    count = count(5)

    class Meta:
        icon = "doc-full"
        label = _("newest notices")
        template = "cms/live/notices.html"
        description = _("Live: the notices that were published last.")

    def found(self, value: Any, at: Any) -> Any:
        return live.notices(at, value["count"], value["kind"] or "")


class NewestNews(LiveBlock):
    count = count(5)

    class Meta:
        icon = "doc-full-inverse"
        label = _("newest news")
        template = "cms/live/news.html"
        description = _("Live: the newest articles of this part of the site.")

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        pages: Any = apps.get_model("cms", "NewsPage")
        below = context.get("microsite") or context.get("page")
        context["told"] = pages.objects.shown(clock.now()).near(below)[: value["count"]]
        return context

    def found(self, value: Any, at: Any) -> Any:
        return None


class AllianceMembers(LiveBlock):
    alliance = AllianceBlock()
    count = count(12)

    class Meta:
        icon = "group"
        label = _("members of an alliance")
        template = "cms/live/members.html"
        description = _("Live: the members of an alliance as its roll has them.")

    def found(self, value: Any, at: Any) -> Any:
        return live.members(value["alliance"], value["count"])


class NextMeetings(LiveBlock):
    alliance = AllianceBlock(required=False, help_text=_("Empty: of all alliances."))
    count = count(5)

    class Meta:
        icon = "calendar"
        label = _("next meetings")
        template = "cms/live/meetings.html"
        description = _("Live: meetings of alliances that are called, with their time.")

    def found(self, value: Any, at: Any) -> Any:
        return live.next_meetings(at, value["count"], value["alliance"] or "")


def looked_up() -> list[tuple[str, blocks.Block]]:
    """What is looked up when the page is shown."""
    group = _("Live, looked up as the page is shown")
    return [
        ("newest_orders", NewestOrders(group=group)),
        ("closing_soon", ClosingSoon(group=group)),
        ("results_today", ResultsToday(group=group)),
        ("month_figures", MonthFigures(group=group)),
        ("legal_figures", LegalFigures(group=group)),
        ("newest_notices", NewestNotices(group=group)),
        ("newest_news", NewestNews(group=group)),
        ("alliance_members", AllianceMembers(group=group)),
        ("next_meetings", NextMeetings(group=group)),
    ]
