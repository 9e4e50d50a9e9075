"""The secretary's screen: what is asked for, who checks, saved views."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_user_has_keys"),
        ("alliance", "0010_directory_entry"),
    ]

    operations = [
        migrations.AddField(
            model_name="application",
            name="checker",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.seat",
                verbose_name="checker",
            ),
        ),
        migrations.AddField(
            model_name="application",
            name="industry",
            field=models.CharField(blank=True, max_length=20, verbose_name="field of industry"),
        ),
        migrations.AddField(
            model_name="application",
            name="level_asked",
            field=models.CharField(blank=True, max_length=30, verbose_name="level asked for"),
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(editable=False, max_length=16, unique=True)),
                ("name", models.CharField(max_length=40, verbose_name="name")),
                ("query", models.CharField(blank=True, max_length=1000)),
                ("is_default", models.BooleanField(default=False)),
                (
                    "alliance",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="alliance.alliance",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["name", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "alliance", "name"),
                        name="savedview_one_per_name_and_person",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_default", True)),
                        fields=("user", "alliance"),
                        name="savedview_one_default_per_person",
                    ),
                ],
            },
        ),
    ]
