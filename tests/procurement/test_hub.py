"""The hub of procurement and its table of time limits."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import cache, paging
from publication import periods
from tests.procurement import writing

pytestmark = pytest.mark.django_db


def shown(name, **asked):
    cache.clear()
    answer = Client().get(reverse(f"procurement:{name}"), asked)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_hub_says_that_nothing_is_there_yet():
    page = shown("hub")
    assert "还没有发布采购需求" in page
    assert reverse("procurement:need-list") in page


def test_the_hub_shows_the_newest_need_and_its_notice_and_no_draft(cast):
    need = writing.published(cast)
    writing.submitted(cast, title="尚未发布的需求")
    page = shown("hub")
    assert need.get_absolute_url() in page
    assert need.versions.get().notice in page
    assert "尚未发布的需求" not in page


def test_the_hub_costs_the_same_for_more(cast):
    writing.published(cast)
    shown("hub")
    counts = []
    for _number in range(2):
        with CaptureQueriesContext(connection) as caught:
            shown("hub")
        counts.append(len(caught))
        for _need in range(3):
            writing.published(cast)
    assert counts[0] == counts[1]


def test_the_hub_counts_no_further_than_a_list(cast, monkeypatch):
    for _need in range(3):
        writing.published(cast)
    monkeypatch.setattr(paging, "COUNTED", 2)
    assert "超过 2 项需求" in shown("hub")


def test_every_time_limit_stands_with_its_source_and_its_end():
    page = shown("periods", start="2026-09-28")
    for row in periods.table().values():
        assert row.event in page
    assert "《政府采购法》第五十五条" in page
    assert "2026年11月13日" in page  # complaints over the holiday week


@pytest.mark.parametrize("start", ["gestern", "1999-12-31", "2100-01-01"])
def test_a_day_that_cannot_be_counted_from_is_refused_in_words(start):
    assert "1 处需要更正" in shown("periods", start=start)
