"""Selection by the public draw 公开抽取, by the rule draw-0, which decides the ties of others too.

    notice: commitment C ─▶ deadline: list frozen, root R ─▶ dice ─▶ secret s ─▶ seed ─▶ tickets

    LP(x, …)  for each field: its length as 4 bytes big-endian, then the field; texts are UTF-8
    C         hex SHA-256(LP("draw-0/op", order, s)), s being 32 random bytes
    entry     LP(uscc, SHA-256 of the bid's envelope); the list is sorted by uscc
    R         RFC 9162 root over the entries (leaf 0x00, node 0x01), 32 bytes
    dice      20 digits 0–9 in ASCII, in the order thrown
    seed      64 hexadecimal digits of SHA-256(LP("draw-0", order, R, s, dice))
    ticket    decimal digits of SHA-256(hex SHA-256(seed) ‖ uscc), least significant first

Tickets are compared as text, smallest first; who is not eligible keeps a ticket and is skipped. The
package consistent_sampler on PyPI finds the same order. Nobody steers the draw while either the
witness or the operator is honest. No Django, nothing but Python: `python draw.py draw.json`. What
it prints is for the people of this platform, hence Chinese.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

METHOD, RULE, FORMAT = "draw", "draw-0", "gongxin-draw/1"
THROWS = 20

WINNER, RESERVE, UNCHOSEN, INELIGIBLE, INVALID = (
    "winner",
    "reserve",
    "unchosen",
    "ineligible",
    "invalid",
)
TOO_FEW = "too-few"


class Malformed(ValueError):
    """A bundle, or a piece of one, is not of its form; the message says where, in Chinese."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One bid of the frozen list. `envelope` is the hex SHA-256 of its bytes; `reason` says why it
    is not eligible, and is empty where it is.
    """

    uscc: str
    name: str
    envelope: str
    reason: str = ""

    @property
    def eligible(self) -> bool:
        return not self.reason

    @property
    def leaf(self) -> bytes:
        return entry(self.uscc, self.envelope)

    def to_json(self) -> dict[str, Any]:
        return {
            "uscc": self.uscc,
            "name": self.name,
            "envelope": self.envelope,
            "eligible": self.eligible,
            "reason": self.reason,
        }

    @classmethod
    def from_json(cls, value: Any, where: str = "entry") -> Entry:
        facts = _fields(value, where, "uscc", "name", "envelope", "eligible", "reason")
        made = cls(
            uscc=_match(facts["uscc"], r"[0-9A-HJ-NP-RTUW-Y]{18}", f"{where}.uscc"),
            name=_text(facts["name"], f"{where}.name"),
            envelope=_hex(facts["envelope"], f"{where}.envelope"),
            reason=_text(facts["reason"], f"{where}.reason"),
        )
        if facts["eligible"] is not made.eligible:
            raise Malformed(f"{where}.eligible 与 reason 矛盾")
        return made


@dataclass(frozen=True, slots=True)
class Frozen:
    """What no one can change once bidding has ended. `notice` is the digest of the order's notice.

    `needed` is the number of eligible bids below which the order fails. Entries are held sorted by
    uscc, whatever order they are given in; ValueError when there is none, or when two bear one
    uscc.
    """

    order: str
    method: str
    notice: str
    commitment: str
    winners: int
    reserves: int
    needed: int
    ceiling: Decimal | None
    floor: Decimal | None
    frozen_at: datetime
    entries: tuple[Entry, ...]

    def __post_init__(self) -> None:
        if len({one.uscc for one in self.entries}) < len(self.entries):
            raise Malformed("frozen.entries 有重复的统一社会信用代码")
        object.__setattr__(self, "entries", tuple(sorted(self.entries, key=lambda one: one.uscc)))

    @property
    def eligible(self) -> tuple[Entry, ...]:
        return tuple(one for one in self.entries if one.eligible)

    @property
    def root(self) -> bytes:
        return root([one.leaf for one in self.entries])

    def to_json(self) -> dict[str, Any]:
        return {
            "order": self.order,
            "method": self.method,
            "rule": RULE,
            "notice": self.notice,
            "commitment": self.commitment,
            "winners": self.winners,
            "reserves": self.reserves,
            "needed": self.needed,
            "ceiling": _yuan(self.ceiling),
            "floor": _yuan(self.floor),
            "frozen_at": instant(self.frozen_at),
            "entries": [one.to_json() for one in self.entries],
        }

    @classmethod
    def from_json(cls, value: Any) -> Frozen:
        facts = _fields(
            value,
            "frozen",
            *("order", "method", "rule", "notice", "commitment", "winners", "reserves", "needed"),
            *("ceiling", "floor", "frozen_at", "entries"),
        )
        if facts["rule"] != RULE:
            raise Malformed(f"frozen.rule 应为 {RULE}")
        return cls(
            order=_match(facts["order"], r"[0-9A-Za-z-]{1,40}", "frozen.order"),
            method=_text(facts["method"], "frozen.method"),
            notice=_hex(facts["notice"], "frozen.notice"),
            commitment=_hex(facts["commitment"], "frozen.commitment"),
            winners=_count(facts["winners"], "frozen.winners"),
            reserves=_count(facts["reserves"], "frozen.reserves"),
            needed=_count(facts["needed"], "frozen.needed"),
            ceiling=_amount(facts["ceiling"], "frozen.ceiling"),
            floor=_amount(facts["floor"], "frozen.floor"),
            frozen_at=_instant(facts["frozen_at"], "frozen.frozen_at"),
            entries=tuple(
                Entry.from_json(one, f"frozen.entries[{place}]")
                for place, one in enumerate(_list(facts["entries"], "frozen.entries"))
            ),
        )


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Another named witness who saw the dice; `at` is None where he did not confirm in time."""

    by: str
    at: datetime | None

    def to_json(self) -> dict[str, Any]:
        return {"by": self.by, "at": None if self.at is None else instant(self.at)}

    @classmethod
    def from_json(cls, value: Any, where: str = "confirmation") -> Confirmation:
        facts = _fields(value, where, "by", "at")
        at = None if facts["at"] is None else _instant(facts["at"], f"{where}.at")
        return cls(by=_text(facts["by"], f"{where}.by"), at=at)


