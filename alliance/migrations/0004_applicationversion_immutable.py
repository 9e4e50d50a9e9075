"""What was handed in is never changed, by whatever program.

SQLite drops a table's triggers whenever a migration remakes the table: a later one that alters it
ends with this operation again.
"""

from django.db import migrations

FORBID = {
    "postgresql": [
        "CREATE FUNCTION refuse_applicationversion_change() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN RAISE 'versions of applications are immutable'"
        " USING ERRCODE = 'integrity_constraint_violation'; END$$",
        "CREATE TRIGGER applicationversion_immutable BEFORE UPDATE OR DELETE OR TRUNCATE"
        " ON alliance_applicationversion EXECUTE FUNCTION refuse_applicationversion_change()",
    ],
    "sqlite": [
        "CREATE TRIGGER applicationversion_no_update BEFORE UPDATE ON alliance_applicationversion"
        " BEGIN SELECT RAISE(ABORT, 'versions of applications are immutable'); END",
        "CREATE TRIGGER applicationversion_no_delete BEFORE DELETE ON alliance_applicationversion"
        " BEGIN SELECT RAISE(ABORT, 'versions of applications are immutable'); END",
    ],
}
ALLOW = {
    "postgresql": [
        "DROP TRIGGER applicationversion_immutable ON alliance_applicationversion",
        "DROP FUNCTION refuse_applicationversion_change()",
    ],
    "sqlite": [
        "DROP TRIGGER applicationversion_no_update",
        "DROP TRIGGER applicationversion_no_delete",
    ],
}


def run(statements):
    def operation(apps, schema_editor):
        for statement in statements[schema_editor.connection.vendor]:
            schema_editor.execute(statement, params=None)

    return operation


class Migration(migrations.Migration):
    dependencies = [("alliance", "0003_application")]
    operations = [migrations.RunPython(run(FORBID), run(ALLOW))]
