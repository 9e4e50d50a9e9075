"""Carrying documents to the cluster: what changed, and all of them into a new index.

The database is the truth: a document that was written lacks `carried_at` until the cluster has it
as it is. A worker that dies, or a cluster that is away, leaves it so for the next round.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from search import cluster
from search.cluster import Carried
from search.engines.elastic import instant, parted
from search.models import SearchDocument

BATCH = 500
LONGEST_TITLE = 300  # of SearchDocument.title


def carry(*, at: datetime) -> int:
    """Carry the documents that have waited the longest; how many the cluster has taken.

    A door's work: asks the cluster, then has a rule note what it took.
    """
    waiting = list(SearchDocument.objects.to_carry()[:BATCH])
    if not waiting:
        return 0
    there = cluster.put([_carried(one) for one in waiting])
    return note_carried([one for one in waiting if one.pk in there], at=at)


def rebuild() -> Iterator[tuple[int, int]]:
    """Fill a new index with all documents, while the present one is asked and both are written to;
    then let it take over. Tells how many of how many were carried, batch by batch.
    """
    name = cluster.begin()
    last = SearchDocument.objects.aggregate(last=Max("pk"))["last"] or 0
    total = SearchDocument.objects.filter(gone_at=None, pk__lte=last).count()
    done, after = 0, 0
    yield done, total
    while True:
        # Later ones are carried by who writes them; so are those that change meanwhile.
        batch = list(
            SearchDocument.objects.filter(pk__gt=after, pk__lte=last).order_by("pk")[:BATCH]
        )
        if not batch:
            break
        cluster.fill([_carried(one) for one in batch])
        done += sum(one.gone_at is None for one in batch)
        after = batch[-1].pk
        yield done, total
    cluster.take_over(name)


@transaction.atomic(durable=True)
def note_carried(documents: Sequence[SearchDocument], *, at: datetime) -> int:
    """The cluster has these as they were read here; one written since then still waits."""
    return sum(
        SearchDocument.objects.filter(pk=one.pk, revision=one.revision, carried_at=None).update(
            carried_at=at
        )
        for one in documents
    )


def _carried(document: SearchDocument) -> Carried:
    told = None if document.gone_at is not None else source(document)
    return Carried(document.pk, document.revision, told)


def source(document: SearchDocument) -> dict[str, Any]:
    """The document as `cluster.Indexed` maps it."""
    of: dict[str, list[str]] = {}
    for mark in document.marks.split():
        name, _colon, value = mark.partition(":")
        of.setdefault(name, []).append(value)
    title = document.head.replace(" ", "")
    amount = document.amount
    told: dict[str, Any] = {
        "kind": document.kind,
        "place": document.place,
        "tokens": document.tokens.split(),
        "region": of.get("region"),
        "item": of.get("item"),
        "method": of.get("method"),
        "amount_band": of.get("amount"),
        "grade": of.get("grade"),
        "standing": document.standing,
        "standing_after": document.standing_after or None,
        "changes_at": document.changes_at and instant(document.changes_at),
        "shown_from": document.shown_from and instant(document.shown_from),
        "shown_until": document.shown_until and instant(document.shown_until),
        "deadline": document.deadline and instant(document.deadline),
        "fen": None if amount is None else int(amount * 100),
        "key": document.key,
        "title": title,
        "brevity": max(0, LONGEST_TITLE - len(title)),
        "letters": " ".join(parted("letters", title)),
    }
    for column in ("body", "head", "brief", "sounds", "initials"):
        told[column] = " ".join(parted(column, getattr(document, column)))
    return {name: value for name, value in told.items() if value is not None}
