from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from hypothesis import given
from hypothesis import strategies as st

from accounts import throttle

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def fresh():
    cache.clear()


def take(at, account="li@example.com", address="10.0.0.1", *, again=False):
    return throttle.take(account, address, again=again, at=at)


@given(st.integers(0, 10_000))
def test_the_delay_grows_and_ends_at_a_quarter_of_an_hour(failures):
    assert throttle.delay_after(failures) <= throttle.delay_after(failures + 1)
    assert throttle.delay_after(failures) <= timedelta(minutes=15)


def test_three_attempts_are_free_and_each_further_one_waits_longer():
    assert [take(AT) for _ in range(3)] == [timedelta()] * 3
    assert take(AT) == timedelta(seconds=5)
    assert take(AT + timedelta(seconds=4)) == timedelta(seconds=1)  # refused ones do not count
    assert take(AT + timedelta(seconds=5)) == timedelta()
    assert take(AT + timedelta(seconds=5)) == timedelta(seconds=10)


def test_another_account_and_another_place_do_not_wait():
    for _ in range(4):
        take(AT)
    assert take(AT, address="10.0.0.2") == timedelta()
    assert take(AT, account="wu@example.com") == timedelta()
    assert take(AT, again=True) == timedelta()


def test_the_right_password_forgets_the_account_and_not_the_place():
    for place in range(30):
        take(AT, account=f"{place}@example.com")
    assert take(AT) == timedelta(seconds=5)
    then = AT + timedelta(seconds=5)
    assert take(then) == timedelta()
    throttle.forget("li@example.com", "10.0.0.1", again=False)
    assert take(then) == timedelta(seconds=5)
    assert take(AT, address="10.0.0.2") == timedelta()


def test_who_signs_in_rightly_costs_his_colleagues_nothing():
    for place in range(100):
        account = f"colleague-{place}@example.com"
        assert not throttle.take(account, "10.0.0.9", again=False, at=AT)
        throttle.forget(account, "10.0.0.9", again=False)


def test_a_clock_that_was_set_back_adds_no_delay():
    throttle.take("someone@example.com", "10.0.0.8", again=False, at=AT)
    earlier = AT - timedelta(days=45)
    assert not throttle.take("someone@example.com", "10.0.0.8", again=False, at=earlier)
