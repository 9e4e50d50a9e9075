"""Policies, microsites, pictures, the feed, the sitemap: what each promises."""

import xml.etree.ElementTree as ElementTree
from datetime import date, timedelta
from email.utils import parsedate_to_datetime

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from alliance.models import Post
from cms import editing, secretariats
from cms.models import MicrositePage, NewsIndexPage, Picture, PolicyPage, SitesPage, Validity
from cms.social_image import SIZE, draw
from core import cache, clock
from core.calendar import day_of
from tests.alliance.councils import Council
from tests.cast import signed_in
from tests.cms.pages import (
    article,
    chief,
    home,
    news_index,
    picture,
    png,
    policy,
    policy_index,
    published,
    writer,
)
from tests.marketplace import ordering
from tests.witness import refused


@pytest.fixture
def press(cast):
    class Press:
        by, and_by = writer(cast), chief(cast)

        @classmethod
        def publish(cls, parent, page, by=None):
            return published(parent, page, by=by or cls.by, and_by=cls.and_by)

    return Press


DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("days", "state"),
    [
        ({"in_force_from": 1}, Validity.TO_COME),
        ({"in_force_from": 0}, Validity.IN_FORCE),
        ({"in_force_from": -9, "last_day": 0}, Validity.IN_FORCE),
        ({"in_force_from": -9, "last_day": -1}, Validity.EXPIRED),
        ({"in_force_from": -9, "repealed_on": 0}, Validity.REPEALED),
        ({"in_force_from": -9, "repealed_on": 1}, Validity.IN_FORCE),
    ],
)
def test_the_state_of_a_policy_follows_from_its_days(days, state, press):
    today = day_of(clock.now())
    page = press.publish(
        policy_index(), policy("文", **{name: today + DAY * n for name, n in days.items()})
    )
    assert page.state_on(today) == state
    found = {
        one: PolicyPage.objects.in_state(one, today).filter(pk=page.pk).exists() for one in Validity
    }
    assert found == {one: one == state for one in Validity}
    assert str(state.label) in Client().get(page.get_url()).text
    assert "文" in Client().get(f"/policies/?state={state}").text


def test_a_superseded_policy_and_its_successor_lead_to_each_other(press):
    today = day_of(clock.now())
    after = press.publish(policy_index(), policy("新办法", in_force_from=today))
    before = press.publish(
        policy_index(), policy("旧办法", in_force_from=today - 9 * DAY, superseded_by=after)
    )
    assert before.state_on(today) == Validity.SUPERSEDED
    assert f'href="{after.get_url()}"' in Client().get(before.get_url()).text
    assert f'href="{before.get_url()}"' in Client().get(after.get_url()).text


def test_a_policy_does_not_end_before_it_begins(press):
    page = policy("倒", in_force_from=date(2026, 5, 1), last_day=date(2026, 4, 30))
    page.path, page.depth = "000100010099", 3
    with pytest.raises(ValidationError, match="有效期的最后一天早于施行日期"):
        page.validate_constraints()


def test_policies_are_narrowed_by_words_kind_and_topic(press):
    press.publish(policy_index(), policy("中介超市办法", rung="local-normative", issuer="市政府"))
    press.publish(policy_index(), policy("采购法", rung="law", issuer="全国人大常委会"))
    for query, shown, hidden in (
        ("?q=中介", "中介超市办法", "采购法"),
        ("?q=全国人大", "采购法", "中介超市办法"),
        ("?rung=law", "采购法", "中介超市办法"),
    ):
        found = Client().get(f"/policies/{query}").text
        assert f">{shown}</a>" in found
        assert f">{hidden}</a>" not in found
    assert "没有符合条件的政策" in Client().get("/policies/?q=没有这样的字").text


def test_lists_of_news_and_policies_cost_the_same_for_one_and_for_many(press):
    def cost(address):
        cache.clear()
        with CaptureQueriesContext(connection) as captured:
            assert Client().get(address).status_code == 200
        return len(captured)

    shown = picture()
    after = press.publish(policy_index(), policy("后"))
    press.publish(news_index(), article("第一", picture=shown))
    press.publish(policy_index(), policy("第一", superseded_by=after))
    for address in ("/news/", "/policies/"):
        cost(address)  # the first look draws the pictures
    first = [cost(address) for address in ("/news/", "/policies/")]
    for place in range(4):
        press.publish(news_index(), article(f"又{place}", picture=shown))
        press.publish(policy_index(), policy(f"又{place}", superseded_by=after))
    assert [cost(address) for address in ("/news/", "/policies/")] == first


