"""The announced time of a draw may move on until its list is frozen, and never back.

With it move the instants from which a regulator may throw and at which the draw fails. All else of
a draw stays as 0002 and 0003 say. A later migration that remakes selection_draw on SQLite ends with
this operation again.
"""

from django.db import migrations

TIMES = ("announced_for", "regulator_from", "fails_at")
REST = (
    *("id", "code", "number", "owner_id", "commitment", "sealed_secret", "committed_at"),
    "confirmation_minutes",
)
ONCE = (
    *("frozen", "frozen_at", "dice", "thrown_at", "thrown_by", "thrown_as", "thrower_id"),
    *("secret", "revealed_at"),
)
SAME = {"postgresql": "NEW.{0} IS NOT DISTINCT FROM OLD.{0}", "sqlite": "NEW.{0} IS OLD.{0}"}
WORDS = "what was sealed or drawn stays: selection_draw takes each step once"


def legal(vendor, *, moves):
    same = [SAME[vendor].format(column) for column in REST]
    once = [f"(OLD.{column} IS NULL OR {SAME[vendor].format(column)})" for column in ONCE]
    still = " AND ".join(SAME[vendor].format(column) for column in TIMES)
    later = " AND ".join(f"NEW.{column} >= OLD.{column}" for column in TIMES)
    times = f"(({still}) OR (OLD.frozen_at IS NULL AND {later}))" if moves else f"({still})"
    return " AND ".join([*same, *once, times])


def judge(*, moves):
    def operation(apps, schema_editor):
        vendor = schema_editor.connection.vendor
        rule = legal(vendor, moves=moves)
        if vendor == "sqlite":
            statements = [
                "DROP TRIGGER draw_steps_once",
                "CREATE TRIGGER draw_steps_once BEFORE UPDATE ON selection_draw"
                f" WHEN NOT ({rule}) BEGIN SELECT RAISE(ABORT, '{WORDS}'); END",
            ]
        else:
            statements = [
                "CREATE OR REPLACE FUNCTION refuse_draw_change() RETURNS trigger LANGUAGE plpgsql"
                f" AS $$BEGIN IF TG_OP = 'UPDATE' THEN IF {rule} THEN RETURN NEW; END IF; END IF;"
                f" RAISE '{WORDS}' USING ERRCODE = 'integrity_constraint_violation'; END$$"
            ]
        for statement in statements:
            schema_editor.execute(statement, params=None)

    return operation


class Migration(migrations.Migration):
    dependencies = [("selection", "0003_witness_replaced")]
    operations = [migrations.RunPython(judge(moves=True), judge(moves=False))]
