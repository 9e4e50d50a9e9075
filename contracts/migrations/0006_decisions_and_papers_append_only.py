"""A decided deliverable, an answered change and a finished paper stay as they are, for every program.

SQLite drops a table's triggers whenever a migration remakes the table: a later one that alters one of
these tables ends with this operation again. A test tells when it was forgotten.
"""

from django.db import migrations

TRIGGERS = {  # name: table, what an update must not do
    "contracts_deliverable_decided": ("contracts_deliverable", "OLD.state <> 'handed-in'"),
    "contracts_change_answered": ("contracts_change", "OLD.state <> 'asked'"),
    "contracts_agreementpaper_kept": (
        "contracts_agreementpaper",
        "OLD.drawn_at IS NOT NULL OR "
        + " OR ".join(
            f"NEW.{name} IS DISTINCT FROM OLD.{name}"
            for name in (
                ["id", "number", "agreement_id", "deliverable_id", "paper", "digest", "issued_at"]
            )
        ),
    ),
}
TABLES = ("contracts_change", "contracts_agreementpaper")
SENTENCE = "what was decided or issued is never edited"


def forbid(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    refuse = "FOR EACH ROW {when} EXECUTE FUNCTION refuse_contract_change()"
    if not postgresql:
        refuse = f"{{when}} BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
    for name, (table, condition) in TRIGGERS.items():
        if not postgresql:
            condition = condition.replace("IS DISTINCT FROM", "IS NOT")
        action = refuse.format(when=f"WHEN ({condition})")
        statement = f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} {action}"
        schema_editor.execute(statement, params=None)
    for table in TABLES:
        action = refuse.format(when="")
        statement = f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {action}"
        schema_editor.execute(statement, params=None)


def allow(apps, schema_editor):
    names = [(name, table) for name, (table, _condition) in TRIGGERS.items()]
    names += [(f"{table}_no_delete", table) for table in TABLES]
    for name, table in names:
        on = f" ON {table}" if schema_editor.connection.vendor == "postgresql" else ""
        schema_editor.execute(f"DROP TRIGGER {name}{on}", params=None)


class Migration(migrations.Migration):
    dependencies = [("contracts", "0005_agreement_paper")]
    operations = [migrations.RunPython(forbid, allow)]
