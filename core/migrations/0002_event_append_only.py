"""Events are append-only for every program that speaks to the database, ours included.

One change passes: content and salt blanked together, which erases personal data and leaves the leaf.
SQLite drops a table's triggers whenever a migration remakes the table: a later one that alters
core_event ends with this operation again. A test tells when it was forgotten.
"""

from django.db import migrations

SAME = " AND ".join(
    f"NEW.{column} = OLD.{column}"
    for column in ("id", "name", "subject", "subject_code", "at", "public", "leaf")
)
FORBID = {
    "postgresql": [
        "CREATE FUNCTION refuse_event_change() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN"
        f" IF TG_OP = 'UPDATE' THEN IF {SAME} AND NEW.content = '' AND NEW.salt = ''::bytea THEN"
        " RETURN NEW; END IF; END IF;"
        " RAISE 'events are append-only' USING ERRCODE = 'integrity_constraint_violation'; END$$",
        "CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON core_event"
        " FOR EACH ROW EXECUTE FUNCTION refuse_event_change()",
        "CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON core_event"
        " EXECUTE FUNCTION refuse_event_change()",
    ],
    "sqlite": [
        "CREATE TRIGGER event_no_update BEFORE UPDATE ON core_event"
        f" WHEN NOT ({SAME} AND NEW.content = '' AND NEW.salt = x'')"
        " BEGIN SELECT RAISE(ABORT, 'events are append-only'); END",
        "CREATE TRIGGER event_no_delete BEFORE DELETE ON core_event"
        " BEGIN SELECT RAISE(ABORT, 'events are append-only'); END",
    ],
}
ALLOW = {
    "postgresql": [
        "DROP TRIGGER event_append_only ON core_event",
        "DROP TRIGGER event_no_truncate ON core_event",
        "DROP FUNCTION refuse_event_change()",
    ],
    "sqlite": ["DROP TRIGGER event_no_update", "DROP TRIGGER event_no_delete"],
}


def run(statements):
    def operation(apps, schema_editor):
        for statement in statements[schema_editor.connection.vendor]:
            schema_editor.execute(statement, params=None)

    return operation


class Migration(migrations.Migration):
    dependencies = [("core", "0001_event_outbox_counter_letter_region")]
    operations = [migrations.RunPython(run(FORBID), run(ALLOW))]
