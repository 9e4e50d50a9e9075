from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("search", "0003_files_by_digest")]
    operations = [
        migrations.AddField("searchdocument", "revision", models.PositiveIntegerField(default=0)),
    ]
