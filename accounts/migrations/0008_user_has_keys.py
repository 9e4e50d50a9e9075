"""Whether a person works with keys in lists."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_amendment"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="has_keys",
            field=models.BooleanField(default=True, verbose_name="keys for lists"),
        ),
    ]
