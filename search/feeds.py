"""A search as a feed, and its deadlines as a calendar: for readers' own programs."""

from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from icalendar import Calendar, Event

from core import clock, searched
from core.templatetags.gx import yuan
from core.views import public
from search import alerts, facets, query

LENGTH = 50
DEADLINES = 200


class SearchFeed(Feed):  # type: ignore[type-arg]  # generic for the checker only
    """What the address's search finds, newest first."""

    def get_object(self, request, *args, **kwargs):
        return query.from_url(dict(request.GET.lists()), facets.understand)

    def title(self, asked):
        return _title(asked)

    def link(self, asked):
        return f"{settings.SITE_URL}{reverse('search:results')}?{asked.to_url(sort='new', page=1)}"

    def items(self, asked):
        return alerts.newest(asked, clock.now(), LENGTH)

    def item_title(self, document):
        return document.title

    def item_description(self, document):
        return " · ".join(filter(None, [_kind(document), document.number, document.summary]))

    def item_link(self, document):
        return settings.SITE_URL + document.path

    def item_guid(self, document):
        return self.item_link(document)

    def item_pubdate(self, document):
        return document.public_at

    def item_updateddate(self, document):
        return document.public_at


class AtomFeed(SearchFeed):
    feed_type = Atom1Feed

    def subtitle(self, asked):
        return _("Newest first.")


class RssFeed(SearchFeed):
    feed_type = Rss201rev2Feed

    def description(self, asked):
        return _("Newest first.")


atom = public(require_safe(AtomFeed()))
rss = public(require_safe(RssFeed()))


@public
@require_safe
def calendar(request):
    """The deadlines ahead of what the address's search finds (RFC 5545)."""
    asked = query.from_url(dict(request.GET.lists()), facets.understand)
    host = urlsplit(settings.SITE_URL).hostname
    found = Calendar()
    found.add("prodid", f"-//{host}//Gongxin//ZH")
    found.add("version", "2.0")
    found.add("x-wr-calname", _title(asked))
    now = clock.now()
    for document in alerts.coming(asked, now, DEADLINES):
        entry = Event()
        entry.add("uid", f"{document.kind}-{document.code}@{host}")
        entry.add("dtstamp", document.public_at)
        entry.add("dtstart", document.deadline)
        entry.add("dtend", document.deadline)
        entry.add("summary", _("Until: %(title)s") % {"title": document.title})
        entry.add("url", settings.SITE_URL + document.path)
        told = [_kind(document), document.number]
        told += [yuan(document.amount)] if document.amount is not None else []
        entry.add("description", " · ".join(filter(None, told)))
        found.add_component(entry)
    response = HttpResponse(found.to_ical(), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="deadlines.ics"'
    response["Cache-Control"] = f"max-age={int(timedelta(minutes=5).total_seconds())}"
    return response


def _kind(document):
    kind = searched.kinds.get(document.kind)
    return str(kind.label) if kind else ""


def _title(asked):
    return f"{facets.said(asked) or _('Everything public')} · {_('Gongxin')}"
