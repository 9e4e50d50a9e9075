"""The front page."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import Client

from cms import front
from core import clock, versions
from tests.cast import signed_in
from tests.marketplace import ordering

pytestmark = pytest.mark.django_db


def test_the_front_page_is_chinese_and_its_english_twin_lies_below_en():
    home = Client().get("/")
    assert home.status_code == 200
    assert "每一次选取，都可以自己核对" in home.content.decode()
    assert '<html lang="zh-Hans"' in home.content.decode()
    assert '<a href="/en/" lang="en" hreflang="en">English</a>' in home.content.decode()
    english = Client().get("/en/", headers={"accept-language": "zh-CN"}).content.decode()
    assert "Every selection can be checked by you" in english
    assert '<a href="/" lang="zh-Hans" hreflang="zh-Hans">中文</a>' in english


def test_the_address_alone_decides_the_language():
    english_browser = Client().get("/", headers={"accept-language": "en"})
    assert "每一次选取，都可以自己核对" in english_browser.content.decode()


def test_an_empty_site_says_so_and_invents_nothing():
    shown = front.front(clock.now())
    assert (list(shown.today), list(shown.closing), shown.open, list(shown.news)) == ([], [], 0, [])
    assert (shown.month.published, shown.month.awarded, shown.month.amount) == (0, 0, 0)
    assert "目前没有正在报名的订单" in Client().get("/").content.decode()


def test_the_frame_costs_an_anonymous_visitor_no_query(rf, django_assert_num_queries):
    request = rf.get("/no-such-page/")
    request.user = AnonymousUser()
    with versions.held():
        shown = render_to_string("404.html", request=request)
        with django_assert_num_queries(0):
            assert render_to_string("404.html", request=request)[-2000:] == shown[-2000:]
    assert "公信" in shown


def test_who_is_signed_in_sees_the_unit_that_is_acted_for(cast):
    page = signed_in(cast.owner.user).get("/").content.decode()
    assert "当前单位" in page
    assert cast.owner.organisation.name in page
    assert "当前单位" not in Client().get("/").content.decode()


def test_the_month_begins_at_midnight_in_beijing():
    at = clock.now()
    since = front.front(at).month.since
    assert (since.day, since.hour, since.utcoffset()) == (1, 0, timedelta(hours=8))


def test_what_was_chosen_last_names_its_winner(cast, later):
    assert "最近的选取结果" not in Client().get("/").text
    order = ordering.published(cast)
    for seat in (cast.agency, cast.rival):
        ordering.bid(order, seat)
    witness = ordering.witness(order, cast.owner)
    later(seconds=(order.choose_at - clock.now()).total_seconds() + 1)
    order = ordering.throw(ordering.close(order, cast.owner), witness)
    page = Client().get("/").text
    assert "最近的选取结果" in page
    assert order.winner.bidder.name in page
    assert f"/orders/{order.number}/draw/" in page


def test_who_is_signed_in_is_sent_nowhere_in_vain(cast):
    assert "/desk/entry/" in Client().get("/").text
    page = signed_in(cast.operator.user).get("/").text
    assert "/desk/entry/" not in page
    assert "/desk/orders/new/" not in page
