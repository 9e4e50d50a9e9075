"""Groups that a seat of the operator or the regulator puts its holder into (accounts.seats)."""

from django.db import migrations

GROUPS = ("Operator", "Regulator")


def make(apps, schema_editor):
    permission = apps.get_model("auth.Permission").objects.get(
        content_type__app_label="wagtailadmin", codename="access_admin"
    )
    for name in GROUPS:
        group, _made = apps.get_model("auth.Group").objects.get_or_create(name=name)
        group.permissions.add(permission)


def unmake(apps, schema_editor):
    apps.get_model("auth.Group").objects.filter(name__in=GROUPS).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_wallet_invitation"),
        ("wagtailadmin", "0001_create_admin_access_permissions"),
        ("wagtailcore", "0002_initial_data"),
    ]
    operations = [migrations.RunPython(make, unmake)]
