from core import clock
from search import alerts
from search.models import SavedSearch
from search.query import parse
from tests.doors import Door, shown


def kept(cast):
    """A search that the agency's user keeps."""
    query = parse("测绘")
    kept = alerts.save(query, name="测绘", rhythm_key="daily", by=cast.agency.user, at=clock.now())
    return [kept.code]


def question(cast):
    """The key of an address that was asked."""
    told = {"name": "测绘", "rhythm_key": "daily", "email": "reader@example.org"}
    alerts.ask(parse("测绘"), **told, by=cast.agency.user, at=clock.now())
    return [alerts.key(SavedSearch.objects.get(email="reader@example.org"))]


DOORS = [
    shown("search:results"),
    shown("search:suggest"),
    shown("search:follow"),
    shown("search:atom"),
    shown("search:rss"),
    shown("search:calendar"),
    shown("search:saved-results", args=kept, becomes="done"),
    shown("search:subscription", args=question),
    Door("search:saved", right="agency", stranger="shown"),
    Door("search:saved-edit", args=kept, right="agency", wrong=("owner", 404), stranger=404),
    Door("search:saved-end", "post", args=kept, right="agency", wrong=("owner", 404), stranger=404),
]
