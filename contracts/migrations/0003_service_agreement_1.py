"""The first version of the model contract for intermediary services."""

import json
from datetime import date
from pathlib import Path

from django.db import migrations

FILE = Path(__file__).resolve().parent.parent / "data" / "service-agreement-1.json"


def load(apps, schema_editor):
    fields = json.loads(FILE.read_text())
    fields["valid_from"] = date.fromisoformat(fields["valid_from"])
    apps.get_model("contracts", "AgreementTemplate").objects.create(**fields)


def unload(apps, schema_editor):
    templates = apps.get_model("contracts", "AgreementTemplate").objects
    templates.filter(slug="service-agreement", version=1).delete()


class Migration(migrations.Migration):
    dependencies = [("contracts", "0002_signed_text_append_only")]
    operations = [migrations.RunPython(load, unload)]
