"""What events made known, for machines."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0005_letter_mailing"),
        ("publication", "0002_notice_immutable"),
    ]

    operations = [
        migrations.CreateModel(
            name="Release",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(editable=False, max_length=16, unique=True)),
                ("number", models.CharField(editable=False, max_length=24)),
                ("tags", models.JSONField(editable=False)),
                ("body", models.TextField(editable=False)),
                ("released_at", models.DateTimeField(editable=False)),
                (
                    "event",
                    models.OneToOneField(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.event",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["number", "released_at", "id"], name="release_of_process"),
                    models.Index(fields=["released_at", "id"], name="release_by_time"),
                ],
            },
        ),
    ]
