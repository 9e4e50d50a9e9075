import json
import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from core.models import Event, Upload
from marketplace import agencies
from marketplace.forms import entry as forms
from marketplace.models import Agency, AgencyState
from tests.cast import seated, signed_in
from tests.factories import (
    AgencyFactory,
    AgencyServiceFactory,
    CertificateFactory,
    PractitionerFactory,
    QualificationCategoryFactory,
    QualificationFactory,
    ServiceItemFactory,
)
from tests.marketplace import entries
from tests.marketplace.entries import begun, id_number, picture, submitted, whole

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(cast):
    return signed_in(cast.agency.user)


@pytest.fixture
def item(db):
    category = QualificationCategoryFactory(code="mapping", name="测绘资质甲")
    return ServiceItemFactory(
        name="测绘服务", requirement={"qualification": category.code, "level": "乙级"}
    )


@pytest.fixture
def engineer(db):
    return QualificationCategoryFactory(code="engineer", holder="person", levels=["一级"])


def address(section):
    return reverse("marketplace:entry-section", args=[section])


def unit(**changes):
    names = ("licence", "legal_id", "authorised_id_card", "authorisation", "insurance")
    return {
        "introduction": "专业测绘单位。",
        "established_on": "2015-06-01",
        "staff_count": "42",
        "legal_representative_id": id_number(1),
        "authorised_name": "许文",
        "authorised_phone": "13900000721",
        "authorised_id": id_number(2),
        **{name: picture(f"{name}.png") for name in names},
        **changes,
    }


def row(section, place=0, **values):
    return {f"{section}-{place}-{name}": value for name, value in values.items()}


def rows(section, count, *several):
    head = {f"{section}-TOTAL_FORMS": count, f"{section}-INITIAL_FORMS": 0}
    return head | {name: value for one in several for name, value in one.items()}


def service(item, place=0, **changes):
    facts = {
        "item": item.pk,
        "process": "受理、测量、交付。",
        "time_limit_days": 10,
        "fee_basis": "market",
        "fee": "按面积计。",
    }
    return row("services", place, **{**facts, **changes})


def certificate(**changes):
    facts = {
        "grade": "mapping|甲级",
        "number": "ZZ-1",
        "issued_on": "2024-01-01",
        "valid_until": "2099-12-31",
        "scan": picture(),
    }
    return {**facts, **changes}


def individual(place=0, **changes):
    own = {"name": "李明远", "id_number": id_number(3), "insurance": picture("insurance.png")}
    return row("practitioners", place, **certificate(grade="engineer|一级", **own), **changes)


def fill(browser, item):
    """Every section, as a person would."""
    browser.post(reverse("marketplace:entry-begin"))
    for section, typed in (
        ("unit", unit()),
        ("services", rows("services", 1, service(item))),
        ("qualifications", rows("qualifications", 1, row("qualifications", **certificate()))),
        ("practitioners", rows("practitioners", 1, individual())),
    ):
        answer = browser.post(address(section), typed)
        assert answer.status_code == 302, answer.content.decode()


def test_a_listed_agency_edits_what_the_public_reads(cast):
    agency = entries.listed(cast.agency, cast.operator)
    client = signed_in(cast.agency.user)
    address = reverse("marketplace:profile-edit")
    form = client.get(address).context["form"]
    kept = {name: form.initial[name] or "" for name in form.fields}
    wrong = client.post(address, kept | {"introduction": "", "staff_count": "37"})
    assert wrong.context["form"].errors.keys() == {"introduction"}
    assert 'value="37"' in wrong.text
    client.post(address, kept | {"introduction": "专注水利工程造价咨询。"})
    assert "专注水利工程造价咨询。" in Client().get(agency.get_absolute_url()).text
    assert "专注水利工程造价咨询。" in client.get(reverse("marketplace:entry")).text


