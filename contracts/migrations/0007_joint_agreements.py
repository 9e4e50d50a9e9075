"""Joint agreements of many partners, without a price; a partner's release is never changed.

SQLite drops the triggers of the tables that it remakes here: `restore` repeats those of 0002.
"""

import django.db.models.deletion
from django.db import migrations, models

KEPT = (
    "id code number template_id subject subject_code title paper digest amount acceptance_days"
    " drawn_up_at"
)
SENTENCE = "what was drawn up, signed or handed in is never edited"


def restore(apps, schema_editor):
    if schema_editor.connection.vendor != "sqlite":
        return
    refuse = f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
    changed = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in KEPT.split())
    for table, when in (
        ("contracts_agreement", changed),
        (
            "contracts_party",
            "OLD.signed_at IS NOT NULL OR NEW.agreement_id <> OLD.agreement_id"
            " OR NEW.organisation_id <> OLD.organisation_id OR NEW.side <> OLD.side",
        ),
    ):
        for statement in (
            f"CREATE TRIGGER {table}_kept BEFORE UPDATE ON {table} WHEN {when} {refuse}",
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}",
        ):
            schema_editor.execute(statement, params=None)


def forbid(apps, schema_editor):
    for deed in ("UPDATE", "DELETE"):
        name = f"contracts_release_no_{deed.lower()}"
        if schema_editor.connection.vendor == "postgresql":
            refuse = "FOR EACH ROW EXECUTE FUNCTION refuse_contract_change()"
        else:
            refuse = f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
        statement = f"CREATE TRIGGER {name} BEFORE {deed} ON contracts_release {refuse}"
        schema_editor.execute(statement, params=None)


def allow(apps, schema_editor):
    on = " ON contracts_release" if schema_editor.connection.vendor == "postgresql" else ""
    for deed in ("update", "delete"):
        schema_editor.execute(f"DROP TRIGGER contracts_release_no_{deed}{on}", params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_verify_until"),
        ("contracts", "0006_decisions_and_papers_append_only"),
    ]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, restore),
        migrations.CreateModel(
            name="Release",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("released_at", models.DateTimeField()),
                ("reason", models.TextField()),
            ],
        ),
        migrations.AlterModelOptions(
            name="party",
            options={"ordering": ["-side", "place"], "verbose_name_plural": "parties"},
        ),
        migrations.RemoveConstraint(
            model_name="party",
            name="party_side_known",
        ),
        migrations.RemoveConstraint(
            model_name="party",
            name="party_one_per_side",
        ),
        migrations.AddField(
            model_name="party",
            name="place",
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AlterField(
            model_name="agreement",
            name="acceptance_days",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="agreement",
            name="amount",
            field=models.DecimalField(decimal_places=2, max_digits=16, null=True),
        ),
        migrations.AlterField(
            model_name="change",
            name="side",
            field=models.CharField(
                choices=[
                    ("owner", "client (Party A)"),
                    ("agency", "agency (Party B)"),
                    ("partner", "partner"),
                ],
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="party",
            name="side",
            field=models.CharField(
                choices=[
                    ("owner", "client (Party A)"),
                    ("agency", "agency (Party B)"),
                    ("partner", "partner"),
                ],
                max_length=8,
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("acceptance_days", None), ("amount", None)),
                    models.Q(("acceptance_days__isnull", False), ("amount__isnull", False)),
                    _connector="OR",
                ),
                name="agreement_priced_or_joint",
            ),
        ),
        migrations.AddConstraint(
            model_name="party",
            constraint=models.CheckConstraint(
                condition=models.Q(("side__in", ["owner", "agency", "partner"])),
                name="party_side_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="party",
            constraint=models.UniqueConstraint(
                fields=("agreement", "side", "place"), name="party_one_per_place"
            ),
        ),
        migrations.AddConstraint(
            model_name="party",
            constraint=models.CheckConstraint(
                condition=models.Q(("side", "partner"), ("place", 1), _connector="OR"),
                name="party_one_for_each_of_two_sides",
            ),
        ),
        migrations.AddField(
            model_name="release",
            name="party",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="release",
                to="contracts.party",
            ),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="release_has_reason"
            ),
        ),
        migrations.RunPython(restore, migrations.RunPython.noop),
        migrations.RunPython(forbid, allow),
    ]
