"""Staff of a member unit, and the delegates among them."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_user_has_keys"),
        ("alliance", "0011_application_queue"),
    ]

    operations = [
        migrations.CreateModel(
            name="StaffPerson",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(editable=False, max_length=16, unique=True)),
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
                    "group",
                    models.CharField(blank=True, max_length=80, verbose_name="working group"),
                ),
                ("acts_from", models.DateField(verbose_name="from")),
                ("acts_until", models.DateField(null=True, verbose_name="until")),
                ("consented_at", models.DateTimeField(null=True)),
                ("entered_at", models.DateTimeField()),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.seat",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="staff",
                        to="alliance.member",
                    ),
                ),
            ],
            options={
                "ordering": ["member", "name", "pk"],
            },
        ),
        migrations.AddField(
            model_name="delegate",
            name="person",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="delegates",
                to="alliance.staffperson",
            ),
        ),
        migrations.AddConstraint(
            model_name="staffperson",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("acts_until", None),
                    ("acts_until__gte", models.F("acts_from")),
                    _connector="OR",
                ),
                name="staffperson_ends_after_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="staffperson",
            constraint=models.UniqueConstraint(
                condition=models.Q(("acts_until", None)),
                fields=("member", "name", "phone"),
                name="staffperson_one_open_per_person",
            ),
        ),
    ]
