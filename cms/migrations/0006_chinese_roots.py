"""The root of all pages, that of all collections, and the workflow that Wagtail begins with: named
in Chinese as long as they bear Wagtail's own names.
"""

from django.db import migrations

PAGE, COLLECTION, WORKFLOW = "全站", "全部", "审核（预设）"


def rename(apps, names):
    for model, field, old, new in names:
        apps.get_model("wagtailcore", model).objects.filter(**{field: old}).update(**{field: new})


NAMES = [
    ("Page", "title", "Root", PAGE),
    ("Page", "draft_title", "Root", PAGE),
    ("Collection", "name", "Root", COLLECTION),
    ("Workflow", "name", "Moderators approval", WORKFLOW),
    ("Task", "name", "Moderators approval", WORKFLOW),
]


def forwards(apps, schema_editor):
    rename(apps, NAMES)


def backwards(apps, schema_editor):
    rename(apps, [(model, field, new, old) for model, field, old, new in NAMES])


class Migration(migrations.Migration):
    dependencies = [
        ("cms", "0005_words"),
        ("wagtailcore", "0064_log_timestamp_indexes"),
    ]
    operations = [migrations.RunPython(forwards, backwards)]
