"""Long work that somebody asked for."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0006_event_of_model"),
    ]

    operations = [
        migrations.CreateModel(
            name="Job",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(editable=False, max_length=16, unique=True)),
                ("kind", models.CharField(max_length=60)),
                ("title", models.CharField(max_length=200)),
                ("params", models.JSONField(default=dict)),
                ("user_code", models.CharField(max_length=16)),
                ("recipient", models.JSONField()),
                ("back", models.CharField(blank=True, max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting to begin"),
                            ("running", "under way"),
                            ("done", "done"),
                            ("failed", "failed"),
                            ("cancelled", "cancelled"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("done", models.PositiveIntegerField(default=0)),
                ("total", models.PositiveIntegerField(default=0)),
                ("asked_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(null=True)),
                ("claimed_until", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("note", models.CharField(blank=True, max_length=500)),
                (
                    "result",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.upload",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["user_code", "-id"], name="job_newest_of_user"),
                    models.Index(
                        condition=models.Q(("state__in", ["waiting", "running"])),
                        fields=["id"],
                        name="job_unfinished",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["waiting", "running", "done", "failed", "cancelled"])
                        ),
                        name="job_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "running"), ("claimed_until__isnull", False)),
                            models.Q(
                                models.Q(("state", "running"), _negated=True),
                                ("claimed_until__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="job_claimed_iff_running",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state__in", ["done", "failed", "cancelled"]),
                                ("ended_at__isnull", False),
                            ),
                            models.Q(
                                models.Q(
                                    ("state__in", ["done", "failed", "cancelled"]), _negated=True
                                ),
                                ("ended_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="job_ended_at_iff_ended",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "done"), ("result__isnull", False)),
                            models.Q(
                                models.Q(("state", "done"), _negated=True), ("result__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="job_result_iff_done",
                    ),
                ],
            },
        ),
    ]
