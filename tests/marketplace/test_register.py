import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from core.calendar import day_of
from core.models import Region
from credit.models import Scheme
from marketplace import catalogue
from marketplace.models import ServiceItem
from marketplace.views.agencies import validity
from tests.cast import signed_in
from tests.factories import (
    AgencyFactory,
    AgencyServiceFactory,
    PractitionerCertificateFactory,
    PractitionerFactory,
    QualificationCategoryFactory,
    QualificationFactory,
    ServiceItemFactory,
)

pytestmark = pytest.mark.django_db


def names(address):
    page = Client().get(address)
    assert page.status_code == 200
    return {agency.organisation.name for agency in page.context["page"]}


@pytest.fixture
def agencies():
    """One in Zhanggong with a 甲级, one in Nanchang with a 乙级; and one not listed."""
    zhanggong = Region.objects.get(code="360702")
    nanchang = Region.objects.get(code="360102")
    category = QualificationCategoryFactory(code="mapping")
    first = AgencyFactory(organisation__name="云江测绘", organisation__region=zhanggong)
    second = AgencyFactory(organisation__name="洪城审计", organisation__region=nanchang)
    AgencyServiceFactory(agency=first, item__code="one")
    AgencyServiceFactory(agency=second, item__code="two")
    QualificationFactory(agency=first, category=category, level="甲级")
    QualificationFactory(agency=second, category=category, level="乙级")
    AgencyFactory(organisation__name="未入驻", state="submitted", listed_at=None)
    return first, second


def test_before_the_first_scheme_nobody_is_rated(agencies, later):
    first_day = Scheme.objects.earliest("from_on").from_on
    later(days=(first_day - day_of(clock.now())).days - 30)
    first, _second = agencies
    code = first.organisation.code
    for address in (
        reverse("marketplace:agencies"),
        reverse("marketplace:agency-detail", args=[code]),
    ):
        assert "尚未评级" in Client().get(address).content.decode()
    table = Client().get(reverse("marketplace:agency-export", args=["csv"])).content.decode()
    assert "云江测绘" in table


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"云江测绘", "洪城审计"}),
        ("?q=测绘", {"云江测绘"}),
        ("?q=未入驻", set()),
        ("?region=360702", {"云江测绘"}),
        ("?region=360700", {"云江测绘"}),
        ("?region=360000", {"云江测绘", "洪城审计"}),
        ("?item=one", {"云江测绘"}),
        ("?item=one&item=two", {"云江测绘", "洪城审计"}),
        ("?grade=mapping", {"云江测绘", "洪城审计"}),
        ("?grade=mapping|甲级", {"云江测绘"}),
        ("?grade=mapping|甲级&item=two", set()),
        ("?order=old", {"云江测绘", "洪城审计"}),
        ("?after=nonsense", {"云江测绘", "洪城审计"}),
    ],
)
def test_the_register_is_narrowed(agencies, query, found):
    assert names(f"/agencies/{query}") == found


def test_exports_hold_the_listed_agencies_that_are_shown_and_no_formulas(cast):
    shown = AgencyFactory(organisation__name="=HYPERLINK(1)")
    AgencyFactory(organisation__name="另一家咨询有限公司")
    AgencyFactory(organisation__name="=未入驻", state="returned", listed_at=None)
    answer = Client().get(reverse("marketplace:agency-export", args=["csv"]), {"q": "HYPERLINK"})
    head, line = answer.content.decode("utf-8-sig").splitlines()
    assert head.startswith("统一社会信用代码,")
    assert f"{shown.organisation.uscc},'=HYPERLINK(1)," in line
    assert answer.headers["Content-Disposition"] == 'attachment; filename="agencies.csv"'
    everything = Client().get(reverse("marketplace:agency-export", args=["csv"]))
    assert len(everything.content.decode("utf-8-sig").splitlines()) == 3
    book = Client().get(reverse("marketplace:agency-export", args=["xlsx"]))
    assert book.content[:2] == b"PK"
    page = Client().get(reverse("marketplace:agencies"), {"q": "HYPERLINK", "order": "old"})
    assert "/agencies/export.csv?q=HYPERLINK" in page.text


def test_each_condition_can_be_dropped(agencies):
    page = Client().get("/agencies/?item=one&item=two&q=云江&region=360700")
    hrefs = {chip["label"]: chip["href"] for chip in page.context["chips"]}
    assert len(hrefs) == 4
    assert "q=" not in hrefs["云江"].replace("%", "")
    item = ServiceItem.objects.get(code="one").name
    assert "item=one" not in hrefs[item]
    assert "item=two" in hrefs[item]
    for href in hrefs.values():
        assert Client().get(f"/agencies/{href}").status_code == 200


