"""What keeps the documents: after each deed on a watched row, and for all at once.

The consumer of the events writes in the transaction that marks the news as done, so a thing that
was withdrawn is found no longer than its news waits; pages are not kept meanwhile (`is_behind`).
"""

import secrets
from dataclasses import asdict
from datetime import datetime
from hashlib import sha256
from typing import Any
from zlib import crc32

from django.conf import settings
from django.db import transaction
from django.utils import translation

from core import cache, clock, searched
from core.audit import canonical
from core.lifecycle import lock, part
from core.models import Event, Outbox
from core.searched import CONSUMER, EVERYTHING, Entry, Kind
from search import vocabulary, words
from search.models import DocumentFile, FileText, SearchDocument, Synonym
from search.query import band

TEXT_ROOM = 100_000  # characters of one document
UNIT = 1_000  # places in a millisecond
# What is no word of anybody's deed, and changes nothing that is found.
SILENT = {"deed.refused"}


@part
def follow(event: Event, *, at: datetime) -> None:
    """The consumer: build anew whatever the event's row is part of."""
    if event.name in SILENT or _comes_again(event):
        return
    for kind in searched.kinds.values():
        if watcher := kind.watches.get(event.subject):
            codes = everything_of(kind) if watcher == EVERYTHING else watcher(event)
            for code in dict.fromkeys(codes):
                write(kind, code, at=at)


@transaction.atomic(durable=True)
def refresh(kind: Kind, code: str, *, at: datetime, anew: bool = False) -> bool:
    """Build one document as it would be now; whether it changed. `anew`: write it in any case."""
    return write(kind, code, at=at, anew=anew)


@transaction.atomic(durable=True)
def tell_changed(*, at: datetime) -> None:
    """Documents changed by other than a deed: no kept page may outlive that."""
    newest = SearchDocument.objects.order_by("-place").first()
    if newest is not None:
        cache.changed(newest, at=at)


def synonyms_changed(instance: Synonym, **_facts: Any) -> None:
    """Staff edited the synonyms: queries are expanded otherwise from now on."""
    with transaction.atomic():  # a savepoint of Wagtail's transaction
        cache.changed(instance, at=clock.now())


@part
def write(kind: Kind, code: str, *, at: datetime, anew: bool = False) -> bool:
    """Build one document; whether it differs from what was there. The row is locked before it is
    built, so of two builders the later one has seen what both should have.
    """
    document = SearchDocument.objects.filter(kind=kind.name, code=code).first()
    if document is None:
        if kind.build(code, at) is None:
            return False
        document = _empty(kind, code, at)
    document = lock(document)
    with translation.override("zh-hans"):  # addresses and words of the Chinese pages
        entry = kind.build(code, at)
    if entry is None:
        return _let_go(document, at)
    digest = _digest(entry)
    if document.gone_at is None and document.digest == digest and not anew:
        return False
    before = vocabulary.of(document)
    _fill(document, kind, entry)
    renewed = entry.renewed_at is not None and (
        document.appeared_at is None or document.appeared_at < entry.renewed_at
    )
    if document.gone_at is not None or renewed:
        document.appeared_at = at  # told again to whoever keeps a search that finds it
    document.digest, document.indexed_at = digest, at
    document.gone_at = document.carried_at = None
    document.revision += 1
    document.save()
    DocumentFile.objects.filter(document=document).exclude(digest__in=entry.files).delete()
    DocumentFile.objects.bulk_create(
        (DocumentFile(document=document, digest=one) for one in dict.fromkeys(entry.files)),
        ignore_conflicts=True,
    )
    FileText.objects.bulk_create(
        (FileText(digest=one) for one in dict.fromkeys(entry.files)), ignore_conflicts=True
    )
    now = vocabulary.of(document)
    vocabulary.learn(now)
    vocabulary.forget(before - now)
    return True


def everything_of(kind: Kind) -> list[str]:
    """Codes of all things of a kind, and of documents whose things are listed no more."""
    listed = dict.fromkeys(kind.codes())
    found = SearchDocument.objects.filter(kind=kind.name, gone_at=None)
    return list(listed | dict.fromkeys(found.values_list("code", flat=True)))


def is_behind(at: datetime) -> bool:
    """Whether news waits that may change what is found; no page is kept meanwhile."""
    if settings.ELASTICSEARCH_URL and SearchDocument.objects.to_carry().exists():
        return True
    waiting = Outbox.objects.filter(done_at=None, consumer=CONSUMER)
    if waiting.exists() or SearchDocument.objects.filter(refresh_at__lte=at).exists():
        return True
    return bool(settings.ELASTICSEARCH_URL) and SearchDocument.objects.to_carry().exists()


