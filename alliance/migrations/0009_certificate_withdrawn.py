"""A certificate is withdrawn when the membership ends, and returned when its paper comes back.

SQLite drops a table's triggers whenever a migration remakes the table: they are made again.
"""

from django.db import migrations, models

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


STATES = ["issued", "superseded", "withdrawn", "returned"]


class Migration(migrations.Migration):
    dependencies = [("alliance", "0008_ballot_immutable")]
    operations = [
        migrations.RunPython(allow, forbid),
        migrations.RemoveConstraint(
            model_name="membercertificate", name="membercertificate_state_known"
        ),
        migrations.AlterField(
            model_name="membercertificate",
            name="state",
            field=models.CharField(
                choices=[(state, state) for state in STATES], default="issued", max_length=12
            ),
        ),
        migrations.AddConstraint(
            model_name="membercertificate",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", STATES)), name="membercertificate_state_known"
            ),
        ),
        migrations.RunPython(forbid, allow),
    ]
