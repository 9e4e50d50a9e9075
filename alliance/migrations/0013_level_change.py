"""How a member comes to another level."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("alliance", "0012_staff_person"),
    ]

    operations = [
        migrations.CreateModel(
            name="LevelChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(editable=False, max_length=16, unique=True)),
                ("from_level", models.CharField(max_length=30)),
                ("from_label", models.CharField(max_length=60)),
                ("to_level", models.CharField(max_length=30, verbose_name="new level")),
                ("to_label", models.CharField(max_length=60)),
                ("reason", models.TextField(max_length=1000, verbose_name="reason")),
                ("wanted_on", models.DateField(verbose_name="from which day")),
                ("is_proposed", models.BooleanField(default=False)),
                ("submitted_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("submitted", "with the secretariat"),
                            ("returned", "returned"),
                            ("forwarded", "before the deciding body"),
                            ("approved", "approved, not in effect yet"),
                            ("effective", "in effect"),
                            ("rejected", "rejected"),
                            ("taken-back", "taken back"),
                            ("lapsed", "lapsed: no member any more"),
                        ],
                        default="submitted",
                        max_length=10,
                    ),
                ),
                (
                    "state_reason",
                    models.CharField(blank=True, max_length=500, verbose_name="reason"),
                ),
                (
                    "opinion",
                    models.CharField(
                        blank=True, max_length=500, verbose_name="opinion of the secretariat"
                    ),
                ),
                ("deciding_body", models.CharField(blank=True, max_length=30)),
                ("deciding_body_name", models.CharField(blank=True, max_length=60)),
                ("forwarded_at", models.DateTimeField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("effective_on", models.DateField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "alliance",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="level_changes",
                        to="alliance.alliance",
                    ),
                ),
                (
                    "charter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="alliance.charter",
                    ),
                ),
                (
                    "forwarded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.seat",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="level_changes",
                        to="alliance.member",
                    ),
                ),
                (
                    "motion",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="alliance.motion",
                    ),
                ),
                (
                    "representative",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="alliance.delegate",
                    ),
                ),
                (
                    "submitted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.seat",
                    ),
                ),
            ],
            options={
                "ordering": ["-submitted_at", "-pk"],
                "indexes": [
                    models.Index(
                        fields=["alliance", "-submitted_at", "-id"], name="levelchange_newest"
                    ),
                    models.Index(
                        condition=models.Q(("state", "approved")),
                        fields=["effective_on"],
                        name="levelchange_approved",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "submitted",
                                    "returned",
                                    "forwarded",
                                    "approved",
                                    "effective",
                                    "rejected",
                                    "taken-back",
                                    "lapsed",
                                ],
                            )
                        ),
                        name="levelchange_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("from_level", models.F("to_level")), _negated=True),
                        name="levelchange_to_another_level",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_proposed", True),
                            ("representative__isnull", False),
                            _connector="OR",
                        ),
                        name="levelchange_asked_by_the_representative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state__in", ["forwarded", "approved", "effective", "rejected"]),
                                _negated=True,
                            ),
                            models.Q(
                                ("forwarded_at__isnull", False),
                                ("forwarded_by__isnull", False),
                                models.Q(("deciding_body", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="levelchange_forwarded_to_a_body",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state__in", ["approved", "effective", "rejected"]), _negated=True
                            ),
                            models.Q(("decided_at__isnull", False), ("motion__isnull", False)),
                            _connector="OR",
                        ),
                        name="levelchange_decided_by_a_motion",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["approved", "effective"]), _negated=True),
                            ("effective_on__isnull", False),
                            _connector="OR",
                        ),
                        name="levelchange_effective_on_once_approved",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                models.Q(
                                    ("state__in", ["submitted", "forwarded", "approved"]),
                                    _negated=True,
                                ),
                                ("ended_at__isnull", False),
                            ),
                            models.Q(
                                ("state__in", ["submitted", "forwarded", "approved"]),
                                ("ended_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="levelchange_ended_at_iff_ended",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "returned"), _negated=True),
                            models.Q(("state_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="levelchange_returned_with_words",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["submitted", "forwarded", "approved"])),
                        fields=("member",),
                        name="levelchange_one_open_per_member",
                    ),
                ],
            },
        ),
        migrations.RemoveConstraint(model_name="due", name="due_once_per_period"),
        migrations.AddConstraint(
            model_name="due",
            constraint=models.UniqueConstraint(
                fields=("member", "period_from", "level"), name="due_once_per_period_and_level"
            ),
        ),
    ]
