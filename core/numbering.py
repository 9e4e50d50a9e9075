"""How things are called: gapless numbers for public papers, random codes for all else.

A random code lets no count leak.
"""

import secrets
from datetime import datetime

from django.db.models import F
from django.utils.timezone import localtime

from core.lifecycle import part
from core.models import Counter

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # without 0 O 1 I L, which are misread


def new_code(length: int = 10) -> str:
    """A random public identifier, such as `7K3MQ2XD9R`; 31 letters, so 10 of them hold 49 bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


@part
def next_number(series: str) -> int:
    """The next of 1, 2, 3, … in `series`; a deed that rolls back gives its number back.

    The counter stays locked until the rule commits: call it late.
    """
    counter, _ = Counter.objects.get_or_create(series=series)
    Counter.objects.filter(pk=counter.pk).update(last=F("last") + 1)
    counter.refresh_from_db()
    return counter.last


@part
def yearly(series: str, at: datetime, digits: int = 5) -> str:
    """The next number of a series that begins anew each year, such as `GXDD-2026-00001`."""
    series = f"{series}-{localtime(at).year}"
    return f"{series}-{next_number(series):0{digits}}"