def test_an_agency_enters_through_the_pages(browser, cast, item, engineer):
    assert browser.get("/desk/entry/").context["barred"] is False
    fill(browser, item)
    page = browser.get(reverse("marketplace:entry-submit")).content.decode()
    assert "测绘资质甲" in page
    assert id_number(1) not in page
    answer = browser.post(
        reverse("marketplace:entry-submit"), {"typed": cast.agency.organisation.name}
    )
    assert answer.status_code == 302
    agency = Agency.objects.get()
    assert agency.state == AgencyState.SUBMITTED
    assert agency.files.count() == 5
    assert Upload.objects.filter(subject_code=agency.code).count() == 8
    reviewer = signed_in(cast.operator.user)
    page = reviewer.get(reverse("marketplace:entries")).content.decode()
    assert cast.agency.organisation.name in page
    page = reviewer.get(reverse("marketplace:entry-review", args=[agency.code])).content.decode()
    assert "李明远" in page
    assert id_number(3) not in page
    asked = reviewer.get(reverse("marketplace:entry-admit", args=[agency.code])).content.decode()
    assert "data-confirm" in asked
    assert Agency.objects.get().state == AgencyState.SUBMITTED
    reviewer.post(reverse("marketplace:entry-admit", args=[agency.code]))
    register = browser.get("/agencies/").content.decode()
    assert cast.agency.organisation.name in register
    page = signed_in(cast.stranger).get(agency.get_absolute_url()).content.decode()
    assert "李明远" not in page
    assert "李**" in page
    assert "ZZ-1" in page


def test_what_is_typed_wrongly_is_kept_and_told(browser, cast, item):
    begun(cast.agency)
    wrong = unit(legal_representative_id="360702199001010", introduction="留着这句话")
    page = browser.post(address("unit"), wrong).content.decode()
    assert "15" in page  # the length that it has
    agency = Agency.objects.get()
    assert agencies.drafted(agency)["unit"]["introduction"] == ["留着这句话"]
    page = browser.get(address("unit")).content.decode()
    assert "留着这句话" in page
    assert "is-invalid" not in page
    assert "licence.png" in page  # the file was received and is held
    assert "is-invalid" in browser.get(address("unit") + "?check=1").content.decode()


def test_autosave_keeps_the_draft_and_does_no_deed(browser, cast):
    begun(cast.agency)
    events = Event.objects.count()
    answer = browser.post(
        address("unit"), {"introduction": "一半"}, headers={"accept": "application/json"}
    )
    assert re.search(r"\d\d:\d\d", json.loads(answer.content)["saved"])
    assert agencies.drafted(Agency.objects.get())["unit"]["introduction"] == ["一半"]
    assert Event.objects.count() == events


def test_rows_are_added_and_taken_out_without_a_script(browser, cast, item):
    begun(cast.agency)
    other = ServiceItemFactory()
    both = rows("services", 2, service(item), service(other, 1))
    browser.post(address("services"), {**both, "more": "1"})
    page = browser.get(address("services")).content.decode()
    assert 'name="services-2-process"' in page
    browser.post(address("services"), {**both, "services-0-DELETE": "on", "later": "1"})
    typed = agencies.drafted(Agency.objects.get())["services"]
    assert typed["services-0-item"] == [str(other.pk)]
    assert typed["services-TOTAL_FORMS"] == ["1"]


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"valid_until": "2020-01-01"}, "valid_until"),
        ({"valid_until": "2023-01-01", "issued_on": "2024-01-01"}, "valid_until"),
        ({"grade": "mapping|特级"}, "grade"),
        ({"scan": ""}, "scan"),
        ({"number": ""}, "number"),
    ],
)
def test_a_certificate_that_does_not_hold_is_refused_at_its_field(
    browser, cast, item, changes, name
):
    begun(cast.agency)
    typed = row("qualifications", **certificate(**changes))
    page = browser.post(address("qualifications"), rows("qualifications", 1, typed))
    form = page.context["formset"].forms[0]
    assert list(form.errors) == [name]


def test_specialties_belong_to_their_category(browser, cast):
    QualificationCategoryFactory(code="one", specialties=["工程测量"])
    QualificationCategoryFactory(code="two", specialties=["房屋建筑"])
    begun(cast.agency)
    typed = row("qualifications", **certificate(grade="one|甲级", specialties=["two|房屋建筑"]))
    page = browser.post(address("qualifications"), rows("qualifications", 1, typed))
    assert list(page.context["formset"].forms[0].errors) == ["specialties"]


def test_a_disguised_file_is_refused_and_nothing_else_is_lost(browser, cast):
    begun(cast.agency)
    fake = SimpleUploadedFile("licence.pdf", b"MZ\x90\x00 not a pdf", "application/pdf")
    page = browser.post(address("unit"), unit(licence=fake))
    assert list(page.context["form"].errors) == ["licence"]
    typed = agencies.drafted(Agency.objects.get())["unit"]
    assert typed["licence-held"] == []
    assert len(typed["legal_id-held"]) == 1


def test_a_colleague_goes_on_with_the_draft_and_its_files(browser, cast, item, engineer):
    fill(browser, item)
    colleague = signed_in(seated("colleague", organisation=cast.agency.organisation).user)
    page = colleague.get(reverse("marketplace:entry-submit"))
    assert page.context["faults"] == []


