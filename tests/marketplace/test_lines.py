from datetime import timedelta

from django.utils.translation import override

from core import clock
from marketplace import lines, orders
from marketplace.models import ServiceOrder
from tests.marketplace.ordering import lowest, published


def test_a_line_drawn_before_is_shown_again_until_what_it_shows_changes(cast):
    order, at = published(cast, lowest()), clock.now().replace(second=10)
    first = lines.of(order, at)
    drawn = lines._drawn.cache_info().misses
    assert lines.of(ServiceOrder.objects.get(), at + timedelta(seconds=20)) == first
    assert lines._drawn.cache_info().misses == drawn
    lines.of(order, at + timedelta(minutes=1))
    assert lines._drawn.cache_info().misses == drawn + 1
    orders.withdraw(order, reason="项目暂缓", by=cast.approver, at=clock.now())
    ended = lines.of(ServiceOrder.objects.get(), at)
    assert "终止" in ended
    assert "终止" not in first


def test_a_line_speaks_the_language_of_its_page(cast):
    order = published(cast, lowest())
    with override("en"):
        english = lines.of(order, clock.now())
    with override("zh-hans"):
        chinese = lines.of(order, clock.now())
    assert "open for bids" in english
    assert "open for bids" not in chinese
    assert order.title in english


def test_a_title_is_escaped_in_its_line(cast):
    order = published(cast, lowest(title="桥梁<b>检测</b>"))
    assert "<b>" not in lines.of(order, clock.now())
