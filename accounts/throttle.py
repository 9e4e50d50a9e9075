"""Wrong passwords: each further attempt waits longer, and nobody is locked for good.

Counted for the account together with the address it comes from, so that a stranger elsewhere
cannot keep an agency from its deadline; and for the address alone, against one who tries many
accounts. A session that is signed in already is never asked.
"""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from django.core.cache import cache

MEMORY = 24 * 60 * 60  # seconds without an attempt, after which all is forgotten
LONGEST = timedelta(minutes=15)


class Scope(NamedTuple):
    key: str
    free: int  # attempts without delay


def delay_after(failures: int, free: int = 3) -> timedelta:
    """None for the `free` first failures, then 5 s, 10 s, 20 s, … up to a quarter of an hour."""
    if failures < free:
        return timedelta()
    return min(LONGEST, timedelta(seconds=5 * 2 ** min(failures - free, 10)))


def take(account: str, address: str, *, again: bool, at: datetime) -> timedelta:
    """Count an attempt; how long to wait instead, where the delay of the earlier ones still runs.

    What is refused is not counted: waiting always helps. `again`: who is signed in confirms the
    password; that is counted apart, out of reach of whoever is not.
    """
    scopes = _scopes(account, address, again)
    wait = max(_wait(scope, at) for scope in scopes)
    if wait <= timedelta():
        for scope in scopes:
            _count(scope, at)
    return max(wait, timedelta())


def forget(account: str, address: str, *, again: bool) -> None:
    """The password was right: nothing is held against the account, nor this attempt against the
    address. What others failed there stays: one's own account clears no other.
    """
    own, *place = _scopes(account, address, again)
    cache.delete(own.key)
    for scope in place:
        failures, last = cache.get(scope.key) or (0, None)
        if failures:
            cache.set(scope.key, (failures - 1, last), MEMORY)


def _scopes(account: str, address: str, again: bool) -> list[Scope]:
    purpose = "again" if again else "login"
    pair = sha256(f"{account.strip().lower()}\n{address}".encode()).hexdigest()
    place = sha256(address.encode()).hexdigest()
    own = Scope(f"throttle:{purpose}:{pair}", free=3)
    return [own] if again else [own, Scope(f"throttle:place:{place}", free=30)]


def _wait(scope: Scope, at: datetime) -> timedelta:
    failures, last = cache.get(scope.key) or (0, at)
    delay = delay_after(failures, scope.free)
    return min(last + delay - at, delay)  # whatever a clock that was set back says


def _count(scope: Scope, at: datetime) -> None:
    failures, _last = cache.get(scope.key) or (0, at)
    cache.set(scope.key, (failures + 1, at), MEMORY)