@dataclass(frozen=True, slots=True)
class Dice:
    """Twenty ten-sided dice: their digits in the order thrown, who threw ("witness" 见证人 or
    "regulator" 监管部门), when, and what the other witnesses say.
    """

    digits: str
    thrown_by: str
    thrown_as: str
    thrown_at: datetime
    confirmations: tuple[Confirmation, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "digits": self.digits,
            "thrown_by": self.thrown_by,
            "thrown_as": self.thrown_as,
            "thrown_at": instant(self.thrown_at),
            "confirmations": [one.to_json() for one in self.confirmations],
        }

    @classmethod
    def from_json(cls, value: Any) -> Dice:
        where = "evidence.dice"
        facts = _fields(
            value, where, "digits", "thrown_by", "thrown_as", "thrown_at", "confirmations"
        )
        return cls(
            digits=_match(facts["digits"], f"[0-9]{{{THROWS}}}", f"{where}.digits"),
            thrown_by=_text(facts["thrown_by"], f"{where}.thrown_by"),
            thrown_as=_match(facts["thrown_as"], "witness|regulator", f"{where}.thrown_as"),
            thrown_at=_instant(facts["thrown_at"], f"{where}.thrown_at"),
            confirmations=tuple(
                Confirmation.from_json(one, f"{where}.confirmations[{place}]")
                for place, one in enumerate(_list(facts["confirmations"], f"{where}.confirmations"))
            ),
        )


