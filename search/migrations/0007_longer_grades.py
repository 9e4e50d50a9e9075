"""Grades of jobs have longer keys. SQLite remakes the table: the word index again."""

from importlib import import_module

from django.db import migrations, models

word_index = import_module("search.migrations.0005_word_index_again")


class Migration(migrations.Migration):
    dependencies = [("search", "0006_saved_searches")]
    operations = [
        migrations.AlterField(
            "searchdocument", "grade", models.CharField(max_length=40, blank=True)
        ),
        migrations.RunPython(word_index.put_on, migrations.RunPython.noop),
    ]
