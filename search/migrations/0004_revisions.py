"""How often a document was written. SQLite remakes the table for it, without triggers: the word
index is built again.
"""

from importlib import import_module

from django.db import migrations, models

word_index = import_module("search.migrations.0002_word_index")
AGAIN = {
    "postgresql": [],
    "sqlite": ["DROP TABLE IF EXISTS search_words", *word_index.BUILD["sqlite"]],
}


class Migration(migrations.Migration):
    dependencies = [("search", "0003_files_by_digest")]
    operations = [
        migrations.AddField("searchdocument", "revision", models.PositiveIntegerField(default=0)),
        migrations.RunPython(word_index.run(AGAIN), migrations.RunPython.noop),
    ]
