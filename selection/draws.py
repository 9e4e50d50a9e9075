"""The draw of an order: committed with its notice, frozen at the deadline, thrown, revealed.

The steps are parts: the rules that publish, correct, close and award an order call them. Between
`freeze` and `reveal` nobody, the platform included, can know or choose the result: the list can no
longer change, the secret cannot either, and the dice are the witness's.
"""

import re
import secrets
from datetime import datetime

from django.conf import settings

from accounts.models import Organisation
from core import clock
from core.audit import Actor
from core.calendar import day_of
from core.lifecycle import RuleBroken, lock, part
from core.models import CalendarDay
from core.numbering import new_code
from selection import sealing, witnesses
from selection.methods import Confirmation, Dice, Evidence, Frozen, Quote, Result, draw
from selection.models import Draw, Envelope


def of(number: str) -> Draw:
    """The draw of a published order."""
    return Draw.objects.get(number=number)


@part
def commit(
    number: str,
    *,
    owner: Organisation,
    announced_for: datetime,
    regulator_days: int,
    failure_days: int,
    confirmation_minutes: int,
    at: datetime,
) -> Draw:
    """Choose the secret of order `number`, and commit to it: the notice shows the commitment.

    The dice are announced for `announced_for`; once so many working days after that day are over, a
    regulator may throw them in the witness's stead, and the order fails. Once thrown, the other
    witnesses may confirm them for so many minutes.
    """
    regulator_from, fails_at = _in_vain(announced_for, regulator_days, failure_days)
    secret = secrets.token_hex(32)
    return Draw.objects.create(
        code=new_code(),
        number=number,
        owner=owner,
        announced_for=announced_for,
        regulator_from=regulator_from,
        fails_at=fails_at,
        confirmation_minutes=confirmation_minutes,
        commitment=draw.commitment(number, secret),
        sealed_secret=_seal(number, secret),
        committed_at=at,
    )


@part
def postpone(
    draw: Draw, announced_for: datetime, *, regulator_days: int, failure_days: int
) -> Draw:
    """Announce the dice for a later time, for bids are let in longer; what was committed to stays.

    The time goes into no seed: who computes a result again needs the notice in force only, whose
    digest the frozen list bears. Refused to an earlier time, and once the list is frozen.
    """
    draw = lock(draw)
    if draw.frozen_at is not None:
        raise RuleBroken("The list of bids is frozen already: load the page again.")
    if announced_for < draw.announced_for:
        raise RuleBroken(
            "The dice are announced for %(when)s: they may be thrown later, not earlier.",
            when=draw.announced_for,
        )
    draw.announced_for = announced_for
    draw.regulator_from, draw.fails_at = _in_vain(announced_for, regulator_days, failure_days)
    draw.save(update_fields=["announced_for", "regulator_from", "fails_at"])
    return draw


@part
def freeze(draw: Draw, frozen: Frozen, *, at: datetime) -> Draw:
    """Fix the list, eligibility included, before any envelope opens. Refused twice.

    `at` is the instant of the freeze as the rule judged it under its lock. ValueError for the facts
    of another order or commitment.
    """
    draw = lock(draw)
    if draw.frozen_at is not None:
        raise RuleBroken("The list of bids is frozen already: load the page again.")
    if (frozen.order, frozen.commitment, frozen.frozen_at) != (draw.number, draw.commitment, at):
        raise ValueError("these facts belong to another draw")
    draw.frozen, draw.frozen_at = frozen.to_json(), at
    draw.save(update_fields=["frozen", "frozen_at"])
    return draw


@part
def open_quotes(draw: Draw, *, at: datetime) -> Evidence:
    """Open the envelope of every eligible entry, for the methods that look inside."""
    digests = [one.envelope for one in _frozen(draw).eligible]
    for envelope in Envelope.objects.filter(digest__in=digests).order_by("pk"):
        sealing.open(envelope, at=at)
    return evidence(draw)


@part
def throw(draw: Draw, digits: str, *, by: Actor, at: datetime) -> Draw:
    """Type in the twenty dice, once and for all.

    Refused before the list is frozen, before the announced time, and to whoever may not throw
    (`witnesses.may_throw`).
    """
    draw = lock(draw)
    thrown_at = clock.after_lock()
    _frozen(draw)
    if draw.thrown_at is not None:
        raise RuleBroken("The dice were thrown already: they count once.")
    right = witnesses.may_throw(draw, by, thrown_at)
    if not re.fullmatch(r"[0-9]{20}", digits):
        raise RuleBroken("Type the twenty digits 0–9 in the order in which the dice fell.")
    draw.dice, draw.thrown_at, draw.thrower = digits, thrown_at, right.user
    draw.thrown_by, draw.thrown_as = right.name, right.role
    draw.save(update_fields=["dice", "thrown_at", "thrower", "thrown_by", "thrown_as"])
    return draw


