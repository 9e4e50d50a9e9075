import gzip
from base64 import b64encode
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from core import clock
from selection import draws, sealing
from selection.models import Envelope
from tests.selection.conftest import NUMBER, facts, frozen, sealed
from tests.witness import refused

BIDDER = "91360700MA35A1B23X"
KEYS = {1: bytes(range(32)), 2: bytes(range(32, 64))}


def encrypted(content, **names):
    return sealing.encrypt(content, **{"order_number": NUMBER, "bidder": BIDDER, **names})


def decrypted(envelope, **names):
    names = {"order_number": NUMBER, "bidder": BIDDER, **names}
    return sealing.decrypt(envelope, digest=sha256(envelope).hexdigest(), **names)


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=40) | st.integers(), max_size=4))
def test_what_is_sealed_opens_alike(content):
    assert decrypted(encrypted(content)) == content


def test_two_envelopes_of_one_content_share_nothing_and_show_no_size():
    short, again, long = (encrypted({"price": price}) for price in ("1.00", "1.00", "9" * 400))
    assert short != again
    assert len(short) == len(long)
    assert len(encrypted({"price": "9" * 4097})) == len(long) + sealing.STEP


def test_every_changed_byte_breaks_the_envelope():
    envelope = encrypted({"price": "98765.43"})
    for place in [*range(400), *range(400, len(envelope), 97), len(envelope) - 1]:
        changed = bytearray(envelope)
        changed[place] ^= 1
        with pytest.raises(sealing.Broken):
            decrypted(bytes(changed))
    with pytest.raises(sealing.Broken, match="not the envelope that was handed in"):
        sealing.decrypt(envelope, order_number=NUMBER, bidder=BIDDER, digest="00" * 32)


def test_a_copied_envelope_opens_for_nobody_else():
    envelope = encrypted({"price": "98765.43"})
    with pytest.raises(sealing.Broken, match="belongs to another bid"):
        decrypted(envelope, bidder="91360700MA35A1B24W")
    with pytest.raises(sealing.Broken, match="belongs to another bid"):
        decrypted(envelope, order_number="GXDD-2026-00002")


def test_the_newest_seal_key_seals_and_all_open(settings):
    settings.SEAL_KEYS = {1: KEYS[1]}
    old = encrypted({"price": "1.00"})
    settings.SEAL_KEYS = KEYS
    assert decrypted(old) == {"price": "1.00"}
    new = encrypted({"price": "1.00"})
    settings.SEAL_KEYS = {1: KEYS[1]}
    with pytest.raises(sealing.Broken):
        decrypted(new)


def test_a_key_that_was_not_committed_to_opens_nothing(monkeypatch):
    with monkeypatch.context() as forger:  # who wraps another key than the one of `kc`
        forger.setattr(sealing, "_key_commitment", lambda key: "00" * 32)
        forged = encrypted({"price": "1.00"})
    with pytest.raises(sealing.Broken, match="not the one committed to"):
        decrypted(forged)


def test_a_second_envelope_replaces_the_first_which_stays(cast, rule, order_draw):
    first = sealed(cast.agency, "100.00", rule)
    second = sealed(cast.agency, "90.00", rule)
    first.refresh_from_db()
    assert second.replaces == first
    assert first.standing_until == second.sealed_at
    assert list(Envelope.objects.standing(NUMBER)) == [second]


def test_a_withdrawn_envelope_no_longer_stands_and_is_never_opened(cast, rule, order_draw):
    envelope = sealed(cast.agency, "100.00", rule)
    with rule():
        envelope = sealing.withdraw(envelope, at=clock.now())
    assert not Envelope.objects.standing(NUMBER).exists()
    with refused("This envelope no longer stands"), rule():
        sealing.withdraw(envelope, at=clock.now())
    frozen(order_draw, rule)
    with refused("This envelope no longer stands"), rule():
        sealing.open(envelope, at=clock.now())


def test_nothing_opens_before_the_list_is_frozen(cast, rule, order_draw):
    envelope = sealed(cast.agency, "100.00", rule)
    with refused("is not frozen yet"), rule():
        sealing.open(envelope, at=clock.now())
    frozen(order_draw, rule, envelope)
    with rule():
        assert sealing.open(envelope, at=clock.now()) == {"price": "100.00"}
    envelope.refresh_from_db()
    first, opened_at = envelope.content, envelope.opened_at
    with rule():
        assert sealing.open(envelope, at=clock.now() + timedelta(hours=1)) == first
    envelope.refresh_from_db()
    assert envelope.opened_at == opened_at
    with refused("no longer stands"), rule():
        sealing.withdraw(envelope, at=clock.now())


