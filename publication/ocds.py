"""Open Contracting releases 开放合同数据, as frozen dataclasses, and their packages.

Pure. The names are those of OCDS 1.1.5 (https://standard.open-contracting.org/1.1/), in this
language's spelling; `json_of` writes them in the standard's. What is None or empty is left out.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from ocdsmerge import Merger

from core.calendar import SHANGHAI

VERSION = "1.1"
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
PUBLISHED = "https://raw.githubusercontent.com/open-contracting-extensions"
EXTENSIONS = (f"{PUBLISHED}/ocds_bid_extension/v1.1.5/extension.json",)

# The standard's own rules for what we say: these three describe a release, not the process; every
# object in our lists has an `id`, by which it is merged; every other list is replaced whole.
MERGER = Merger(merge_rules={(name,): "omitWhenMerged" for name in ("id", "date", "tag")})


def _named(name: str, default: Any = None) -> Any:
    return field(default=default, metadata={"name": name})


@dataclass(frozen=True)
class Value:
    """Yuan."""

    amount: Decimal
    currency: str = "CNY"


@dataclass(frozen=True)
class Period:
    start_date: datetime | None = None
    end_date: datetime | None = None
    duration_in_days: int | None = None


@dataclass(frozen=True)
class Document:
    id: str
    document_type: str
    title: str
    url: str
    date_published: datetime
    format: str = "text/html"
    language: str = "zh"


@dataclass(frozen=True)
class Identifier:
    """`scheme` CN-USCC: the unified social credit code, GB 32100-2015."""

    id: str
    legal_name: str
    scheme: str = "CN-USCC"


@dataclass(frozen=True)
class Address:
    street_address: str = ""
    region: str = ""
    country_name: str = "中国"


@dataclass(frozen=True)
class Reference:
    id: str
    name: str


@dataclass(frozen=True)
class Unit:
    """An organisation of the process, with all its roles up to this release."""

    id: str
    name: str
    roles: tuple[str, ...]
    identifier: Identifier | None = None
    address: Address | None = None

    @property
    def reference(self) -> Reference:
        return Reference(self.id, self.name)


@dataclass(frozen=True)
class Item:
    """`id` is its code in our own catalogue or the region's: the standard lists neither."""

    id: str
    description: str


@dataclass(frozen=True)
class Ticket:
    """One entrant's ticket of a draw: `id` is the party's, rank 1 wins."""

    id: str
    number: str
    rank: int


@dataclass(frozen=True)
class Draw:
    """Our extension: what a public draw commits to, and all that recomputes it."""

    rule: str
    commitment: str
    root: str = ""
    seed: str = ""
    digest: str = ""
    url: str = ""
    tickets: tuple[Ticket, ...] = ()


@dataclass(frozen=True)
class Amendment:
    id: str
    date: datetime
    rationale: str


@dataclass(frozen=True)
class Planning:
    rationale: str = ""
    budget: "Budget | None" = None
    documents: tuple[Document, ...] = ()
    milestones: "tuple[Milestone, ...]" = ()


@dataclass(frozen=True)
class Budget:
    description: str = ""
    amount: Value | None = None
    project: str = ""


@dataclass(frozen=True)
class Tender:
    id: str
    status: str = ""
    title: str = ""
    description: str = ""
    procuring_entity: Reference | None = None
    items: tuple[Item, ...] = ()
    value: Value | None = None
    procurement_method: str = ""
    procurement_method_details: str = ""
    procurement_method_rationale: str = ""
    main_procurement_category: str = ""
    award_criteria: str = ""
    award_criteria_details: str = ""
    submission_method: tuple[str, ...] = ()
    submission_method_details: str = ""
    tender_period: Period | None = None
    award_period: Period | None = None
    eligibility_criteria: str = ""
    number_of_tenderers: int | None = None
    tenderers: tuple[Reference, ...] = ()
    documents: tuple[Document, ...] = ()
    amendments: tuple[Amendment, ...] = ()
    draw: Draw | None = None


@dataclass(frozen=True)
class Bid:
    """Of the bids extension."""

    id: str
    status: str
    tenderers: tuple[Reference, ...]
    date: datetime | None = None
    value: Value | None = None


@dataclass(frozen=True)
class Bids:
    details: tuple[Bid, ...] = ()


@dataclass(frozen=True)
class Award:
    id: str
    status: str
    title: str = ""
    date: datetime | None = None
    value: Value | None = None
    suppliers: tuple[Reference, ...] = ()
    documents: tuple[Document, ...] = ()


@dataclass(frozen=True)
class Milestone:
    id: str
    status: str
    title: str = ""
    type: str = ""
    description: str = ""
    due_date: datetime | None = None
    date_met: datetime | None = None


@dataclass(frozen=True)
class Implementation:
    milestones: tuple[Milestone, ...] = ()
    documents: tuple[Document, ...] = ()


@dataclass(frozen=True)
class Contract:
    id: str
    award_id: str = _named("awardID", "")
    status: str = ""
    title: str = ""
    period: Period | None = None
    value: Value | None = None
    date_signed: datetime | None = None
    documents: tuple[Document, ...] = ()
    implementation: Implementation | None = None