@part
def confirm(draw: Draw, digits: str, *, by: Actor, at: datetime) -> Draw:
    """Another named witness types what he saw. Refused when it differs, and when time is up."""
    draw = lock(draw)
    confirmed_at = clock.after_lock()
    if draw.confirmed_until is None:
        raise RuleBroken("The dice are not thrown yet: confirm them afterwards.")
    witness = witnesses.may_confirm(draw, by, confirmed_at)
    if draw.revealed_at is not None or confirmed_at >= draw.confirmed_until:
        raise RuleBroken("The time to confirm the dice is over: tell the regulator what you saw.")
    if digits != draw.dice:
        raise RuleBroken(
            "These are not the digits that were typed in: look at the dice again, and tell the "
            "regulator if they differ."
        )
    witness.confirmed_at = confirmed_at
    witness.save(update_fields=["confirmed_at"])
    return draw


def is_seen(draw: Draw, at: datetime) -> bool:
    """Whether the dice are thrown, and every other witness has confirmed or had the time to."""
    if draw.confirmed_until is None:
        return False
    return at >= draw.confirmed_until or not witnesses.awaited(draw)


def is_failed(draw: Draw, at: datetime) -> bool:
    """Whether the dice were awaited in vain for so long that the order fails."""
    return draw.thrown_at is None and at >= draw.fails_at


@part
def reveal(draw: Draw, *, at: datetime) -> Evidence:
    """Show the secret committed to. Refused before the dice are thrown and confirmed."""
    draw = lock(draw)
    if draw.revealed_at is None:
        if not is_seen(draw, at):
            raise RuleBroken("The other witnesses have not confirmed the dice yet.")
        draw.secret, draw.revealed_at = _unseal(draw), at
        draw.save(update_fields=["secret", "revealed_at"])
    return evidence(draw)


def evidence(draw: Draw) -> Evidence:
    """All that has come to light so far."""
    return Evidence(dice=_dice(draw), secret=draw.secret, quotes=_quotes(draw))


def missing(draw: Draw) -> tuple[str, ...]:
    """What the method still waits for: "quotes", "dice", "secret"."""
    return draw.method.missing(_frozen(draw), evidence(draw))


def choose(draw: Draw) -> Result:
    """The result. ValueError while something is missing."""
    return draw.method.choose(_frozen(draw), evidence(draw))


def bundle(draw: Draw) -> bytes:
    """The file draw.json, the same bytes at every call. ValueError while something is missing."""
    return draw.method.bundle(_frozen(draw), evidence(draw))


def _in_vain(
    announced_for: datetime, regulator_days: int, failure_days: int
) -> tuple[datetime, datetime]:
    """From when a regulator may throw where no witness came, and when the draw fails."""
    calendar, day = CalendarDay.objects.calendar(), day_of(announced_for)
    return (
        calendar.add_working_days(day, regulator_days).until(),
        calendar.add_working_days(day, failure_days).until(),
    )


def _frozen(draw: Draw) -> Frozen:
    if (facts := draw.facts) is None:
        raise RuleBroken("The list of bids is not frozen yet: wait for the deadline.")
    return facts


def _dice(draw: Draw) -> Dice | None:
    if draw.dice is None or draw.thrown_at is None:
        return None
    named = draw.witnesses.standing()
    others = named.exclude(user=draw.thrower_id) if draw.thrower_id else []
    return Dice(
        digits=draw.dice,
        thrown_by=draw.thrown_by or "",
        thrown_as=draw.thrown_as or "",
        thrown_at=draw.thrown_at,
        confirmations=tuple(Confirmation(one.name, one.confirmed_at) for one in others),
    )


def _quotes(draw: Draw) -> tuple[Quote, ...] | None:
    """What the eligible envelopes ask; None while one of them is shut."""
    digests = {one.envelope: one.uscc for one in _frozen(draw).eligible}
    opened = Envelope.objects.filter(digest__in=digests, opened_at__isnull=False)
    quotes = tuple(Quote(digests[one.digest], _price(one.content)) for one in opened)
    return quotes if quotes and len(quotes) == len(digests) else None


def _price(content: dict[str, object] | None) -> str | None:
    if content is None:
        return None
    price = content.get("price", "")
    return price if isinstance(price, str) else ""


def _seal(number: str, secret: str) -> bytes:
    version = max(settings.SEAL_KEYS)
    context = draw.lp(b"draw-0/secret", number.encode())
    wrapped = sealing.wrap(bytes.fromhex(secret), version=version, context=context)
    return version.to_bytes(4, "big") + wrapped


def _unseal(row: Draw) -> str:
    sealed = bytes(row.sealed_secret)
    context = draw.lp(b"draw-0/secret", row.number.encode())
    version = int.from_bytes(sealed[:4], "big")
    return sealing.unwrap(sealed[4:], version=version, context=context).hex()
