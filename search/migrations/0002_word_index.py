"""The word index of the database engine over `tokens`, which both databases keep by themselves.

SQLite: an FTS5 table that reads `tokens` from the documents, kept by triggers, its rows by `place`,
so that reading backwards is newest first. Every character beyond ASCII is part of a word, and of
ASCII letters, digits and the marks that tokens bear. A later migration that alters the table of
documents remakes it without triggers: it ends with this operation again.
PostgreSQL: a generated column of the tokens as they are, without a parser, and a GIN index.
"""

from django.db import migrations

TOKENIZER = "ascii tokenchars '=~^!:-_.'"
TAKE = (
    "INSERT INTO search_words(search_words, rowid, tokens) VALUES('delete', OLD.place, OLD.tokens)"
)
GIVE = "INSERT INTO search_words(rowid, tokens) VALUES(NEW.place, NEW.tokens)"
BUILD = {
    "postgresql": [
        "ALTER TABLE search_searchdocument ADD COLUMN vector tsvector"
        " GENERATED ALWAYS AS (array_to_tsvector(string_to_array(tokens, ' '))) STORED",
        "CREATE INDEX searchdocument_words ON search_searchdocument USING gin (vector)",
    ],
    "sqlite": [
        "CREATE VIRTUAL TABLE search_words USING fts5(tokens, content='search_searchdocument',"
        f" content_rowid='place', tokenize=\"{TOKENIZER}\", detail=none, columnsize=0)",
        "CREATE TRIGGER searchdocument_words_insert AFTER INSERT ON search_searchdocument"
        f" BEGIN {GIVE}; END",
        "CREATE TRIGGER searchdocument_words_update AFTER UPDATE ON search_searchdocument"
        " WHEN OLD.place <> NEW.place OR OLD.tokens <> NEW.tokens"
        f" BEGIN {TAKE}; {GIVE}; END",
        "CREATE TRIGGER searchdocument_words_delete AFTER DELETE ON search_searchdocument"
        f" BEGIN {TAKE}; END",
        "INSERT INTO search_words(search_words) VALUES('rebuild')",
    ],
}
DROP = {
    "postgresql": [
        "DROP INDEX searchdocument_words",
        "ALTER TABLE search_searchdocument DROP COLUMN vector",
    ],
    "sqlite": [
        "DROP TRIGGER searchdocument_words_insert",
        "DROP TRIGGER searchdocument_words_update",
        "DROP TRIGGER searchdocument_words_delete",
        "DROP TABLE search_words",
    ],
}


def run(statements):
    def operation(apps, schema_editor):
        for statement in statements[schema_editor.connection.vendor]:
            schema_editor.execute(statement, params=None)

    return operation


class Migration(migrations.Migration):
    dependencies = [("search", "0001_documents_files_words_synonyms")]
    operations = [migrations.RunPython(run(BUILD), run(DROP))]
