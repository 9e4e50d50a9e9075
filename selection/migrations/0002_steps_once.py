"""Envelopes and draws take each step once, for every program that speaks to the database.

Columns of the first kind never change; those of the second are filled once. Nothing is deleted.
SQLite drops a table's triggers whenever a migration remakes the table: a later one that alters
selection_envelope or selection_draw ends with this operation again. A test tells when it was
forgotten.
"""

from django.db import migrations

TABLES = {
    "envelope": (
        [
            "id",
            "code",
            "order_number",
            "bidder",
            "ciphertext",
            "digest",
            "replaces_id",
            "sealed_at",
        ],
        ["standing_until", "content", "opened_at"],
    ),
    "draw": (
        [
            *("id", "code", "number", "owner_id", "announced_for", "regulator_from", "fails_at"),
            *("commitment", "sealed_secret", "committed_at"),
        ],
        [
            *("frozen", "frozen_at", "dice", "thrown_at", "thrown_by", "thrown_as", "thrower_id"),
            *("secret", "revealed_at"),
        ],
    ),
}
SAME = {"postgresql": "NEW.{0} IS NOT DISTINCT FROM OLD.{0}", "sqlite": "NEW.{0} IS OLD.{0}"}


def legal(vendor, table):
    fixed, filled_once = TABLES[table]
    same = [SAME[vendor].format(column) for column in fixed]
    once = [f"(OLD.{column} IS NULL OR {SAME[vendor].format(column)})" for column in filled_once]
    return " AND ".join([*same, *once])


def forbid(vendor, table):
    words = f"what was sealed or drawn stays: selection_{table} takes each step once"
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER {table}_steps_once BEFORE UPDATE ON selection_{table}"
            f" WHEN NOT ({legal(vendor, table)}) BEGIN SELECT RAISE(ABORT, '{words}'); END",
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON selection_{table}"
            f" BEGIN SELECT RAISE(ABORT, '{words}'); END",
        ]
    return [
        f"CREATE FUNCTION refuse_{table}_change() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN"
        f" IF TG_OP = 'UPDATE' THEN IF {legal(vendor, table)} THEN RETURN NEW; END IF; END IF;"
        f" RAISE '{words}' USING ERRCODE = 'integrity_constraint_violation'; END$$",
        f"CREATE TRIGGER {table}_steps_once BEFORE UPDATE OR DELETE ON selection_{table}"
        f" FOR EACH ROW EXECUTE FUNCTION refuse_{table}_change()",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON selection_{table}"
        f" EXECUTE FUNCTION refuse_{table}_change()",
    ]


def allow(vendor, table):
    if vendor == "sqlite":
        return [f"DROP TRIGGER {table}_steps_once", f"DROP TRIGGER {table}_no_delete"]
    return [
        f"DROP TRIGGER {table}_steps_once ON selection_{table}",
        f"DROP TRIGGER {table}_no_truncate ON selection_{table}",
        f"DROP FUNCTION refuse_{table}_change()",
    ]


def run(statements):
    def operation(apps, schema_editor):
        for table in TABLES:
            for statement in statements(schema_editor.connection.vendor, table):
                schema_editor.execute(statement, params=None)

    return operation


class Migration(migrations.Migration):
    dependencies = [("selection", "0001_envelope_draw_witness")]
    operations = [migrations.RunPython(run(forbid), run(allow))]
