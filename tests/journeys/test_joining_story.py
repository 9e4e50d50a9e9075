"""How a unit joins an alliance, clicked through by all who have a part.

The secretariat invites, the unit fills in both official forms and hands the stamped scan in. The
secretariat returns it with a comment beside a field, the unit corrects that and hands it in anew,
the secretariat compares the versions and puts it before the council, whose members vote in writing
from their own desks; the agreement is signed, the certificate is issued, and a stranger's telephone
reads the QR code off the printed certificate and opens what it says: now, and once the unit has
left. Set SCREENSHOTS to a folder to keep pictures.
"""

import os
import re
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pypdfium2
import pytest
import zxingcpp
from django.conf import settings

from alliance import charters, official
from core.models import Region
from tests import browsers
from tests.alliance import applying
from tests.alliance.councils import Council
from tests.cast import with_passwords
from tests.files import pdf
from tests.journeys.visitor import Visitor
from tests.processes import serving, work

pytestmark = pytest.mark.skipif(
    os.environ.get("REQUIRE_SERVICES") != "1",
    reason="a browser is asked for by REQUIRE_SERVICES=1",
)
BEIJING = ZoneInfo("Asia/Shanghai")
NAME = "云江数联信息技术有限公司"
OTHERS = ("云江碧泉给排水设备有限公司", "云江水境自动化有限公司", "云江潮汐传感技术有限公司")
PAGES = (official.APPLICATION, official.PROFILE)
COMMENT = "请写明在水务领域的应用案例。"
CORRECTED = "一门式综合受理、政务数据共享交换；已在两座水厂应用数据共享平台。"


@pytest.fixture
def council(database):
    """Four units under the client's charter that lets them vote in writing."""
    made = Council.under(charters.templates()["conghua-2017"].terms, 4)
    made.alliance.name = "云江市智慧水务产业技术创新联盟"
    made.alliance.short_name = "智慧水务联盟"
    made.alliance.save()
    made.charter.title = "云江市智慧水务产业技术创新联盟章程"
    made.charter.save()
    for seat, name in zip(made.seats[1:], OTHERS, strict=True):
        seat.organisation.name = name
        seat.organisation.save()
    unit = database.cast.agency.organisation
    unit.name, unit.region = NAME, Region.objects.get(code="440100")
    unit.legal_representative, unit.address = "陈文博", "云江市临波区江堤路 8 号"
    unit.save()
    for seat, name in (
        (database.cast.agency, "陈文博"),
        (made.chair, "何霖"),
        (made.secretary, "何静"),
        (made.academic, "蒋水清"),
    ):
        seat.user.name = name
        seat.user.save()
    with_passwords()
    return made


