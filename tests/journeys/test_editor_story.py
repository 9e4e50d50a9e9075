"""An editor writes an article with a live block; the chief editor returns it once, then accepts it.

SCREENSHOTS names a folder for the pictures of docs/editors.md.
"""

import os

import pytest

from tests import browsers
from tests.cast import with_passwords
from tests.cms.pages import chief, news_index, writer
from tests.journeys.visitor import Visitor
from tests.marketplace import ordering
from tests.processes import serving

pytestmark = pytest.mark.skipif(
    os.environ.get("REQUIRE_SERVICES") != "1",
    reason="a browser is asked for by REQUIRE_SERVICES=1",
)
TITLE = "首批见证人完成公开抽取培训"


class Editor(Visitor):
    """At Wagtail's screens, whose forms and buttons are others than ours."""

    def picture(self, name):
        """As wide as the screen: these pages scroll inside."""
        if folder := os.environ.get("SCREENSHOTS"):
            self.page.wait_for_timeout(500)
            self.page.screenshot(path=f"{folder}/{name}.png")

    def add_block(self, label):
        self.page.locator(".c-sf-add-button").last.click()
        self.page.get_by_role("option", name=label).click()
        self.page.wait_for_timeout(500)

    def hand_in(self):
        self.page.locator("footer [data-w-dropdown-target='toggle']").first.click()
        self.page.locator("footer button[name='action-submit']").click()
        self.page.wait_for_url("**/staff/pages/**")
        self.page.wait_for_load_state()

    def decide(self, action, comment):
        """Choose what becomes of the page, and say why in the window that opens."""
        button = f"[data-workflow-action-name='{action}'][data-workflow-action-modal-url]"
        if not self.page.locator(button).first.is_visible():
            self.page.locator("footer [data-w-dropdown-target='toggle']").first.click()
        self.page.locator(button).last.click()
        self.page.fill(".modal-body [name='comment']", comment)
        self.picture(f"editor-{action}-1440")
        with self.page.expect_navigation():
            self.go(".modal-body [type='submit']")


def test_an_article_goes_from_draft_to_the_public_by_two_persons(database):
    cast = database.cast
    order = ordering.published(cast, ordering.terms(title="栖霞水库环境影响评价"))
    for seat in (writer(cast), chief(cast)):
        assert seat.user.groups.exists()
    with_passwords()
    index = news_index().pk

    with browsers.chromium() as browser, serving() as site:
        author = Editor(browser, "writer@example.com")
        reviewer = Editor(browser, "chief@example.com")
        anybody = Visitor(browser, None)
        for one in (author, reviewer, anybody):
            one.arrive(site)

        anybody.open("/news/")
        assert TITLE not in anybody.text

        author.open(f"/staff/pages/add/cms/newspage/{index}/")
        author.page.fill("[name='title']", TITLE)
        author.page.fill("[name='lead']", "见证人练习当众掷骰、核对和重新计算。")
        author.page.fill("[name='source']", "云江市公共资源交易中心")
        author.add_block("即将截止的订单")
        author.picture("editor-draft-1440")
        author.hand_in()

        anybody.open("/news/")
        assert TITLE not in anybody.text

        reviewer.open("/staff/")
        reviewer.picture("editor-waiting-1440")
        reviewer.go(reviewer.page.get_by_role("link", name=TITLE))
        address = reviewer.path
        reviewer.decide("reject", "请写明培训的人数。")

        author.open(address)
        assert "请写明培训的人数。" in author.page.content()
        author.picture("editor-returned-1440")
        author.page.fill("[name='lead']", "十二名见证人练习当众掷骰、核对和重新计算。")
        author.hand_in()

        reviewer.open(address)
        reviewer.decide("approve", "可以发布。")

        anybody.open("/news/")
        assert TITLE in anybody.text
        anybody.go(anybody.page.get_by_role("link", name=TITLE))
        assert "十二名见证人" in anybody.text
        assert order.title in anybody.text
        anybody.picture("editor-published-1440")
        for one in (author, reviewer, anybody):
            assert not one.faults