@dataclass(frozen=True, slots=True)
class Quote:
    """What an opened envelope asks: its price as written; None where it could not be opened."""

    uscc: str
    price: str | None

    def to_json(self) -> dict[str, Any]:
        return {"uscc": self.uscc, "price": self.price}

    @classmethod
    def from_json(cls, value: Any, where: str = "quote") -> Quote:
        facts = _fields(value, where, "uscc", "price")
        price = None if facts["price"] is None else _text(facts["price"], f"{where}.price")
        return cls(uscc=_text(facts["uscc"], f"{where}.uscc"), price=price)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What came to light after the freeze; None where it has not, or is not needed.

    `secret` is 64 hexadecimal digits; `quotes` holds one of each eligible entry.
    """

    dice: Dice | None = None
    secret: str | None = None
    quotes: tuple[Quote, ...] | None = None

    def __post_init__(self) -> None:
        if self.quotes is not None:
            quotes = tuple(sorted(self.quotes, key=lambda one: one.uscc))
            object.__setattr__(self, "quotes", quotes)

    def to_json(self) -> dict[str, Any]:
        return {
            "dice": None if self.dice is None else self.dice.to_json(),
            "secret": self.secret,
            "quotes": None if self.quotes is None else [one.to_json() for one in self.quotes],
        }

    @classmethod
    def from_json(cls, value: Any) -> Evidence:
        facts = _fields(value, "evidence", "dice", "secret", "quotes")
        return cls(
            dice=None if facts["dice"] is None else Dice.from_json(facts["dice"]),
            secret=None if facts["secret"] is None else _hex(facts["secret"], "evidence.secret"),
            quotes=None
            if facts["quotes"] is None
            else tuple(
                Quote.from_json(one, f"evidence.quotes[{place}]")
                for place, one in enumerate(_list(facts["quotes"], "evidence.quotes"))
            ),
        )


@dataclass(frozen=True, slots=True)
class Place:
    """One line of the result: `rank` counts only who could win; `reason` is the entry's own words
    where it is ineligible, and a word of the method where its quote is invalid.
    """

    uscc: str
    name: str
    outcome: str
    rank: int | None = None
    ticket: str | None = None
    price: str | None = None
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_json(cls, value: Any) -> Place:
        return cls(**_fields(value, "place", *cls.__slots__))


@dataclass(frozen=True, slots=True)
class Result:
    """Who wins, who is in reserve, in which order; `failure` ("too-few") where nobody can."""

    root: str
    seed: str | None
    places: tuple[Place, ...]
    failure: str = ""

    @property
    def ranking(self) -> tuple[Place, ...]:
        """Who could win, best first."""
        return tuple(one for one in self.places if one.rank is not None)

    @property
    def winners(self) -> tuple[Place, ...]:
        return tuple(one for one in self.places if one.outcome == WINNER)

    @property
    def reserves(self) -> tuple[Place, ...]:
        return tuple(one for one in self.places if one.outcome == RESERVE)

    @property
    def skipped(self) -> tuple[Place, ...]:
        """Who could not win, each with the reason."""
        return tuple(one for one in self.places if one.outcome in (INELIGIBLE, INVALID))

    def to_json(self) -> dict[str, Any]:
        return {
            "root": self.root,
            "seed": self.seed,
            "places": [one.to_json() for one in self.places],
            "ranking": [one.uscc for one in self.ranking],
            "winners": [one.uscc for one in self.winners],
            "reserves": [one.uscc for one in self.reserves],
            "failure": self.failure,
        }

    @classmethod
    def from_json(cls, value: Any) -> Result:
        names = ("root", "seed", "places", "ranking", "winners", "reserves", "failure")
        facts = _fields(value, "result", *names)
        places = tuple(Place.from_json(one) for one in _list(facts["places"], "result.places"))
        return cls(facts["root"], facts["seed"], places, facts["failure"])


def lp(*fields: bytes) -> bytes:
    """Each field behind its length: no two lists of fields give the same bytes."""
    return b"".join(len(field).to_bytes(4, "big") + field for field in fields)


def commitment(order: str, secret: str) -> str:
    return sha256(lp(b"draw-0/op", order.encode(), bytes.fromhex(secret))).hexdigest()


def entry(uscc: str, envelope: str) -> bytes:
    return lp(uscc.encode(), bytes.fromhex(envelope))


def root(leaves: Sequence[bytes]) -> bytes:
    """The Merkle tree hash of RFC 9162, 2.1.1; of no leaves, the hash of nothing."""
    if not leaves:
        return sha256().digest()
    if len(leaves) == 1:
        return sha256(b"\0" + leaves[0]).digest()
    half = 1 << ((len(leaves) - 1).bit_length() - 1)
    return sha256(b"\1" + root(leaves[:half]) + root(leaves[half:])).digest()


def seed(order: str, root: bytes, secret: str, digits: str) -> str:
    fields = (b"draw-0", order.encode(), root, bytes.fromhex(secret), digits.encode())
    return sha256(lp(*fields)).hexdigest()


def ticket(seed: str, uscc: str) -> str:
    """A fraction 0.ddd… of some 77 digits, without the 0 and the point."""
    key = sha256(seed.encode()).hexdigest()
    number = int(sha256((key + uscc).encode()).hexdigest(), 16)
    return str(number).zfill(64)[::-1]


def tickets(frozen: Frozen, evidence: Evidence) -> tuple[str | None, dict[str, str]]:
    """The seed and everybody's ticket; None and nothing while dice or secret are missing."""
    if evidence.dice is None or evidence.secret is None:
        return None, {}
    made = seed(frozen.order, frozen.root, evidence.secret, evidence.dice.digits)
    return made, {one.uscc: ticket(made, one.uscc) for one in frozen.entries}