def test_two_rows_of_one_person_are_one_person(browser, cast, item, engineer):
    begun(cast.agency)
    second = {**individual(1), "practitioners-1-number": "ZC-2"}
    browser.post(address("practitioners"), rows("practitioners", 2, individual(), second))
    typed = agencies.drafted(Agency.objects.get())["practitioners"]
    sheet = forms.from_draft("practitioners", cast.agency, typed)
    assert sheet.is_valid(), sheet.errors
    (person,) = sheet.individuals()
    assert [paper.number for paper in person.certificates] == ["ZZ-1", "ZC-2"]
    second = {**individual(1), "practitioners-1-name": "别人"}
    page = browser.post(address("practitioners"), rows("practitioners", 2, individual(), second))
    assert list(page.context["formset"].forms[1].errors) == ["name"]


def test_submitting_is_refused_in_words(browser, cast, item, engineer):
    begun(cast.agency)
    page = browser.post(reverse("marketplace:entry-submit"), {"typed": "x"})
    assert {fault["section"] for fault in page.context["faults"]} == {"unit", "services"}
    fill(browser, item)
    page = browser.post(reverse("marketplace:entry-submit"), {"typed": "别的单位"})
    assert page.status_code == 200
    assert Agency.objects.get().state == AgencyState.DRAFT
    assert Event.objects.filter(name="deed.refused").exists()


def test_an_entry_under_review_shows_what_was_handed_in_and_no_form(browser, cast):
    submitted(cast.agency)
    page = browser.get("/desk/entry/")
    assert page.context["review"].round == 1
    assert browser.get(address("unit")).status_code == 302
    assert browser.get(reverse("marketplace:entry-submit")).status_code == 302


def test_a_return_is_told_section_by_section(browser, cast):
    agency = submitted(cast.agency)
    reviewer = signed_in(cast.operator.user)
    refused = reviewer.post(reverse("marketplace:entry-return", args=[agency.code]), {"unit": "x"})
    assert list(refused.context["form"].errors) == ["reason"]
    reviewer.post(
        reverse("marketplace:entry-return", args=[agency.code]),
        {"reason": "请补正", "unit": "授权书没有签字"},
    )
    page = browser.get("/desk/entry/").content.decode()
    assert "请补正" in page
    assert "授权书没有签字" in page
    assert "授权书没有签字" in browser.get(address("unit")).content.decode()


def test_the_operator_of_the_same_unit_sees_no_verb(cast):
    agency = submitted(cast.agency)
    Agency.objects.filter(pk=agency.pk).update(organisation=cast.operator.organisation)
    reviewer = signed_in(cast.operator.user)
    page = reviewer.get(reverse("marketplace:entry-review", args=[agency.code]))
    assert page.context["own"]
    reviewer.post(reverse("marketplace:entry-admit", args=[agency.code]))
    agency.refresh_from_db()
    assert agency.state == AgencyState.SUBMITTED


def test_a_look_at_a_number_shows_it_once(cast):
    agency = submitted(cast.agency)
    reviewer = signed_in(cast.operator.user)
    look = reverse("marketplace:id-number", args=[agency.code])
    asked = {"of": agency.code, "column": "authorised_id"}
    page = reviewer.post(look, asked, headers={"hx-request": "true"}).content.decode()
    assert id_number(2) in page
    assert "<html" not in page
    assert id_number(2) in reviewer.post(look, asked).content.decode()
    assert Event.objects.filter(name="entry.id-number-read").count() == 2
    for wrong in (
        {"of": agency.code, "column": "draft"},
        {"of": agency.code, "column": "id_number"},
        {"of": "NOBODY", "column": "id_number"},
    ):
        assert reviewer.post(look, wrong).status_code == 404


def listed(cast):
    return AgencyFactory(organisation=cast.agency.organisation)


