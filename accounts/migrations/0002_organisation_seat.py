import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_user"),
        ("core", "0001_event_outbox_counter_letter_region"),
    ]
    operations = [
        migrations.CreateModel(
            name="Organisation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(editable=False, max_length=16, unique=True)),
                (
                    "uscc",
                    models.CharField(
                        max_length=18,
                        null=True,
                        unique=True,
                        verbose_name="unified social credit code",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("enterprise", "enterprise"),
                            ("institution", "public institution"),
                            ("university", "university"),
                            ("association", "association"),
                            ("government", "government body"),
                            ("individual-business", "individual business"),
                            ("natural-person", "natural person"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                (
                    "standing",
                    models.CharField(
                        choices=[
                            ("participant", "participant"),
                            ("operator", "operator"),
                            ("regulator", "regulator"),
                        ],
                        default="participant",
                        max_length=12,
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "short_name",
                    models.CharField(blank=True, max_length=40, verbose_name="short name"),
                ),
                ("address", models.CharField(blank=True, max_length=200, verbose_name="address")),
                (
                    "legal_representative",
                    models.CharField(
                        blank=True, max_length=60, verbose_name="legal representative"
                    ),
                ),
                (
                    "contact_name",
                    models.CharField(blank=True, max_length=60, verbose_name="contact person"),
                ),
                (
                    "contact_phone",
                    models.CharField(blank=True, max_length=30, verbose_name="contact phone"),
                ),
                (
                    "contact_email",
                    models.EmailField(blank=True, max_length=254, verbose_name="contact e-mail"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("submitted", "under verification"),
                            ("verified", "verified"),
                            ("refused", "refused"),
                        ],
                        default="submitted",
                        max_length=12,
                    ),
                ),
                ("state_reason", models.CharField(blank=True, max_length=500)),
                ("submitted_at", models.DateTimeField()),
                ("verified_at", models.DateTimeField(null=True)),
                (
                    "region",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.region",
                        verbose_name="region",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Seat",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(editable=False, max_length=16, unique=True)),
                (
                    "rank",
                    models.CharField(
                        choices=[
                            ("legal-representative", "legal representative"),
                            ("manager", "manager"),
                            ("operator", "handler"),
                        ],
                        max_length=24,
                        verbose_name="rank",
                    ),
                ),
                ("deeds", models.JSONField(default=list, verbose_name="scope")),
                (
                    "amount_ceiling",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=16,
                        null=True,
                        verbose_name="up to the amount (yuan)",
                    ),
                ),
                ("held_from", models.DateTimeField(verbose_name="from")),
                ("held_until", models.DateTimeField(blank=True, null=True, verbose_name="until")),
                (
                    "granted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="granted",
                        to="accounts.seat",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seats",
                        to="accounts.organisation",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seats",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["submitted", "verified", "refused"])),
                name="organisation_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "enterprise",
                            "institution",
                            "university",
                            "association",
                            "government",
                            "individual-business",
                            "natural-person",
                        ],
                    )
                ),
                name="organisation_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(("standing__in", ["participant", "operator", "regulator"])),
                name="organisation_standing_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(("kind", "natural-person"), _negated=True), ("uscc__isnull", False)
                    ),
                    models.Q(("kind", "natural-person"), ("uscc__isnull", True)),
                    _connector="OR",
                ),
                name="organisation_uscc_iff_no_natural_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "verified"), ("verified_at__isnull", False)),
                    models.Q(
                        models.Q(("state", "verified"), _negated=True),
                        ("verified_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="organisation_verified_at_iff_verified",
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.CheckConstraint(
                condition=models.Q(("rank__in", ["legal-representative", "manager", "operator"])),
                name="seat_rank_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("held_until", None),
                    ("held_until__gte", models.F("held_from")),
                    _connector="OR",
                ),
                name="seat_ends_after_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.UniqueConstraint(
                condition=models.Q(("held_until", None)),
                fields=("user", "organisation"),
                name="seat_one_open_per_user_and_organisation",
            ),
        ),
    ]