def missing(frozen: Frozen, evidence: Evidence) -> tuple[str, ...]:
    """What the draw still waits for: "dice", then "secret"; nothing where too few are eligible."""
    if len(frozen.eligible) < max(frozen.needed, 1):
        return ()
    waiting = (("dice", evidence.dice), ("secret", evidence.secret))
    return tuple(name for name, value in waiting if value is None)


def choose(frozen: Frozen, evidence: Evidence) -> Result:
    """The result, the same for all who have the same facts. ValueError while some are missing."""
    if waiting := missing(frozen, evidence):
        raise ValueError(f"choose() still waits for {', '.join(waiting)}")
    made, drawn = tickets(frozen, evidence)
    in_order = sorted(frozen.entries, key=lambda one: (drawn.get(one.uscc, ""), one.uscc))
    failed = len(frozen.eligible) < max(frozen.needed, 1)
    places, rank = [], 0
    for one in in_order:
        if not one.eligible:
            place = Place(one.uscc, one.name, INELIGIBLE, reason=one.reason)
        elif failed:
            place = Place(one.uscc, one.name, UNCHOSEN)
        else:
            rank += 1
            place = Place(one.uscc, one.name, outcome(frozen, rank), rank)
        places.append(with_ticket(place, drawn))
    return Result(frozen.root.hex(), made, tuple(places), TOO_FEW if failed else "")


def outcome(frozen: Frozen, rank: int) -> str:
    """What the rank (1, 2, …) brings."""
    if rank <= frozen.winners:
        return WINNER
    return RESERVE if rank <= frozen.winners + frozen.reserves else UNCHOSEN


def with_ticket(place: Place, drawn: Mapping[str, str]) -> Place:
    facts = {**place.to_json(), "ticket": drawn.get(place.uscc)}
    return Place(**facts)


def bundle(frozen: Frozen, evidence: Evidence) -> bytes:
    """The file draw.json: all facts, the result, and a digest over both, in canonical form."""
    return pack(frozen, evidence, choose(frozen, evidence))


