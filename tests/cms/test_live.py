"""Live blocks: what they show, that they cost the same for one row and for many, until when."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from alliance.models.meetings import VoteChannel
from cms import editing, live
from cms.blocks import content
from cms.blocks.live import looked_up
from cms.models import ContentPage
from core import cache, clock
from tests.alliance.councils import Council
from tests.cast import signed_in
from tests.cms.pages import article, chief, home, news_index, published, writer
from tests.factories import MemberFactory
from tests.marketplace import ordering


def bearing(cast, kind, **value):
    """A published page with one live block."""
    page = ContentPage(title="实时", slug="live", lead="摘要。")
    page.body = json.dumps([{"type": kind, "value": value}])
    return published(home(), page, by=writer(cast), and_by=chief(cast))


def cost():
    cache.clear()
    with CaptureQueriesContext(connection) as captured:
        page = Client().get("/live/").text
    return len(captured), page


def grown(cast, make, more=3):
    """Queries and text of the page with one row, then with some more."""
    make(0)
    first, _page = cost()
    for place in range(1, more + 1):
        make(place)
    second, page = cost()
    assert second == first
    return page


@pytest.mark.parametrize("kind", ["newest_orders", "closing_soon"])
def test_orders_cost_the_same_for_one_and_for_many(kind, cast):
    bearing(cast, kind, title="", count=20)

    def make(place):
        ordering.published(cast, ordering.terms(title=f"第{place}项造价审核"))

    page = grown(cast, make)
    assert "第0项造价审核" in page
    assert "第3项造价审核" in page


def test_results_of_today_are_those_of_today(cast, later):
    bearing(cast, "results_today", title="今日结果", count=10)
    assert "今天还没有选取结果" in cost()[1]
    order = ordering.published(cast)
    for seat in (cast.agency, cast.rival):
        ordering.bid(order, seat)
    witness = ordering.witness(order, cast.owner)
    later(seconds=(order.choose_at - clock.now()).total_seconds() + 1)
    order = ordering.throw(ordering.close(order, cast.owner), witness)
    page = cost()[1]
    assert order.winner.bidder.name in page
    assert "今日结果" in page
    later(days=1)
    assert order.winner.bidder.name not in cost()[1]


def test_news_notices_members_cost_the_same_for_one_and_for_many(cast):
    council = Council.of(units=1)
    by, and_by = writer(cast, "w"), chief(cast, "c")
    page = ContentPage(title="实时", slug="live", lead="摘要。")
    page.body = json.dumps(
        [
            {"type": "newest_news", "value": {"title": "", "count": 20}},
            {"type": "newest_notices", "value": {"title": "", "kind": "", "count": 20}},
            {
                "type": "alliance_members",
                "value": {"title": "", "alliance": council.alliance.number, "count": 20},
            },
        ]
    )
    published(home(), page, by=by, and_by=and_by)

    def make(place):
        published(news_index(), article(f"第{place}条"), by=by, and_by=and_by)
        ordering.published(cast, ordering.terms(title=f"第{place}项"))
        MemberFactory(alliance=council.alliance, organisation__name=f"第{place}家成员")

    page = grown(cast, make)
    for words in ("第0条", "第3条", "第3项选取公告", "第0家成员", "第3家成员", "全部 5 家成员"):
        assert words in page


def test_figures_come_with_what_they_mean(cast):
    bearing(cast, "month_figures", title="")
    assert "按公告时间计" in cost()[1]


def test_legal_figures_come_with_their_source(cast):
    names = ["agreement.signing.days", "no.such.figure"]
    bearing(cast, "legal_figures", title="", figures=names)
    assert "《政府采购法》第四十六条" in cost()[1]


def test_a_meeting_is_told_by_its_body_and_time_and_no_more(cast, later):
    council = Council.of()
    council.call(title="关于除名某单位的会议", days=6)
    council.call(channel=VoteChannel.WRITING, title="书面", days=6)  # has begun already
    bearing(cast, "next_meetings", title="", alliance=council.alliance.number, count=5)
    page = cost()[1]
    assert "理事会" in page
    assert "关于除名某单位的会议" not in page
    later(days=30)
    assert "目前没有已召集的会议" in cost()[1]


def test_a_live_block_says_until_when_the_page_holds(cast, later):
    order = ordering.published(cast)
    bearing(cast, "closing_soon", title="", count=5)
    assert order.title in Client().get("/live/").text
    told = live.closing_soon(clock.now(), 5)
    assert told.until <= order.open_until
    later(seconds=(order.open_until - clock.now()).total_seconds() + 0.01)
    assert order.title not in Client().get("/live/").text


def test_what_an_alliance_is_gone_leaves_an_empty_block(cast):
    bearing(cast, "alliance_members", title="", alliance="GXLM-none", count=5)
    assert "名册上没有成员" in cost()[1]


def test_a_page_is_not_changed_by_who_merely_looks_at_its_form():
    blocks = dict(looked_up())
    for name in ("closing_soon", "newest_orders", "results_today", "newest_news"):
        count = blocks[name].child_blocks["count"]
        assert count.get_prep_value("5") == count.get_prep_value(5) == 5
        assert count.get_prep_value("five") == "five"  # for the form to refuse


def test_every_live_block_explains_itself_in_the_list_of_blocks():
    for name, block in content():
        assert str(block.get_description() or block.label), name
    assert all(str(block.get_description()).startswith("实时") for _name, block in looked_up())


def test_the_list_of_blocks_shows_what_a_live_block_shows_now(cast):
    order = ordering.published(cast)
    client = signed_in(writer(cast).user)
    block = ContentPage.body.field.stream_block.child_blocks["closing_soon"]
    address = f"/staff/block-preview/?id={block.definition_prefix}"
    shown = client.get(address)
    assert order.title in shown.text
    assert "gongxin.css" in shown.text


def test_the_editor_previews_a_page_with_its_live_block(cast):
    by = writer(cast)
    page = ContentPage(title="预览", slug="preview", lead="摘要。")
    page.body = json.dumps([{"type": "month_figures", "value": {"title": ""}}])
    page = editing.write(home(), page, by=by.user, at=clock.now())
    address = f"/staff/pages/{page.pk}/edit/preview/?in_preview_panel=true"
    client = signed_in(by.user)
    assert client.get(address).status_code == 200
    revision = page.get_latest_revision()
    shown = client.get(f"/staff/pages/{page.pk}/revisions/{revision.pk}/view/")
    assert "按公告时间计" in shown.text
    assert Client().get("/preview/").status_code == 404
