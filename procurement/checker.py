"""The requirement checker 需求检查: sentences of a need that ask for what the law forbids.

A rule is data: patterns, exceptions, its article, and two sentences of which it finds the first and
leaves the second. It points a person to a sentence; whether that breaks the law, the person says.
Pure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from procurement.document import Block, Document, Table, texts

FILE = Path(__file__).parent / "data" / "requirement-rules.json"
WEIGHTS = ("forbidden", "caution")
SENTENCE = re.compile(r"[^。；;！？!?\n]+[。；;！？!?]?")
LONGEST = 1000  # of a sentence, and hence of what a pattern is tried on


@dataclass(frozen=True)
class Rule:
    """What is looked for, and why. `sections` empty: everywhere."""

    name: str
    title: str
    article: str
    why: str
    weight: str
    patterns: tuple[str, ...]
    trips: str
    passes: str
    exceptions: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    version: int = 1

    def found_in(self, sentence: str) -> re.Match[str] | None:
        """The words that break the rule; None where nothing does, or an exception holds."""
        if any(_compiled(one).search(sentence) for one in (*self.exceptions, *negations())):
            return None
        matches = (_compiled(one).search(sentence) for one in self.patterns)
        return next((match for match in matches if match), None)


@dataclass(frozen=True)
class Finding:
    """A sentence that a rule found: where it stands, and which of its words (start, end)."""

    rule: Rule
    section: str
    block: int
    sentence: str
    start: int
    end: int

    @property
    def excerpt(self) -> str:
        return self.sentence[self.start : self.end]

    @property
    def around(self) -> tuple[str, str, str]:
        """The sentence before, at and after the words that were found."""
        return self.sentence[: self.start], self.excerpt, self.sentence[self.end :]

    @property
    def fingerprint(self) -> str:
        """The same for the same sentence, wherever in its section it moves."""
        return sha256("".join(self.sentence.split()).encode()).hexdigest()

    @property
    def key(self) -> tuple[str, str, str]:
        return self.rule.name, self.section, self.fingerprint


def check(document: Document, rules: Iterable[Rule]) -> list[Finding]:
    """Each sentence with each rule that finds it, in the order of the document."""
    rules = tuple(rules)
    found: dict[tuple[str, str, str], Finding] = {}
    for section in document.sections:
        for place, block in enumerate(section.blocks):
            for sentence in sentences(block):
                for rule in rules:
                    if rule.sections and section.key not in rule.sections:
                        continue
                    match = rule.found_in(sentence)
                    if match:
                        finding = Finding(
                            rule, section.key, place, sentence, match.start(), match.end()
                        )
                        found.setdefault(finding.key, finding)
    return list(found.values())


def sentences(block: Block) -> Iterator[str]:
    """A block's sentences; a table's row is one, since a condition is split over its cells."""
    parts: Iterable[str] = texts(block)
    if isinstance(block, Table):
        parts = (
            block.caption,
            *("，".join(filter(None, row)) for row in (block.head, *block.rows)),
        )
    for part in parts:
        for match in SENTENCE.finditer(part):
            sentence = match.group().strip()
            for start in range(0, len(sentence), LONGEST):
                yield sentence[start : start + LONGEST]


def faults(rule: Rule) -> list[str]:
    """What is wrong with a rule, as keys: pattern, trips, passes; empty where it is sound."""
    try:
        for pattern in (*rule.patterns, *rule.exceptions):
            re.compile(pattern)
    except re.error:
        return ["pattern"]
    wrong = []
    if not rule.patterns or not rule.found_in(rule.trips):
        wrong.append("trips")
    if rule.patterns and rule.found_in(rule.passes):
        wrong.append("passes")
    return wrong


def rule_of(value: Mapping[str, Any]) -> Rule:
    """A rule from its JSON; lists become tuples."""
    given: dict[str, Any] = {
        name: tuple(item) if isinstance(item, list) else item
        for name, item in value.items()
        if name in Rule.__dataclass_fields__
    }
    return Rule(**given)


@lru_cache(maxsize=1)
def shipped() -> tuple[Rule, ...]:
    """The rules that come with the software."""
    return tuple(map(rule_of, _file()["rules"]))


@lru_cache(maxsize=1)
def negations() -> tuple[str, ...]:
    """Words that turn a condition round: “不得要求……” demands nothing."""
    return tuple(_file()["negations"])


@lru_cache(maxsize=1)
def _file() -> Any:
    return json.loads(FILE.read_text(encoding="utf-8"))


@lru_cache(maxsize=1000)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
