"""The notices as an Atom feed, newest first, by kind where one is asked for."""

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.views import public
from publication.kinds import kinds
from publication.models import Notice

LENGTH = 50


class NoticeFeed(Feed):  # type: ignore[type-arg]  # generic for the checker only
    feed_type = Atom1Feed

    def get_object(self, request, *args, **kwargs):
        return request.GET.get("kind", "")

    def title(self, kind):
        return f"{kinds[kind].label} · {_('Gongxin')}" if kind in kinds else _("Notices · Gongxin")

    def link(self, kind):
        return settings.SITE_URL + reverse("publication:notices")

    def items(self, kind):
        newest = Notice.objects.in_list().order_by("-published_at", "-pk")
        return (newest.filter(kind=kind) if kind else newest)[:LENGTH]

    def item_title(self, notice):
        return notice.title

    def item_description(self, notice):
        return " · ".join(filter(None, [str(notice.kind_label), notice.number, notice.issuer]))

    def item_link(self, notice):
        return settings.SITE_URL + notice.get_absolute_url()

    def item_guid(self, notice):
        return self.item_link(notice)

    def item_pubdate(self, notice):
        return notice.published_at

    def item_updateddate(self, notice):
        return notice.published_at

    def item_categories(self, notice):
        return [str(notice.kind_label)]


notice_feed = public(require_safe(NoticeFeed()))
