"""0004 remade the table of documents on SQLite, without the triggers of 0002: here they are again.

Whatever alters that table later ends with this operation once more; a test tells when it was forgotten.
"""

from django.db import migrations

TAKE = (
    "INSERT INTO search_words(search_words, rowid, tokens) VALUES('delete', OLD.place, OLD.tokens)"
)
GIVE = "INSERT INTO search_words(rowid, tokens) VALUES(NEW.place, NEW.tokens)"
ON = "ON search_searchdocument"
TRIGGERS = {
    "searchdocument_words_insert": f"AFTER INSERT {ON} BEGIN {GIVE}; END",
    "searchdocument_words_update": f"AFTER UPDATE {ON}"
    f" WHEN OLD.place <> NEW.place OR OLD.tokens <> NEW.tokens BEGIN {TAKE}; {GIVE}; END",
    "searchdocument_words_delete": f"AFTER DELETE {ON} BEGIN {TAKE}; END",
}


def put_on(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for name, does in TRIGGERS.items():
            schema_editor.execute(f"CREATE TRIGGER IF NOT EXISTS {name} {does}", params=None)
        rebuild = "INSERT INTO search_words(search_words) VALUES('rebuild')"
        schema_editor.execute(rebuild, params=None)


class Migration(migrations.Migration):
    dependencies = [("search", "0004_revisions")]
    operations = [migrations.RunPython(put_on, migrations.RunPython.noop)]
