"""Signing up and in through the pages, as a browser without scripts does it."""

import os
import re
import subprocess
import sys
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.conf import settings as django_settings
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts import seats, throttle
from accounts.models import User
from core import clock
from tests.cast import PASSWORD, signed_in, with_passwords
from tests.factories import UserFactory

SIGN_UP = {
    "email": "chen@example.com",
    "name": "陈宁",
    "phone": "13970700721",
    "password1": "Bright-river-7",
    "password2": "Bright-river-7",
}


@pytest.fixture(autouse=True)
def fresh(settings):
    cache.clear()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def sign_in(client, email, password=PASSWORD, **extra):
    return client.post(reverse("account_login"), {"login": email, "password": password}, **extra)


def test_signing_up_asks_name_and_phone_and_needs_the_address_confirmed(db, client):
    page = client.get(reverse("account_signup")).text
    assert "姓名" in page
    assert "手机号" in page
    answer = client.post(reverse("account_signup"), SIGN_UP)
    assert answer.headers["Location"] == reverse("account_email_verification_sent")
    user = User.objects.get()
    assert (user.name, user.phone) == ("陈宁", "13970700721")
    assert sign_in(client, user.email, SIGN_UP["password1"]).headers["Location"] == reverse(
        "account_email_verification_sent"
    )
    assert client.get("/desk/").status_code == 302

    (letter,) = mail.outbox
    assert letter.subject.startswith("【公信】")
    link = re.search(r"http://\S+(/accounts/confirm-email/\S+/)", letter.body)[1]
    assert client.get(link).status_code == 200
    client.post(link)
    assert EmailAddress.objects.get().verified
    answer = sign_in(client, user.email, SIGN_UP["password1"])
    assert answer.headers["Location"] == "/desk/"
    assert client.get("/desk/").status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        {"password1": "short-1A", "password2": "short-1A"},
        {"password1": "1234567890", "password2": "1234567890"},
        {"password1": "Bright-river-7", "password2": "Bright-river-8"},
        {"phone": "12345"},
        {"name": ""},
    ],
)
def test_a_weak_password_and_a_wrong_phone_are_refused(change, db, client):
    answer = client.post(reverse("account_signup"), {**SIGN_UP, **change})
    assert answer.status_code == 200
    assert 'value="chen@example.com"' in answer.text  # what was typed is kept
    assert not User.objects.exists()


def test_signing_up_with_a_known_address_does_not_tell_that_it_is_known(cast, client):
    answer = client.post(reverse("account_signup"), {**SIGN_UP, "email": cast.owner.user.email})
    assert answer.headers["Location"] == reverse("account_email_verification_sent")
    assert User.objects.filter(email=cast.owner.user.email).count() == 1


def test_a_forgotten_password_is_reset_by_mail(cast, client):
    with_passwords()
    client.post(reverse("account_reset_password"), {"email": cast.owner.user.email})
    link = re.search(r"http://\S+(/accounts/password/reset/key/\S+/)", mail.outbox[0].body)[1]
    form = client.get(link, follow=True)
    address = form.redirect_chain[-1][0]
    client.post(address, {"password1": "Quiet-hills-9", "password2": "Quiet-hills-9"})
    assert sign_in(client, cast.owner.user.email, "Quiet-hills-9").headers["Location"] == "/desk/"


def test_wrong_passwords_wait_longer_and_lock_nobody_out(cast, client, later):
    with_passwords()
    email = cast.agency.user.email
    assert "次数过多" not in sign_in(client, email, "wrong").text
    for _ in range(8):  # by now the delay is long enough for a slow machine to meet it
        later(minutes=15)
        assert not throttle.take(email, "127.0.0.1", again=False, at=clock.now())
    assert re.search(r"请 \d+ 秒后再试", sign_in(client, email, "wrong").text)
    assert "次数过多" in sign_in(client, email).text  # even the right one waits

    elsewhere = Client()
    assert sign_in(elsewhere, email, REMOTE_ADDR="10.9.8.7").headers["Location"] == "/desk/"
    elsewhere.post(reverse("account_reauthenticate"), {"password": "wrong"})
    assert elsewhere.get("/desk/").status_code == 200  # signed in already: untouched

    later(minutes=15)
    assert sign_in(client, email).headers["Location"] == "/desk/"


