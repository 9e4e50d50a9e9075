"""An agency enters through the pages, is sent back once, and is listed by the operator."""

import os

import pytest

from tests import browsers
from tests.factories import QualificationCategoryFactory, ServiceItemFactory
from tests.journeys.visitor import Visitor
from tests.marketplace.entries import id_number, picture
from tests.processes import serving

pytestmark = pytest.mark.skipif(
    os.environ.get("REQUIRE_SERVICES") != "1",
    reason="a browser is asked for by REQUIRE_SERVICES=1",
)


def test_an_agency_enters_is_returned_once_and_listed(database, tmp_path):
    mapping = QualificationCategoryFactory(code="mapping", name="测绘资质甲")
    QualificationCategoryFactory(code="engineer", holder="person", levels=["一级"])
    item = ServiceItemFactory(
        name="测绘服务", requirement={"qualification": mapping.code, "level": "乙级"}
    )
    scan = tmp_path / "扫描件.png"
    scan.write_bytes(picture().read())
    certificate = {"number": "ZZ-1", "issued_on": "2024-01-01", "valid_until": "2099-12-31"}

    def fill(agency: Visitor, section: str, files: tuple[str, ...], **typed: str) -> None:
        agency.open(f"/desk/entry/{section}/")
        for name in files:
            agency.page.set_input_files(f"main input[type=file][name='{name}']", scan)
        agency.submit(**typed)

    def row(section: str, **typed: str) -> dict[str, str]:
        return {f"{section}__0__{name}": value for name, value in typed.items()}

    with browsers.chromium() as browser, serving() as site:
        agency = Visitor(browser, "agency@example.com")
        operator, anybody = Visitor(browser, "operator@example.com"), Visitor(browser, None)
        for one in (agency, operator, anybody):
            one.arrive(site)

        agency.open("/desk/entry/")
        agency.submit()
        fill(
            agency,
            "unit",
            ("licence", "legal_id", "authorised_id_card", "authorisation", "insurance"),
            introduction="专业测绘单位。",
            established_on="2015-06-01",
            staff_count="42",
            legal_representative_id=id_number(1),
            authorised_name="许文",
            authorised_phone="13900000721",
            authorised_id=id_number(2),
        )
        service = {"process": "受理、测量、交付。", "time_limit_days": "10", "fee": "按面积计。"}
        fill(
            agency,
            "services",
            (),
            **row("services", item=str(item.pk), fee_basis="market", **service),
        )
        papers = row("qualifications", grade="mapping|甲级", **certificate)
        fill(agency, "qualifications", ("qualifications-0-scan",), **papers)
        person = {"name": "李明远", "id_number": id_number(3), "grade": "engineer|一级"}
        fill(
            agency,
            "practitioners",
            ("practitioners-0-scan", "practitioners-0-insurance"),
            **row("practitioners", **person, **certificate),
        )
        agency.picture("entry-preview-1440")
        agency.open("/desk/entry/submit/")
        agency.submit(typed="Agency")

        operator.open("/desk/entries/")
        operator.go("main a[href*='/desk/entries/']")
        operator.picture("entry-review-1440")
        assert id_number(3) not in operator.page.content()
        review = operator.path
        form = operator.page.locator("main form[action$='/return/']")
        form.locator("[name=reason]").fill("社保记录只有两个月，请补齐近三个月。")
        operator.press("/return/")

        agency.open("/desk/entry/")
        assert "社保记录只有两个月" in agency.text
        agency.open("/desk/entry/submit/")
        agency.submit(typed="Agency")
        operator.open(review + "admit/")
        operator.submit()

        anybody.open("/agencies/")
        anybody.go(anybody.page.get_by_role("link", name="Agency"))
        assert "李**" in anybody.text
        assert "李明远" not in anybody.page.content()
        anybody.picture("agency-listed-1440")
