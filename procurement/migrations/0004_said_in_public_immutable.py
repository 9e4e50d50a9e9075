"""Opinions, comments and replies are never changed, by whatever program.

SQLite drops a table's triggers whenever a migration remakes the table: a later one that alters it
ends with this operation again.
"""

from django.db import migrations

TABLES = ("opinion", "comment", "reply")
FORBID = {
    "postgresql": [
        "CREATE FUNCTION refuse_change_of_what_was_said() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN RAISE 'what was said in public is immutable'"
        " USING ERRCODE = 'integrity_constraint_violation'; END$$",
        *(
            f"CREATE TRIGGER {table}_immutable BEFORE UPDATE OR DELETE OR TRUNCATE"
            f" ON procurement_{table} EXECUTE FUNCTION refuse_change_of_what_was_said()"
            for table in TABLES
        ),
    ],
    "sqlite": [
        f"CREATE TRIGGER {table}_no_{deed} BEFORE {deed.upper()} ON procurement_{table}"
        " BEGIN SELECT RAISE(ABORT, 'what was said in public is immutable'); END"
        for table in TABLES
        for deed in ("update", "delete")
    ],
}
ALLOW = {
    "postgresql": [
        *(f"DROP TRIGGER {table}_immutable ON procurement_{table}" for table in TABLES),
        "DROP FUNCTION refuse_change_of_what_was_said()",
    ],
    "sqlite": [
        f"DROP TRIGGER {table}_no_{deed}" for table in TABLES for deed in ("update", "delete")
    ],
}


def run(statements):
    def operation(apps, schema_editor):
        for statement in statements[schema_editor.connection.vendor]:
            schema_editor.execute(statement, params=None)

    return operation


class Migration(migrations.Migration):
    dependencies = [("procurement", "0003_argument_procedure_archive")]
    operations = [migrations.RunPython(run(FORBID), run(ALLOW))]
