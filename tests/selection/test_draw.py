import json
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from selection.methods import Dice, Entry, Evidence, Frozen, draw

VECTOR = json.loads((Path(__file__).parent / "draw0-vector.json").read_text())
ENVELOPES = {
    "91360700MA35A1B23X": b"one",
    "91360700MA35A1B24W": b"two",
    "91360700MA35A1B25Q": b"three",
}
FROZEN = Frozen(
    order=VECTOR["order"],
    method="draw",
    notice="a0" * 32,
    commitment=VECTOR["C"],
    winners=1,
    reserves=1,
    needed=3,
    ceiling=None,
    floor=None,
    frozen_at=datetime(2026, 11, 20, 9, tzinfo=UTC),
    entries=tuple(
        Entry(uscc, f"机构{number}", sha256(envelope).hexdigest())
        for number, (uscc, envelope) in enumerate(ENVELOPES.items())
    ),
)
EVIDENCE = Evidence(
    dice=Dice(VECTOR["dice"], "王岚", "witness", datetime(2026, 11, 23, 1, 30, tzinfo=UTC)),
    secret=VECTOR["s"],
)


def test_the_published_vector_is_reproduced_byte_by_byte():
    result = draw.choose(FROZEN, EVIDENCE)
    assert draw.commitment(VECTOR["order"], VECTOR["s"]) == VECTOR["C"]
    assert [one.leaf.hex() for one in FROZEN.entries] == VECTOR["entries"]
    assert (result.root, result.seed) == (VECTOR["R"], VECTOR["seed"])
    assert {one.uscc: one.ticket for one in result.places} == VECTOR["tickets"]
    assert [one.uscc for one in result.ranking] == VECTOR["ranked"]


def test_the_bundle_of_the_vector_verifies():
    assert draw.verify(draw.bundle(FROZEN, EVIDENCE)) == []
    other = replace(EVIDENCE, secret="00" * 32)
    assert "承诺值不符" in draw.verify(draw.bundle(FROZEN, other))[0]
