"""Notices are immutable for every program that speaks to the database, ours included.

A notice's file may be noted once, and never changes after that. SQLite drops a table's triggers
whenever a migration remakes the table: a later one that alters either table ends with this
operation again. A test tells when it was forgotten.
"""

from django.db import migrations

FORBID = {
    "postgresql": [
        "CREATE FUNCTION refuse_notice_change() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN"
        " RAISE 'notices are immutable' USING ERRCODE = 'integrity_constraint_violation'; END$$",
        "CREATE TRIGGER notice_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON publication_notice"
        " EXECUTE FUNCTION refuse_notice_change()",
        "CREATE TRIGGER noticefile_once BEFORE UPDATE ON publication_noticefile FOR EACH ROW"
        " WHEN (OLD.drawn_at IS NOT NULL OR NEW.notice_id <> OLD.notice_id)"
        " EXECUTE FUNCTION refuse_notice_change()",
        "CREATE TRIGGER noticefile_stays BEFORE DELETE OR TRUNCATE ON publication_noticefile"
        " EXECUTE FUNCTION refuse_notice_change()",
    ],
    "sqlite": [
        "CREATE TRIGGER notice_no_update BEFORE UPDATE ON publication_notice"
        " BEGIN SELECT RAISE(ABORT, 'notices are immutable'); END",
        "CREATE TRIGGER notice_no_delete BEFORE DELETE ON publication_notice"
        " BEGIN SELECT RAISE(ABORT, 'notices are immutable'); END",
        "CREATE TRIGGER noticefile_once BEFORE UPDATE ON publication_noticefile"
        " WHEN OLD.drawn_at IS NOT NULL OR NEW.notice_id <> OLD.notice_id"
        " BEGIN SELECT RAISE(ABORT, 'notices are immutable'); END",
        "CREATE TRIGGER noticefile_no_delete BEFORE DELETE ON publication_noticefile"
        " BEGIN SELECT RAISE(ABORT, 'notices are immutable'); END",
    ],
}
ALLOW = {
    "postgresql": [
        "DROP TRIGGER notice_immutable ON publication_notice",
        "DROP TRIGGER noticefile_once ON publication_noticefile",
        "DROP TRIGGER noticefile_stays ON publication_noticefile",
        "DROP FUNCTION refuse_notice_change()",
    ],
    "sqlite": [
        "DROP TRIGGER notice_no_update",
        "DROP TRIGGER notice_no_delete",
        "DROP TRIGGER noticefile_once",
        "DROP TRIGGER noticefile_no_delete",
    ],
}


def run(statements):
    def operation(apps, schema_editor):
        for statement in statements[schema_editor.connection.vendor]:
            schema_editor.execute(statement, params=None)

    return operation


class Migration(migrations.Migration):
    dependencies = [("publication", "0001_notice")]
    operations = [migrations.RunPython(run(FORBID), run(ALLOW))]
