"""Witnesses who were replaced, and how long the others may confirm the dice of a draw.

The draw takes each step once, as 0002 says, and its minutes never change: adding the column remakes
the table on SQLite, so its triggers are set up again.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

BEFORE = (
    *("id", "code", "number", "owner_id", "announced_for", "regulator_from", "fails_at"),
    *("commitment", "sealed_secret", "committed_at"),
)
FIXED = (*BEFORE, "confirmation_minutes")
ONCE = (
    *("frozen", "frozen_at", "dice", "thrown_at", "thrown_by", "thrown_as", "thrower_id"),
    *("secret", "revealed_at"),
)
SAME = {"postgresql": "NEW.{0} IS NOT DISTINCT FROM OLD.{0}", "sqlite": "NEW.{0} IS OLD.{0}"}
WORDS = "what was sealed or drawn stays: selection_draw takes each step once"


def legal(vendor, fixed):
    same = [SAME[vendor].format(column) for column in fixed]
    once = [f"(OLD.{column} IS NULL OR {SAME[vendor].format(column)})" for column in ONCE]
    return " AND ".join([*same, *once])


def lift(vendor, fixed):
    if vendor == "sqlite":
        return ["DROP TRIGGER draw_steps_once", "DROP TRIGGER draw_no_delete"]
    return []  # its function is replaced


def forbid(vendor, fixed):
    if vendor == "sqlite":
        return [
            "CREATE TRIGGER draw_steps_once BEFORE UPDATE ON selection_draw"
            f" WHEN NOT ({legal(vendor, fixed)}) BEGIN SELECT RAISE(ABORT, '{WORDS}'); END",
            "CREATE TRIGGER draw_no_delete BEFORE DELETE ON selection_draw"
            f" BEGIN SELECT RAISE(ABORT, '{WORDS}'); END",
        ]
    return [
        "CREATE OR REPLACE FUNCTION refuse_draw_change() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$BEGIN IF TG_OP = 'UPDATE' THEN IF {legal(vendor, fixed)} THEN RETURN NEW; END IF;"
        f" END IF; RAISE '{WORDS}' USING ERRCODE = 'integrity_constraint_violation'; END$$"
    ]


def run(statements, fixed):
    def operation(apps, schema_editor):
        for statement in statements(schema_editor.connection.vendor, fixed):
            schema_editor.execute(statement, params=None)

    return operation


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_verify_until"),
        ("selection", "0002_steps_once"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(run(lift, BEFORE), run(forbid, BEFORE)),
        migrations.RemoveConstraint(
            model_name="witness",
            name="witness_once_per_draw",
        ),
        migrations.AddField(
            model_name="draw",
            name="confirmation_minutes",
            field=models.PositiveSmallIntegerField(
                default=30, verbose_name="minutes to confirm the dice"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="witness",
            name="named_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.organisation",
            ),
        ),
        migrations.AddField(
            model_name="witness",
            name="replaced_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddConstraint(
            model_name="witness",
            constraint=models.UniqueConstraint(
                condition=models.Q(("replaced_at", None)),
                fields=("draw", "user"),
                name="witness_once_per_draw",
            ),
        ),
        migrations.AddConstraint(
            model_name="witness",
            constraint=models.CheckConstraint(
                condition=models.Q(("replaced_at", None), ("confirmed_at", None), _connector="OR"),
                name="witness_replaced_confirms_nothing",
            ),
        ),
        migrations.RunPython(run(forbid, FIXED), run(lift, FIXED)),
    ]
