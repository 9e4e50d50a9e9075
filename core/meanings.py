"""What a state means to a reader: one of eight meanings, each with an icon and a colour.

A package registers its states in `apps.py`, one call for each enumeration; no template picks a
colour. Stored states reach a template as plain strings, so a row is asked by `of`.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from django.db.models import Choices


class Meaning(StrEnum):
    OPEN = "open"  # act now
    WAIT = "wait"  # others act
    PUBLIC = "public"  # may be contested
    SOON = "soon"  # wants attention
    DONE = "done"
    FAIL = "fail"
    ENDED = "ended"
    DRAFT = "draft"


ICONS: Mapping[Meaning, str] = {
    Meaning.OPEN: "open",
    Meaning.WAIT: "wait",
    Meaning.PUBLIC: "eye",
    Meaning.SOON: "clock",
    Meaning.DONE: "ok",
    Meaning.FAIL: "no",
    Meaning.ENDED: "stop",
    Meaning.DRAFT: "pencil",
}
# Two enumerations may share a value, and equal strings are equal keys: hence the type.
REGISTERED: dict[tuple[type, str], Meaning] = {}


def register(meanings: Mapping[Any, str]) -> None:
    """Say what each state of one enumeration means. Refuses an enumeration left incomplete."""
    enumeration: Any
    (enumeration,) = {type(state) for state in meanings}
    missing = set(enumeration) - set(meanings)
    if missing:
        raise ValueError(f"{enumeration.__qualname__}: no meaning for {sorted(missing)}")
    for state, name in meanings.items():
        REGISTERED[enumeration, str(state.value)] = Meaning(name)


def meaning(state: Any) -> Meaning:
    """The meaning of a registered state, or of the name of a meaning."""
    if isinstance(state, Choices):
        return REGISTERED[type(state), str(state.value)]
    return Meaning(state)


def of(row: Any) -> Meaning:
    """The meaning of the state that a row with MOVES is in."""
    enumeration = type(next(iter(type(row).MOVES)))
    return REGISTERED[enumeration, str(row.state)]
