"""Events: what was done, by whom and when. Append-only, and ready for the public log.

A leaf is SHA-256(salt + content), so that the log can vouch for an event without showing it.
"""

import json
import secrets
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any, Protocol
from uuid import UUID

from core import outbox
from core.lifecycle import part
from core.models import Event
from core.tracing import request_id


class Actor(Protocol):
    """Who does a deed: a seat, or the clock."""

    def signature(self) -> Mapping[str, str]: ...


class Visitor:
    """The actor of what an anonymous visitor tries."""

    def signature(self) -> Mapping[str, str]:
        return {"actor": "visitor"}


class Console:
    """The actor of what is done at the server's own command line."""

    def signature(self) -> Mapping[str, str]:
        return {"actor": "console"}


class Clock:
    """The actor of deeds that time alone brings about."""

    def signature(self) -> Mapping[str, str]:
        return {"actor": "clock"}


@part
def record(
    subject: Any, name: str, *, by: Actor, at: datetime, public: bool = False, **facts: Any
) -> Event:
    """Write the event `name` ("order.awarded") of any row that has a `code`."""
    head = {
        "name": name,
        "subject": subject._meta.label_lower,
        "subject_code": subject.code,
        "at": at,
    }
    actor = by.signature()
    content = canonical({**head, "by": actor, "request": request_id.get(), "facts": facts})
    salt = secrets.token_bytes(32)
    event = Event.objects.create(
        **head,
        seat_code=actor.get("seat"),
        public=public,
        content=content,
        salt=salt,
        leaf=sha256(salt + content.encode()).digest(),
    )
    outbox.emit_to_followers(event)
    return event


def canonical(value: Any) -> str:
    """The one JSON text of a value: keys sorted, no spaces; codes and Decimals as strings, UTC.

    A float raises TypeError (two machines may write it differently), and so does a key that is no
    text.
    """
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _plain(value: Any) -> Any:
    match value:
        case None | bool() | int() | str():
            return value
        case Decimal() | UUID():
            return str(value)
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case date():
            return value.isoformat()
        case Mapping() if all(isinstance(key, str) for key in value):
            return {key: _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no canonical form: {value!r}")