def test_the_register_turns_its_pages_without_loss_or_repetition():
    made = {AgencyFactory().organisation.name for _ in range(45)}
    seen, address = [], "/agencies/"
    while address:
        page = Client().get(address).context["page"]
        seen += [agency.organisation.name for agency in page]
        address = f"/agencies/{page.next}" if page.next else ""
    assert sorted(seen) == sorted(made)


def test_pages_ask_as_often_for_many_rows_as_for_one(cast):
    item = ServiceItemFactory()
    visitor = signed_in(cast.stranger)  # no finished page is kept for who is signed in

    def one_more():
        agency = AgencyServiceFactory(item=item).agency
        QualificationFactory(agency=agency)
        return agency

    first = one_more()
    pages = ["/agencies/", "/services/", item.get_absolute_url(), first.get_absolute_url()]

    def counts():
        found = []
        for path in pages:
            visitor.get(path)
            with CaptureQueriesContext(connection) as queries:
                assert visitor.get(path).status_code == 200
            found.append(len(queries))
        return found

    person = PractitionerFactory(agency=first)
    PractitionerCertificateFactory(practitioner=person)
    before = counts()
    for place in range(30):
        one_more()
        QualificationFactory(agency=first, number=f"N{place}")
        person = PractitionerFactory(agency=first)
        PractitionerCertificateFactory(practitioner=person)
        AgencyServiceFactory(agency=first)
    assert counts() == before


def test_the_page_of_an_agency_masks_persons_and_tells_what_is_valid():
    agency = AgencyFactory(authorised_name="许文静", authorised_phone="13900000721")
    today = day_of(clock.now())
    for number, until in (
        ("V1", None),
        ("V2", today + timedelta(days=9)),
        ("V3", date(2025, 1, 1)),
    ):
        QualificationFactory(agency=agency, number=number, valid_until=until)
    QualificationFactory(agency=agency, number="ENDED", ended_at=clock.now())
    QualificationFactory(
        agency=agency, number="WAITING", state="pending", decided_at=None, decided_by=None
    )
    person = PractitionerFactory(agency=agency, name="李明远")
    PractitionerCertificateFactory(practitioner=person, number="ZC20240001")
    page = Client().get(agency.get_absolute_url())
    text = page.content.decode()
    held = text.partition('id="quals"')[2].partition("</section>")[0]
    assert re.findall(r'class="gx-s gx-(\w+)"', held) == ["done", "soon", "fail"]
    for hidden in ("李明远", "13900000721", "许文静", "ZC20240001", "ENDED", "WAITING"):
        assert hidden not in text
    assert "139****0721" in text


@pytest.mark.parametrize("state", ["draft", "submitted", "returned"])
def test_only_a_listed_agency_has_a_page(state):
    agency = AgencyFactory(
        state=state,
        listed_at=None,
        **({"submitted_at": None} if state == "draft" else {}),
    )
    assert Client().get(agency.get_absolute_url()).status_code == 404


@pytest.mark.parametrize(
    ("days", "meaning"),
    [(None, "done"), (91, "done"), (90, "soon"), (0, "soon"), (-1, "fail")],
)
def test_validity_in_words(days, meaning):
    today = date(2026, 11, 23)
    until = None if days is None else today + timedelta(days=days)
    assert validity(until, today)["meaning"] == meaning


def test_the_catalogue_is_public_whole_and_searchable():
    page = Client().get("/services/")
    assert page.context["count"] == 12
    assert [item.code for item in _items(Client().get("/services/?q=防雷"))] == [
        "lightning-protection-testing"
    ]
    assert _items(Client().get("/services/?q=不存在的事项")) == []


def _items(page):
    return [item for group in page.context["groups"] for item in group["items"]]


@pytest.mark.parametrize("item", ["cost-consulting", "tendering-agency", "surveying", "audit"])
def test_an_item_shows_everything(item):
    row = ServiceItem.objects.get(code=item)
    text = Client().get(row.get_absolute_url()).content.decode()
    for basis in row.legal_basis:
        assert basis["title"] in text
    for step in row.process:
        assert step["name"] in text
    assert row.requirement_note in text
    assert row.versions.get().digest in text


def test_an_item_that_was_revised_shows_its_versions(cast):
    row = ServiceItem.objects.get(code="audit")
    catalogue.revise(
        row, {"name": "审计服务"}, seen=1, note="名称规范", by=cast.operator, at=clock.now()
    )
    text = Client().get(row.get_absolute_url()).content.decode()
    assert "名称规范" in text
    assert [version.number for version in row.versions.all()] == [2, 1]


def test_a_retired_item_leaves_the_list_and_keeps_its_page(cast):
    row = ServiceItem.objects.get(code="audit")
    catalogue.revise(
        row, {"retired": True}, seen=1, note="目录调整", by=cast.operator, at=clock.now()
    )
    assert row not in _items(Client().get("/services/"))
    assert Client().get(row.get_absolute_url()).status_code == 200