def test_from_the_invitation_to_the_telephone_of_a_stranger(database, council, tmp_path):
    number = council.alliance.number
    paper = tmp_path / "盖章扫描件.pdf"
    paper.write_bytes(pdf("加盖公章的表格"))
    seats = (database.cast.agency, council.secretary, council.chair, council.academic)

    with browsers.chromium() as browser:
        people = [Visitor(browser, seat.user.email) for seat in seats]
        voters = [Visitor(browser, seat.user.email) for seat in council.seats[1:]]
        anybody = Visitor(browser, None)
        unit, secretary, chair, academic = people

        def arrive(site):
            for one in (*people, *voters, anybody):
                one.arrive(site)

        with serving() as site:
            arrive(site)
            secretary.open(f"/desk/alliances/{number}/secretariat/invitations/")
            secretary.submit(unit=NAME, message="贵单位的数据治理经验可供联盟共享，诚邀加入。")
            unit.open("/desk/")
            unit.go("main a[href*='/alliances/invitations/']")
            unit.picture("join-invitation-1440")
            unit.submit()
            code = _filled_in(unit, paper)

            secretary.open("/desk/")
            secretary.go(f"main a[href*='/{code}/']")
            secretary.picture("join-review-1440")
            _returned(secretary)
            _corrected(unit, code, tmp_path)
            _compared(secretary, number, code)
            secretary.open(f"/desk/alliances/{number}/secretariat/applications/{code}/forward/")
            secretary.submit(level="member")
            meeting = _called(secretary, number)
        with serving(later=timedelta(minutes=2)) as site:
            arrive(site)
            _voted(meeting, chair, *voters)
        counted = timedelta(days=16)
        work(later=counted)

        with serving(later=counted) as site:
            arrive(site)
            anybody.open(f"/alliances/meetings/{meeting}/")
            assert "同意 4 票" in anybody.text
            anybody.picture("join-result-1440")
            for signer in (unit, chair):
                signer.open("/desk/agreements/")
                signer.go("main a[href*='/desk/agreements/GXHT-']")
                signer.press("/sign/")
                if signer is unit:
                    signer.picture("join-agreement-1440")
                signer.submit(typed="同意签署")
        work(later=counted)

        with serving(later=counted + timedelta(days=1)) as site:
            arrive(site)
            unit.open(f"/desk/alliances/{number}/membership/")
            unit.picture("membership-1440")
            certificate = re.search(rf"{number}-\d{{4}}-01", unit.text).group()
            printed = _pdf(unit, ".pdf")
            checked = _by_telephone(browser, site, printed, certificate, "certificate-390")
            assert "真实有效" in checked
            assert NAME in checked
            anybody.open(f"/alliances/{number}/members/")
            assert NAME in anybody.text

        asked = counted + timedelta(days=2)
        with serving(later=asked) as site:
            arrive(site)
            unit.open(f"/desk/alliances/{number}/leave/")
            unit.page.set_input_files("main input[type=file]", paper)
            unit.submit(reason="经营方向调整。", statement="未持有联盟共有技术。")
            leaving = unit.path
            secretary.open(f"{leaving}accept/")
            secretary.submit()
            academic.open(f"{leaving}review/")
            for result in academic.page.locator("main [value=fine]").all():
                result.check()
            academic.submit(opinion="未发现遗留问题，建议同意退出。")
            meeting = _called(secretary, number, asked)
        with serving(later=asked + timedelta(minutes=2)) as site:
            arrive(site)
            _voted(meeting, chair, *voters)
        work(later=asked + timedelta(days=16))

        with serving(later=asked + timedelta(days=17)) as site:
            arrive(site)
            unit.open(leaving)
            unit.picture("withdrawal-1440")
            name = "certificate-withdrawn-390"
            checked = _by_telephone(browser, site, printed, certificate, name)
            assert "真实，已撤回" in checked
            assert "已注销" in checked


def _filled_in(unit: Visitor, paper) -> str:
    """Both official forms, licence and stamped scan; the application's code."""
    code = re.search(r"/applications/(\w+)/", unit.path).group(1)
    for key in PAGES:
        unit.open(f"/desk/alliances/applications/{code}/forms/{key}/")
        _typed(unit, key)
        if key == official.PROFILE:
            saved = unit.page.locator("[data-saved]", has_text="已保存")
            saved.wait_for()
            unit.page.wait_for_timeout(3_000)  # it saves itself a moment after the last key
            unit.page.reload()
            assert unit.page.input_value("main [name=strengths]") == applying.PROFILE["strengths"]
            unit.page.evaluate("window.scrollTo(0, 0)")
            unit.picture("join-form-1440")
        unit.submit()
    unit.page.set_input_files("main input[type=file][name=licence]", paper)
    unit.submit()
    assert _pdf(unit, "/forms.pdf")
    unit.page.set_input_files("main input[type=file][name=stamped]", paper)
    unit.picture("join-submit-1440")
    unit.submit()
    return code


def _returned(secretary: Visitor) -> None:
    """From the review that is open, with a comment beside one field."""
    beside = secretary.page.locator(f"[name='{official.PROFILE}.strengths']")
    secretary.page.locator("main li", has=beside).locator("summary").click()
    beside.fill(COMMENT)
    secretary.page.locator("[data-saved]", has_text="已自动保存").wait_for()
    secretary.page.fill("main [name=message]", "其余各栏无误。")
    secretary.press("/return/")


