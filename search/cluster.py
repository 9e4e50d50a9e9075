"""The gateway to Elasticsearch: versioned indices, one of which bears the alias that readers ask.

    {prefix}-1   ◀── {prefix}        what is asked, and written to
    {prefix}-2   ◀── {prefix}-next   what is being filled: written to as well, until it takes over

Writers name the aliases, never an index, and a document's revision goes with it: an older one
never replaces a newer one, whoever comes late. Only core analysis is needed: words are cut by
`search.words`, and the server parts them at spaces.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from elastic_transport.client_utils import DEFAULT
from elasticsearch import (
    ApiError,
    ConflictError,
    Elasticsearch,
    NotFoundError,
    SerializationError,
    TransportError,
)
from elasticsearch.dsl import Document, Keyword, Long, MetaField, Search, Text
from elasticsearch.helpers import BulkIndexError, streaming_bulk

from core.gateways import GatewayRefused, GatewayUnavailable

SECONDS = 3  # a reader waits for an answer before the database is asked
CARRY_SECONDS = 60
LARGEST_BULK = 10 * 2**20  # bytes
BUSY = {429, 502, 503, 504}


def _text() -> Text:
    return Text(analyzer="whitespace", norms=False)


class Indexed(Document):
    """The mapping: what `search.carrying.source` tells of a document."""

    # filters and orders
    kind = Keyword()
    place = Long()
    tokens = Keyword(doc_values=False)
    region = Keyword(multi=True)
    item = Keyword(multi=True)
    method = Keyword(multi=True)
    amount_band = Keyword(multi=True)
    grade = Keyword(multi=True)
    standing = Keyword()
    standing_after = Keyword()
    changes_at = Long()  # instants: microseconds
    shown_from = Long()
    shown_until = Long()
    deadline = Long()
    fen = Long()
    key = Keyword()
    # what must stand where, and what a hit is worth
    body = _text()
    head = _text()
    brief = _text()
    sounds = _text()
    initials = _text()
    letters = _text()  # of the title, one by one
    title = Keyword()
    brevity = Long()

    class Meta:
        dynamic = MetaField("strict")
        source = MetaField(enabled=False)


@dataclass(frozen=True)
class Carried:
    """One document as the cluster is to have it; without `source`: not at all."""

    key: int
    revision: int
    source: dict[str, Any] | None


@dataclass(frozen=True)
class Health:
    """What the cluster says of itself: green, yellow, red."""

    status: str
    index: str  # that is asked; empty before the first was filled
    documents: int


def live() -> str:
    return str(settings.ELASTICSEARCH_PREFIX)


def coming() -> str:
    return f"{live()}-next"


@cache
def client() -> Elasticsearch:
    user, _colon, password = settings.ELASTICSEARCH_LOGIN.partition(":")
    return Elasticsearch(
        settings.ELASTICSEARCH_URL.split(","),
        basic_auth=(user, password) if user else None,
        ca_certs=settings.ELASTICSEARCH_CA or DEFAULT,
        request_timeout=SECONDS,
        max_retries=0,
    )


def carrier() -> Elasticsearch:
    """For work that nobody waits for."""
    return client().options(request_timeout=CARRY_SECONDS)


@contextmanager
def reached() -> Iterator[None]:
    """What the client raises, in the words of gateways."""
    try:
        yield
    except NotFoundError as error:
        raise GatewayUnavailable(f"the cluster has no index yet: {error}") from error
    except ApiError as error:
        kind = GatewayUnavailable if error.status_code in BUSY else GatewayRefused
        raise kind(str(error)) from error
    except (TransportError, SerializationError) as error:
        raise GatewayUnavailable(str(error)) from error


def search() -> Search[Any]:
    """A search over what readers ask, which answers with keys."""
    return Search(using=client(), index=live()).source(False)


def run(asked: Search[Any]) -> Any:
    """The answer of one search."""
    with reached():
        return asked.execute()


def health() -> Health:
    with reached():
        said = client().cluster.health()
        indices = _bearers(live())
        count = client().count(index=live())["count"] if indices else 0
    return Health(said["status"], "".join(indices), count)


def is_ready() -> bool:
    """Whether there is an index to ask."""
    with reached():
        return bool(_bearers(live()))


def put(documents: Sequence[Carried]) -> set[int]:
    """Carry documents to what is asked and to what is being filled; the keys of those that are
    there now, and found. The rest is for another time.
    """
    with reached():
        targets = [alias for alias in (live(), coming()) if _bearers(alias)]
    if live() not in targets:
        raise GatewayUnavailable("the cluster has no index yet")
    there = _put(documents, live(), found=True)
    if coming() in targets:
        _put(documents, coming())
    return there


def begin() -> str:
    """A new, empty index that is filled from now on. What was being filled before goes."""
    with reached():
        known = [*carrier().indices.get(index=f"{live()}-*", features="aliases")]
        stale = _bearers(coming())
        numbers = [int(name.rsplit("-", 1)[1]) for name in known if name.rsplit("-")[-1].isdigit()]
        name = f"{live()}-{max(numbers, default=0) + 1}"
        index = Indexed._index.clone(name=name)
        index.settings(
            number_of_shards=settings.ELASTICSEARCH_SHARDS,
            number_of_replicas=settings.ELASTICSEARCH_REPLICAS,
        )
        index.aliases(**{coming(): {}})
        if stale:
            carrier().indices.delete(index=stale)
        index.create(using=carrier())
    return name


def fill(documents: Sequence[Carried]) -> None:
    """Carry documents to what is being filled. GatewayUnavailable where somebody else began anew,
    or some of them were not taken.
    """
    there = _put(documents, coming())
    missing = [one.key for one in documents if one.key not in there]
    if missing:
        raise GatewayUnavailable(f"{len(missing)} documents were not taken, {missing[0]} first")


def take_over(name: str) -> None:
    """What was filled is asked from now on, at once and for all; what was asked before goes."""
    with reached():
        carrier().indices.refresh(index=name)
        before = _bearers(live())
        actions: list[dict[str, Any]] = [
            {"remove": {"index": one, "alias": live(), "must_exist": True}} for one in before
        ]
        actions += [
            {"remove": {"index": name, "alias": coming(), "must_exist": True}},
            {"add": {"index": name, "alias": live()}},
        ]
        carrier().indices.update_aliases(actions=actions)
        if before:
            carrier().indices.delete(index=before, ignore_unavailable=True)


def remove_all() -> None:
    """Every index of this prefix goes: for tests, and for a prefix that is given up."""
    with reached():
        known = [*client().indices.get(index=f"{live()}-*", features="aliases")]
        if known:
            client().indices.delete(index=known)


def _bearers(alias: str) -> list[str]:
    """The indices behind an alias; one, or none."""
    try:
        return sorted(client().indices.get_alias(name=alias))
    except NotFoundError:
        return []


def _put(documents: Iterable[Carried], alias: str, *, found: bool = False) -> set[int]:
    """Those that are there now. `found`: once they are found, too; what is being filled is asked by
    nobody, and to wait there would take a second a batch.
    """
    actions = (_action(one, alias) for one in documents)
    there = set()
    with reached():
        try:
            results = streaming_bulk(
                carrier(),
                actions,
                max_chunk_bytes=LARGEST_BULK,
                raise_on_error=False,
                require_alias=True,
                refresh="wait_for" if found else False,
            )
            there = {int(key) for key, status in map(_told, results) if _is_there(status)}
        except (BulkIndexError, ConflictError) as error:
            raise GatewayUnavailable(str(error)) from error
    return there


def _action(one: Carried, alias: str) -> dict[str, Any]:
    action: dict[str, Any] = {
        "_op_type": "delete" if one.source is None else "index",
        "_index": alias,
        "_id": str(one.key),
        "version": one.revision,
        "version_type": "external_gte",
    }
    if one.source is not None:
        action["_source"] = one.source
    return action


def _told(result: tuple[bool, dict[str, Any]]) -> tuple[str, tuple[str, int]]:
    ((operation, told),) = result[1].items()
    return told["_id"], (operation, int(told.get("status", 500)))


def _is_there(told: tuple[str, int]) -> bool:
    """As it should be: taken, a newer one there, or what is to go not there."""
    operation, status = told
    return status < 300 or status == 409 or (operation == "delete" and status == 404)