@dataclass(frozen=True)
class RelatedProcess:
    """Another process that this one comes after; `identifier` is its ocid."""

    id: str
    relationship: tuple[str, ...]
    title: str
    identifier: str
    uri: str
    scheme: str = "ocid"


@dataclass(frozen=True)
class Release:
    """What one deed makes known of a process; `number` is the process's own."""

    number: str
    tag: tuple[str, ...]
    date: datetime
    parties: tuple[Unit, ...] = ()
    buyer: Reference | None = None
    planning: Planning | None = None
    tender: Tender | None = None
    bids: Bids | None = None
    awards: tuple[Award, ...] = ()
    contracts: tuple[Contract, ...] = ()
    related_processes: tuple[RelatedProcess, ...] = ()


def release_json(release: Release, *, prefix: str, code: str) -> dict[str, Any]:
    """The release as the standard writes it. Its `id` bears the process's number and `code`."""
    body = json_of(release)
    del body["number"]
    return {
        "ocid": f"{prefix}-{release.number}",
        "id": f"{release.number}-{code}",
        "initiationType": "tender",
        "language": "zh",
        **body,
        "date": release.date.astimezone(SHANGHAI).isoformat(),  # whole: it puts releases in order
    }


def json_of(value: Any) -> Any:
    """A dataclass, or what it holds, as JSON: instants in Shanghai's time, yuan as numbers."""
    if is_dataclass(value):
        written = ((one, json_of(getattr(value, one.name))) for one in fields(value))
        return {
            one.metadata.get("name") or _camel(one.name): said
            for one, said in written
            if said not in (None, "", [], {})
        }
    if isinstance(value, tuple):
        return [json_of(one) for one in value]
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).isoformat(timespec="seconds")
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def text_of(body: Mapping[str, Any]) -> str:
    """The one text of a JSON body: keys sorted, no spaces."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


# ── packages ─────────────────────────────────────────────────────────────────────────────────────


def compiled(releases: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The state of a process after its releases, merged by the standard's rules."""
    merged: dict[str, Any] = MERGER.create_compiled_release([dict(one) for one in releases])
    return merged


def package(*, uri: str, published_at: datetime, site: str, publisher: str) -> dict[str, Any]:
    """What every package begins with; `releases` or `records` are added by the caller.

    `site`: the address under which our own extension lies, without a slash at its end.
    """
    return {
        "uri": uri,
        "version": VERSION,
        "extensions": [*EXTENSIONS, f"{site}/feeds/ocds/draws/extension.json"],
        "publishedDate": json_of(published_at),
        "publisher": {"name": publisher, "uri": site},
        "license": LICENCE,
        "publicationPolicy": f"{site}/feeds/ocds/",
    }


def records(releases: Iterable[Sequence[Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """A record for each process, from all its releases in the order of their dates."""
    return [
        {"ocid": of[0]["ocid"], "releases": list(of), "compiledRelease": compiled(of)}
        for of in releases
    ]


# ── our own extension ────────────────────────────────────────────────────────────────────────────

EXTENSION = {
    "name": {"en": "Public draws", "zh": "公开抽取"},
    "description": {
        "en": "What a public draw among tenderers commits to beforehand, and what recomputes it.",
        "zh": "公开抽取事先承诺的内容，以及任何人据以重新计算结果所需的数据。",
    },
    "compatibility": ["1.1"],
    "schemas": ["release-schema.json"],
}


def _text(title: str, description: str) -> dict[str, Any]:
    return {
        "title": title,
        "description": description,
        "type": ["string", "null"],
        "minLength": 1,
    }


SCHEMA = {
    "definitions": {
        "Tender": {
            "properties": {
                "draw": {
                    "title": "Draw",
                    "description": "The public draw that chooses among the tenderers.",
                    "$ref": "#/definitions/Draw",
                }
            }
        },
        "Draw": {
            "title": "Draw",
            "description": "A draw that anybody can recompute from what is published.",
            "type": "object",
            "minProperties": 1,
            "properties": {
                "rule": _text("Rule", "The published rule by which the tickets are computed."),
                "commitment": _text(
                    "Commitment", "The digest of a secret, published before bids are invited."
                ),
                "root": _text("Root", "The Merkle root (RFC 9162) of the frozen entries."),
                "seed": _text("Seed", "What the tickets are computed from."),
                "digest": _text("Digest", "SHA-256 of the file that lies at the address."),
                "url": {
                    **_text("Address", "A file with everything that recomputes the draw."),
                    "format": "uri",
                },
                "tickets": {
                    "title": "Tickets",
                    "description": "The tickets of the eligible entrants.",
                    "type": "array",
                    "items": {"$ref": "#/definitions/Ticket"},
                    "uniqueItems": True,
                },
            },
        },
        "Ticket": {
            "title": "Ticket",
            "description": "One entrant's ticket: the smallest wins.",
            "type": "object",
            "required": ["id"],
            "properties": {
                "id": {
                    "title": "Party",
                    "description": "The entrant's identifier among the parties.",
                    "type": "string",
                    "minLength": 1,
                },
                "number": _text("Number", "The ticket's decimal digits."),
                "rank": {
                    "title": "Rank",
                    "description": "Its place, from 1.",
                    "type": ["integer", "null"],
                },
            },
        },
    }
}
