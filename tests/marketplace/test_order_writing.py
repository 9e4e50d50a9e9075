"""The guided form of an order: step by step, saved as typed, previewed and submitted."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext

from core import clock
from core.models import Event
from marketplace import orders
from marketplace.models import OrderState, ServiceOrder
from tests import files
from tests.cast import signed_in
from tests.factories import QualificationCategoryFactory
from tests.marketplace import ordering
from tests.marketplace.ordering import draft


def to(name, *arguments):
    return reverse(f"marketplace:{name}", args=arguments)


def typed(instant):
    return f"{localtime(instant):%Y-%m-%dT%H:%M}"


def steps(**changes):
    """What an owner types, step by step."""
    given = ordering.terms()
    shown = {
        "project": {"title": given.title, "region": "360702"},
        "money": {"regime": "below-threshold", "public_funds": "0", "budget": "186,000.00"},
        "service": {
            "items": ["ordered"],
            "items_needed": "all",
            "content": given.content,
            "service_days": "45",
            "demand_needed": "all",
            "stage-0": "初稿",
            "days-0": "20",
            "percent-0": "40",
            "stage-1": "审核报告",
            "days-1": "45",
            "percent-1": "60",
        },
        "method": {
            "method": "lowest",
            "ceiling": "180000",
            "reserves": "2",
            "open_until": typed(given.open_until),
            "choose_at": typed(given.choose_at),
        },
        "people": {"witness-0": "周建国", "phone-0": "13800000001"},
        "contact": {
            "contact_name": "李梅",
            "contact_phone": "0000-8632512",
            "complaint_phone": "0000-8632000",
        },
    }
    return {name: fields | changes.get(name, {}) for name, fields in shown.items()}


@pytest.fixture
def writing(cast):
    """The owner's browser, before an empty draft; its unit lies in the region of the order."""
    from core.models import Region

    own = cast.owner.organisation
    own.region = Region.objects.get(code="360702")
    own.save()
    return draft(cast.owner), signed_in(cast.owner.user)


def fill(client, order, given):
    leads = ""
    for name, fields in given.items():
        answer = client.post(to("order-step", order.code, name), fields)
        assert answer.status_code == 302, (name, answer.context["form"].errors)
        leads = answer.headers["Location"]
    return leads


def test_an_order_is_written_step_by_step_previewed_and_submitted(writing, cast):
    order, client = writing
    assert fill(client, order, steps()) == to("order-submit", order.code)
    preview = client.get(to("order-submit", order.code))
    assert "周建国" in preview.text
    assert "初稿" in preview.text
    assert "密钥由平台保管" in preview.text
    assert client.post(to("order-submit", order.code)).status_code == 302
    order.refresh_from_db()
    assert (order.state, order.method) == (OrderState.SUBMITTED, "lowest")
    assert [stage["title"] for stage in order.stages] == ["初稿", "审核报告"]
    # The notice is the preview, but for what only its publication knows.
    orders.publish(order, by=cast.approver, at=clock.now())
    assert (
        "壹拾捌万元整" in Client().get(to("order-detail", ServiceOrder.objects.get().number)).text
    )


def test_a_refused_step_names_its_fields_and_keeps_what_was_typed_in_the_draft(writing):
    order, client = writing
    page = client.post(
        to("order-step", order.code, "money"),
        {"regime": "below-threshold", "public_funds": "120", "budget": "三十万"},
    )
    assert set(page.context["form"].errors) == {"public_funds", "budget"}
    assert 'href="#id_budget"' in page.text
    assert 'value="三十万"' in page.text
    order.refresh_from_db()
    assert order.draft["budget"] == "三十万"
    again = client.get(to("order-step", order.code, "money"))
    assert 'value="三十万"' in again.text


def test_autosave_keeps_anything_and_says_when(writing):
    order, client = writing
    answer = client.post(
        to("order-autosave", order.code, "money"), {"regime": "", "budget": "12万"}
    )
    assert f"{localtime(clock.now()):%H}" in answer.json()["saved"]
    order.refresh_from_db()
    assert order.draft["budget"] == "12万"
    assert not Event.objects.filter(subject_code=order.code).exists()


