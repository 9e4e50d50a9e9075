"""Events name the seat that did them. Their triggers are made again, to guard that column too."""

from django.db import migrations, models

SEAT = {
    "postgresql": "NEW.seat_code IS NOT DISTINCT FROM OLD.seat_code",
    "sqlite": "NEW.seat_code IS OLD.seat_code",
}
SAME = " AND ".join(
    f"NEW.{column} = OLD.{column}"
    for column in ("id", "name", "subject", "subject_code", "at", "public", "leaf")
)


def guard(vendor, same):
    if vendor == "postgresql":
        return [
            "CREATE OR REPLACE FUNCTION refuse_event_change() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$BEGIN IF TG_OP = 'UPDATE' THEN IF {same} AND NEW.content = ''"
            " AND NEW.salt = ''::bytea THEN RETURN NEW; END IF; END IF;"
            " RAISE 'events are append-only' USING ERRCODE = 'integrity_constraint_violation';"
            " END$$",
        ]
    return [
        "DROP TRIGGER IF EXISTS event_no_update",
        "DROP TRIGGER IF EXISTS event_no_delete",
        "CREATE TRIGGER event_no_update BEFORE UPDATE ON core_event"
        f" WHEN NOT ({same} AND NEW.content = '' AND NEW.salt = x'')"
        " BEGIN SELECT RAISE(ABORT, 'events are append-only'); END",
        "CREATE TRIGGER event_no_delete BEFORE DELETE ON core_event"
        " BEGIN SELECT RAISE(ABORT, 'events are append-only'); END",
    ]


def with_seat(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    for statement in guard(vendor, f"{SAME} AND {SEAT[vendor]}"):
        schema_editor.execute(statement, params=None)


def without_seat(apps, schema_editor):
    for statement in guard(schema_editor.connection.vendor, SAME):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("core", "0002_event_append_only")]
    operations = [
        migrations.AddField(
            model_name="event",
            name="seat_code",
            field=models.CharField(max_length=16, null=True),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["seat_code", "-id"], name="event_of_seat"),
        ),
        migrations.RunPython(with_seat, without_seat),
    ]
