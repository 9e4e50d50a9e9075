"""The vocabulary: Latin words and codes of titles, numbers and summaries, which a mistyped word may
have been meant for. It grows and shrinks with the documents.

A word is forgotten with the last document that holds it. On PostgreSQL a writer holds the words
that it relies on until its document is seen by all (`FOR KEY SHARE`, which writers share), and who
forgets leaves out those that are held so: no word is lost between two writers.
"""

from collections.abc import Collection, Iterator
from typing import Any

from django.db import connection, transaction

from core.lifecycle import part
from search import words
from search.models import SearchDocument, Word

SHORTEST = 3
BATCH = 1_000
# Nowhere as a word of the text, nor as a whole number. Words are letters and digits: no quotes.
UNHELD = {
    "sqlite": (
        "NOT EXISTS (SELECT 1 FROM search_words WHERE search_words MATCH"
        """ '"' || word || '" OR "!' || word || '"')"""
    ),
    "postgresql": (
        "NOT EXISTS (SELECT 1 FROM search_searchdocument WHERE vector @@"
        " ('''' || word || ''' | ''!' || word || '''')::tsquery)"
    ),
}


def of(document: SearchDocument) -> set[str]:
    """The words that a document adds, a whole number in one piece among them."""
    said = [piece for text in _texts(document) for piece in words.pieces(text)]
    found = {piece.text for piece in said if not piece.is_han}
    whole = words.pieces(document.key)
    if [one.text for one in whole if not one.is_han] == [document.key]:
        found.add(document.key)
    return {one for one in found if len(one) >= SHORTEST}


@part
def learn(known: Collection[str]) -> None:
    """Have the words; a document of this transaction holds them."""
    new = sorted(set(known) - _relied_on(known))
    Word.objects.bulk_create((Word(word=one) for one in new), ignore_conflicts=True)


@part
def forget(given_up: Collection[str]) -> int:
    """Let go of those words that no document holds any more; how many."""
    if not given_up:
        return 0
    some = Word.objects.filter(word__in=given_up).order_by("word")
    mine = list(some.select_for_update(skip_locked=True).values_list("pk", flat=True))
    if not mine:
        return 0
    marks = ", ".join(["%s"] * len(mine))
    with connection.cursor() as cursor:
        # Once the rows are locked: what was written meanwhile is seen.
        cursor.execute(
            f"DELETE FROM search_word WHERE id IN ({marks}) AND {UNHELD[connection.vendor]}",  # noqa: S608 - no input
            mine,
        )
        return int(cursor.rowcount)


@transaction.atomic(durable=True)
def forget_of(given_up: Collection[str]) -> int:
    """As `forget`, of a whole vocabulary batch by batch."""
    return forget(given_up)


def batches() -> Iterator[list[str]]:
    """The whole vocabulary, some words at a time."""
    last = ""
    while some := list(
        Word.objects.filter(word__gt=last).order_by("word").values_list("word", flat=True)[:BATCH]
    ):
        yield some
        last = some[-1]


def _texts(document: SearchDocument) -> tuple[str, ...]:
    return document.head, document.brief, document.number


def _relied_on(known: Collection[str]) -> set[str]:
    """Those that are there; nobody forgets them before this transaction ends."""
    if connection.vendor == "sqlite":  # one writer at a time
        return set(Word.objects.filter(word__in=known).values_list("word", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word FROM search_word WHERE word = ANY(%s) ORDER BY word FOR KEY SHARE",
            [sorted(known)],
        )
        rows: list[tuple[Any]] = cursor.fetchall()
    return {word for (word,) in rows}
