"""The whole story of a service order, clicked through in a real browser by all who have a part.

An owner writes it, a colleague approves it, agencies bid, a witness throws the dice, both sides
sign, the work is handed in, accepted and evaluated, and an anonymous visitor recomputes the result
and reads the agency's credit. Set SCREENSHOTS to a folder to keep pictures of the pages.
"""

import os
import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests import browsers
from tests.cast import with_passwords
from tests.factories import UserFactory
from tests.files import pdf
from tests.journeys.visitor import Visitor
from tests.marketplace import ordering
from tests.processes import serving, work

pytestmark = pytest.mark.skipif(
    os.environ.get("REQUIRE_SERVICES") != "1",
    reason="a browser is asked for by REQUIRE_SERVICES=1",
)
DICE = "31415926535897932384"
BEIJING = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize("method", ["draw", "lowest"])
def test_from_the_first_click_to_the_evaluation(method, database, tmp_path):
    cast = database.cast
    for seat in (cast.agency, cast.rival):
        ordering.enlisted(seat.organisation)
    UserFactory(email="witness@example.com", name="周建国")
    with_passwords()
    closes = _day(12).replace(hour=17)
    chosen = closes + timedelta(minutes=30)
    paper = tmp_path / "成果报告.pdf"
    paper.write_bytes(pdf("结算审核报告"))

    with browsers.chromium() as browser:
        emails = ("owner", "approver", "agency", "rival", "witness")
        people = [Visitor(browser, f"{name}@example.com") for name in emails]
        writer, approver, agency, rival, thrower = people
        anybody = Visitor(browser, None)

        def arrive(site: str) -> None:
            for one in (*people, anybody):
                one.arrive(site)

        with serving() as site:
            arrive(site)
            code = _write(writer, method, closes, chosen)
            approver.open(f"/desk/orders/{code}/")
            approver.press("/publish/")
            approver.submit()
            approver.open(f"/desk/orders/{code}/")
            number = re.search(r"GXDD-\d{4}-\d{5}", approver.text).group()
            anybody.open(f"/orders/{number}/")
            anybody.picture("order-open-1440")
            for bidder in (agency, rival):
                bidder.open(f"/orders/{number}/")
                bidder.picture("order-eligibility-1440")
                bidder.press("/bid/")
                price = {"price": "90000.00"} if method == "lowest" else {}
                bidder.submit(typed=bidder.email.partition("@")[0].title(), **price)
                assert "HZ-" in bidder.text
            anybody.open(f"/orders/{number}/")
            assert "Agency" not in anybody.text  # nobody is named before the deadline
            writer.open(f"/desk/orders/{code}/")
            writer.press("/invite/")
            link = writer.page.locator("main code").inner_text()
            thrower.open(re.sub(r"^https?://[^/]+", "", link))
            thrower.submit()

        with serving(later=_until(chosen) + timedelta(minutes=1)) as site:
            arrive(site)
            agency.open(f"/orders/{number}/bid/")
            assert agency.page.locator("main [name=typed]").count() == 0  # too late: no form
            thrower.open(f"/desk/orders/{code}/dice/")
            thrower.picture("dice-1440")
            thrower.submit(digits=DICE)
            anybody.open(f"/orders/{number}/draw/")
            anybody.page.click("[data-start]")
            verdict = anybody.page.locator("[data-verdict]:not(:empty)")
            verdict.wait_for()
            assert "gx-done" in verdict.get_attribute("class")
            anybody.picture(f"{method}-result-1440")
            winner = agency if "Agency" in verdict.inner_text() else rival

        contested = _until(chosen) + timedelta(days=12)
        with serving(later=contested) as site:
            arrive(site)
            for signer in (winner, approver):
                signer.open("/desk/agreements/")
                signer.go("main a[href*='/desk/agreements/GXHT-']")
                agreement = re.search(r"GXHT-\d{4}-\d{5}", signer.path).group()
                signer.press("/sign/")
                signer.picture("agreement-sign-1440")
                signer.submit(typed="同意签署")
        work(later=contested)

        with serving(later=contested + timedelta(days=20)) as site:
            arrive(site)
            winner.open(f"/desk/agreements/{agreement}/")
            winner.press("/hand-in/")
            winner.page.set_input_files("main input[type=file]", paper)
            winner.submit(note="请验收。")
            approver.open(f"/desk/agreements/{agreement}/")
            approver.go("main a[href*='/desk/deliverables/']")
            approver.press("/accept/")
            approver.submit(opinion="符合要求，同意验收。")
        work(later=contested + timedelta(days=20))

        with serving(later=contested + timedelta(days=21)) as site:
            arrive(site)
            approver.open("/desk/")
            approver.picture("desk-1440")
            approver.open(f"/desk/orders/{code}/evaluate/")
            marks = approver.page.locator("main input[type=number]")
            assert marks.count() >= 3
            for place in range(marks.count()):
                assert not marks.nth(place).input_value()  # none is set for the owner
                marks.nth(place).fill("95")
            approver.submit(comment="成果扎实，按时提交。")
            anybody.open(f"/orders/{number}/")
            assert "优秀" in anybody.text
            href = anybody.page.locator("main a[href*='/agencies/']").first.get_attribute("href")
            anybody.open(href)
            anybody.picture("agency-1440")
            anybody.go("main a[href*='/credit/']")
            assert "+1" in anybody.text
            anybody.picture("credit-1440")


def _write(writer: Visitor, method: str, closes: datetime, chosen: datetime) -> str:
    """Fill in every step of the form and submit; the order's code."""
    writer.open("/desk/orders/new/")
    writer.submit()
    code = re.search(r"/desk/orders/(\w+)/", writer.path).group(1)
    writer.picture("order-form-1440")
    writer.submit(title="云江市第三中学教学综合楼工程造价审核", region="360700")
    writer.submit(regime="below-threshold", public_funds="0", budget="186000.00")
    content = "教学综合楼竣工结算审核，建筑面积 12,400 平方米。"
    writer.submit(items="ordered", content=content, service_days="45")
    money = {"price": "180000.00"} if method == "draw" else {"ceiling": "180000.00"}
    when = {"open_until": _typed(closes), "choose_at": _typed(chosen)}
    writer.submit(method=method, **money, **when)
    writer.submit(witness__0="周建国", phone__0="13800000001")
    writer.submit(contact_name="李梅", contact_phone="0000-8632512", complaint_phone="0000-8632000")
    writer.picture("order-preview-1440")
    writer.submit()
    return code


def _day(days: int) -> datetime:
    today = datetime.now(BEIJING).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=days)


def _until(instant: datetime) -> timedelta:
    return instant - datetime.now(BEIJING)


def _typed(instant: datetime) -> str:
    return f"{instant:%Y-%m-%dT%H:%M}"
