from hashlib import sha256

import pytest
from django.test import Client
from django.urls import reverse

from core import clock
from marketplace import closing
from publication import verification
from publication.models import Notice
from selection import draws
from tests.marketplace.ordering import bid, close, lowest, published


@pytest.fixture
def order(cast, later):
    """Awarded at the lowest price."""
    order = published(cast, lowest())
    bid(order, cast.agency, "90000.00")
    later(seconds=(order.open_until - clock.now()).total_seconds() + 1)
    return close(order, cast.owner)


def result(text, query=""):
    answer = Client().get(reverse("publication:verification", args=[text]) + query)
    return answer.status_code, answer.text


def test_the_digest_of_draw_json_that_a_result_prints_leads_to_the_file(order):
    printed = Notice.objects.get(kind="order-result").facts["bundle"]
    assert printed in Notice.objects.get(kind="order-result").document.text()
    status, text = result(printed)
    assert status == 200
    assert order.number in text
    assert "draw.json" in text
    href = reverse("marketplace:order-bundle", args=[order.number])
    assert f'href="{href}"' in text
    assert Client().get(href).json()["digest"] == printed


def test_the_file_itself_is_found_by_its_bytes_and_compared_with_its_order(order):
    digest = sha256(draws.bundle(closing.draw_of(order))).hexdigest()
    finding = verification.find(verification.wanted(digest))
    assert verification.matches(finding, verification.Wanted(digest=digest)) == "file"
    assert result(digest, f"?of={order.number}&file")[0] == 200
    other = result("0" * 64, f"?of={order.number}&file")
    assert (other[0], order.number in other[1]) == (404, True)


def test_an_order_without_a_result_has_no_file_to_verify(cast, later):
    order = published(cast, lowest())
    assert result(order.number)[0] == 404
    later(seconds=(order.open_until - clock.now()).total_seconds() + 1)
    failed = close(order, cast.owner)
    assert failed.bundle_digest in draws.bundle(closing.draw_of(failed)).decode()
    assert result(failed.bundle_digest)[0] == 200
