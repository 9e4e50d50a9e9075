"""The search in a real browser: suggestions by keyboard, facets in place, every state judged."""

import os
from urllib.parse import quote

import pytest

from core import clock
from marketplace.models import ServiceItem
from tests.browsers import chromium
from tests.factories import ServiceItemFactory
from tests.journeys.look import Walk, html_faults, told
from tests.processes import serving
from tests.search import library

pytestmark = pytest.mark.skipif(
    os.environ.get("REQUIRE_SERVICES") != "1", reason="needs a browser: REQUIRE_SERVICES=1"
)
# Found, sounding alike, corrected, emptied by a filter, nothing at all, everything.
STATES = (
    f"/search/?q={quote('测绘')}&kind=order",
    "/search/?q=cehui",
    "/search/?q=GXDD-2026-000l02",
    f"/search/?q={quote('测绘')}&kind=alliance",
    f"/search/?q={quote('鲸鱼')}",
    "/search/",
    "/en/search/?q=gis",
)
# Said back to whoever typed it, and words of the library.
TYPED = {f"English: {word}" for word in ("cehui", "GIS", "EPC", "BIM", "CAD")}


@pytest.fixture
def shelves(database) -> str:
    library.shelve(clock.now())
    named = {one["items"][0]: one["title"] for one in library.CORPUS if one["kind"] == "service"}
    known = ServiceItem.objects.values_list("code", flat=True)
    for code in named.keys() - set(known):
        ServiceItemFactory(code=code, name=named[code])
    return database.name


def test_every_state_of_the_page_is_sound(shelves, tmp_path):
    findings, sources = [], {}
    with serving() as site, chromium() as browser:
        for state in STATES:
            walk = Walk(browser, site)
            answer = walk.page.goto(site + state)
            walk.path = state
            walk.judge(answer)
            walk.close()
            findings += [one for one in walk.findings if one.what not in TYPED]
            sources |= walk.sources
    findings += html_faults(sources, tmp_path)
    assert not findings, told(findings)


def test_suggestions_are_gone_through_by_keys_and_facets_swap_in_place(shelves):
    with serving() as site, chromium() as browser:
        page = browser.new_page()
        page.goto(f"{site}/orders/")
        page.locator("#find").press_sequentially("cehui", delay=30)
        first = page.locator(".gx-find .gx-suggested a").first
        first.wait_for()
        page.keyboard.press("ArrowDown")
        assert first.evaluate("one => one === document.activeElement")
        page.keyboard.press("Escape")
        assert page.locator(".gx-find .gx-suggested a").count() == 0
        page.keyboard.press("Enter")
        page.wait_for_url("**/search/?q=cehui")

        page.goto(f"{site}/search/")
        page.locator("#q").press_sequentially("cehui", delay=30)
        page.locator(".gx-finding .gx-suggested a").first.wait_for()
        assert page.url == f"{site}/search/"  # what is suggested has no address of its own

        page.goto(f"{site}/search/?q={quote('监理')}")
        before = page.inner_text("#count")
        page.locator("input[name=kind][value=order]").check()
        page.wait_for_function(
            "before => document.querySelector('#count').innerText !== before", arg=before
        )
        assert "kind=order" in page.url
        assert page.inner_text("#count") == "2 项结果"
        assert page.locator("input[name=kind][value=order]").is_checked()
        page.go_back()
        page.wait_for_function(
            "before => document.querySelector('#count').innerText === before", arg=before
        )
