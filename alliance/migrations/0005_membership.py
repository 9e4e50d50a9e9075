"""Certificates, delegates, and what a member says of itself in the directory."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_amendment"),
        ("alliance", "0004_applicationversion_immutable"),
    ]

    operations = [
        migrations.AddField(
            model_name="member",
            name="business",
            field=models.CharField(
                blank=True, max_length=500, verbose_name="business in one paragraph"
            ),
        ),
        migrations.AddField(
            model_name="member",
            name="listed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="member",
            name="website",
            field=models.URLField(blank=True, verbose_name="website"),
        ),
        migrations.CreateModel(
            name="Delegate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(editable=False, max_length=16, unique=True)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("contact", "contact person"),
                            ("council", "representative in the council"),
                            ("academic", "nominee for the academic committee"),
                        ],
                        max_length=10,
                        verbose_name="role",
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("duty", models.CharField(max_length=80, verbose_name="position")),
                (
                    "title",
                    models.CharField(blank=True, max_length=80, verbose_name="professional title"),
                ),
                ("phone", models.CharField(max_length=30, verbose_name="mobile phone")),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail")),
                (
                    "expertise",
                    models.CharField(blank=True, max_length=200, verbose_name="field of expertise"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("nominated", "nominated"),
                            ("confirmed", "confirmed"),
                            ("refused", "refused"),
                            ("withdrawn", "withdrawn"),
                            ("ended", "ended"),
                        ],
                        default="nominated",
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="reason")),
                ("nominated_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "decided_by",
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
                        related_name="delegates",
                        to="alliance.member",
                    ),
                ),
                (
                    "nominated_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.seat",
                    ),
                ),
            ],
            options={
                "ordering": ["role", "-nominated_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["contact", "council", "academic"])),
                        name="delegate_role_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                ["nominated", "confirmed", "refused", "withdrawn", "ended"],
                            )
                        ),
                        name="delegate_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                models.Q(("state", "nominated"), _negated=True),
                                ("decided_at__isnull", False),
                            ),
                            models.Q(("state", "nominated"), ("decided_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="delegate_decided_at_iff_decided",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "ended"), ("ended_at__isnull", False)),
                            models.Q(
                                models.Q(("state", "ended"), _negated=True),
                                ("ended_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="delegate_ended_at_iff_ended",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "refused"), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="delegate_refusal_has_reason",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "nominated")),
                        fields=("member", "role"),
                        name="delegate_one_nominated_per_role",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "confirmed")),
                        fields=("member", "role"),
                        name="delegate_one_confirmed_per_role",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MemberCertificate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(editable=False, max_length=16, unique=True)),
                ("number", models.CharField(editable=False, max_length=36, unique=True)),
                ("facts", models.JSONField(editable=False)),
                ("digest", models.CharField(db_index=True, editable=False, max_length=64)),
                ("issued_at", models.DateTimeField(editable=False)),
                ("valid_until", models.DateField(editable=False, verbose_name="valid until")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("issued", "issued"),
                            ("superseded", "superseded"),
                            ("returned", "returned"),
                        ],
                        default="issued",
                        max_length=12,
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                ("reminded_at", models.DateTimeField(null=True)),
                (
                    "issued_by",
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
                        related_name="certificates",
                        to="alliance.member",
                    ),
                ),
            ],
            options={
                "ordering": ["-issued_at", "-pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "issued")),
                        fields=["valid_until"],
                        name="membercertificate_runs",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["issued", "superseded", "returned"])),
                        name="membercertificate_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                models.Q(("state", "issued"), _negated=True),
                                ("ended_at__isnull", False),
                            ),
                            models.Q(("state", "issued"), ("ended_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="membercertificate_ended_at_iff_ended",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "issued")),
                        fields=("member",),
                        name="membercertificate_one_issued_per_member",
                    ),
                ],
            },
        ),
    ]