def test_news_is_listed_by_year_and_turns_its_pages(press):
    for place in range(22):
        press.publish(news_index(), article(f"今{place}", dated_on=date(2026, 1, 1 + place)))
    press.publish(news_index(), article("往年的事", dated_on=date(2025, 3, 1)))
    page = Client().get("/news/")
    assert "往年的事" not in page.text
    assert "往年的事" in Client().get("/news/" + page.context["rows"].next).text
    assert "往年的事" in Client().get("/news/?year=2025").text
    assert "今21" not in Client().get("/news/?year=2025").text


# Microsites.


@pytest.fixture
def site(press):
    """An alliance with a microsite where its secretariat may write."""
    council = Council.of(units=2)
    page = MicrositePage(
        title="水务联盟网站",
        slug="water",
        lead="摘要。",
        alliance=council.alliance,
        by_secretariat=True,
    )
    council.page = press.publish(SitesPage.objects.get(), page)
    return council


def test_a_microsite_and_its_alliance_lead_to_each_other(site):
    assert f'href="/alliances/{site.alliance.number}/"' in Client().get("/sites/water/").text
    assert 'href="/sites/water/"' in Client().get(f"/alliances/{site.alliance.number}/").text
    assert 'href="/sites/water/"' in Client().get("/sites/").text


def test_the_news_of_a_microsite_stay_there(site, press):
    index = NewsIndexPage(title="联盟动态", slug="news", lead="摘要。", show_in_menus=True)
    index = press.publish(site.page, index)
    press.publish(index, article("联盟的事"))
    press.publish(news_index(), article("本站的事"))
    assert "联盟的事" in Client().get("/sites/water/news/").text
    assert 'href="/sites/water/news/"' in Client().get("/sites/water/").text  # its own menu
    assert "联盟的事" not in Client().get("/feeds/news/").text
    own = Client().get("/feeds/news/?site=water").text
    assert "联盟的事" in own
    assert "本站的事" not in own


def test_the_secretariat_writes_below_its_microsite_and_nowhere_else(site, press):
    client = signed_in(site.secretary.user)
    assert client.get("/staff/").status_code == 200
    add = reverse("wagtailadmin_pages:add", args=["cms", "contentpage", site.page.pk])
    assert client.get(add).status_code == 200
    elsewhere = reverse("wagtailadmin_pages:add", args=["cms", "contentpage", home().pk])
    assert client.get(elsewhere).status_code == 302
    edit = client.get(reverse("wagtailadmin_pages:edit", args=[site.page.pk]))
    assert edit.status_code == 200
    assert 'name="by_secretariat"' not in edit.text
    for closed in ("wagtailredirects:index", "wagtailsnippets_core_legalfigure:list"):
        assert client.get(reverse(closed)).status_code == 302, closed
    page = press.publish(
        site.page, NewsIndexPage(title="动态", slug="n", lead="。"), site.secretary
    )
    assert page.live  # the chief editor has approved it


def test_others_of_the_alliance_stay_outside(site):
    for seat in (site.chair, site.accountant, site.seats[1]):
        assert signed_in(seat.user).get("/staff/").status_code == 403


def test_the_secretariats_right_ends_with_its_office_and_with_the_permission(site, press):
    user = site.secretary.user
    assert signed_in(user).get("/staff/").status_code == 200
    page = editing.rewrite(
        site.page, by_secretariat=False, by=press.by.user, at=clock.now()
    ).specific
    editing.hand_in(page, by=press.by.user, at=clock.now())
    editing.accept(page, by=press.and_by.user, at=clock.now())
    assert signed_in(user).get("/staff/").status_code == 403
    assert not user.groups.exists()
    MicrositePage.objects.update(by_secretariat=True)
    assert secretariats.admit(user, [site.secretary])
    post = site.alliance.officers.get(post=Post.SECRETARY_GENERAL)
    post.held_until = clock.now()
    post.save()
    assert not secretariats.admit(user, [site.secretary])


# Pictures.


def test_a_picture_without_words_is_refused(press):
    with refused("Say what the picture shows, for who cannot see it."):
        editing.keep_picture(None, title="x", description=" ", by=press.by.user, at=clock.now())
    client = signed_in(press.by.user)
    file = SimpleUploadedFile("x.png", png(), content_type="image/png")
    form = {"title": "无说明", "file": file, "description": "", "collection": "1"}
    assert client.post(reverse("wagtailimages:add"), form).status_code == 200
    assert not Picture.objects.exists()
    file = SimpleUploadedFile("x.png", png(), content_type="image/png")
    form |= {"file": file, "description": "一块蓝色。"}
    assert client.post(reverse("wagtailimages:add"), form).status_code == 302
    assert Picture.objects.get().description == "一块蓝色。"


