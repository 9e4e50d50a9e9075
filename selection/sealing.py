"""Sealed envelopes 密封信封: what a bidder hands in stays unreadable until the list is frozen.

Here the platform itself holds the key until then, and notices say so. An envelope is
LP(header, wrapped key, nonce, body), its digest SHA-256 over all of it:

    header   canonical JSON: format, order, bidder, `kc` = SHA-256("kc" ‖ K), seal key's version
    wrapped  K, 32 random bytes of this envelope alone, by AES-256-GCM under a key of SEAL_KEYS
    body     LP(content) padded to whole 4 KiB, by AES-256-GCM under K

Both bear the header as associated data. `kc` is there because AES-GCM does not commit to its key:
without it one ciphertext could have two openings. The content names order and bidder once more, so
that a copied envelope opens for nobody else.
"""

import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from core.audit import canonical
from core.lifecycle import RuleBroken, lock, part
from core.numbering import new_code
from selection.methods.draw import lp
from selection.models import Draw, Envelope

FORMAT = "gongxin-envelope/0"
STEP = 4096


class Broken(ValueError):
    """The bytes are no envelope of this order and bidder, or were changed."""


@part
def seal(content: Mapping[str, Any], *, order_number: str, bidder: str, at: datetime) -> Envelope:
    """Seal what `bidder` (a uscc) offers; a price is the text of its yuan under "price".

    An envelope that stands already is replaced: it stays, and no longer stands.
    """
    before = Envelope.objects.standing(order_number).filter(bidder=bidder).first()
    if before is not None:
        _end(before, at=at)
    ciphertext = encrypt(content, order_number=order_number, bidder=bidder)
    return Envelope.objects.create(
        code=new_code(),
        order_number=order_number,
        bidder=bidder,
        ciphertext=ciphertext,
        digest=sha256(ciphertext).hexdigest(),
        replaces=before,
        sealed_at=at,
    )


@part
def withdraw(envelope: Envelope, *, at: datetime) -> Envelope:
    """Take an envelope back. Refused once it was replaced, withdrawn or opened."""
    envelope = lock(envelope)
    if envelope.standing_until is not None or envelope.opened_at is not None:
        raise RuleBroken("This envelope no longer stands: load the page again.")
    _end(envelope, at=at)
    return envelope


@part
def open(envelope: Envelope, *, at: datetime) -> Mapping[str, Any] | None:
    """Read an envelope for good, and keep its content beside it; None where its bytes are broken.

    Refused before the list of its order is frozen: nobody reads a bid that may still change.
    """
    envelope = lock(envelope)
    if not Draw.objects.filter(number=envelope.order_number, frozen_at__isnull=False).exists():
        raise RuleBroken("The list of bids is not frozen yet: its envelopes stay shut.")
    if envelope.standing_until is not None:
        raise RuleBroken("This envelope no longer stands: load the page again.")
    if envelope.opened_at is None:
        try:
            envelope.content = dict(
                decrypt(
                    bytes(envelope.ciphertext),
                    order_number=envelope.order_number,
                    bidder=envelope.bidder,
                    digest=envelope.digest,
                )
            )
        except Broken:
            envelope.content = None
        envelope.opened_at = at
        envelope.save(update_fields=["content", "opened_at"])
    content: Mapping[str, Any] | None = envelope.content
    return content


def encrypt(content: Mapping[str, Any], *, order_number: str, bidder: str) -> bytes:
    """The bytes of an envelope, new ones at every call."""
    version = max(settings.SEAL_KEYS)
    key, nonce = secrets.token_bytes(32), secrets.token_bytes(12)
    header = canonical(
        {
            "format": FORMAT,
            "order": order_number,
            "bidder": bidder,
            "kc": _key_commitment(key),
            "seal_key": version,
        }
    ).encode()
    inner = canonical({"order": order_number, "bidder": bidder, "content": content}).encode()
    wrapped = wrap(key, version=version, context=header)
    body = AESGCM(key).encrypt(nonce, _padded(inner), header)
    return lp(header, wrapped, nonce, body)


def decrypt(envelope: bytes, *, order_number: str, bidder: str, digest: str) -> Mapping[str, Any]:
    """The content of an envelope; Broken where one byte differs, or where it is another's."""
    if sha256(envelope).hexdigest() != digest:
        raise Broken("not the envelope that was handed in")
    try:
        header, wrapped, nonce, body = _fields(envelope)
        facts = json.loads(header)
        key = unwrap(wrapped, version=facts["seal_key"], context=header)
        if facts["kc"] != _key_commitment(key):
            raise Broken("the key is not the one committed to")
        (inner,) = _fields(AESGCM(key).decrypt(nonce, body, header), padded=True)
        held = json.loads(inner)
        mine = (facts["order"], facts["bidder"], held["order"], held["bidder"])
        if facts["format"] != FORMAT or mine != (order_number, bidder) * 2:
            raise Broken("this envelope belongs to another bid")
        content = held["content"]
    except (ValueError, LookupError, TypeError, InvalidTag) as broken:
        raise Broken(str(broken)) from broken
    if not isinstance(content, dict):
        raise Broken("the content is no list of named values")
    return content


def wrap(secret: bytes, *, version: int, context: bytes) -> bytes:
    """A short secret under the seal key of that version: nonce, then ciphertext."""
    nonce = secrets.token_bytes(12)
    return nonce + AESGCM(settings.SEAL_KEYS[version]).encrypt(nonce, secret, context)


def unwrap(wrapped: bytes, *, version: int, context: bytes) -> bytes:
    """KeyError without that seal key, InvalidTag when wrapped or context were changed."""
    return AESGCM(settings.SEAL_KEYS[version]).decrypt(wrapped[:12], wrapped[12:], context)


def _end(envelope: Envelope, *, at: datetime) -> None:
    envelope.standing_until = at
    envelope.save(update_fields=["standing_until"])


def _key_commitment(key: bytes) -> str:
    return sha256(b"kc" + key).hexdigest()


def _padded(inner: bytes) -> bytes:
    framed = lp(inner)
    return framed + bytes(-len(framed) % STEP)


def _fields(content: bytes, *, padded: bool = False) -> list[bytes]:
    """The inverse of LP; ValueError where the lengths do not fit, or the padding is not zero."""
    fields: list[bytes] = []
    at = 0
    while at < len(content):
        size = int.from_bytes(content[at : at + 4], "big")
        if padded and fields:
            if any(content[at:]):
                raise ValueError("the padding is not empty")
            break
        if at + 4 + size > len(content):
            raise ValueError("a field is cut off")
        fields.append(content[at + 4 : at + 4 + size])
        at += 4 + size
    return fields
