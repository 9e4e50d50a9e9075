"""The first version of the model contract for inquiries."""

import json
from datetime import date
from pathlib import Path

from django.db import migrations

FILE = Path(__file__).resolve().parent.parent / "data" / "inquiry-agreement-1.json"


def load(apps, schema_editor):
    fields = json.loads(FILE.read_text())
    fields["valid_from"] = date.fromisoformat(fields["valid_from"])
    apps.get_model("contracts", "AgreementTemplate").objects.create(**fields)


def unload(apps, schema_editor):
    templates = apps.get_model("contracts", "AgreementTemplate").objects
    templates.filter(slug="inquiry-agreement", version=1).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("procurement", "0004_said_in_public_immutable"),
        ("contracts", "0007_joint_agreements"),
    ]
    operations = [migrations.RunPython(load, unload)]