def _corrected(unit: Visitor, code: str, folder: Path) -> None:
    """The unit reads the comment, corrects the field, and has the forms stamped again."""
    unit.open(f"/desk/alliances/applications/{code}/")
    assert COMMENT in unit.text
    unit.picture("join-returned-1440")
    unit.open(f"/desk/alliances/applications/{code}/forms/{official.PROFILE}/")
    assert COMMENT in unit.text
    unit.submit(strengths=CORRECTED)
    unit.open(f"/desk/alliances/applications/{code}/submit/")
    assert "重新打印" in unit.text
    again = folder / "重新盖章.pdf"
    again.write_bytes(pdf("改正后加盖公章的表格"))
    unit.page.set_input_files("main input[type=file][name=stamped]", again)
    unit.submit()


def _compared(secretary: Visitor, number: str, code: str) -> None:
    """What the unit changed since: in the review, and version beside version."""
    secretary.open(f"/desk/alliances/{number}/secretariat/applications/{code}/")
    secretary.press("/compare/")
    assert applying.PROFILE["strengths"] in secretary.text
    assert CORRECTED in secretary.text
    assert "重新盖章.pdf" in secretary.text
    assert applying.PROFILE["address"] not in secretary.text  # it is as it was
    secretary.picture("join-compare-1440")


def _typed(unit: Visitor, key: str) -> None:
    """What the unit's people type; what the site knew already stays."""
    form = official.load(key)
    for field in form.applicant_fields():
        value = applying.VALUES[key].get(field.name)
        if field.fixed or value in (None, ""):
            continue
        if field.kind == "table":
            for place, row in enumerate(value):
                for column, text in row.items():
                    unit.page.fill(f"main [name='{field.name}-{place}-{column}']", text)
            continue
        for each in value if isinstance(value, list) else [value]:
            unit._fill(field.name, each)


def _voted(meeting: str, *voters: Visitor) -> None:
    """Each unit votes for it, from its own desk."""
    for voter in voters:
        voter.open(f"/desk/alliances/meetings/{meeting}/")
        if "加入联盟" in voter.text:
            voter.picture("join-vote-1440")
        voter.go("main a[href*='/vote/']")
        voter.page.locator("main [name=choice][value=for]").check()
        voter.page.locator("main [name=sure]").check()
        voter.submit()


def _called(secretary: Visitor, number: str, later: timedelta = timedelta()) -> str:
    """The council is called to vote in writing about what waits; the meeting's number."""
    secretary.open(f"/desk/alliances/{number}/meetings/call/")
    now = datetime.now(BEIJING) + later
    page = secretary.page
    page.locator("main [name=channel][value=writing]").check()
    page.locator("main [name=candidates]").first.check()
    secretary.submit(
        title="理事会书面表决",
        begins_at=f"{now + timedelta(minutes=1):%Y-%m-%dT%H:%M}",
        votes_until=f"{now + timedelta(days=15):%Y-%m-%dT%H:%M}",
        agenda="一、审议列入议程的议案。",
    )
    return re.search(r"/meetings/([\w-]+)/", secretary.path).group(1)


def _pdf(visitor: Visitor, ending: str) -> bytes:
    """The PDF to which the first link with this ending leads its reader."""
    href = visitor.page.locator(f"main a[href$='{ending}']").first.get_attribute("href")
    body = visitor.context.request.get(visitor.site + href).body()
    assert body.startswith(b"%PDF")
    return body


def _scanned(printed: bytes) -> str:
    """What a camera reads in the picture of the first page."""
    with pypdfium2.PdfDocument(printed) as document:
        picture = document[0].render(scale=3).to_pil()
    (code,) = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    return code.text


def _by_telephone(browser, site: str, printed: bytes, certificate: str, name: str) -> str:
    """What a stranger reads who points his telephone at the printed certificate; it knows nothing.

    Its QR code bears the site's public address, in whose stead the test's own server answers.
    """
    address = _scanned(printed)
    assert address == f"{settings.SITE_URL}/verify/{certificate}/"
    context = browser.new_context(
        locale="zh-CN", viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True
    )
    page = context.new_page()
    answer = page.goto(address.replace(settings.SITE_URL, site))
    assert answer.ok
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
    told = page.inner_text("main")
    context.close()
    return told