def verify(content: bytes) -> list[str]:
    """The differences between draw.json and what its facts give, in Chinese; none is well."""
    return compare(content, method=METHOD, missing=missing, choose=choose)


def canonical(value: Any) -> bytes:
    """The one JSON text of a value: keys sorted, no spaces, UTF-8."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def pack(frozen: Frozen, evidence: Evidence, result: Result) -> bytes:
    content = {
        "format": FORMAT,
        "frozen": frozen.to_json(),
        "evidence": evidence.to_json(),
        "result": result.to_json(),
    }
    return canonical({**content, "digest": sha256(canonical(content)).hexdigest()})


def digest(content: bytes) -> str:
    """The digest that a bundle bears, as the result notice prints it."""
    return str(json.loads(content)["digest"])


def unpack(content: bytes) -> tuple[dict[str, Any], Frozen, Evidence]:
    """A bundle as written, and its facts. Malformed when it is not a bundle at all."""
    try:
        given = json.loads(content.decode())
        canonical(given)  # half a character passes as JSON, and is none
    except (ValueError, RecursionError):
        raise Malformed("不是 UTF-8 编码的 JSON 文件") from None
    facts = _fields(given, "draw.json", "format", "frozen", "evidence", "result", "digest")
    if facts["format"] != FORMAT:
        raise Malformed(f"format 应为 {FORMAT}")
    return facts, Frozen.from_json(facts["frozen"]), Evidence.from_json(facts["evidence"])


def compare(
    content: bytes,
    *,
    method: str,
    missing: Callable[[Frozen, Evidence], tuple[str, ...]],
    choose: Callable[[Frozen, Evidence], Result],
) -> list[str]:
    """Everything that is wrong with a bundle of `method`: forms, commitment, times, every value."""
    try:
        given, frozen, evidence = unpack(content)
    except Malformed as broken:
        return [f"格式不符：{broken}"]
    if frozen.method != method:
        return [f"方法不符：文件写 {frozen.method}，本程序核验 {method}"]
    try:
        if waiting := missing(frozen, evidence):
            return [f"数据不全：缺 {'、'.join(waiting)}"]
        expected = json.loads(pack(frozen, evidence, choose(frozen, evidence)))
    except Malformed as broken:
        return [f"格式不符：{broken}"]
    values = sorted(_differences(given, expected), key=lambda line: line.startswith("digest "))
    wrong = [*_history(frozen, evidence), *values]
    if not wrong and content != canonical(expected):
        wrong = ["写法不符：文件不是规范形式（键排序、无空格、UTF-8），内容可能被改动过"]
    return wrong


def _history(frozen: Frozen, evidence: Evidence) -> Iterable[str]:
    if evidence.secret is not None:
        made = commitment(frozen.order, evidence.secret)
        if made != frozen.commitment:
            yield f"承诺值不符：公告写 {frozen.commitment}，由秘密数算得 {made}"
    if evidence.dice is not None:
        if evidence.dice.thrown_at < frozen.frozen_at:
            yield "时间不符：骰子早于名单冻结"
        for one in evidence.dice.confirmations:
            if one.at is not None and one.at < evidence.dice.thrown_at:
                yield f"时间不符：{one.by} 的确认早于掷骰"


def _differences(given: Any, expected: Any, where: str = "") -> Iterable[str]:
    if isinstance(given, dict) and isinstance(expected, dict) and given.keys() == expected.keys():
        for name in expected:
            yield from _differences(given[name], expected[name], f"{where}.{name}".lstrip("."))
    elif isinstance(given, list) and isinstance(expected, list) and len(given) == len(expected):
        for place, (mine, theirs) in enumerate(zip(given, expected, strict=True)):
            yield from _differences(mine, theirs, f"{where}[{place}]")
    elif type(given) is not type(expected) or given != expected:
        yield f"{where} 不符：文件写 {_shown(given)}，重算得 {_shown(expected)}"


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else canonical(value).decode()


def instant(value: datetime) -> str:
    """An aware instant as bundles write it: UTC, with microseconds."""
    return value.astimezone(timezone.utc).isoformat(timespec="microseconds")  # noqa: UP017 (Python 3.10)


def _fields(value: Any, where: str, *names: str) -> dict[str, Any]:
    if not isinstance(value, dict) or value.keys() != set(names):
        raise Malformed(f"{where} 应有且只有 {'、'.join(names)}")
    return value


def _list(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise Malformed(f"{where} 应为列表")
    return value


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise Malformed(f"{where} 应为文字")
    return value


def _match(value: Any, pattern: str, where: str) -> str:
    if not re.fullmatch(pattern, _text(value, where)):
        raise Malformed(f"{where} 的写法不对")
    return str(value)


def _hex(value: Any, where: str) -> str:
    return _match(value, "[0-9a-f]{64}", where)


def _count(value: Any, where: str) -> int:
    if type(value) is not int or value < 0:
        raise Malformed(f"{where} 应为非负整数")
    return value


def _instant(value: Any, where: str) -> datetime:
    try:
        made = datetime.fromisoformat(_text(value, where))
    except ValueError:
        raise Malformed(f"{where} 应为时刻") from None
    if made.tzinfo is None or instant(made) != value:
        raise Malformed(f"{where} 应为协调世界时，精确到微秒")
    return made


def _amount(value: Any, where: str) -> Decimal | None:
    return None if value is None else Decimal(_match(value, AMOUNT, where))


def _yuan(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:.2f}"


AMOUNT = r"(0|[1-9][0-9]{0,11})\.[0-9]{2}"


OUTCOMES = {
    WINNER: "中选",
    RESERVE: "备选",
    UNCHOSEN: "未中选",
    INELIGIBLE: "不合格，跳过",
    INVALID: "报价无效",
}


def report(content: bytes, verify: Callable[[bytes], list[str]]) -> tuple[bool, str]:
    """Whether a bundle is right, and what to tell about it, in Chinese."""
    if wrong := verify(content):
        lines = [f"有 {len(wrong)} 处不一致：", *(f"  ✗ {one}" for one in wrong)]
        return False, "\n".join([*lines, "请保存本文件，并与结果公告核对或联系监管部门。"])
    given, frozen, evidence = unpack(content)
    result = given["result"]
    listed, eligible = len(frozen.entries), len(frozen.eligible)
    lines = [
        f"订单 {frozen.order}，规则 {RULE}",
        f"  ✓ 名单的根  {result['root']}（{listed} 家，{eligible} 家合格）",
    ]
    if evidence.dice is not None and evidence.secret is not None:
        lines += [
            f"  ✓ 承诺值    {frozen.commitment}",
            f"  ✓ 骰子      {evidence.dice.digits}（{evidence.dice.thrown_by}）",
            f"  ✓ 种子      {result['seed']}",
        ]
    for place in result["places"]:
        known = [str(place["rank"] or "—"), place["uscc"], (place["ticket"] or "")[:12]]
        known += [place["price"] or "", OUTCOMES[place["outcome"]], place["name"]]
        lines.append("    " + "  ".join(one for one in known if one))
    lines.append(f"  ✓ 文件摘要  {given['digest']}（请与结果公告上的比较）")
    lines.append("全部一致。" if not result["failure"] else "全部一致：合格者不足，本次失败。")
    return True, "\n".join(lines)


def main(files: Sequence[str], verify: Callable[[bytes], list[str]] = verify) -> int:
    """Verify each file and tell; 1 when one of them is wrong."""
    right = True
    for name in files:
        try:
            well, text = report(Path(name).read_bytes(), verify)
        except OSError as lost:
            well, text = False, f"读不到这个文件（{lost.strerror}）"
        sys.stdout.write(f"{name}：{text}\n")
        right = right and well
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
