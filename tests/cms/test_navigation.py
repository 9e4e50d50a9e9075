"""What the menus offer to whom."""

import pytest
from django.test import Client

from accounts.models import Deed, Standing
from cms.navigation import Entry, links
from tests.cast import signed_in

HOME, PAGE = "core:healthz", "wagtail_serve"


def labels(seat, *entries):
    return [link.label for link in links(entries, "/", seat)]


def test_an_entry_without_a_page_is_not_shown():
    assert labels(None, Entry("here", HOME), Entry("nowhere", "nobody:nothing")) == ["here"]


@pytest.mark.django_db
def test_an_entry_is_offered_to_whom_may_use_it(cast):
    for_owners = Entry("write", HOME, deeds=(Deed.WRITE_ORDER,))
    for_staff = Entry("review", HOME, standings=(Standing.OPERATOR, Standing.REGULATOR))
    assert labels(cast.owner, for_owners, for_staff) == ["write"]
    assert labels(cast.operator, for_owners, for_staff) == ["review"]
    assert labels(None, for_owners, for_staff) == []


def test_the_nearest_entry_above_a_page_is_current():
    entries = (
        Entry("guides", PAGE, ("guide/",)),
        Entry("rules", PAGE, ("guide/rules/",)),
    )
    current = [link.label for link in links(entries, "/guide/rules/", None) if link.current]
    assert current == ["rules"]
    assert [link for link in links(entries, "/orders/", None) if link.current] == []


@pytest.mark.django_db
def test_english_pages_lead_to_english_pages(cast):
    page = Client().get("/en/guide/").content.decode()
    assert 'href="/en/guide/rules/"' in page
    assert 'href="/guide/rules/"' not in page


@pytest.mark.django_db
def test_the_other_seats_can_be_switched_to(cast):
    page = signed_in(cast.owner.user).get("/").content.decode()
    assert 'action="/desk/switch/"' not in page  # one seat only
    cast.agency.user = cast.owner.user
    cast.agency.save()
    page = signed_in(cast.owner.user).get("/").content.decode()
    assert 'action="/desk/switch/"' in page
    assert f'name="seat" value="{cast.agency.code}"' in page
