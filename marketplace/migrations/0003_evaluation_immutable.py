"""An evaluation is never changed, by whatever program.

SQLite drops a table's triggers whenever a migration remakes the table: a later one that alters it
ends with this operation again.
"""

from django.db import migrations

FORBID = {
    "postgresql": [
        "CREATE FUNCTION refuse_evaluation_change() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN"
        " RAISE 'evaluations are immutable' USING ERRCODE = 'integrity_constraint_violation';"
        " END$$",
        "CREATE TRIGGER evaluation_immutable BEFORE UPDATE OR DELETE OR TRUNCATE"
        " ON marketplace_evaluation EXECUTE FUNCTION refuse_evaluation_change()",
    ],
    "sqlite": [
        "CREATE TRIGGER evaluation_no_update BEFORE UPDATE ON marketplace_evaluation"
        " BEGIN SELECT RAISE(ABORT, 'evaluations are immutable'); END",
        "CREATE TRIGGER evaluation_no_delete BEFORE DELETE ON marketplace_evaluation"
        " BEGIN SELECT RAISE(ABORT, 'evaluations are immutable'); END",
    ],
}
ALLOW = {
    "postgresql": [
        "DROP TRIGGER evaluation_immutable ON marketplace_evaluation",
        "DROP FUNCTION refuse_evaluation_change()",
    ],
    "sqlite": [
        "DROP TRIGGER evaluation_no_update",
        "DROP TRIGGER evaluation_no_delete",
    ],
}


def run(statements):
    def operation(apps, schema_editor):
        for statement in statements[schema_editor.connection.vendor]:
            schema_editor.execute(statement, params=None)

    return operation


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0002_order_bid_evaluation")]
    operations = [migrations.RunPython(run(FORBID), run(ALLOW))]
