import csv
import json
import subprocess
import sys
from datetime import timedelta
from io import BytesIO, StringIO
from zipfile import ZipFile

import pytest
from django.template import Context, Template
from django.test import Client
from django.urls import reverse

from core import clock
from core.calendar import day_of
from core.forms import new_once
from core.models import Event
from credit import ratings
from credit.models import Fact, Scheme
from tests import files
from tests.cast import signed_in
from tests.credit.doors import finding
from tests.credit.records import entered, graded
from tests.factories import OrganisationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def agency(cast):
    return cast.agency.organisation


def page(name, *args, client=None, **query):
    return (client or Client()).get(reverse(f"credit:{name}", args=args), query)


def text(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


def test_the_public_page_tells_each_point(agency, later):
    graded(agency, evidence=[("GXGG-2026-00007", "/notices/GXGG-2026-00007/")])
    entered(agency)
    later(days=15)
    html = text(page("agency", agency.code))
    assert "<b>98</b>" in html
    for words in (
        "项目评价：优秀",
        "+1",
        "101",
        "−3",
        "成果提交逾期",
        "GXGG-2026-00007",
        "信用评分规则（第1版）",
    ):
        assert words in html


def test_the_course_of_a_year_is_drawn_and_told_in_a_table(agency, later):
    agency.verified_at = clock.now()
    agency.save()
    assert "<svg viewBox" not in text(page("agency", agency.code))  # no month has begun since
    graded(agency)
    later(days=70)
    entered(agency)
    later(days=40)
    response = page("agency", agency.code)
    points = response.context["course"].points
    scores = [point.score for point in points]
    assert (scores[0], scores[-1]) == (101, 98)
    assert set(scores) == {101, 98}
    assert scores == sorted(scores, reverse=True)
    html = text(response)
    assert 'role="img"' in html
    assert "以表格显示" in html
    assert "style=" not in html


def test_the_course_goes_back_12_months_and_costs_two_queries(agency, django_assert_num_queries):
    agency.verified_at = clock.now() - timedelta(days=800)
    for _ in range(3):
        entered(agency)
    with django_assert_num_queries(2):
        points = ratings.course(agency, clock.now())
    assert len(points) == 13


def test_it_tells_how_the_score_will_change(agency):
    graded(agency)
    html = text(page("agency", agency.code))
    ((when, rating),) = ratings.outlook(agency, clock.now())
    assert rating.score == 100
    assert f"{when.year}年" in html


def test_what_is_heard_is_not_public(agency):
    entered(agency)
    assert "成果提交逾期" not in text(page("agency", agency.code))
    assert "成果提交逾期" not in text(page("facts-csv", agency.code))


def test_a_minor_discredit_leaves_view_after_three_months_and_still_counts(agency, later):
    entered(agency)
    later(days=120)
    html = text(page("agency", agency.code))
    assert "成果提交逾期" not in html
    assert "<b>97</b>" in html
    table = text(page("facts-csv", agency.code))
    assert "成果提交逾期" not in table
    assert "delivery-late" not in table
    assert "公示期已满的事项" in table


def test_anybody_recomputes_the_score(agency, later, tmp_path):
    for number in range(12):
        graded(agency, key=f"GXDD-2026-{number:05}")
    entered(agency, "delivery-unfit")
    later(days=15)
    archive = ZipFile(BytesIO(page("recompute", agency.code).content))
    archive.extractall(tmp_path)
    folder = tmp_path / f"credit-{agency.code}"
    assert json.loads((folder / "result.json").read_text("utf-8"))["score"] == "104"

    def run():
        program = [sys.executable, "-I", "-S", "-X", "utf8", "scoring.py"]
        return subprocess.run(program, cwd=folder, capture_output=True, check=False).returncode

    assert run() == 0
    table = (folder / "facts.csv").read_text("utf-8-sig")
    (folder / "facts.csv").write_text(table.replace(",-6,", ",-5,"), "utf-8")
    assert run() == 1


def test_the_csv_lists_what_counts(agency):
    graded(agency, "0.5")
    content = page("facts-csv", agency.code).content.decode("utf-8-sig")
    (row,) = csv.DictReader(StringIO(content))
    assert (row["kind"], row["points"]) == ("job", "0.5")


def test_the_index_finds_by_name_and_code_and_costs_the_same_for_many(
    agency, cast, django_assert_max_num_queries
):
    graded(agency)
    page("index")  # what is asked once a process is asked now
    with django_assert_max_num_queries(8) as few:
        html = text(page("index"))
    assert agency.name in html
    for number, unit in enumerate(OrganisationFactory.create_batch(29)):
        graded(unit, key=f"other-{number}")
    with django_assert_max_num_queries(8) as many:
        text(page("index"))
    assert len(many) == len(few)
    assert agency.name in text(page("index", q=agency.uscc.lower()))
    assert agency.name not in text(page("index", q="没有这个单位"))
    assert "data-" in html


def test_the_public_page_costs_the_same_for_one_line_and_thirty(agency, django_assert_num_queries):
    graded(agency)
    page("agency", agency.code)  # what is asked once a process is asked now
    with django_assert_num_queries(11):
        text(page("agency", agency.code))
    for number in range(29):
        graded(agency, key=f"other-{number}")
    with django_assert_num_queries(11):
        text(page("agency", agency.code))


def test_the_rules_are_public(agency):
    html = text(page("scheme"))
    for words in (
        "服务质量标准",
        "30%",
        "基本合格",
        "恶意低价竞争",
        "广州市政府购买社会服务考核评估",
    ):
        assert words in html


def test_the_badge_of_a_level(agency):
    graded(agency)
    rating = ratings.of(agency, clock.now())
    html = Template("{% load credit %}{% level_badge rating %}").render(Context({"rating": rating}))
    assert "gx-done" in html
    assert "101" in html


def test_the_desk_shows_a_unit_its_own_and_a_supervisor_everybodys(agency, cast):
    mine = entered(agency)
    others = entered(cast.rival.organisation, "signing-refused")
    html = text(page("desk", client=signed_in(cast.agency.user)))
    assert mine.code in html
    assert others.code not in html
    html = text(page("desk", client=signed_in(cast.regulator.user)))
    assert mine.code in html
    assert others.code in html


def test_the_desk_costs_the_same_for_one_and_thirty(agency, cast, django_assert_max_num_queries):
    client = signed_in(cast.regulator.user)
    entered(agency)
    page("desk", client=client)  # what is asked once a process is asked now
    with django_assert_max_num_queries(20) as few:
        text(page("desk", client=client))
    for number in range(29):
        entered(agency, key=f"other-{number}")
    with django_assert_max_num_queries(20) as many:
        text(page("desk", client=client))
    assert len(many) == len(few)


def test_a_case_is_stated_with_its_evidence(agency, cast):
    fact = entered(agency)
    client = signed_in(cast.agency.user)
    proof = files.upload("送达回证.pdf", files.pdf())
    address = reverse("credit:fact-answer", args=[fact.code])
    refused = client.post(address, {"text": "", "uploads": proof})
    assert refused.status_code == 200
    assert "送达回证.pdf" in refused.content.decode()  # the file outlives the refused form
    held = refused.context["statement_form"]["uploads"].field.widget.held[0].code
    assert client.post(address, {"text": "图纸迟到", "uploads-held": held}).status_code == 302
    for seat in (cast.agency, cast.regulator):
        html = text(page("fact-detail", fact.code, client=signed_in(seat.user)))
        assert "图纸迟到" in html
        assert "送达回证.pdf" in html
        response = signed_in(seat.user).get(reverse("core:upload", args=[held]))
        assert b"".join(response.streaming_content)
    assert signed_in(cast.rival.user).get(reverse("core:upload", args=[held])).status_code == 404


def test_a_harsher_correction_is_refused_beside_the_form_and_noted(agency, cast):
    fact = entered(agency)
    address = reverse("credit:fact-correct", args=[fact.code])
    client = signed_in(cast.regulator.user)
    response = client.post(address, {"correct-points": "-9", "correct-reason": "x"})
    assert response.status_code == 200
    assert response.context["correct_form"].non_field_errors()
    assert Event.objects.filter(name="deed.refused", subject_code=fact.code).exists()
    assert Fact.objects.count() == 1


def test_a_finding_sent_twice_is_entered_once(cast):
    client = signed_in(cast.regulator.user)
    data = finding(cast) | {"once": "k" * 22}
    first, second = (client.post(reverse("credit:fact-find"), data) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert Fact.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [{"uscc": "91360700000000000X"}, {"occurred_on": "2099-01-01"}, {"kind": "job"}, {"basis": ""}],
)
def test_a_finding_in_bad_shape_is_told_beside_its_field(cast, wrong):
    client = signed_in(cast.regulator.user)
    response = client.post(reverse("credit:fact-find"), finding(cast) | {"once": "k" * 22} | wrong)
    assert list(response.context["form"].errors) == list(wrong)
    assert not Fact.objects.exists()


@pytest.fixture
def _before_schemes(db, later):
    """A day before the first scheme was in force, for all that the test makes."""
    first = Scheme.objects.earliest("from_on").from_on
    later(days=(first - day_of(clock.now())).days - 30)


@pytest.mark.usefixtures("_before_schemes")
def test_before_the_first_scheme_every_page_says_that_nobody_is_rated(cast, agency):
    html = text(page("index"))
    assert "尚无施行中的评分规则" in html
    assert reverse("credit:scheme") not in html
    for name, *args in (("scheme",), ("agency", agency.code)):
        assert page(name, *args).headers["Location"] == reverse("credit:index")
    for name in ("facts-csv", "recompute"):
        assert page(name, agency.code).status_code == 404
    assert text(page("desk", client=signed_in(cast.agency.user)))


@pytest.mark.usefixtures("_before_schemes")
def test_before_the_first_scheme_nothing_is_found(cast, agency):
    client, sent = signed_in(cast.regulator.user), finding(cast) | {"once": new_once()}
    before = Event.objects.exclude(name="deed.refused").count()
    address = reverse("credit:fact-find")
    for ask in (client.get, client.post):
        assert ask(address, sent).headers["Location"] == reverse("credit:desk")
        assert "没有施行中的评分规则" in text(page("desk", client=client))
    assert not Fact.objects.exists()
    assert Event.objects.exclude(name="deed.refused").count() == before


def test_what_was_found_before_the_first_scheme_cannot_be_scored(cast, agency):
    client = signed_in(cast.regulator.user)
    sent = finding(cast) | {"once": new_once(), "occurred_on": "2001-02-03"}
    answer = client.post(reverse("credit:fact-find"), sent)
    assert "没有施行中的评分规则" in text(answer)
    assert not Fact.objects.exists()
