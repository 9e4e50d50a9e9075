from django.db import migrations

import core.fields


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_staff_groups"),
    ]

    operations = [
        migrations.AddField(
            model_name="organisation",
            name="id_number",
            field=core.fields.EncryptedTextField(
                blank=True, editable=False, verbose_name="ID number"
            ),
        ),
    ]
