"""Schemes, facts and statements are never changed or deleted, by whatever program.

SQLite drops a table's triggers whenever a migration remakes the table: a later one that alters one
of these ends with this operation again.
"""

from django.db import migrations

TABLES = ("credit_scheme", "credit_fact", "credit_statement")
FORBID = {
    "postgresql": [
        "CREATE FUNCTION refuse_credit_change() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN"
        " RAISE 'credit is append-only' USING ERRCODE = 'integrity_constraint_violation'; END$$",
        *(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " EXECUTE FUNCTION refuse_credit_change()"
            for table in TABLES
        ),
    ],
    "sqlite": [
        f"CREATE TRIGGER {table}_no_{change} BEFORE {change.upper()} ON {table}"
        " BEGIN SELECT RAISE(ABORT, 'credit is append-only'); END"
        for table in TABLES
        for change in ("update", "delete")
    ],
}
ALLOW = {
    "postgresql": [
        *(f"DROP TRIGGER {table}_append_only ON {table}" for table in TABLES),
        "DROP FUNCTION refuse_credit_change()",
    ],
    "sqlite": [
        f"DROP TRIGGER {table}_no_{change}" for table in TABLES for change in ("update", "delete")
    ],
}


def run(statements):
    def operation(apps, schema_editor):
        for statement in statements[schema_editor.connection.vendor]:
            schema_editor.execute(statement, params=None)

    return operation


class Migration(migrations.Migration):
    dependencies = [("credit", "0001_scheme_fact_statement")]
    operations = [migrations.RunPython(run(FORBID), run(ALLOW))]
