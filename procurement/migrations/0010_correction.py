import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_chinese_group_names"),
        ("procurement", "0009_public_funds"),
        ("publication", "0004_release_immutable"),
    ]

    operations = [
        migrations.CreateModel(
            name="Correction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(editable=False, max_length=16, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("submitted", "under approval"),
                            ("published", "published"),
                        ],
                        default="draft",
                        max_length=16,
                    ),
                ),
                ("state_reason", models.CharField(blank=True, max_length=1000)),
                ("typed", models.JSONField(default=dict)),
                ("saved_at", models.DateTimeField()),
                ("reason", models.CharField(blank=True, max_length=1000, verbose_name="reason")),
                ("terms", models.JSONField(null=True)),
                ("submitted_at", models.DateTimeField(editable=False, null=True)),
                ("published_at", models.DateTimeField(editable=False, null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.seat",
                    ),
                ),
                (
                    "notice",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="publication.notice",
                    ),
                ),
                (
                    "procedure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="procurement.procedure",
                    ),
                ),
                (
                    "published_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.seat",
                    ),
                ),
                (
                    "submitted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.seat",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["draft", "submitted", "published"])),
                        name="correction_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                models.Q(("state", "draft"), _negated=True),
                                ("submitted_by__isnull", False),
                                ("submitted_at__isnull", False),
                                ("terms__isnull", False),
                            ),
                            models.Q(
                                ("state", "draft"),
                                ("submitted_by__isnull", True),
                                ("submitted_at__isnull", True),
                                ("terms__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="correction_filled_iff_submitted",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state", "published"),
                                ("published_by__isnull", False),
                                ("published_at__isnull", False),
                                ("notice__isnull", False),
                            ),
                            models.Q(
                                models.Q(("state", "published"), _negated=True),
                                ("published_by__isnull", True),
                                ("published_at__isnull", True),
                                ("notice__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="correction_notice_iff_published",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("published_by", None),
                            models.Q(("published_by", models.F("submitted_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="correction_published_by_another_seat",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "published"), _negated=True),
                        fields=("procedure",),
                        name="correction_one_at_a_time_per_procedure",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="procedure",
            name="corrected_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
