import re

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from core.models import Event
from marketplace.models import QualificationCategory, ServiceItem
from tests.cast import signed_in

pytestmark = pytest.mark.django_db


def staff(seat):
    seat.user.groups.add(Group.objects.get(name="运营人员"))
    return signed_in(seat.user)


@pytest.fixture
def operator(cast):
    return staff(cast.operator)


@pytest.fixture
def surveying(db):
    return ServiceItem.objects.get(code="surveying")


def address(item):
    return reverse("service_item_revise", args=[item.code])


def shown(browser, item):
    """What the form sends when nothing is changed."""
    form = browser.get(address(item)).context["form"]
    values = {name: form[name].value() for name in form.fields}
    texts = {name: form.fields[name].prepare_value(value) for name, value in values.items()}
    texts |= {form.demand[name].html_name: form.demand[name].value() for name in form.demand.fields}
    return {name: text for name, text in texts.items() if text not in (None, False)}


def test_the_list_shows_every_item_and_its_verbs(operator, surveying):
    html = operator.get(reverse("wagtailsnippets_marketplace_serviceitem:list")).content.decode()
    assert "地质灾害危险性评估" in html
    assert address(surveying) in html
    assert reverse("service_item_introduce") in html
    assert "服务事项" in html
    assert re.search(r">\s*否\s*<", html)


def test_nobody_edits_an_item_past_its_versions(operator, surveying):
    for deed in ("edit", "delete"):
        name = f"wagtailsnippets_marketplace_serviceitem:{deed}"
        assert operator.post(reverse(name, args=[surveying.pk])).status_code in (302, 403)
    surveying.refresh_from_db()
    assert surveying.version == 1


def test_an_item_is_revised_as_lines(operator, surveying, cast):
    typed = shown(operator, surveying)
    typed["approvals"] += "\n建设工程规划许可｜自然资源局"
    typed["note"] = "增列规划许可"
    answer = operator.post(address(surveying), typed)
    assert answer.status_code == 302, answer.context["form"].errors
    surveying.refresh_from_db()
    assert surveying.version == 2
    assert surveying.approvals[-1] == {"name": "建设工程规划许可", "department": "自然资源局"}
    assert surveying.requirement == surveying.versions.last().content["requirement"]
    event = Event.objects.filter(name="service-item.revised").get()
    assert event.seat_code == cast.operator.code


def test_a_form_sent_unchanged_is_refused_in_words(operator, surveying):
    page = operator.post(address(surveying), {**shown(operator, surveying), "note": "无"})
    assert page.status_code == 200
    assert page.context["form"].non_field_errors()[0] in page.content.decode()
    assert Event.objects.filter(name="deed.refused").exists()
    surveying.refresh_from_db()
    assert surveying.version == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"approvals": "a｜b｜c"}, "approvals"),
        ({"note": ""}, "note"),
    ],
)
def test_what_is_misspelt_is_told_at_its_field(operator, surveying, changes, field):
    typed = {**shown(operator, surveying), "note": "改", **changes}
    page = operator.post(address(surveying), typed)
    assert list(page.context["form"].errors) == [field]


def test_the_demand_is_revised_in_rows(operator, surveying):
    typed = {**shown(operator, surveying), "note": "增列注册测绘师"}
    typed |= {"demand-row-2-what": "staff:registered-surveyor", "demand-row-2-count": "3"}
    assert operator.post(address(surveying), typed).status_code == 302
    before = surveying.requirement["any"]
    surveying.refresh_from_db()
    added = {"staff": "registered-surveyor", "count": 3}
    assert surveying.requirement == {"any": [*before, added]}


def test_a_demand_that_is_refused_is_shown_as_it_was_typed(operator, surveying):
    typed = {**shown(operator, surveying), "note": "改", "name": "测量"}
    typed |= {"demand-row-2-what": "staff:registered-surveyor", "demand-row-2-level": "甲级"}
    page = operator.post(address(surveying), typed)
    assert page.status_code == 200
    form = page.context["form"]
    assert list(form.demand.errors) == ["row-2-level"]
    html = page.content.decode()
    assert form.demand.errors["row-2-level"][0] in html
    assert "有 1 处需要更正" in html
    assert 'value="测量"' in html
    assert '<option value="staff:registered-surveyor" selected>' in html
    surveying.refresh_from_db()
    assert surveying.version == 1


def test_a_new_item_demands_what_its_rows_say(operator, surveying):
    typed = {**shown(operator, surveying), "slug": "water-testing", "name": "水质检测"}
    typed = {name: text for name, text in typed.items() if not name.startswith("demand-")}
    typed |= {"note": "新增", "demand-row-0-what": "qualification:cma"}
    assert operator.post(reverse("service_item_introduce"), typed).status_code == 302
    assert ServiceItem.objects.get(code="water-testing").requirement == {"qualification": "cma"}


def test_a_new_item_is_introduced(operator, surveying):
    typed = {**shown(operator, surveying), "slug": "water-testing", "name": "水质检测"}
    typed["note"] = "新增"
    assert operator.post(reverse("service_item_introduce"), typed).status_code == 302
    assert ServiceItem.objects.get(code="water-testing").versions.count() == 1
    page = operator.post(reverse("service_item_introduce"), typed)
    assert page.context["form"].non_field_errors()


def test_only_who_may_edit_the_catalogue_does(cast, surveying):
    for seat in (cast.owner, cast.agency):
        assert signed_in(seat.user).get(address(surveying)).status_code == 403
    cast.operator.rank, cast.operator.deeds = "operator", ["entry.review"]
    cast.operator.save()
    assert staff(cast.operator).get(address(surveying)).status_code in (302, 403)


def test_categories_are_edited_plainly(operator):
    row = QualificationCategory.objects.get(code="cma")
    edit = reverse("wagtailsnippets_marketplace_qualificationcategory:edit", args=[row.pk])
    assert operator.get(edit).status_code == 200
