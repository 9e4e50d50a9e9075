"""Who binds a unit proves once more who it is; nothing typed is lost on the way."""

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache
from django.urls import reverse

from contracts.models import Party
from core.models import Event
from marketplace.models import Bid, OrderState
from tests.accounts.test_sign_in import format_code
from tests.cast import PASSWORD, prove, signed_in, with_passwords
from tests.contracts import drawing
from tests.marketplace.ordering import enlisted, lowest, published, submitted

PASSWORD_PAGE = reverse("account_reauthenticate")
FACTOR_PAGE = reverse("mfa_reauthenticate")


@pytest.fixture(autouse=True)
def _no_delays():
    cache.clear()


@pytest.fixture
def bidding(cast):
    """An agency whose last proof is an hour old, before an order's page to bid."""
    with_passwords()
    enlisted(cast.agency.organisation)
    order = published(cast, lowest())
    cast.agency.user.refresh_from_db()
    client = signed_in(cast.agency.user)
    prove(client, cast.agency.user, "password", minutes_ago=60)
    return client, reverse("marketplace:order-bid", args=[order.number])


def led_to(answer):
    return answer.headers["Location"].partition("?")[0]


def test_a_stale_visitor_gives_the_password_again_and_comes_back(bidding, cast):
    client, address = bidding
    answer = client.get(address)
    assert led_to(answer) == PASSWORD_PAGE
    page = client.get(answer.headers["Location"])
    assert "请先确认是您本人" in page.text
    back = client.post(PASSWORD_PAGE, {"password": PASSWORD, "next": address})
    assert back.headers["Location"] == address
    assert client.get(address).status_code == 200


@pytest.mark.parametrize(("minutes", "status"), [(14, 200), (16, 302)])
def test_a_proof_serves_a_quarter_of_an_hour(bidding, cast, minutes, status):
    client, address = bidding
    prove(client, cast.agency.user, "password", minutes_ago=minutes)
    assert client.get(address).status_code == status


def test_what_was_sent_too_late_is_not_done_and_shown_again_once(bidding, cast):
    client, address = bidding
    events = Event.objects.count()
    typed = {"price": "98765.43", "typed": cast.agency.organisation.name, "once": "K" * 20}
    answer = client.post(address, typed)
    assert led_to(answer) == PASSWORD_PAGE
    assert not Bid.objects.exists()
    assert Event.objects.count() == events
    assert "98765.43" not in str(dict(client.session))  # encrypted: a bid is sealed from others

    client.post(PASSWORD_PAGE, {"password": PASSWORD, "next": address})
    page = client.get(address).text
    assert 'value="98765.43"' in page
    assert f'value="{"K" * 20}"' in page
    assert 'value="98765.43"' not in client.get(address).text  # handed out once

    client.post(address, typed)
    assert Bid.objects.get().bidder == cast.agency.organisation


def test_what_was_kept_is_shown_at_its_own_address_only(bidding, cast):
    client, address = bidding
    other = reverse("marketplace:order-bid", args=[published(cast, lowest()).number])
    client.post(address, {"price": "98765.43", "typed": "", "once": "K" * 20})
    prove(client, cast.agency.user, "password")
    assert "98765.43" not in client.get(other).text
    assert "98765.43" in client.get(address).text


def test_who_has_a_second_factor_shows_it_and_no_password_will_do(bidding, cast):
    client, address = bidding
    secret = generate_totp_secret()
    TOTP.activate(cast.agency.user, secret)
    prove(client, cast.agency.user, "password")
    answer = client.get(address)
    assert led_to(answer) == FACTOR_PAGE
    back = client.post(FACTOR_PAGE, {"code": format_code(secret), "next": address})
    assert back.headers["Location"] == address
    assert client.get(address).status_code == 200


def test_a_wrong_seat_is_refused_before_any_proof_is_asked(cast):
    order = published(cast, lowest())
    client = signed_in(cast.owner.user)
    prove(client, cast.owner.user, "password", minutes_ago=60)
    address = reverse("marketplace:order-bid", args=[order.number])
    assert client.get(address).status_code == 403


def stale(user):
    client = signed_in(user)
    prove(client, user, "password", minutes_ago=60)
    return client


def test_publishing_and_signing_ask_it_too(cast):
    order = submitted(cast)
    address = reverse("marketplace:order-publish", args=[order.code])
    assert led_to(stale(cast.approver.user).post(address)) == PASSWORD_PAGE
    order.refresh_from_db()
    assert order.state == OrderState.SUBMITTED

    agreement = drawing.drawn_up(cast)
    address = reverse("contracts:agreement-sign", args=[agreement.number])
    typed = {"typed": "同意签署", "digest": agreement.digest}
    client = stale(cast.agency.user)
    assert led_to(client.post(address, typed)) == PASSWORD_PAGE
    assert not Party.objects.exclude(signed_at=None).exists()
    prove(client, cast.agency.user, "password")
    assert 'value="同意签署"' in client.get(address).text


def test_where_it_is_demanded_nobody_signs_or_publishes_without_a_second_factor(cast, settings):
    settings.SIGNING_NEEDS_MFA = True
    agreement = drawing.drawn_up(cast)
    client = signed_in(cast.agency.user)
    address = reverse("contracts:agreement-sign", args=[agreement.number])
    answer = client.get(address)
    assert answer.headers["Location"] == reverse("mfa_index")
    assert "请先设置验证器应用或通行密钥" in client.get(reverse("mfa_index")).text

    TOTP.activate(cast.agency.user, generate_totp_secret())
    prove(client, cast.agency.user, "mfa")
    assert client.get(address).status_code == 200

    enlisted(cast.rival.organisation)
    bid = reverse("marketplace:order-bid", args=[published(cast, lowest()).number])
    assert signed_in(cast.rival.user).get(bid).status_code == 200  # a bid takes the password


def test_the_demos_people_who_have_no_password_stay_fresh_in_the_demo_only(bidding, settings, cast):
    client, address = bidding
    prove(client, cast.agency.user, "demo", minutes_ago=60)
    assert client.get(address).status_code == 302
    settings.DEMO = True
    assert client.get(address).status_code == 200
