"""Releases are never changed, by any program."""

from django.db import migrations

REFUSE = "EXECUTE FUNCTION refuse_notice_change()"
FORBID = {
    "postgresql": [
        "CREATE TRIGGER release_immutable BEFORE UPDATE OR DELETE OR TRUNCATE"
        f" ON publication_release {REFUSE}",
    ],
    "sqlite": [
        f"CREATE TRIGGER release_no_{deed.lower()} BEFORE {deed} ON publication_release"
        " BEGIN SELECT RAISE(ABORT, 'releases are immutable'); END"
        for deed in ("UPDATE", "DELETE")
    ],
}
ALLOW = {
    "postgresql": ["DROP TRIGGER release_immutable ON publication_release"],
    "sqlite": ["DROP TRIGGER release_no_update", "DROP TRIGGER release_no_delete"],
}


def run(statements):
    def operation(apps, schema_editor):
        for statement in statements[schema_editor.connection.vendor]:
            schema_editor.execute(statement, params=None)

    return operation


class Migration(migrations.Migration):
    dependencies = [("publication", "0003_release")]
    operations = [migrations.RunPython(run(FORBID), run(ALLOW))]
