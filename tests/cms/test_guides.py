"""The guides, loaded once and then the editors'."""

import pytest
from django.test import Client

from cms.models import ContentPage
from cms.reference import load_guides

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/guide/", "项目业主"),
        ("/guide/owners/", "一份订单由两个人办理"),
        ("/guide/agencies/", "申请入驻"),
        ("/guide/regulators/", "见证抽取"),
        ("/guide/public/", "重新计算"),
        ("/guide/rules/", "期限怎样计算"),
        ("/en/guide/public/", "Front page"),
    ],
)
def test_a_fresh_site_has_its_guides(address, words):
    answer = Client().get(address)
    assert answer.status_code == 200
    assert words in answer.content.decode()


def test_the_menu_leads_to_the_guides():
    assert '<a href="/guide/">办事指南</a>' in Client().get("/").content.decode()
    assert 'href="/guide/" aria-current="page"' in Client().get("/guide/owners/").content.decode()


def test_loading_again_leaves_alone_what_editors_wrote(django_capture_on_commit_callbacks):
    page = ContentPage.objects.get(slug="owners")
    page.title = "业主须知"
    page.save()
    ContentPage.objects.get(slug="rules").delete()
    # The loader is a rule; within this test's transaction its body is called bare.
    assert load_guides.__wrapped__() == 1
    assert ContentPage.objects.get(slug="owners").title == "业主须知"
    assert ContentPage.objects.filter(slug="rules").count() == 1
