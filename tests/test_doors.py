"""Every address of the site, and who may call it."""

import re

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver

from core import cache
from core.views import doors, public
from tests.cast import signed_in
from tests.doors import all_doors, outcome

# Third parties' addresses, by the beginning of their names: swept as a whole below.
SWEPT_AS_A_WHOLE = {"account_", "mfa_", "wagtail", "/staff/", "/^staff/", "/_util/", "/documents/"}
DOORS = all_doors()


def names(entries, prefix="/", namespace=""):
    """Each address with the name it is reversed by; an address without name stands for itself."""
    for entry in entries:
        address = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = namespace + (f"{entry.namespace}:" if entry.namespace else "")
            yield from names(entry.url_patterns, address, inner)
        else:
            yield address, namespace + entry.name if entry.name else address


def test_every_door_declares_its_access():
    declared = dict(doors(get_resolver().url_patterns))
    assert declared["/desk/switch/"] == "signed in"
    assert declared["/staff/pages/"] == "staff: Wagtail's permissions"
    assert [address for address, access in declared.items() if access is None] == []


def test_no_door_declares_its_access_twice():
    with pytest.raises(ImproperlyConfigured, match="cannot be 'public' too"):
        public(public(lambda request: None))


def test_every_door_of_ours_has_a_row():
    rows = {door.name for door in DOORS}
    ours = {
        name
        for address, name in names(get_resolver().url_patterns)
        if not any(
            name.startswith(start) or address.startswith(start) for start in SWEPT_AS_A_WHOLE
        )
    }
    assert ours - rows == set()
    assert rows - ours == set()


@pytest.mark.parametrize(
    "door", [pytest.param(door, id=f"{door.name}-{door.method}") for door in DOORS]
)
def test_each_door_opens_to_whom_it_should(door, cast):
    address = door.address(cast)
    for visitor, expected in door.expected():
        assert visited(door, address, visitor, cast) == expected, visitor


def visited(door, address, visitor, cast):
    """What becomes of a visitor, who leaves nothing behind for the next one."""
    before = transaction.savepoint()
    client = Client()
    if visitor != "anonymous":
        client = signed_in(cast.stranger if visitor == "stranger" else getattr(cast, visitor).user)
    response = getattr(client, door.method)(address, door.data(cast))
    if response.streaming:
        assert b"".join(response.streaming_content)  # or its file stays open
    transaction.savepoint_rollback(before)
    cache.clear()
    return outcome(response)


def staff_addresses():
    for address, access in doors(get_resolver().url_patterns):
        is_shadowed = address.startswith("/staff/password_reset/")
        if access == "staff: Wagtail's permissions" and "^" not in address and not is_shadowed:
            yield re.sub(r"<int:\w+>", "1", re.sub(r"<(str|slug):\w+>", "x", address))


def test_nobody_but_staff_enters_any_page_of_the_staff(cast):
    addresses = list(staff_addresses())
    assert len(addresses) > 100
    owner, stranger = signed_in(cast.owner.user), signed_in(cast.stranger)
    for address in addresses:
        assert outcome(Client().get(address)) == "login", address
        assert outcome(stranger.get(address)) == 403, address
        assert outcome(owner.get(address)) == 403, address


@pytest.mark.parametrize("address", ["/staff/login/?next=/staff/", "/_util/login/?next=/staff/"])
def test_wagtails_login_leads_to_the_one_login(address, db):
    assert Client().get(address).headers["Location"] == "/accounts/login/?next=/staff/"


def test_wagtails_password_pages_lead_to_the_one_login(db):
    for tail in ("", "done/", "confirm/MQ/set-password/", "complete/"):
        answer = Client().get(f"/staff/password_reset/{tail}")
        assert answer.headers["Location"] == "/accounts/password/reset/"


def test_a_public_page_of_the_site_needs_no_sign_in(db):
    assert Client().get("/no-such-page/").status_code == 404
    assert Client().get("/documents/1/none.pdf").status_code == 404
