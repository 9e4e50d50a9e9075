"""A published version of a need is never changed, by whatever program.

SQLite drops a table's triggers whenever a migration remakes the table: a later one that alters it
ends with this operation again.
"""

from django.db import migrations

FORBID = {
    "postgresql": [
        "CREATE FUNCTION refuse_needversion_change() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN"
        " RAISE 'published versions are immutable' USING ERRCODE = 'integrity_constraint_violation';"
        " END$$",
        "CREATE TRIGGER needversion_immutable BEFORE UPDATE OR DELETE OR TRUNCATE"
        " ON procurement_needversion EXECUTE FUNCTION refuse_needversion_change()",
    ],
    "sqlite": [
        "CREATE TRIGGER needversion_no_update BEFORE UPDATE ON procurement_needversion"
        " BEGIN SELECT RAISE(ABORT, 'published versions are immutable'); END",
        "CREATE TRIGGER needversion_no_delete BEFORE DELETE ON procurement_needversion"
        " BEGIN SELECT RAISE(ABORT, 'published versions are immutable'); END",
    ],
}
ALLOW = {
    "postgresql": [
        "DROP TRIGGER needversion_immutable ON procurement_needversion",
        "DROP FUNCTION refuse_needversion_change()",
    ],
    "sqlite": [
        "DROP TRIGGER needversion_no_update",
        "DROP TRIGGER needversion_no_delete",
    ],
}


def run(statements):
    def operation(apps, schema_editor):
        for statement in statements[schema_editor.connection.vendor]:
            schema_editor.execute(statement, params=None)

    return operation


class Migration(migrations.Migration):
    dependencies = [("procurement", "0001_needs_and_standards")]
    operations = [migrations.RunPython(run(FORBID), run(ALLOW))]