@pytest.mark.django_db
def test_a_picture_is_served_in_the_size_asked_for_and_with_its_focal_point():
    shown = picture()
    shown.focal_point_x, shown.focal_point_y = 10, 10
    shown.focal_point_width = shown.focal_point_height = 10
    rendition = shown.get_rendition("fill-100x100")
    answer = Client().get(rendition.url)
    assert answer.headers["Content-Type"] == "image/png"
    assert b"".join(answer.streaming_content).startswith(b"\x89PNG")
    assert rendition.focal_point_key
    for closed in ("../gongxin.sqlite3", "..%2fx", "documents/x.pdf", ""):
        assert Client().get(f"/media/images/{closed}").status_code in (301, 404)
    assert Client().get(shown.file.url).status_code == 404  # the original


def test_a_shared_page_has_a_picture_and_its_words(press):
    page = press.publish(news_index(), article("分享", slug="shared"))
    shown = Client().get(page.get_url()).text
    assert '<meta name="description" content="摘要。">' in shown
    assert "/feeds/social/news/shared.png" in shown
    answer = Client().get("/feeds/social/news/shared.png")
    assert answer.headers["Content-Type"] == "image/png"
    assert Client().get("/feeds/social/news/none.png").status_code == 404
    own = press.publish(news_index(), article("有图", picture=picture(), slug="own"))
    assert "/media/images/" in Client().get(own.get_url()).text


def test_a_long_title_fits_its_picture(tmp_path):
    file = tmp_path / "social.png"
    file.write_bytes(draw("很长的标题" * 30))
    with Image.open(file) as image:
        assert image.size == SIZE
    assert draw("同") == draw("同")


# Feed and sitemap.


def test_the_feed_is_valid_rss(press):
    press.publish(news_index(), article("<b>头条</b> & 其他", slug="first"))
    answer = Client().get("/feeds/news/")
    assert answer.headers["Content-Type"].startswith("application/rss+xml")
    channel = ElementTree.fromstring(answer.content).find("channel")
    for needed in ("title", "link", "description", "language", "lastBuildDate"):
        assert channel.findtext(needed), needed
    own = channel.find("{http://www.w3.org/2005/Atom}link")
    assert own.get("rel") == "self"
    assert own.get("href").endswith("/feeds/news/")
    (item,) = channel.findall("item")
    assert item.findtext("title") == "<b>头条</b> & 其他"
    assert item.findtext("link").endswith("/news/first/")
    assert item.findtext("guid") == item.findtext("link")
    assert parsedate_to_datetime(item.findtext("pubDate")).date() == date(2026, 11, 20)
    assert Client().get("/feeds/news/?site=none").status_code == 404


SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def listed():
    """Every address of every section."""
    index = ElementTree.fromstring(Client().get("/sitemap.xml").content)
    assert index.tag == f"{SITEMAP}sitemapindex"
    found = []
    for section in index.iter(f"{SITEMAP}loc"):
        path = "/" + section.text.split("/", 3)[3]
        found += ElementTree.fromstring(Client().get(path).content).iter(f"{SITEMAP}loc")
    return {"/" + one.text.split("/", 3)[3] for one in found}


def test_the_sitemap_names_what_is_public_and_nothing_else(cast, press, later):
    submitted = ordering.submitted(cast)
    order = ordering.published(cast)
    gone = press.publish(news_index(), article("撤下", slug="gone"))
    gone.unpublish(user=press.and_by.user)
    press.publish(news_index(), article("在", slug="here", expire_at=clock.now() + DAY))
    editing.write(news_index(), article("草稿", slug="draft"), by=press.by.user, at=clock.now())
    found = listed()
    assert {"/", "/news/", "/news/here/", "/orders/", f"/orders/{order.number}/"} <= found
    assert not {"/news/gone/", "/news/draft/"} & found
    assert not any(submitted.code in address for address in found if submitted.code)
    for address in found:
        assert Client().get(address).status_code == 200, address
    later(days=2)
    assert "/news/here/" not in listed()


@pytest.mark.django_db
def test_robots_keep_out_of_what_is_not_public():
    text = Client().get("/robots.txt").text
    for closed in ("/desk/", "/staff/", "/accounts/"):
        assert f"Disallow: {closed}" in text
    assert "Sitemap: " in text