def test_a_listed_agency_adds_changes_and_gives_up(browser, cast, item, engineer):
    agency = listed(cast)
    typed = {name.removeprefix("services-0-"): value for name, value in service(item).items()}
    browser.post(reverse("marketplace:service-offer"), typed)
    assert agency.services.current().get().item == item
    change = reverse("marketplace:service-change", args=[item.code])
    assert browser.get(change).context["form"].initial["fee"] == "按面积计。"
    browser.post(change, {**typed, "time_limit_days": "7"})
    assert agency.services.current().get().time_limit_days == 7
    browser.post(reverse("marketplace:service-stop", args=[item.code]))
    assert not agency.services.current().exists()
    browser.post(reverse("marketplace:qualification-add"), certificate())
    paper = agency.qualifications.pending().get()
    own = {"name": "李明远", "id_number": id_number(3), "insurance": picture("insurance.png")}
    browser.post(reverse("marketplace:practitioner-add"), certificate(grade="engineer|一级", **own))
    person = agency.practitioners.pending().get()
    reviewer = signed_in(cast.operator.user)
    for row, verb in ((paper, "verify"), (person, "verify")):
        reviewer.post(reverse("marketplace:credential-review", args=[row.code]), {verb: "1"})
    browser.post(
        reverse("marketplace:certificate-add", args=[person.code]),
        certificate(grade="engineer|一级", number="ZC-2"),
    )
    second = person.certificates.pending().get()
    reviewer.post(
        reverse("marketplace:credential-review", args=[second.code]),
        {"return": "1", "reason": "看不清"},
    )
    second.refresh_from_db()
    assert second.state == "returned"
    browser.post(reverse("marketplace:credential-end", args=[paper.code]))
    assert not agency.qualifications.current().exists()


def test_a_return_without_reason_stays_on_its_page(cast):
    row = QualificationFactory(
        agency=listed(cast), state="pending", decided_at=None, decided_by=None
    )
    reviewer = signed_in(cast.operator.user)
    page = reviewer.post(
        reverse("marketplace:credential-review", args=[row.code]), {"return": "1", "reason": ""}
    )
    assert list(page.context["form"].errors) == ["reason"]


def test_lists_ask_as_often_for_many_rows_as_for_one(cast, browser):
    agency = listed(cast)

    def one_more(place):
        QualificationFactory(agency=agency, number=f"ZZ-{place}")
        PractitionerFactory(agency=agency)
        AgencyServiceFactory(agency=agency)
        QualificationFactory(
            agency=agency,
            number=f"W-{place}",
            state="pending",
            decided_at=None,
            decided_by=None,
        )
        submitted(seated(f"unit-{place}"), practitioners=())

    reviewer = signed_in(cast.operator.user)
    pages = [(browser, "/desk/entry/"), (reviewer, "/desk/entries/")]

    def counts():
        found = []
        for client, path in pages:
            client.get(path)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(path).status_code == 200
            found.append(len(queries))
        return found

    one_more(0)
    first = counts()
    for place in range(1, 12):
        one_more(place)
    assert counts() == first


@pytest.fixture
def held(cast, item):
    """A qualification and a licence in the wallet of the cast's agency."""
    unit = {"organisation": cast.agency.organisation}
    CertificateFactory(kind="licence", scan__name="licence-of-the-wallet.png", **unit)
    held = CertificateFactory(
        kind="qualification", number="WALLET-1", issued_on=date(2024, 5, 1), **unit
    )
    held.scan.subject, held.scan.subject_code = "accounts.certificate", held.code
    held.scan.save()
    return held


def test_the_wallet_fills_a_form(browser, cast, held):
    begun(cast.agency)
    assert "licence-of-the-wallet.png" in browser.get(address("unit")).content.decode()
    typed = row("qualifications", grade="mapping|甲级", wallet=held.code)
    page = browser.post(address("qualifications"), rows("qualifications", 1, typed))
    assert page.status_code == 302
    kept = agencies.drafted(Agency.objects.get())["qualifications"]
    sheet = forms.from_draft("qualifications", cast.agency, kept)
    assert sheet.is_valid()
    (form,) = sheet.filled()
    paper = form.paper()
    assert (paper.number, paper.issued_on, paper.scan) == ("WALLET-1", date(2024, 5, 1), held.scan)
    entry = whole(qualifications=(paper,))
    name = cast.agency.organisation.name
    agency = agencies.submit(
        Agency.objects.get(), entry, typed=name, by=cast.agency, at=clock.now()
    )
    assert agency.qualifications.get().scan == held.scan
    held.scan.refresh_from_db()
    assert held.scan.subject_code != agency.code  # the wallet keeps its file


def test_nobody_takes_from_anothers_wallet(cast, held):
    begun(cast.rival)
    typed = row("qualifications", grade="mapping|甲级", wallet=held.code)
    page = signed_in(cast.rival.user).post(
        address("qualifications"), rows("qualifications", 1, typed)
    )
    assert list(page.context["formset"].forms[0].errors) == ["wallet"]
    stolen = {**unit(), "licence-held": held.scan.code, "licence": ""}
    page = signed_in(cast.rival.user).post(address("unit"), stolen)
    assert list(page.context["form"].errors) == ["licence"]
