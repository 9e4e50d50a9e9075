"""The news as an RSS feed, newest first: of the whole site, or of one microsite."""

from datetime import datetime, time

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import Http404
from django.urls import reverse
from django.utils.feedgenerator import Rss201rev2Feed
from django.utils.timezone import make_aware
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cms.models import MicrositePage, NewsPage
from core import cache, clock
from core.views import public

LENGTH = 50


class NewsFeed(Feed):  # type: ignore[type-arg]  # generic for the checker only
    feed_type = Rss201rev2Feed
    language = "zh-Hans"

    def get_object(self, request, *args, **kwargs):
        """The microsite that is asked for; None: the site's own news."""
        cache.finished(request)
        slug = request.GET.get("site", "")
        if not slug:
            return None
        page = MicrositePage.objects.shown(clock.now()).filter(slug=slug).first()
        if page is None:
            raise Http404
        return page

    def title(self, microsite):
        return f"{microsite.title if microsite else _('News')} · {_('Gongxin')}"

    def link(self, microsite):
        return settings.SITE_URL + (microsite.url if microsite else "/")

    def feed_url(self, microsite):
        query = f"?site={microsite.slug}" if microsite else ""
        return settings.SITE_URL + reverse("site:news-feed") + query

    def description(self, microsite):
        return microsite.lead if microsite else _("News of the site, the newest first.")

    def items(self, microsite):
        return NewsPage.objects.shown(clock.now()).near(microsite)[:LENGTH]

    def item_title(self, page):
        return page.title

    def item_description(self, page):
        return page.lead

    def item_link(self, page):
        return settings.SITE_URL + page.url

    def item_guid(self, page):
        return self.item_link(page)

    def item_pubdate(self, page):
        return make_aware(datetime.combine(page.dated_on, time.min))

    def item_categories(self, page):
        return [page.topic.name] if page.topic else []


news_feed = public(require_safe(NewsFeed()))
