"""Facts of draws, as the tests of the methods want them: the published vector, and any at all."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

from hypothesis import strategies as st

from selection.methods import Confirmation, Dice, Entry, Evidence, Frozen, Quote, draw

VECTOR = json.loads((Path(__file__).parent / "draw0-vector.json").read_text())
ENVELOPES = {
    "91360700MA35A1B23X": b"one",
    "91360700MA35A1B24W": b"two",
    "91360700MA35A1B25Q": b"three",
}
FROZEN_AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
THROWN_AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
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
    frozen_at=FROZEN_AT,
    entries=tuple(
        Entry(uscc, f"云江检测机构{number}", sha256(envelope).hexdigest())
        for number, (uscc, envelope) in enumerate(ENVELOPES.items())
    ),
)
DICE = Dice(
    VECTOR["dice"],
    "王岚",
    "witness",
    THROWN_AT,
    (Confirmation("李放", THROWN_AT + timedelta(minutes=2)), Confirmation("周宁", None)),
)
EVIDENCE = Evidence(dice=DICE, secret=VECTOR["s"])

USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
hexes = st.binary(min_size=32, max_size=32).map(bytes.hex)
reasons = st.sampled_from(["", "", "", "资质已于 11月15日 到期", "须回避"])
entries = st.builds(
    Entry,
    uscc=st.text(USCC, min_size=18, max_size=18),
    name=st.text(max_size=12),
    envelope=hexes,
    reason=reasons,
)
dice = st.builds(
    Dice,
    digits=st.text("0123456789", min_size=20, max_size=20),
    thrown_by=st.text(max_size=8),
    thrown_as=st.sampled_from(["witness", "regulator"]),
    thrown_at=st.just(THROWN_AT),
)


@st.composite
def draws(draw_, method="draw", min_size=0):
    """Frozen facts with the evidence of the whole draw."""
    secret = draw_(hexes)
    order = f"GXDD-2026-{draw_(st.integers(1, 99999)):05}"
    listed = draw_(
        st.lists(entries, min_size=min_size, max_size=12, unique_by=lambda one: one.uscc)
    )
    frozen = Frozen(
        order=order,
        method=method,
        notice=draw_(hexes),
        commitment=draw.commitment(order, secret),
        winners=draw_(st.integers(1, 3)),
        reserves=draw_(st.integers(0, 3)),
        needed=draw_(st.integers(0, 4)),
        ceiling=None,
        floor=None,
        frozen_at=FROZEN_AT,
        entries=tuple(listed),
    )
    return frozen, Evidence(dice=draw_(dice), secret=secret)


prices = st.one_of(
    st.none(),
    st.sampled_from(["", "0.00", "-1.00", "1e3", "壹佰元", "１.00", "01.00", " 5.00", "5.", "NaN"]),
    st.integers(1, 12).map(lambda tens: f"{tens * 10}.00"),
    st.integers(1, 12).map(lambda tens: f"{tens * 10}"),
)


@st.composite
def auctions(draw_, min_size=0):
    """The same with quotes, a ceiling and perhaps a floor; the dice may be missing."""
    frozen, evidence = draw_(draws(method="lowest", min_size=min_size))
    frozen = replace(
        frozen,
        ceiling=draw_(st.sampled_from([None, Decimal("100.00")])),
        floor=draw_(st.sampled_from([None, Decimal("20.00")])),
    )
    quotes = tuple(Quote(one.uscc, draw_(prices)) for one in frozen.eligible)
    return frozen, replace(evidence, quotes=quotes)