def next_change(at: datetime) -> datetime | None:
    """When the clock alone changes what is found."""
    coming = [
        SearchDocument.objects.filter(**{f"{column}__gt": at})
        .order_by(column)
        .values_list(column, flat=True)
        .first()
        for column in ("changes_at", "refresh_at", "shown_from", "shown_until", "deadline")
    ]
    return min((one for one in coming if one), default=None)


def _comes_again(event: Event) -> bool:
    """Whether later news of the same row waits untouched: that will do."""
    later = Outbox.objects.filter(done_at=None, consumer=CONSUMER, claimed_until=None)
    same = later.filter(event__subject=event.subject, event__subject_code=event.subject_code)
    return same.filter(event__pk__gt=event.pk).exists()


def _empty(kind: Kind, code: str, at: datetime) -> SearchDocument:
    row, _new = SearchDocument.objects.get_or_create(
        kind=kind.name,
        code=code,
        defaults={
            "place": -secrets.randbits(62),
            "public_at": at,
            "standing": searched.Standing.ENDED,
            "indexed_at": at,
            "gone_at": at,
        },
    )
    return row


def _let_go(document: SearchDocument, at: datetime) -> bool:
    if document.gone_at is not None:
        return False
    before = vocabulary.of(document)
    for column in ("title", "summary", "text", "marks", "tokens", "head", "brief", "body", "key"):
        setattr(document, column, "")
    document.number = document.sounds = document.initials = document.digest = ""
    document.standing_after, document.changes_at, document.refresh_at = "", None, None
    document.shown_from = document.shown_until = document.deadline = None
    document.gone_at = document.indexed_at = at
    document.carried_at = None
    document.revision += 1
    document.save()
    DocumentFile.objects.filter(document=document).delete()
    vocabulary.forget(before)
    return True


def _digest(entry: Entry) -> str:
    """Of all that a document is made from, what its files say included."""
    read = FileText.objects.filter(digest__in=entry.files).exclude(read_at=None)
    said = {**asdict(entry), "read": sorted(read.values_list("digest", flat=True))}
    return sha256(canonical(said).encode()).hexdigest()


def _fill(document: SearchDocument, kind: Kind, entry: Entry) -> None:
    files = FileText.objects.filter(digest__in=entry.files).exclude(read_at=None)
    said = [entry.text, *(file.text for file in files.order_by("digest"))]
    names = "\n".join(entry.names)
    text = "\n".join(filter(None, said))[:TEXT_ROOM]
    document.path, document.title = entry.path, entry.title[:300]
    document.number, document.summary, document.text = entry.number, entry.summary[:1000], text
    document.region, document.items = entry.region, list(entry.items)
    document.method, document.amount, document.grade = entry.method, entry.amount, entry.grade
    document.public_at, document.deadline = entry.at, entry.deadline
    document.standing, document.standing_after = entry.standing, entry.standing_after
    document.changes_at, document.refresh_at = entry.changes_at, entry.refresh_at
    document.shown_from, document.shown_until = entry.shown_from, entry.shown_until
    document.place = _place(document, entry.at)
    document.marks = " ".join(marks(kind.name, entry))
    document.head = words.normal(entry.title)
    document.brief = words.normal(f"{entry.summary}\n{names}")
    lines = (document.head, words.normal(entry.number), document.brief, words.normal(text))
    document.body = "\n".join(lines)
    document.key = words.squeezed(entry.number)[:80]
    document.sounds = words.sounds(entry.title)
    document.initials = words.initials(document.sounds)
    document.tokens = " ".join(_tokens(document))


def _tokens(document: SearchDocument) -> list[str]:
    found = words.tokens(document.body)
    found |= {f"={one}" for one in words.tokens(document.head)}
    found |= words.sound_tokens(document.sounds)
    found |= set(document.marks.split())
    if document.key:
        found.add(f"!{document.key}")
    return sorted(found)


def marks(kind: str, entry: Entry) -> list[str]:
    """Every facet as a token: a region with the prefecture and the province that it lies in."""
    found = [f"kind:{kind}"]
    if entry.region:
        levels = (f"{entry.region[:2]}0000", f"{entry.region[:4]}00", entry.region)
        found += [f"region:{one}" for one in dict.fromkeys(levels)]
    found += [f"item:{one}" for one in dict.fromkeys(entry.items)]
    found += [f"method:{entry.method}"] if entry.method else []
    found += [f"amount:{band(entry.amount)}"] if entry.amount is not None else []
    found += [f"grade:{entry.grade}"] if entry.grade else []
    return found


def _place(document: SearchDocument, at: datetime) -> int:
    """By the instant, to the millisecond; within it by chance, the same each time."""
    wanted = int(at.timestamp() * 1_000) * UNIT
    wanted += crc32(f"{document.kind}:{document.code}".encode()) % UNIT
    others = SearchDocument.objects.exclude(pk=document.pk)
    while wanted != document.place and others.filter(place=wanted).exists():
        wanted += 1
    return wanted
