from datetime import timedelta

import pytest
from django.core import signals
from django.core.handlers.wsgi import WSGIHandler
from django.db import close_old_connections, transaction
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import translation

from core import cache, clock
from core.audit import Clock, record
from core.lifecycle import lock
from tests.factories import OrganisationFactory, UserFactory


@pytest.fixture
def site(db):
    """A page behind the middleware that counts how often it was made."""
    cache.clear()
    made = []

    def view(request):
        made.append(request.path)
        cache.finished(request, until=getattr(view, "until", None))
        return HttpResponse(f'<body data-now="{clock.now().isoformat()}">{len(made)}</body>')

    view.made, view.ask = made, cache.serve_finished(view)
    yield view
    cache.clear()


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
    get(site, headers={"cookie": "sessionid=anything"})
    assert len(site.made) == 2


def test_a_page_that_sets_a_cookie_is_not_kept(site):
    def view(request):
        cache.finished(request)
        response = HttpResponse("token")
        response.set_cookie("csrftoken", "secret")
        return response

    request = RequestFactory().get("/form/")
    cache.serve_finished(view)(request)
    assert cache.shelf.find(cache._address(request.META)) is None


def test_the_shelf_throws_out_what_was_not_asked_for_the_longest():
    shelf = cache.Shelf(room=10)
    page = cache.Page((0, 0), clock.now(), "", (), b"123", b"45")
    for address in ("a", "b"):
        shelf.keep((address,), page)
    shelf.find(("a",))
    shelf.keep(("c",), page)
    assert [shelf.find((address,)) is not None for address in "abc"] == [True, False, True]


@pytest.fixture
def part(db):
    """A section of organisations that counts how often it was drawn."""
    drawn = []

    def make(at):
        drawn.append(at)
        return {"text": str(len(drawn))}, getattr(part, "until", None)

    def part(path="/orders/"):
        request = RequestFactory().get(path)
        return cache.section(request, "components/empty.html", ("accounts.organisation",), make)

    part.drawn = drawn
    return part


def test_a_section_is_drawn_once_until_a_deed_on_what_it_shows(part):
    organisation = OrganisationFactory()
    assert part().html == part().html
    with transaction.atomic(durable=True):
        record(lock(UserFactory()), "user.edited", by=Clock(), at=clock.now())
    part()
    assert len(part.drawn) == 1
    deed(organisation)
    assert ">2<" in part().html


def test_a_section_is_drawn_anew_when_the_clock_changes_it(part, later):
    part.until = clock.now() + timedelta(milliseconds=1)
    part()
    later(seconds=1)
    part()
    assert len(part.drawn) == 2


def test_no_section_outlives_the_minute(part, later):
    part()
    later(minutes=1)
    assert part().until > clock.now()
    assert len(part.drawn) == 2


def test_each_address_and_each_language_has_its_own_section(part):
    part()
    part("/orders/?order=worth")
    with translation.override("en"):
        part()
    assert len(part.drawn) == 3


@pytest.fixture
def front(db):
    """The whole site behind the shelf: asks, and tells status, headers, body and who answered."""
    asked = []
    django = WSGIHandler()

    def application(environ, start_response):
        asked.append(environ["PATH_INFO"])
        return django(environ, start_response)

    site = cache.in_front(application)

    def ask(path="/orders/", method="GET", **environ):
        told, before = [], len(asked)
        request = RequestFactory().generic(method, path, **environ)
        given = request.environ["PATH_INFO"].encode().decode("latin-1")  # as a server gives it
        asking = request.environ | {"PATH_INFO": given}
        answer = site(asking, lambda status, headers: told.append((status, headers)))
        body = b"".join(answer)
        if hasattr(answer, "close"):
            answer.close()
        status, headers = told[0]
        return status, dict(headers), body, len(asked) > before

    # As the test client does: a connection within the test's transaction outlives the request.
    ends = (signals.request_started, signals.request_finished)
    for end in ends:
        end.disconnect(close_old_connections)
    yield ask
    for end in ends:
        end.connect(close_old_connections)


def same(body):
    return cache.NOW.sub(b"", body)


def test_a_page_kept_in_front_is_the_page_that_was_made(front):
    status, headers, body, by_django = front()
    again = front()
    assert (by_django, again[-1]) == (True, False)
    assert (again[0], same(again[2])) == (status, same(body))
    assert headers.pop("X-Request-ID") != again[1].pop("X-Request-ID")
    assert again[1] == headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert headers["Content-Length"] == str(len(body))
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_in_front_too_a_deed_and_the_clock_end_a_page(front, later):
    organisation = OrganisationFactory()
    front()
    deed(organisation)
    assert front()[-1]
    assert not front()[-1]
    later(minutes=1)
    assert front()[-1]


@pytest.mark.parametrize(
    "other",
    [
        {"HTTP_COOKIE": "sessionid=x"},
        {"HTTP_COOKIE": "theme=dark; messages=x"},
        {"HTTP_HOST": "127.0.0.1"},
        {"HTTP_X_FORWARDED_PROTO": "https"},
        {"HTTP_HX_REQUEST": "true"},
        {"path": "/orders/?q=x"},
        {"path": "/en/orders/"},
        {"method": "OPTIONS"},
    ],
)
def test_who_asks_otherwise_asks_django(front, other):
    front()
    assert front(**other)[-1]


def test_a_host_that_is_not_ours_is_refused_beside_a_kept_page(front):
    front()
    assert front(HTTP_HOST="elsewhere.example")[0].startswith("400")


@pytest.fixture
def behind_tls(settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")


def test_plain_http_is_led_to_https_beside_a_kept_page(behind_tls, front):
    assert front(HTTP_X_FORWARDED_PROTO="https")[0] == "200 OK"
    status, *_rest, by_django = front(HTTP_X_FORWARDED_PROTO="https")
    assert (status, by_django) == ("200 OK", False)
    assert front(HTTP_X_FORWARDED_PROTO="http")[0].startswith("301")


@pytest.mark.parametrize("written", ["{}", "W/{}", '"other", {}'])
def test_in_front_too_who_has_the_page_is_told_so(front, written):
    etag = front()[1]["ETag"]
    status, headers, body, by_django = front(HTTP_IF_NONE_MATCH=written.format(etag))
    assert (status, body, by_django) == ("304 Not Modified", b"", False)
    assert "Content-Length" not in headers


def test_a_path_that_is_not_ascii_is_read_by_django(front):
    path = "/sites/%E7%AE%97%E5%8A%9B/"
    assert front(path)[-1]
    assert front(path)[-1]


def test_files_of_the_site_ask_for_no_version(site, django_assert_num_queries):
    with django_assert_num_queries(0):
        get(site, "/static/gongxin.css")
