"""How a council decides: quorum and majority as the charter's version says. Pure.

Whoever is on the frozen list is a voter; the recused vote on nothing that concerns them and are
left out of the majority's base, but stay in the list that the quorum is counted over: the charters
speak of the units that take part. A voter takes part by being present, by a ballot, or by a proxy
whose holder is present in person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

Share = tuple[int, int]


class Choice(StrEnum):
    FOR = "for"
    AGAINST = "against"
    ABSTAIN = "abstain"


class Base(StrEnum):
    """Of whom the majority is a share."""

    PRESENT = "present"  # everybody who takes part and may vote
    ALL = "all"  # everybody on the list who may vote, there or not
    CAST = "cast"  # votes for and against: who abstains is not counted


class Channel(StrEnum):
    ROOM = "room"
    WRITING = "writing"


@dataclass(frozen=True)
class VoteRule:
    """How one kind of matter is voted about. A share that is not inclusive must be exceeded."""

    quorum: Share = (2, 3)
    quorum_inclusive: bool = True
    majority: Share = (1, 2)
    majority_inclusive: bool = False
    base: str = Base.PRESENT
    secret: bool = False
    notice_working_days: int = 5
    proxies_per_person: int = 0
    channels: tuple[str, ...] = (Channel.ROOM, Channel.WRITING)

    def __post_init__(self) -> None:
        for name in ("quorum", "majority"):
            share = tuple(getattr(self, name))
            object.__setattr__(self, name, share)
            if len(share) != 2 or not all(type(one) is int for one in share):
                raise ValueError(f"{name}: a share is two whole numbers, not {share!r}")
            if not 0 < share[0] <= share[1]:
                raise ValueError(f"{name}: a share lies above 0 and goes up to 1, not {share!r}")
            if share[0] == share[1] and not getattr(self, f"{name}_inclusive"):
                raise ValueError(f"{name}: more than everybody never comes together")
        object.__setattr__(self, "base", Base(self.base))
        object.__setattr__(self, "channels", tuple(Channel(one) for one in self.channels))
        if not self.channels:
            raise ValueError("channels: at least one way to vote")
        if self.notice_working_days < 0 or self.proxies_per_person < 0:
            raise ValueError("days of notice and proxies are not negative")

    def to_json(self) -> dict[str, Any]:
        """Plain values: `from_json` gives the same rule back."""
        written = asdict(self)
        return {
            **written,
            "quorum": list(self.quorum),
            "majority": list(self.majority),
            "base": str(self.base),
            "channels": [str(one) for one in self.channels],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> VoteRule:
        """The rule in a charter's terms, which keep more beside it (the article of each figure).

        ValueError or TypeError for what is no rule.
        """
        known = {field.name for field in fields(cls)}
        return cls(**{name: item for name, item in value.items() if name in known})


@dataclass(frozen=True)
class Counts:
    """What was counted: units on the list, taking part, recused, and the votes."""

    listed: int
    taking_part: int
    recused: int  # of the list, there or not
    recused_taking_part: int
    for_: int
    against: int
    abstained: int

    def __post_init__(self) -> None:
        if min(asdict(self).values()) < 0:
            raise ValueError(f"nothing is counted below zero: {self}")
        if not self.recused_taking_part <= self.recused <= self.listed:
            raise ValueError(f"more are recused than listed: {self}")
        if self.taking_part - self.recused_taking_part > self.listed - self.recused:
            raise ValueError(f"more take part than are listed: {self}")
        if self.recused_taking_part > self.taking_part or self.voted > self.voting:
            raise ValueError(f"more voted than took part and may vote: {self}")

    @property
    def voting(self) -> int:
        """Who takes part and may vote."""
        return self.taking_part - self.recused_taking_part

    @property
    def voted(self) -> int:
        return self.for_ + self.against + self.abstained

    @property
    def silent(self) -> int:
        """Took part, may vote, and handed in no ballot."""
        return self.voting - self.voted


@dataclass(frozen=True)
class Outcome:
    """What the counts come to under a rule, with every number that decides it."""

    rule: VoteRule
    counts: Counts
    quorum_needed: int
    base: int
    votes_needed: int

    @property
    def quorate(self) -> bool:
        return self.counts.taking_part >= self.quorum_needed

    @property
    def carried(self) -> bool:
        """Never without a quorum, nor where nobody may vote."""
        return self.quorate and self.counts.for_ >= self.votes_needed

    @property
    def numbers(self) -> dict[str, int]:
        """For the sentences that tell it."""
        counts = self.counts
        return {
            "listed": counts.listed,
            "present": counts.taking_part,
            "quorum": self.quorum_needed,
            "recused": counts.recused,
            "base": self.base,
            "votes": counts.for_,
            "against": counts.against,
            "abstained": counts.abstained,
            "silent": counts.silent,
            "needed": self.votes_needed,
        }

    def to_json(self) -> dict[str, Any]:
        """What is stored and published; `from_json` counts it anew from the rule and the counts."""
        return {
            "rule": self.rule.to_json(),
            "counts": asdict(self.counts),
            "numbers": self.numbers,
            "quorate": self.quorate,
            "carried": self.carried,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Outcome:
        """The outcome again. ValueError where what is written down does not follow from itself."""
        outcome = judge(VoteRule.from_json(value["rule"]), Counts(**value["counts"]))
        if outcome.to_json() != value:
            raise ValueError("the outcome does not follow from its own counts")
        return outcome


def needed(share: Share, of: int, *, inclusive: bool) -> int:
    """The least number that reaches `share` of `of` (exceeds it, where not inclusive); 1 at least.

    2/3 of 12 is 8 inclusive and 9 strict; 1/2 of 11 is 6 either way.
    """
    numerator, denominator = share
    exact = of * numerator
    least = -(-exact // denominator) if inclusive else exact // denominator + 1
    return max(1, least)


def judge(rule: VoteRule, counts: Counts) -> Outcome:
    """What the counts come to: all that a secret vote leaves to judge by."""
    base = {
        Base.PRESENT: counts.voting,
        Base.ALL: counts.listed - counts.recused,
        Base.CAST: counts.for_ + counts.against,
    }[Base(rule.base)]
    return Outcome(
        rule=rule,
        counts=counts,
        quorum_needed=needed(rule.quorum, counts.listed, inclusive=rule.quorum_inclusive),
        base=base,
        votes_needed=needed(rule.majority, base, inclusive=rule.majority_inclusive),
    )


def taking_part(
    voters: Collection[str], *, present: Collection[str], proxies: Mapping[str, str]
) -> frozenset[str]:
    """Who is present in person, or has given a proxy to somebody who is."""
    there = frozenset(present)
    return there | {giver for giver, holder in proxies.items() if holder in there}


def decide(
    rule: VoteRule,
    voters: Collection[str],
    ballots: Mapping[str, Choice],
    *,
    present: Collection[str] = (),
    recused: Collection[str] = (),
    proxies: Mapping[str, str] | None = None,
) -> Outcome:
    """Count and judge. `ballots` by the voter whose vote it is, also where a proxy cast it;
    `proxies`: who gave a proxy, and to whom. A ballot cast without a proxy shows its voter present.

    ValueError, a bug of the caller, for what the doors refuse: somebody who is not on the list, a
    ballot of the recused, a proxy to oneself, in a chain, above the rule's number, or of somebody
    present; a proxy's ballot while its holder is away.
    """
    proxies = proxies or {}
    listed, aside = frozenset(voters), frozenset(recused)
    strangers = {*ballots, *present, *recused, *proxies, *proxies.values()} - listed
    if strangers:
        raise ValueError(f"not on the list: {sorted(strangers)}")
    if aside & set(ballots):
        raise ValueError(f"recused, and voted: {sorted(aside & set(ballots))}")
    there = frozenset(present) | {one for one in ballots if one not in proxies}
    _check_proxies(rule, proxies, there)
    here = taking_part(listed, present=there, proxies=proxies)
    if set(ballots) - here:
        raise ValueError(f"voted by an absent proxy: {sorted(set(ballots) - here)}")
    votes = Counter(Choice(one) for one in ballots.values())
    counts = Counts(
        listed=len(listed),
        taking_part=len(here),
        recused=len(aside),
        recused_taking_part=len(aside & here),
        for_=votes[Choice.FOR],
        against=votes[Choice.AGAINST],
        abstained=votes[Choice.ABSTAIN],
    )
    return judge(rule, counts)


def _check_proxies(rule: VoteRule, proxies: Mapping[str, str], there: frozenset[str]) -> None:
    chained = set(proxies) & set(proxies.values())
    if chained:
        raise ValueError(f"gave a proxy and hold one: {sorted(chained)}")
    if there & set(proxies):
        raise ValueError(f"gave a proxy and came: {sorted(there & set(proxies))}")
    held = Counter(proxies.values())
    if held and max(held.values()) > rule.proxies_per_person:
        raise ValueError(f"a person holds {rule.proxies_per_person} proxies at most: {dict(held)}")
