"""Groups of those who write the site's pages and who review them (accounts.seats); whoever was a
moderator of Wagtail's keeps both rights until his seat says otherwise.
"""

from django.db import migrations

GROUPS = ("Site editors", "Chief editors")


def make(apps, schema_editor):
    groups = apps.get_model("auth.Group").objects
    permission = apps.get_model("auth.Permission").objects.get(
        content_type__app_label="wagtailadmin", codename="access_admin"
    )
    made = [groups.get_or_create(name=name)[0] for name in GROUPS]
    for group in made:
        group.permissions.add(permission)
    moderators = groups.filter(name="Moderators").first()
    for user in moderators.user_set.all() if moderators else ():
        user.groups.add(*made)
        user.groups.remove(moderators)


def unmake(apps, schema_editor):
    apps.get_model("auth.Group").objects.filter(name__in=GROUPS).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_user_has_keys"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("wagtailadmin", "0001_create_admin_access_permissions"),
        ("wagtailcore", "0002_initial_data"),
    ]
    operations = [migrations.RunPython(make, unmake)]
