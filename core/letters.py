"""Letters: posted in the deed's transaction, read in the inbox, mailed later.

The text of a kind is `<package>/letters/<kind>.txt`: its first line is the subject, the rest
the body.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.template.loader import render_to_string
from django.utils.translation import override

from core.lifecycle import part
from core.models import Letter
from core.numbering import new_code


@dataclass(frozen=True)
class Recipient:
    """One user, whom the letter reaches as somebody of an organisation (or as himself: empty)."""

    user: str
    organisation: str
    email: str


class Addressee(Protocol):
    """A row that can be written to: a user, a seat, an organisation."""

    def letter_recipients(self, at: datetime) -> Iterable[Recipient]: ...


@part
def post(kind: str, *, to: Addressee, at: datetime, link: str = "", **facts: Any) -> list[Letter]:
    """Write `kind` ("marketplace/order-awarded") to everybody that `to` names; one letter each."""
    package, name = kind.split("/")
    with override("zh-hans"):
        text = render_to_string(f"{package}/letters/{name}.txt", {**facts, "to": to, "at": at})
    subject, _, body = text.strip().partition("\n")
    return Letter.objects.bulk_create(
        Letter(
            code=new_code(),
            user_code=one.user,
            organisation_code=one.organisation,
            email=one.email,
            kind=kind,
            subject=subject.strip()[:200],
            body=body.strip(),
            link=link,
            posted_at=at,
        )
        for one in to.letter_recipients(at)
    )
