"""A comment may come on paper. SQLite remakes the table, so its triggers are made again."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FORBID = [
    f"CREATE TRIGGER comment_no_{deed} BEFORE {deed.upper()} ON procurement_comment"
    " BEGIN SELECT RAISE(ABORT, 'what was said in public is immutable'); END"
    for deed in ("update", "delete")
]


def forbid(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for statement in FORBID:
            schema_editor.execute(statement, params=None)


def allow(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for deed in ("update", "delete"):
            schema_editor.execute(f"DROP TRIGGER comment_no_{deed}", params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_user_has_keys"),
        ("procurement", "0006_composition"),
    ]

    operations = [
        migrations.RunPython(allow, forbid),
        migrations.AddField(
            model_name="comment", name="came_on", field=models.DateField(null=True)
        ),
        migrations.AddField(
            model_name="comment",
            name="entered_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.seat",
            ),
        ),
        migrations.AlterField(
            model_name="comment",
            name="user",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="comment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("user", None), ("entered_by__isnull", False), ("came_on__isnull", False)
                    ),
                    models.Q(
                        models.Q(("user", None), _negated=True),
                        ("entered_by__isnull", True),
                        ("came_on__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="comment_entered_iff_on_paper",
            ),
        ),
        migrations.RunPython(forbid, allow),
    ]
