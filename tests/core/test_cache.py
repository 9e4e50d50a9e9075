import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import RequestFactory

from core import cache, clock
from core.audit import Clock, record
from core.lifecycle import lock
from tests.factories import OrganisationFactory


@pytest.fixture
def site(db):
    """A page behind the middleware that counts how often it was made."""
    cache.shelf.clear()
    made = []

    def view(request):
        made.append(request.path)
        cache.finished(request, until=getattr(view, "until", None))
        return HttpResponse(f'<body data-now="{clock.now().isoformat()}">{len(made)}</body>')

    view.made, view.ask = made, cache.serve_finished(view)
    yield view
    cache.shelf.clear()


def get(site, path="/", **headers):
    return site.ask(RequestFactory().get(path, **headers))


@transaction.atomic(durable=True)
def deed(organisation):
    record(lock(organisation), "organisation.edited", by=Clock(), at=clock.now())


def test_a_kept_page_is_shown_until_a_deed(site):
    organisation = OrganisationFactory()
    assert get(site).content.endswith(b">1</body>")
    assert get(site).content.endswith(b">1</body>")
    deed(organisation)
    assert get(site).content.endswith(b">2</body>")


def test_a_kept_page_is_shown_until_the_clock_changes_it(site, later):
    site.until = clock.now() + timedelta(milliseconds=1)
    get(site)
    later(seconds=1)
    get(site)
    assert len(site.made) == 2


def test_no_page_outlives_the_minute_that_its_frame_shows(site, later):
    get(site)
    later(minutes=1)
    get(site)
    assert len(site.made) == 2


def test_the_instant_in_the_frame_is_that_of_the_request(site, later):
    first = get(site)
    second = get(site)
    assert len(site.made) == 1
    assert first["ETag"] == second["ETag"]
    assert "+08:00" in second.text  # put in when shown, where the view wrote UTC


def test_who_has_the_page_is_told_so(site):
    etag = get(site)["ETag"]
    again = get(site, headers={"If-None-Match": etag})
    assert again.status_code == 304
    assert not again.content


def test_who_is_signed_in_gets_no_kept_page(site):
    get(site)
    request = RequestFactory().get("/")
    request.COOKIES["sessionid"] = "anything"
    site.ask(request)
    assert len(site.made) == 2


def test_a_page_that_sets_a_cookie_is_not_kept(site):
    def view(request):
        cache.finished(request)
        response = HttpResponse("token")
        response.set_cookie("csrftoken", "secret")
        return response

    cache.serve_finished(view)(RequestFactory().get("/form/"))
    assert cache.shelf.find("testserver/form/ ") is None


def test_the_shelf_throws_out_what_was_not_asked_for_the_longest():
    shelf = cache.Shelf(room=10)
    page = cache.Page((0, 0), clock.now(), "", (), b"12345")
    for address in ("a", "b"):
        shelf.keep(address, page)
    shelf.find("a")
    shelf.keep("c", page)
    assert [shelf.find(address) is not None for address in "abc"] == [True, False, True]


def test_a_late_commit_below_the_newest_id_changes_the_version(database):
    """A deed's id is given before its commit: here the greater id commits first."""
    organisations = OrganisationFactory.create_batch(2)
    written, other_done = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic(durable=True):
            record(lock(organisations[0]), "organisation.edited", by=Clock(), at=clock.now())
            written.set()
            other_done.wait(10)
        connection.close()

    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer: ids are given in the order of commits")
    thread = threading.Thread(target=slow)
    thread.start()
    written.wait(10)
    deed(organisations[1])
    before = cache.version()
    other_done.set()
    thread.join()
    assert cache.version() != before
