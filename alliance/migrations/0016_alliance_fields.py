"""An alliance has all the fields of industry that its application named, not the first alone."""

from collections.abc import Mapping
from typing import Any

import django.db.models.deletion
from django.db import migrations, models

KNOWN = (
    "information",
    "biology",
    "equipment",
    "materials",
    "energy",
    "vehicles",
    "aerospace",
)
OTHER = "other"


def fields_of(field: str, document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Key and what was written beside 其他: as the application had them, the old column's first."""
    named = [field, *(key for key in document.get("fields", ()) if key != field)]
    found: dict[str, str] = {}
    for key in filter(None, named):
        if key in KNOWN:
            found.setdefault(key, "")
        elif key == OTHER:
            found.setdefault(OTHER, str(document.get("field_other", ""))[:40])
        else:  # what nobody chose from the form was written
            found.setdefault(OTHER, key[:40])
    return list(found.items())


def copy(apps: Any, schema_editor: Any) -> None:
    versions = apps.get_model("alliance", "FoundingVersion").objects
    made = apps.get_model("alliance", "AllianceField").objects
    for one in apps.get_model("alliance", "Alliance").objects.iterator():
        newest = versions.filter(founding__alliance=one).order_by("-version").first()
        for key, written in fields_of(one.field, newest.document if newest else {}):
            made.create(alliance=one, key=key, written=written)


def first(apps: Any, schema_editor: Any) -> None:
    for one in apps.get_model("alliance", "Alliance").objects.iterator():
        kept = one.fields.order_by("pk").first()
        one.field = (kept.written or kept.key) if kept else ""
        one.save(update_fields=["field"])


class Migration(migrations.Migration):
    dependencies = [("alliance", "0015_terms_draft")]

    operations = [
        migrations.CreateModel(
            name="AllianceField",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=20, verbose_name="field of industry")),
                ("written", models.CharField(blank=True, max_length=40)),
                (
                    "alliance",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="fields",
                        to="alliance.alliance",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "indexes": [models.Index(fields=["key", "alliance"], name="alliancefield_by_key")],
                "constraints": [
                    models.UniqueConstraint(fields=("alliance", "key"), name="alliancefield_once"),
                    models.CheckConstraint(
                        condition=models.Q(("key", "other"), ("written", ""), _connector="OR"),
                        name="alliancefield_written_beside_other",
                    ),
                ],
            },
        ),
        # So that the way back has something to begin with.
        migrations.AlterField(
            model_name="alliance",
            name="field",
            field=models.CharField(default="", max_length=40, verbose_name="field of industry"),
        ),
        migrations.RunPython(copy, first),
        migrations.RemoveField(model_name="alliance", name="field"),
    ]
