from datetime import timedelta
from itertools import count

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from core import clock, paging
from core.models import Letter
from core.paging import Order

MENU = {
    "new": Order("最新", "-posted_at", "-pk"),
    "old": Order("最早", "posted_at", "pk"),
    "kind": Order("类别", "kind", "-posted_at", "pk"),
}
START = clock.now().replace(microsecond=123457)
serial = count()


def letters(*minutes: int, kinds: str = "a") -> None:
    Letter.objects.bulk_create(
        Letter(
            code=f"L{next(serial)}",
            user_code="u",
            kind=kinds[place % len(kinds)],
            subject="",
            body="",
            posted_at=START + timedelta(minutes=minute),
        )
        for place, minute in enumerate(minutes)
    )


def page(query: str = "", size: int = 3):
    return paging.page(Letter.objects.all(), MENU, QueryDict(query.lstrip("?")), size=size)


def walk(query: str, way: str, size: int) -> list[list[int]]:
    pages = []
    while True:
        shown = page(query, size)
        pages.append([row.pk for row in shown])
        query = getattr(shown, way)
        if not query:
            return pages
        assert len(pages) < 60, "it goes round in circles"


class Walks(TestCase):
    @given(
        st.lists(st.integers(0, 4), max_size=25),
        st.sampled_from([*MENU]),
        st.integers(1, 7),
        st.text("abc", min_size=1, max_size=4),
    )
    @settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
    def test_forth_and_back_each_row_is_met_once_in_its_order(self, minutes, order, size, kinds):
        letters(*minutes, kinds=kinds)
        wanted = list(Letter.objects.order_by(*MENU[order].columns).values_list("pk", flat=True))
        forth = walk(f"order={order}", "next", size)
        assert [pk for shown in forth for pk in shown] == wanted

        last = page(f"order={order}", size)
        while last.next:
            last = page(last.next, size)
        back = walk(last.previous, "previous", size) if last.previous else []
        tail = [row.pk for row in last]
        assert [pk for shown in reversed(back) for pk in shown] + tail == wanted


@pytest.mark.django_db
def test_a_page_costs_two_queries_however_long_the_list(django_assert_num_queries):
    letters(*range(40))
    with django_assert_num_queries(2):
        shown = page()
    with django_assert_num_queries(2):
        page(shown.next)


@pytest.mark.django_db
def test_rows_that_come_meanwhile_move_nothing():
    letters(1, 2, 3, 4, 5)
    first = page(size=2)
    seen = {row.pk for row in first}
    letters(6, 7)
    assert not seen & {row.pk for row in page(first.next, size=2)}


@pytest.mark.django_db
def test_links_keep_what_else_was_asked():
    letters(1, 2, 3, 4, 5)
    shown = page("order=old&region=360700&before=x")
    assert shown.next.startswith("?order=old&region=360700&after=")
    assert shown.previous == ""
    (first, second, _third) = shown.choices
    assert (second.current, first.current) == (True, False)
    assert first.href == "?order=new&region=360700"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query",
    [
        "after=%%%",
        "after=",
        "before=bnVsbA",
        "after=WzEsMl0",
        "after=W251bGwsMV0",
        "order=nosuch",
        "before=e30",
    ],
)
def test_what_cannot_be_read_shows_the_first_page(query):
    letters(1, 2, 3, 4)
    assert [row.pk for row in page(query)] == [row.pk for row in page()]
    assert page(query).previous == ""


@pytest.mark.django_db
def test_beyond_a_thousand_nobody_counts(monkeypatch):
    monkeypatch.setattr(paging, "COUNTED", 4)
    letters(1, 2, 3, 4)
    assert (page().count, page().counted) == (4, True)
    letters(5, 6, 7)
    assert (page().count, page().counted) == (5, False)
    assert "4" in page().count_text


@pytest.mark.django_db
def test_the_pager_links_both_ways():
    letters(*range(9))
    middle = page(page().next)
    html = render_to_string("components/pager.html", {"page": middle})
    assert 'rel="prev"' in html
    assert 'rel="next"' in html
    assert render_to_string("components/pager.html", {"page": page(size=9)}).strip() == ""
