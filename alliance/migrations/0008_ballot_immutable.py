"""A ballot that was cast is never changed, by whatever program.

SQLite drops a table's triggers whenever a migration remakes the table: a later one that alters it
ends with this operation again.
"""

from django.db import migrations

FORBID = {
    "postgresql": [
        "CREATE FUNCTION refuse_ballot_change() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN RAISE 'ballots are immutable'"
        " USING ERRCODE = 'integrity_constraint_violation'; END$$",
        "CREATE TRIGGER ballot_immutable BEFORE UPDATE OR DELETE OR TRUNCATE"
        " ON alliance_ballot EXECUTE FUNCTION refuse_ballot_change()",
    ],
    "sqlite": [
        "CREATE TRIGGER ballot_no_update BEFORE UPDATE ON alliance_ballot"
        " BEGIN SELECT RAISE(ABORT, 'ballots are immutable'); END",
        "CREATE TRIGGER ballot_no_delete BEFORE DELETE ON alliance_ballot"
        " BEGIN SELECT RAISE(ABORT, 'ballots are immutable'); END",
    ],
}
ALLOW = {
    "postgresql": [
        "DROP TRIGGER ballot_immutable ON alliance_ballot",
        "DROP FUNCTION refuse_ballot_change()",
    ],
    "sqlite": [
        "DROP TRIGGER ballot_no_update",
        "DROP TRIGGER ballot_no_delete",
    ],
}


def run(statements):
    def operation(apps, schema_editor):
        for statement in statements[schema_editor.connection.vendor]:
            schema_editor.execute(statement, params=None)

    return operation


class Migration(migrations.Migration):
    dependencies = [("alliance", "0007_council")]
    operations = [migrations.RunPython(run(FORBID), run(ALLOW))]
