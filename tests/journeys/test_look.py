"""How every page of the demo looks to a browser, to axe and to an HTML checker; and whether, while
its story is told, each kept page is the page that would be made.

Without LOOK each kind of page is judged for the first visitor who reaches it. LOOK=3 judges three
pages of each kind for every visitor (`make look`), LOOK=all each page of the desk and each that is
public, in both languages. LOOK_AS=anybody,ma walks as these only.
"""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from accounts.models import User
from tests import databases
from tests.journeys import look
from tests.processes import serving_apart, start
from tests.programs import REQUIRED, demand

pytestmark = pytest.mark.skipif(not REQUIRED, reason="a browser is asked for by REQUIRE_SERVICES=1")

# Clerk and head of an owner, an agency, head and reviewer of the operator, regulator, witness.
PEOPLE = ["ma", "shen", "chenning", "he", "luo", "ding", "qian"]
# Whose pages differ little: secretary, accountant and cashier of an alliance, a member, a client of
# the operator, its editor and its publisher, the regulator's head, a unit of one person.
OTHERS = ["hejing", "tao", "xie", "qin", "feng", "jian", "tang", "fang", "gu"]


@dataclass(frozen=True)
class City:
    site: str
    mirrored: int  # what the mirror ended with


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker, tmp_path_factory):
    """The demo, whose story was told before the mirror, served from a folder of its own."""
    facts = {"DEMO": "1", "VAR": str(tmp_path_factory.mktemp("city"))}
    facts |= {"LOG_LEVEL": "ERROR", "REDIS_URL": None}
    with django_db_blocker.unblock(), databases.copied("city") as name:
        mirrored = start("-m", "tests.journeys.mirror", database=name, **facts).wait()
        with databases.entered(name):
            assert User.objects.filter(email="he@yunjiang.example").update(is_superuser=True)
        with serving_apart(name, **facts) as site:
            yield City(site, mirrored)


@pytest.fixture(scope="module")
def city(built):
    return built.site


def test_a_kept_page_is_never_another_than_the_one_made_anew(built):
    assert built.mirrored == 0


def test_staff_screens_are_chinese_throughout(city, browser):
    """As the head of the operator, with every right that Wagtail knows."""
    walk = look.Walk(browser, city, "he")
    walk.follow(look.STAFF, within=look.STAFF, passing=None)
    walk.close()
    assert sum(walk.seen.values()) > 60
    assert not walk.findings, look.told(walk.findings)


def test_every_page_is_sound(city, browser, tmp_path):
    asked = os.environ.get("LOOK", "")
    each = look.EVERY if asked == "all" else int(asked or "1")
    people = ["", *PEOPLE, *(OTHERS if asked else [])]
    if chosen := os.environ.get("LOOK_AS"):
        people = [one.replace("anybody", "") for one in chosen.split(",")]
    findings, sources = [], {}
    judged: set[str] = set()
    structures: set[bytes] = set()
    for person in people:
        walk = look.Walk(
            browser, city, person, each=each, judged=() if asked else judged, structures=structures
        )
        if person:
            walk.follow("/desk/", passing=look.STAFF if asked else "/staff/|/en/")
        else:
            # Where nobody gets in, tests/test_doors.py looks.
            walk.follow("/", passing="/staff/|(/en)?/desk/")
        walk.close()
        findings += walk.findings
        sources |= walk.sources
        judged |= set(walk.seen) - walk.turned_away
    findings += look.html_faults(sources, tmp_path)
    told = f"{len(sources)} pages of {len(structures)} structures as {len(people)} visitors"
    if pictures := os.environ.get("SCREENSHOTS"):
        (Path(pictures) / "pages.txt").write_text("\n".join([told, *sorted(sources), ""]))
    assert len(sources) > (0 if chosen else 80)
    assert not findings, f"{told}\n{look.told(findings)}"


def test_a_page_on_paper_says_where_it_stands_and_shows_no_more_than_is_to_be_read(
    city, browser, tmp_path
):
    page = browser.new_page(locale="zh-CN")
    page.goto(f"{city}/orders/")
    orders = printed(page, tmp_path / "orders.pdf")
    first = page.locator(".gx-rows h3 a").first
    title, href = first.inner_text(), first.get_attribute("href")
    page.goto(city + href)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = false)")
    order = printed(page, tmp_path / "order.pdf")
    page.close()
    assert f"{city}{href}" in order
    assert "打印于" in order
    assert f"{title} · 公信" in order  # at the foot
    assert "1/" in order
    assert "一、项目概况" in order  # the notice, which was folded
    assert "公开核验" not in order  # the menu
    assert href.strip("/").rpartition("/")[2] in orders
    assert "所在地区" not in orders  # the filters


def printed(page, path) -> str:
    page.pdf(path=path, prefer_css_page_size=True)
    command = [demand(program="pdftotext"), "-layout", str(path), "-"]
    return subprocess.run(command, capture_output=True, check=True).stdout.decode()