def test_an_idle_session_ends_and_a_page_that_asks_by_itself_keeps_none_alive(cast, later):
    client = signed_in(cast.owner.user)
    assert client.get("/desk/").status_code == 200
    later(minutes=29)
    assert client.get("/desk/").status_code == 200
    later(minutes=29)
    client.get("/desk/", headers={"hx-request": "true"})
    later(minutes=2)
    assert client.get("/desk/").headers["Location"].startswith(reverse("account_login"))
    assert client.get("/desk/").status_code == 302


def totp(user):
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return lambda: format_code(secret)


def format_code(secret):
    from allauth.mfa.totp.internal.auth import format_hotp_value

    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))


@pytest.fixture
def demanded(settings):
    settings.STAFF_NEEDS_MFA = True


def as_staff(seat):
    seats.seat_staff.__wrapped__(seat.user, clock.now())
    return seat.user


def test_staff_are_led_to_a_second_factor_before_anything_else(cast, demanded):
    user = as_staff(cast.operator)
    client = signed_in(user)
    for address in ("/desk/", "/staff/", "/desk/verification/"):
        assert client.get(address).headers["Location"] == reverse("mfa_index")
    page = client.get(reverse("mfa_index"))
    assert "工作人员须使用双因素登录" in page.text
    assert signed_in(cast.owner.user).get("/desk/").status_code == 200  # not asked of others


def test_staff_sign_in_with_the_code_of_their_app(cast, demanded, client):
    with_passwords()
    user = as_staff(cast.operator)
    code = totp(user)
    stored = Authenticator.objects.get(type="totp").data["secret"]
    assert stored.startswith("v1:")  # encrypted at rest
    answer = sign_in(client, user.email)
    assert answer.headers["Location"] == reverse("mfa_authenticate")
    assert client.get("/desk/").status_code == 302
    wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert wrong.status_code == 200
    client.post(reverse("mfa_authenticate"), {"code": code()})
    assert client.get("/desk/").status_code == 200
    assert client.get("/staff/").status_code == 200


def test_a_session_older_than_the_second_factor_shows_it_first(cast, demanded):
    user = as_staff(cast.operator)
    client = signed_in(user)
    totp(user)
    answer = client.get("/desk/verification/")
    assert answer.headers["Location"].startswith(reverse("mfa_reauthenticate"))


def test_the_staffs_pages_close_when_the_seat_ends(cast):
    user = as_staff(cast.regulator)
    client = signed_in(user)
    assert client.get("/staff/").status_code == 200
    cast.regulator.held_until = clock.now() - timedelta(seconds=1)
    cast.regulator.save()
    assert client.get("/staff/").status_code == 403  # the group is still there, the seat is not


def test_a_superuser_enters_without_a_seat(db):
    boss = UserFactory(is_staff=True, is_superuser=True)
    assert signed_in(boss).get("/staff/").status_code == 200


def test_signing_up_from_an_invitation_leads_back_to_it(db, client):
    page = client.get(reverse("account_signup") + "?next=/desk/invitations/X/")
    assert 'value="/desk/invitations/X/"' in page.text


def test_only_a_rehearsal_or_a_demo_goes_without_second_factors(tmp_path):
    known = {name: value for name, value in os.environ.items() if name not in ("REHEARSAL", "DEMO")}
    started = subprocess.run(
        [sys.executable, "-c", "import config.settings"],
        cwd=django_settings.ROOT,
        env={**known, "STAFF_NEEDS_MFA": "0", "VAR": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert started.returncode == 1
    assert "STAFF_NEEDS_MFA=0 is for rehearsals and demos" in started.stderr
