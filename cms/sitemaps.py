"""What search engines may find: robots.txt, and the sitemap in sections of 10,000 addresses.

Only what every visitor may see is named, from the same querysets that the public lists use.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from xml.sax.xmlreader import AttributesImpl

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.xmlutils import SimplerXMLGenerator
from django.views.decorators.http import require_safe
from wagtail.models import Page

from alliance.models import Alliance
from cms import destinations
from core import cache, clock
from core.views import public
from marketplace.models import Agency, AgencyState, ServiceItem, ServiceOrder
from publication.models import Notice

SIZE = 10_000
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
CLOSED = ("/desk/", "/staff/", "/accounts/", "/files/", "/api/", "/en/desk/", "/en/accounts/")


@dataclass(frozen=True)
class Section:
    """Rows with their addresses, and the column that says when they changed last."""

    rows: Callable[[], QuerySet[Any]]
    changed: str = ""


def pages() -> QuerySet[Any]:
    found: QuerySet[Any] = Page.objects.live().public().filter(depth__gt=1)
    return found.exclude(expire_at__lte=clock.now())


SECTIONS = {
    "pages": Section(pages, "last_published_at"),
    "orders": Section(lambda: ServiceOrder.objects.public().only("number", "published_at")),
    "notices": Section(lambda: Notice.objects.in_list(), "published_at"),
    "agencies": Section(
        lambda: Agency.objects.filter(state=AgencyState.LISTED).select_related("organisation")
    ),
    "alliances": Section(lambda: Alliance.objects.defer("introduction")),
    "services": Section(lambda: ServiceItem.objects.offered()),
}


@public
@require_safe
def robots(request):
    cache.finished(request)
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED), ""]
    lines += [f"Sitemap: {settings.SITE_URL}{reverse('site:sitemap')}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@public
@require_safe
def index(request):
    """The sections, each as often as it has 10,000 addresses."""
    cache.finished(request)
    response = HttpResponse(content_type="application/xml; charset=utf-8")
    xml = _begun(response, "sitemapindex")
    for name, one in SECTIONS.items():
        for number in range(1, -(-one.rows().count() // SIZE) + 1):
            address = reverse("site:sitemap-section", args=[name, number])
            _written(xml, "sitemap", settings.SITE_URL + address, None)
    return _ended(xml, response, "sitemapindex")


@public
@require_safe
def section(request, name, number):
    if name not in SECTIONS or number < 1:
        raise Http404
    cache.finished(request)
    one = SECTIONS[name]
    rows = one.rows().order_by("pk")[(number - 1) * SIZE : number * SIZE]
    response = HttpResponse(content_type="application/xml; charset=utf-8")
    xml = _begun(response, "urlset")
    if name == "pages" and number == 1:
        for address in _lists():
            _written(xml, "url", settings.SITE_URL + address, None)
    for row in rows:
        changed = getattr(row, one.changed) if one.changed else None
        _written(xml, "url", settings.SITE_URL + _address(row), changed)
    return _ended(xml, response, "urlset")


def _lists() -> Iterator[str]:
    looked_at = destinations.REGISTER[destinations.LOOK]
    return (entry.href for entry in looked_at.values() if entry.href)


def _address(row: Any) -> str:
    return str(row.url if isinstance(row, Page) else row.get_absolute_url())


def _begun(response: HttpResponse, name: str) -> SimplerXMLGenerator:
    xml = SimplerXMLGenerator(response, "utf-8")
    xml.startDocument()
    xml.startElement(name, AttributesImpl({"xmlns": NAMESPACE}))
    return xml


def _written(xml: SimplerXMLGenerator, name: str, address: str, changed: Any) -> None:
    xml.startElement(name, AttributesImpl({}))
    xml.addQuickElement("loc", address)
    if changed:
        xml.addQuickElement("lastmod", changed.isoformat(timespec="seconds"))
    xml.endElement(name)


def _ended(xml: SimplerXMLGenerator, response: HttpResponse, name: str) -> HttpResponse:
    xml.endElement(name)
    xml.endDocument()
    return response
