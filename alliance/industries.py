"""The fields of industry 产业领域: as the registration form prints them, and of a call. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from alliance import official

DATA = Path(__file__).parent / "data"
OTHER = "other"


def choices() -> list[tuple[str, str]]:
    asked = official.load(official.FOUNDING).fields["fields"]
    return [(one.value, one.label) for one in asked.options]


def label(key: str, written: str = "") -> str:
    """One field, with what was written beside 其他."""
    told = dict(choices()).get(key, key)
    return f"{told}（{written}）" if key == OTHER and written else told


def of_call(field: str) -> str:
    """The key of the form's field under which a field of the call is registered."""
    return _by_call().get(field, OTHER)


@cache
def _by_call() -> Mapping[str, str]:
    listed = json.loads((DATA / "industries.json").read_text(encoding="utf-8"))["fields"]
    return {called: one["key"] for one in listed for called in one["calls"]}
