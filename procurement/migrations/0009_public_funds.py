from decimal import Decimal

from django.db import migrations, models


class Migration(migrations.Migration):
    """How much of a procedure is public money; whoever buys here is taken to spend nothing else."""

    dependencies = [("procurement", "0008_procedure_owner_name")]

    operations = [
        migrations.AddField(
            model_name="procedure",
            name="public_funds",
            field=models.DecimalField(
                decimal_places=2,
                default=Decimal(100),
                max_digits=5,
                verbose_name="share of public money (%)",
            ),
        ),
        migrations.AddConstraint(
            model_name="procedure",
            constraint=models.CheckConstraint(
                condition=models.Q(public_funds__range=(0, 100)),
                name="procedure_public_funds_a_share",
            ),
        ),
    ]
