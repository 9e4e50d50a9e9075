from django.db import migrations, models
from django.db.models.functions import Coalesce


def fill(apps, schema_editor):
    """Orders of before bear the name of the notice that published them."""
    orders = apps.get_model("marketplace", "ServiceOrder").objects.exclude(number=None)
    notices = apps.get_model("publication", "Notice").objects.filter(
        kind="order-notice", subject_code=models.OuterRef("code")
    )
    issuer = models.Subquery(notices.order_by("pk").values("issuer")[:1])
    orders.update(owner_name=Coalesce(issuer, models.Value("")))


class Migration(migrations.Migration):
    dependencies = [
        ("marketplace", "0009_order_facets"),
        ("publication", "0004_release_immutable"),
    ]

    operations = [
        migrations.AddField(
            model_name="serviceorder",
            name="owner_name",
            field=models.CharField(default="", editable=False, max_length=120),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
