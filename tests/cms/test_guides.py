"""What a fresh site begins with: pages, menus, editors; loaded once and then the editors'."""

import pytest
from django.test import Client

from cms import blank_forms, destinations
from cms.models import FormPage, Frame, GuidePage
from cms.reference import load_menus, load_pages
from core import cache

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/guide/", "项目业主"),
        ("/guide/owners/", "一份订单由两个人办理"),
        ("/guide/agencies/", "申请入驻"),
        ("/guide/members/", "申报联盟"),
        ("/guide/regulators/", "见证抽取"),
        ("/guide/public/", "重新计算"),
        ("/guide/rules/", "期限怎样计算"),
        ("/en/guide/public/", "Front page"),
        ("/forms/", "会员入盟申请表"),
        ("/forms/entry/", "下载空白表格"),
        ("/questions/", "截止之前能看到多少家报名吗"),
        ("/news/", "还没有发布新闻"),
        ("/policies/", "还没有发布政策"),
        ("/sites/", "还没有联盟网站"),
        ("/about/", "不收取报名费"),
    ],
)
def test_a_fresh_site_has_its_pages(address, words):
    answer = Client().get(address)
    assert answer.status_code == 200
    assert words in answer.content.decode()


def test_the_menu_leads_to_the_guides():
    assert '<a href="/guide/">办事指南</a>' in Client().get("/").content.decode()
    assert 'href="/guide/" aria-current="page"' in Client().get("/guide/owners/").content.decode()


def test_loading_again_leaves_alone_what_editors_wrote():
    page = GuidePage.objects.get(slug="owners")
    page.title = "业主须知"
    page.save()
    GuidePage.objects.get(slug="rules").delete()
    Frame.objects.update(hotline="12345")
    # The loaders are rules; within this test's transaction their bodies are called bare.
    assert load_pages.__wrapped__() == 1
    assert load_menus.__wrapped__() == 0
    assert GuidePage.objects.get(slug="owners").title == "业主须知"
    assert GuidePage.objects.filter(slug="rules").count() == 1


def test_a_step_leads_to_the_page_it_speaks_of_and_cites_the_figure_in_force():
    page = Client().get("/guide/owners/").text
    assert 'href="/desk/orders/new/"' in page
    assert "《政府采购法》第四十六条" in page
    english = Client().get("/en/guide/owners/").text
    assert 'href="/en/desk/orders/new/"' in english


@pytest.mark.parametrize("key", [key for key, _entry in destinations.destinations()])
def test_each_named_destination_has_a_page(key):
    assert destinations.destination(key).href.startswith("/")


@pytest.mark.parametrize("key", list(blank_forms.registered()))
def test_each_form_is_drawn_empty_and_explained_on_a_page(key):
    answer = Client().get(f"/forms/{key}.pdf")
    assert answer.content.startswith(b"%PDF")
    assert FormPage.objects.get(drawn=key).body
    assert f'href="/forms/{key}.pdf"' in Client().get("/forms/").text


def test_an_unknown_form_is_not_there():
    assert Client().get("/forms/none.pdf").status_code == 404


def test_each_answer_has_an_address_of_its_own():
    page = Client().get("/questions/").text
    anchor = page.partition('<details id="')[2].partition('"')[0]
    assert anchor.startswith("q-")
    assert len(anchor) == 10
    assert f'href="#{anchor}"' in page
    cache.clear()
    assert f'<details id="{anchor}">' in Client().get("/questions/").text
