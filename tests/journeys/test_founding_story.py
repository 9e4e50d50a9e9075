"""How an alliance comes onto the register, clicked through by all who have a part.

The regulator calls, a unit writes the application, the units that it asks consent from their own
desks, the regulator returns it with comments, it is corrected and registered, and anybody reads it
in the public register. Set SCREENSHOTS to a folder to keep pictures of the pages.
"""

import os
import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from accounts.models import Deed
from alliance.founding_checks import model
from core.models import Region
from tests import browsers
from tests.cast import with_passwords
from tests.factories import SeatFactory
from tests.files import pdf
from tests.journeys.visitor import Visitor
from tests.processes import serving

pytestmark = pytest.mark.skipif(
    os.environ.get("REQUIRE_SERVICES") != "1",
    reason="a browser is asked for by REQUIRE_SERVICES=1",
)
NAME = "广州市智慧水务技术创新联盟"
LEAD = "珠江智水科技有限公司"
MAKERS = (
    *("碧泉给排水设备", "水境自动化", "潮汐传感技术", "净源膜科技", "管网检测技术"),
    *("海川泵业", "润泽环境工程", "百川测控仪表", "星河物联网", "联创数据服务"),
)
UNITS = {**{f"{name}有限公司": "enterprise" for name in MAKERS}, "南粤水利大学": "university"}
PLAN_COMMENT = "请分年度列出工作内容和成果。"


@pytest.fixture
def people(database):
    """The regulator, the lead's head with a colleague, and the head of each other unit."""
    region = Region.objects.get(code="440100")
    lead, regulator = database.cast.agency, database.cast.regulator
    for unit, name in ((lead.organisation, LEAD), (regulator.organisation, "广州市科技创新局")):
        unit.name, unit.region = name, region
        unit.contact_name, unit.contact_phone = "李静", "020-82960000"
        unit.contact_email = "office@example.com"
        unit.save()
    lead.user.name = "何霖"
    lead.user.save()
    SeatFactory(
        user__email="secretary@example.com",
        user__name="何静",
        organisation=lead.organisation,
        rank="operator",
        deeds=[Deed.JOIN_ALLIANCE],
    )
    for place, (name, kind) in enumerate(UNITS.items()):
        SeatFactory(
            user__email=f"unit-{place}@example.com",
            user__name=f"单位代表{place + 1}",
            organisation__name=name,
            organisation__kind=kind,
            organisation__region=region,
        )
    with_passwords()


def test_from_the_call_to_the_public_register(database, people, tmp_path):
    paper = tmp_path / "盖章扫描件.pdf"
    paper.write_bytes(pdf("申报材料"))
    with browsers.chromium() as browser, serving() as site:

        def visitor(email):
            one = Visitor(browser, email)
            one.arrive(site)
            return one

        regulator, lead = visitor("regulator@example.com"), visitor("agency@example.com")
        anybody = visitor(None)

        regulator.open("/desk/alliances/calls/new/")
        until = datetime.now(ZoneInfo("Asia/Shanghai")) + timedelta(days=30)
        regulator.submit(
            title=model()["title"].replace("{region}", "广州市"),
            region="440100",
            open_until=f"{until:%Y-%m-%dT%H:%M}",
            contact="广州市科技创新局高新处，电话 020-83120000",
        )
        regulator.picture("call-preview-1440")
        regulator.submit()
        anybody.open("/alliances/calls/")
        anybody.go("main a[href^='/alliances/calls/']")
        anybody.picture("call-1440")

        number = re.search(r"/calls/([\w-]+)/", anybody.path).group(1)
        lead.open(f"/desk/alliances/foundings/begin/{number}/")
        lead.submit()
        code = _basis(lead)
        for name in UNITS:
            lead.page.fill("main [name=unit]", name)
            lead.go("main form:has([name=unit]) button[type=submit]")
        lead.picture("founding-units-1440")
        for place in range(len(UNITS)):
            unit = visitor(f"unit-{place}@example.com")
            unit.open("/desk/")
            unit.go("main a[href*='/consent/']")
            if place == 0:
                unit.picture("founding-consent-1440")
            unit.submit()
            unit.context.close()
        lead.open(f"/desk/alliances/foundings/{code}/units/")
        assert "已同意" in lead.text
        lead.go("main .gx-actions a.btn-primary")
        _written(lead, paper)
        lead.picture("founding-submit-1440")
        lead.submit()

        regulator.open("/desk/")
        regulator.go(f"main a[href*='/foundings/{code}/']")
        regulator.picture("founding-review-1440")
        regulator.press("/return/")
        regulator.submit(reason="请按意见补正。", **{"on-plan": PLAN_COMMENT})

        lead.open(f"/desk/alliances/foundings/{code}/step/plan/")
        assert PLAN_COMMENT in lead.text
        lead.picture("founding-returned-1440")
        lead.submit(**{"period-0": "第一年（二季度立项，四季度上线）"})
        lead.open(f"/desk/alliances/foundings/{code}/submit/")
        lead.submit()

        regulator.open(f"/desk/alliances/foundings/{code}/")
        assert "工作计划" in regulator.text  # what was changed since
        regulator.press("/register/")
        regulator.picture("founding-register-1440")
        regulator.submit()

        anybody.open("/alliances/")
        anybody.picture("alliances-1440")
        anybody.go(anybody.page.get_by_role("link", name=NAME))
        assert re.search(r"GXLM-\d{4}-\d{3}", anybody.text)
        assert "何静" in anybody.text  # the secretary-general
        anybody.picture("alliance-1440")
        anybody.go("main a[href$='/members/']")
        for name in (LEAD, *UNITS):
            assert name in anybody.text


def _basis(lead: Visitor) -> str:
    """The first step; the application's code."""
    code = re.search(r"/foundings/(\w+)/", lead.path).group(1)
    lead.submit(
        name=NAME,
        fields="information",
        introduction="联合水务设备、测控、软件企业与高等院校，建设智慧水务公共技术平台。",
        head_name="何霖",
        head_phone="020-82960001",
        head_email="helin@example.com",
    )
    return code


def _written(lead: Visitor, paper) -> None:
    """Charter, experts, necessity, plan and files; the last leads to the preview."""
    page = lead.page
    page.locator("main [name=charter][value='conghua-2017']").check()
    page.fill("main [name=fee-member]", "3000.00")
    page.select_option("main [name=chair]", label="何霖")
    page.select_option("main [name=secretary-general]", label="何静")
    lead.submit()
    expert = {"expert-0": "蒋水清", "unit-0": "南粤水利大学", "title-0": "教授"}
    lead.submit(**expert, **{"speciality-0": "水文与水资源"})
    lead.submit(**{f"necessity_{part['key']}": part["hint"] for part in model()["outline"]})
    plan = {"work-0": "建设公共技术平台", "period-0": "第一年", "result-0": "上线运行"}
    lead.submit(**plan, **{"purpose-0": "平台建设", "amount-0": "300000", "source-0": "自筹"})
    for name in page.eval_on_selector_all("main input[type=file]", "all => all.map(o => o.name)"):
        page.set_input_files(f"main input[type=file][name='{name}']", paper)
    lead.picture("founding-files-1440")
    lead.submit()
