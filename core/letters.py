"""Letters: posted in the deed's transaction, read in the inbox, mailed later.

The text of a kind is `<package>/letters/<kind>.txt`: its first line is the subject, the rest
the body. A mail bears the letter's code as its Message-ID: one that must be repeated, because a
worker died between sending and noting it, is known as the same.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.db import transaction
from django.template import Context, Engine
from django.utils.translation import override

from core import clock, mail
from core.gateways import GatewayRefused, GatewayUnavailable
from core.lifecycle import lock, part
from core.models import Letter
from core.numbering import new_code

LEASE = timedelta(minutes=5)  # how long one worker may take to send one mail
LONGEST_PAUSE = timedelta(hours=12)
BATCH = 200

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Recipient:
    """One user, whom the letter reaches as somebody of an organisation (or as himself: empty).

    `name` is whom the letter addresses: the organisation, or the user.
    """

    user: str
    organisation: str
    email: str
    name: str = ""


class Addressee(Protocol):
    """A row that can be written to: a user, a seat, an organisation."""

    def letter_recipients(self, at: datetime) -> Iterable[Recipient]: ...


@part
def post(
    kind: str,
    *,
    to: Addressee,
    at: datetime,
    link: str = "",
    secret_link: str = "",
    leave_link: str = "",
    **facts: Any,
) -> list[Letter]:
    """Write `kind` ("marketplace/order-awarded") to everybody that `to` names; one letter each.

    A `secret_link` is mailed in the place of `link` and kept, encrypted, no longer than that takes.
    So is a `leave_link`: where such mails are ended, for whoever has no account.
    """
    package, name = kind.split("/")
    with override("zh-hans"):
        template = Engine.get_default().get_template(f"{package}/letters/{name}.txt")
        # Plain text: an escaped “A&amp;B” would be mailed as it stands.
        text = template.render(Context({**facts, "to": to, "at": at}, autoescape=False))
    subject, _, body = text.strip().partition("\n")
    return Letter.objects.bulk_create(
        Letter(
            code=new_code(),
            user_code=one.user,
            organisation_code=one.organisation,
            addressed_to=one.name[:120],
            email=one.email,
            kind=kind,
            subject=subject.strip()[:200],
            body=body.strip(),
            link=link,
            secret_link=secret_link if one.email else "",
            leave_link=leave_link if one.email else "",
            posted_at=at,
        )
        for one in to.letter_recipients(at)
    )


def unread(user_code: str) -> int:
    """How many letters a user has not opened, counted to 100: one read of an index."""
    return Letter.objects.of(user_code).unread()[:100].count()


@transaction.atomic(durable=True)
def read(letter: Letter, *, at: datetime) -> Letter:
    """Note that its reader has opened it; the first time counts."""
    letter = lock(letter)
    if letter.read_at is None:
        letter.read_at = at
        letter.save(update_fields=["read_at"])
    return letter


@transaction.atomic(durable=True)
def read_all(user_code: str, *, at: datetime) -> int:
    """Note that a user has opened whatever was posted to him until now."""
    return Letter.objects.of(user_code).unread().filter(posted_at__lte=at).update(read_at=at)


def deliver() -> None:
    """Mail what waits. A task: a letter that fails waits longer each time and holds up nobody."""
    with mail.connected() as send:
        for letter in Letter.objects.to_mail(clock.now())[:BATCH]:
            if not claim(letter, at=clock.now()):
                continue  # another worker has it
            try:
                send(letter)
            except GatewayUnavailable as unavailable:
                logger.warning("letter %s was not mailed: %s", letter.code, unavailable)
                note_failure(letter, at=clock.now())
            except GatewayRefused as refused:
                logger.warning("letter %s will not be mailed: %s", letter.code, refused)
                note_failure(letter, final=True, at=clock.now())
            except Exception:
                logger.exception("letter %s was not mailed", letter.code)
                note_failure(letter, at=clock.now())
            else:
                note_mailed(letter, at=clock.now())


@transaction.atomic(durable=True)
def claim(letter: Letter, *, at: datetime) -> bool:
    """Take a letter for mailing; False when another worker was quicker."""
    mine = Letter.objects.filter(pk=letter.pk, mailed_at=None, mail_after=letter.mail_after)
    return bool(mine.update(mail_after=at + LEASE))


@transaction.atomic(durable=True)
def note_mailed(letter: Letter, *, at: datetime) -> None:
    """Note that the mail has left."""
    letter = lock(letter)
    if letter.mailed_at is None:
        letter.mailed_at, letter.secret_link, letter.leave_link = at, "", ""
        letter.save(update_fields=["mailed_at", "secret_link", "leave_link"])


@transaction.atomic(durable=True)
def note_failure(letter: Letter, *, at: datetime, final: bool = False) -> None:
    """Note a mail that did not leave, and when to try again: after 1, 2, 4, … minutes."""
    letter = lock(letter)
    pause = min(timedelta(minutes=2**letter.mail_tries), LONGEST_PAUSE)
    letter.mail_tries = Letter.TRIES if final else letter.mail_tries + 1
    letter.mail_after = at + pause
    if letter.mail_tries >= Letter.TRIES:
        letter.secret_link = letter.leave_link = ""
    letter.save(update_fields=["mail_tries", "mail_after", "secret_link", "leave_link"])
