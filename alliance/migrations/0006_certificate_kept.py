"""What a certificate says is never edited; the first accession agreement of alliances."""

import json
from datetime import date
from pathlib import Path

from django.db import migrations

FILE = Path(__file__).resolve().parent.parent / "data" / "agreements" / "accession-1.json"
KEPT = [
    "id",
    "code",
    "number",
    "member_id",
    "facts",
    "digest",
    "issued_at",
    "issued_by_id",
    "valid_until",
]
TABLE = "alliance_membercertificate"
SENTENCE = "what a certificate says is never edited"


def forbid(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        # jsonb: a distinct text of equal facts is no change
        changed = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in KEPT)
        statements = [
            "CREATE FUNCTION refuse_certificate_change() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$BEGIN RAISE '{SENTENCE}' USING ERRCODE = 'integrity_constraint_violation'; END$$",
            f"CREATE TRIGGER {TABLE}_kept BEFORE UPDATE ON {TABLE} FOR EACH ROW WHEN ({changed})"
            " EXECUTE FUNCTION refuse_certificate_change()",
            f"CREATE TRIGGER {TABLE}_stays BEFORE DELETE OR TRUNCATE ON {TABLE}"
            " EXECUTE FUNCTION refuse_certificate_change()",
        ]
    else:
        changed = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in KEPT)
        refuse = f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
        statements = [
            f"CREATE TRIGGER {TABLE}_kept BEFORE UPDATE ON {TABLE} WHEN {changed} {refuse}",
            f"CREATE TRIGGER {TABLE}_stays BEFORE DELETE ON {TABLE} {refuse}",
        ]
    for statement in statements:
        schema_editor.execute(statement, params=None)


def allow(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    for name in (f"{TABLE}_kept", f"{TABLE}_stays"):
        schema_editor.execute(
            f"DROP TRIGGER {name}" + (f" ON {TABLE}" if postgresql else ""), params=None
        )
    if postgresql:
        schema_editor.execute("DROP FUNCTION refuse_certificate_change()", params=None)


def load(apps, schema_editor):
    fields = json.loads(FILE.read_text())
    fields["valid_from"] = date.fromisoformat(fields["valid_from"])
    apps.get_model("contracts", "AgreementTemplate").objects.create(**fields)


def unload(apps, schema_editor):
    templates = apps.get_model("contracts", "AgreementTemplate").objects
    templates.filter(slug="alliance-accession", version=1).delete()


class Migration(migrations.Migration):
    dependencies = [("alliance", "0005_membership"), ("contracts", "0007_joint_agreements")]
    operations = [
        migrations.RunPython(forbid, allow),
        migrations.RunPython(load, unload),
    ]
