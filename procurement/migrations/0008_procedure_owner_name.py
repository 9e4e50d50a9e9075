from django.db import migrations, models
from django.db.models.functions import Coalesce


def fill(apps, schema_editor):
    """Procedures of before bear the name of the notice that published them."""
    procedures = apps.get_model("procurement", "Procedure").objects.exclude(number=None)
    notices = apps.get_model("publication", "Notice").objects.filter(
        kind="inquiry-notice", subject_code=models.OuterRef("code")
    )
    issuer = models.Subquery(notices.order_by("pk").values("issuer")[:1])
    procedures.update(owner_name=Coalesce(issuer, models.Value("")))


class Migration(migrations.Migration):
    dependencies = [
        ("procurement", "0007_comment_on_paper"),
        ("publication", "0004_release_immutable"),
    ]

    operations = [
        migrations.AddField(
            model_name="procedure",
            name="owner_name",
            field=models.CharField(default="", editable=False, max_length=120),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
