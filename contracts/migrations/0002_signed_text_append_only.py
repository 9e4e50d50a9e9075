"""What was drawn up, signed and handed in stays as it was, for every program.

SQLite drops a table's triggers whenever a migration remakes the table: a later one that alters one of
these tables ends with this operation again. A test tells when it was forgotten.
"""

from django.db import migrations

KEPT = {
    "contracts_agreement": (
        "id code number template_id subject subject_code title paper digest amount acceptance_days"
        " drawn_up_at"
    ),
    "contracts_milestone": "id agreement_id place title content amount days in_working_days",
    "contracts_deliverable": (
        "id code milestone_id round note digest handed_in_at handed_in_by_id days_late"
    ),
}
SENTENCE = "what was drawn up, signed or handed in is never edited"


def changed(columns):
    return " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in columns.split())


def postgresql():
    yield (
        "CREATE FUNCTION refuse_contract_change() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN"
        f" RAISE '{SENTENCE}' USING ERRCODE = 'integrity_constraint_violation'; END$$"
    )
    for table, columns in KEPT.items():
        yield (
            f"CREATE TRIGGER {table}_kept BEFORE UPDATE ON {table} FOR EACH ROW"
            f" WHEN ({changed(columns)}) EXECUTE FUNCTION refuse_contract_change()"
        )
    yield (
        "CREATE TRIGGER contracts_party_kept BEFORE UPDATE ON contracts_party FOR EACH ROW"
        " WHEN (OLD.signed_at IS NOT NULL OR NEW.agreement_id <> OLD.agreement_id"
        " OR NEW.organisation_id <> OLD.organisation_id OR NEW.side <> OLD.side)"
        " EXECUTE FUNCTION refuse_contract_change()"
    )
    for table in [*KEPT, "contracts_party"]:
        yield (
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW"
            " EXECUTE FUNCTION refuse_contract_change()"
        )


def sqlite():
    refuse = f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
    for table, columns in KEPT.items():
        when = changed(columns).replace("IS DISTINCT FROM", "IS NOT")
        yield f"CREATE TRIGGER {table}_kept BEFORE UPDATE ON {table} WHEN {when} {refuse}"
    yield (
        "CREATE TRIGGER contracts_party_kept BEFORE UPDATE ON contracts_party"
        " WHEN OLD.signed_at IS NOT NULL OR NEW.agreement_id <> OLD.agreement_id"
        f" OR NEW.organisation_id <> OLD.organisation_id OR NEW.side <> OLD.side {refuse}"
    )
    for table in [*KEPT, "contracts_party"]:
        yield f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}"


def forbid(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    for statement in {"postgresql": postgresql, "sqlite": sqlite}[vendor]():
        schema_editor.execute(statement, params=None)


def allow(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    for table in [*KEPT, "contracts_party"]:
        for name in (f"{table}_kept", f"{table}_no_delete"):
            on = f" ON {table}" if vendor == "postgresql" else ""
            schema_editor.execute(f"DROP TRIGGER {name}{on}", params=None)
    if vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION refuse_contract_change()", params=None)


class Migration(migrations.Migration):
    dependencies = [("contracts", "0001_agreement_party_milestone_deliverable_change")]
    operations = [migrations.RunPython(forbid, allow)]