def test_what_the_law_forbids_is_shown_disabled_with_its_article_and_refused(writing):
    order, client = writing
    fill(client, order, {"money": steps()["money"] | {"regime": "mandatory-tender"}})
    page = client.get(to("order-step", order.code, "method"))
    assert re.search(r'value="draw"[^>]*disabled', page.text)
    assert "不得采用抽签、摇号、抓阄" in page.text
    given = steps(
        money={"regime": "mandatory-tender"}, method={"method": "draw", "price": "180000"}
    )
    fill(client, order, given)
    preview = client.get(to("order-submit", order.code))
    assert "1117号" in preview.context["refused_because"]
    client.post(to("order-submit", order.code))
    order.refresh_from_db()
    assert order.state == OrderState.DRAFT


def test_the_outlook_tells_what_the_choices_lead_to(writing):
    order, client = writing

    def needed(share):
        typed = {"regime": "below-threshold", "public_funds": share}
        page = client.post(to("order-outlook", order.code, "money"), typed)
        return dict(page.context["outlook"])[gettext("Bids needed")]

    assert "3" in needed("100")
    assert "2" in needed("0")
    order.refresh_from_db()
    assert order.draft == {}


def test_a_demand_of_qualifications_becomes_a_tree(writing):
    order, client = writing
    unit = QualificationCategoryFactory(code="unit-paper")
    QualificationCategoryFactory(code="person-paper", holder="person", levels=["一级", "二级"])
    service = {
        "category-0": unit.code,
        "level-0": "乙级",
        "category-1": unit.code,
        "specialty-1": "工程测量",
        "demand_needed": "any",
        "staff-0": "person-paper",
        "grade-0": "一级",
        "count-0": "2",
    }
    fill(client, order, steps(service=service))
    client.post(to("order-submit", order.code))
    order.refresh_from_db()
    assert order.requirement == {
        "all": [
            {
                "any": [
                    {"qualification": "unit-paper", "level": "乙级"},
                    {"qualification": "unit-paper", "specialty": "工程测量"},
                ]
            },
            {"staff": "person-paper", "level": "一级", "count": 2},
        ]
    }


def test_a_level_that_does_not_exist_and_a_wrong_code_are_told_beside_the_field(writing):
    order, client = writing
    unit = QualificationCategoryFactory(code="unit-paper")
    service = steps()["service"] | {"category-0": unit.code, "level-0": "特级"}
    page = client.post(to("order-step", order.code, "service"), service)
    assert "甲级" in str(page.context["form"].errors["level-0"])
    people = steps()["people"] | {
        "avoided-0": "甲公司",
        "uscc-0": "91360700MA35A1B23",
        "reason-0": "关联",
    }
    page = client.post(to("order-step", order.code, "people"), people)
    assert "17" in str(page.context["form"].errors["uscc-0"])


def test_a_file_outlives_a_refused_step_and_comes_with_the_order(writing, cast):
    order, client = writing
    given = {"title": "", "region": "360702", "files": files.upload("批文.pdf", files.pdf())}
    page = client.post(to("order-step", order.code, "project"), given)
    assert "批文.pdf" in page.text
    order.refresh_from_db()
    (held,) = order.draft["files-held"]
    assert "批文.pdf" in client.get(to("order-step", order.code, "project")).text
    fill(client, order, steps(project={"files-held": [held]}))
    client.post(to("order-submit", order.code))
    order.refresh_from_db()
    orders.publish(order, by=cast.approver, at=clock.now())
    order.refresh_from_db()
    assert "批文.pdf" in Client().get(order.get_absolute_url()).text
    answer = Client().get(reverse("core:upload", args=[held]))
    assert b"".join(answer.streaming_content).startswith(b"%PDF")


def test_a_files_code_from_elsewhere_opens_nothing(writing, cast):
    order, client = writing
    page = client.post(
        to("order-step", order.code, "project"),
        {"title": "测绘", "region": "360702", "files-held": ["STRANGE"]},
    )
    assert "files" in page.context["form"].errors


def test_an_empty_draft_leads_to_its_first_step_and_a_whole_one_to_the_preview(writing):
    order, client = writing
    first = client.get(to("order-edit", order.code))
    assert first.headers["Location"] == to("order-step", order.code, "project")
    fill(client, order, steps())
    whole = client.get(to("order-edit", order.code))
    assert whole.headers["Location"] == to("order-submit", order.code)


def test_a_submitted_order_is_no_longer_written_on(writing):
    order, client = writing
    fill(client, order, steps())
    client.post(to("order-submit", order.code))
    assert client.get(to("order-step", order.code, "project")).status_code == 404
    assert client.post(to("order-autosave", order.code, "project")).status_code == 404