def test_an_envelope_whose_key_is_lost_is_opened_without_content(cast, rule, order_draw, settings):
    settings.SEAL_KEYS = {**settings.SEAL_KEYS, 9: KEYS[1]}
    envelope = sealed(cast.agency, "100.00", rule)
    del settings.SEAL_KEYS[9]
    row = frozen(order_draw, rule, envelope, method="lowest")
    with rule():
        evidence = draws.open_quotes(row, at=clock.now())
    assert [one.price for one in evidence.quotes] == [None]
    assert draws.choose(row).places[0].reason == "not-opened"


@pytest.mark.parametrize(
    "change",
    [
        {"ciphertext": b"other"},
        {"bidder": BIDDER},
        {"sealed_at": "2026-01-01T00:00Z"},
        {"digest": "0" * 64},
        {"standing_until": None},
    ],
)
def test_the_database_refuses_to_change_an_envelope(change, cast, rule, order_draw):
    envelope = sealed(cast.agency, "100.00", rule)
    with rule():
        sealing.withdraw(envelope, at=clock.now())
    with pytest.raises(IntegrityError, match="takes each step once"), transaction.atomic():
        Envelope.objects.filter(pk=envelope.pk).update(**change)
    with pytest.raises(IntegrityError, match="takes each step once"), transaction.atomic():
        Envelope.objects.filter(pk=envelope.pk)._raw_delete("default")


def test_one_envelope_stands_for_each_bidder(cast, rule, order_draw):
    envelope = sealed(cast.agency, "100.00", rule)
    twin = Envelope(
        code="TWIN",
        order_number=NUMBER,
        bidder=envelope.bidder,
        ciphertext=b"",
        digest="1" * 64,
        sealed_at=clock.now(),
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)


CANARY = "7654321.98"
FORMS = {
    "plain": CANARY.encode(),
    "without its point": b"765432198",
    "UTF-16": CANARY.encode("utf-16-le"),
    "hexadecimal": CANARY.encode().hex().encode(),
    "as a number": (765432198).to_bytes(4, "big"),
    "little end first": (765432198).to_bytes(4, "little"),
    # base64 at each of the three places in which the text may begin
    **{
        f"base64 {lead}": b64encode(b"x" * lead + CANARY.encode()).rstrip(b"=")[
            4 if lead else 0 : -2
        ]
        for lead in range(3)
    },
}


def test_no_price_is_in_the_database_before_opening(database, rule):
    """The canary sweep: everything the database holds, searched in every guise of the price."""
    cast = database.cast
    with rule():
        row = draws.commit(
            NUMBER,
            owner=cast.owner.organisation,
            announced_for=clock.now() + timedelta(days=1),
            regulator_days=1,
            failure_days=3,
            confirmation_minutes=30,
            at=clock.now(),
        )
    sealed(cast.rival, CANARY, rule)
    envelope = sealed(cast.rival, CANARY, rule)  # replaced, and still there
    held = everything_held()
    assert envelope.digest.encode() in held  # the sweep sees the row
    assert envelope.ciphertext.hex().encode() in held
    assert {guise for guise, form in FORMS.items() if form in held} == set()
    assert gzip.compress(CANARY.encode(), mtime=0)[10:-8] not in held
    made = facts(row, envelope)
    with rule():
        draws.freeze(row, made, at=made.frozen_at)
        sealing.open(envelope, at=clock.now())
    assert CANARY.encode() in everything_held()  # and would have seen the price


def everything_held() -> bytes:
    """The bytes of every row of every table, and on SQLite those of its files too."""
    parts = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                for value in row:
                    raw = bytes(value) if isinstance(value, bytes | memoryview) else None
                    parts += [raw, raw.hex().encode()] if raw else [str(value).encode()]
    if connection.vendor == "sqlite":
        name = connection.settings_dict["NAME"]
        for suffix in ("", "-wal"):
            file = Path(name + suffix)
            parts.append(file.read_bytes() if file.exists() else b"")
    return b"\n".join(parts)
