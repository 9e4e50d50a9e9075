"""What a member works on and makes, in its own entry of the directory."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("alliance", "0009_certificate_withdrawn")]
    operations = [
        migrations.AddField(
            model_name="member",
            name="fields",
            field=models.CharField(blank=True, max_length=120, verbose_name="fields of work"),
        ),
        migrations.AddField(
            model_name="member",
            name="products",
            field=models.CharField(
                blank=True, max_length=300, verbose_name="products and services"
            ),
        ),
    ]
