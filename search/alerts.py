"""Searches that are kept, and what they find anew: told to their owners by letter.

A user keeps a search at once. An address without an account is asked first: nothing is sent there
but that question, until whoever reads it says yes; each digest bears a link by which it ends.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext_noop

from accounts.models import User
from core import letters
from core.audit import Actor, canonical, record
from core.lifecycle import RuleBroken, lock
from core.numbering import new_code
from search import rhythm
from search.engines import database
from search.models import SavedSearch, SearchDocument, Synonym
from search.query import Query

MOST = 30  # searches that one user keeps
ASKED_A_DAY = 3  # questions to one address: nobody is flooded in another's name
ASKED_WITHIN = timedelta(days=7)  # afterwards the question is forgotten
LISTED = 20  # hits of one digest; it tells how many more there are
COUNTED = 500
SETTLED = timedelta(minutes=2)  # by then whoever indexes at an instant has committed

_keys = signing.Signer(salt="search.alerts")


@transaction.atomic(durable=True)
def save(query: Query, *, name: str, rhythm_key: str, by: User, at: datetime) -> SavedSearch:
    """Keep a search for a user. Refused when it is kept already, or too many are."""
    _refuse_empty(query)
    if SavedSearch.objects.of(by.code).count() >= MOST:
        text = gettext_noop("You keep %(most)s searches: delete one that you need no more.")
        raise RuleBroken(text, most=MOST)
    saved = _new(query, name, rhythm_key, at)
    saved.user_code, saved.confirmed_at = by.code, at
    saved.next_at = rhythm.next_after(rhythm_key, at)
    try:
        with transaction.atomic():
            saved.save()
    except IntegrityError as clash:
        if "savedsearch_once" not in str(clash) and "user_code" not in str(clash):
            raise
        raise RuleBroken(gettext_noop("You keep this search already.")) from clash
    record(saved, "search.saved", by=by, at=at, public=False)
    return saved


@transaction.atomic(durable=True)
def change(saved: SavedSearch, *, name: str, rhythm_key: str, by: User, at: datetime) -> None:
    """Another name or rhythm; what was not told yet is told by the new one."""
    saved = lock(saved)
    saved.name, saved.rhythm = name, rhythm_key
    saved.next_at = rhythm.next_after(rhythm_key, at)
    saved.save(update_fields=["name", "rhythm", "next_at"])
    record(saved, "search.changed", by=by, at=at, public=False)


@transaction.atomic(durable=True)
def end(saved: SavedSearch, *, by: Actor, at: datetime) -> None:
    """It is kept and told no more; nothing of it stays but that it ended."""
    saved = lock(saved)
    record(saved, "search.ended", by=by, at=at, public=False)
    saved.delete()


@transaction.atomic(durable=True)
def ask(query: Query, *, name: str, rhythm_key: str, email: str, by: Actor, at: datetime) -> None:
    """Ask whoever reads an address whether digests shall go there.

    Who asks learns nothing of what is kept for it: an address that gets this digest already, or was
    asked often today, is not asked again.
    """
    _refuse_empty(query)
    email = email.strip().lower()
    mine = SavedSearch.objects.filter(email=email)
    if mine.filter(created_at__gt=at - timedelta(days=1)).count() >= ASKED_A_DAY:
        return
    saved = _new(query, name, rhythm_key, at)
    saved.email = email
    known = mine.filter(digest=saved.digest).first()
    if known is not None and (known.confirmed_at or known.created_at > at - timedelta(hours=1)):
        return
    if known is not None:
        known.delete()
    try:
        with transaction.atomic():
            saved.save()
    except IntegrityError:
        return  # asked by another at this moment
    record(saved, "search.asked", by=by, at=at, public=False)
    letters.post(
        "search/digest-asked",
        to=saved,
        at=at,
        secret_link=reverse("search:subscription", args=[key(saved)]),
        saved=saved,
    )


@transaction.atomic(durable=True)
def confirm(saved: SavedSearch, *, by: Actor, at: datetime) -> None:
    """Whoever reads the address wants the digests; twice does no harm."""
    saved = lock(saved)
    if saved.confirmed_at is not None:
        return
    if saved.created_at < at - ASKED_WITHIN:
        raise RuleBroken(gettext_noop("This question is older than a week: subscribe once more."))
    saved.confirmed_at = saved.told_until = at
    saved.next_at = rhythm.next_after(saved.rhythm, at)
    saved.save(update_fields=["confirmed_at", "told_until", "next_at"])
    record(saved, "search.confirmed", by=by, at=at, public=False)


@transaction.atomic(durable=True)
def tell(saved: SavedSearch, *, at: datetime) -> int:
    """Tell what has been found only since the last digest; how many. Nothing new, no letter."""
    saved = lock(saved)
    if saved.next_at is None or saved.next_at > at:
        return 0  # another worker was quicker
    until = at - SETTLED
    found = new_hits(saved, until, at)
    if found:
        _post(saved, found, at)
    saved.told_until, saved.next_at = until, rhythm.next_after(saved.rhythm, at)
    saved.save(update_fields=["told_until", "next_at"])
    return len(found)


@transaction.atomic(durable=True)
def forget_unanswered(*, at: datetime) -> int:
    """Addresses whose readers did not answer are kept no longer."""
    unanswered = SavedSearch.objects.filter(user_code="", confirmed_at=None)
    return unanswered.filter(created_at__lt=at - ASKED_WITHIN).delete()[0]


def new_hits(saved: SavedSearch, until: datetime, at: datetime) -> list[SearchDocument]:
    """What was not told yet, newest first."""
    window = (saved.told_until, until)
    return documents(database.newest(query_of(saved), at, most=COUNTED, appeared=window))


def query_of(saved: SavedSearch) -> Query:
    """With what the synonyms say today."""
    return Query.from_json(saved.query).expanded(Synonym.objects.groups())


def newest(asked: Query, at: datetime, most: int) -> list[SearchDocument]:
    """For a feed."""
    return documents(database.newest(asked.expanded(Synonym.objects.groups()), at, most=most))


def coming(asked: Query, at: datetime, most: int) -> list[SearchDocument]:
    """With a deadline ahead, for a calendar."""
    return documents(database.coming(asked.expanded(Synonym.objects.groups()), at, most=most))


def documents(keys: Sequence[int]) -> list[SearchDocument]:
    shown = SearchDocument.objects.filter(gone_at=None)
    rows = shown.only(
        *("kind", "code", "path", "number", "title", "summary", "amount", "public_at", "deadline")
    ).in_bulk(keys)
    return [rows[one] for one in keys if one in rows]


def key(saved: SavedSearch) -> str:
    """What the owner of an address shows to confirm and to end; nobody else can make it."""
    return _keys.sign(saved.code)


def find_by_key(shown: str) -> SavedSearch | None:
    try:
        code = _keys.unsign(shown)
    except signing.BadSignature:
        return None
    return SavedSearch.objects.filter(code=code, user_code="").first()


def _new(query: Query, name: str, rhythm_key: str, at: datetime) -> SavedSearch:
    kept = query.to_json()
    same = {name: value for name, value in kept.items() if name != "sort"}
    return SavedSearch(
        code=new_code(),
        name=name,
        query=kept,
        digest=sha256(canonical(same).encode()).hexdigest(),
        rhythm=rhythm_key,
        created_at=at,
        told_until=at,
    )


def _refuse_empty(query: Query) -> None:
    if query.is_empty:
        raise RuleBroken(gettext_noop("Look for something first: a word, or a filter."))


def _post(saved: SavedSearch, found: list[SearchDocument], at: datetime) -> None:
    to: Any = saved
    if saved.user_code:
        to = User.objects.filter(code=saved.user_code, is_active=True).first()
        if to is None:
            return
    leave = reverse("search:subscription", args=[key(saved)]) if saved.email else ""
    letters.post(
        "search/digest",
        to=to,
        at=at,
        link=reverse("search:saved-results", args=[saved.code]),
        leave_link=leave,
        saved=saved,
        site=settings.SITE_URL,
        documents=found[:LISTED],
        more=max(0, len(found) - LISTED),
    )
