"""A due is paid in parts: what is left of it is kept; of those to be paid all is left."""

from typing import Any

from django.db import migrations, models
from django.db.models import F, Q


def fill(apps: Any, schema_editor: Any) -> None:
    apps.get_model("alliance", "Due").objects.filter(state="raised").update(rest=F("amount"))


class Migration(migrations.Migration):
    dependencies = [("alliance", "0016_alliance_fields")]

    operations = [
        migrations.AddField(
            model_name="due",
            name="rest",
            field=models.DecimalField(
                decimal_places=2, default=0, max_digits=12, verbose_name="rest"
            ),
            preserve_default=False,
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="due",
            constraint=models.CheckConstraint(
                condition=Q(rest__gte=0, rest__lte=F("amount")), name="due_rest_within_the_amount"
            ),
        ),
        migrations.AddConstraint(
            model_name="due",
            constraint=models.CheckConstraint(
                condition=Q(state="raised", rest__gt=0) | Q(~Q(state="raised"), rest=0),
                name="due_rest_iff_raised",
            ),
        ),
        migrations.RemoveConstraint(
            model_name="ledgerentry", name="ledgerentry_one_waiting_per_due"
        ),
    ]
