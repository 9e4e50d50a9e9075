import core.fields
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0007_job"),
    ]

    operations = [
        migrations.AddField(
            model_name="letter",
            name="secret_link",
            field=core.fields.EncryptedTextField(blank=True, default=""),
        ),
    ]
