"""Documents follow the deeds, and the word index follows the documents."""

import pytest
from django.db import connection

from core import clock
from search import engines
from search.models import SearchDocument
from search.query import parse


def found(text: str) -> set[str]:
    keys = engines.find(parse(text), clock.now()).keys
    return set(SearchDocument.objects.filter(pk__in=keys).values_list("code", flat=True))


def test_the_word_index_follows_every_change_of_the_table(shelved):
    """A migration that remakes the table on SQLite drops its triggers: see search/0005."""
    assert "S-survey" in found("测绘")
    row = SearchDocument.objects.get(code="S-survey")
    row.tokens = row.tokens.replace("测绘", "测量")
    row.save()
    assert "S-survey" not in found("测绘")
    SearchDocument.objects.filter(code="A-dadi").delete()
    assert "A-dadi" not in found("测绘")
    assert found("测绘")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps a generated column")
def test_the_fts_table_agrees_with_the_documents(shelved):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO search_words(search_words) VALUES('integrity-check')")
