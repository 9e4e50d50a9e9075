from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("search", "0002_word_index")]
    operations = [
        migrations.RemoveConstraint("documentfile", "documentfile_once"),
        migrations.RemoveIndex("documentfile", "documentfile_by_digest"),
        migrations.RenameField("documentfile", "sha256", "digest"),
        migrations.AddIndex(
            "documentfile", models.Index(fields=["digest"], name="documentfile_by_digest")
        ),
        migrations.AddConstraint(
            "documentfile",
            models.UniqueConstraint(fields=["document", "digest"], name="documentfile_once"),
        ),
        migrations.RenameField("filetext", "sha256", "digest"),
    ]
