"""The site's root and its front page, in the place of Wagtail's page of welcome."""

from django.db import migrations


def build(apps, schema_editor):
    ContentType = apps.get_model("contenttypes", "ContentType")
    HomePage = apps.get_model("cms", "HomePage")
    Locale = apps.get_model("wagtailcore", "Locale")
    Page = apps.get_model("wagtailcore", "Page")
    Site = apps.get_model("wagtailcore", "Site")
    Page.objects.filter(depth=2).delete()  # its site goes with it
    content_type, _made = ContentType.objects.get_or_create(app_label="cms", model="homepage")
    home = HomePage.objects.create(
        title="公信",
        draft_title="公信",
        slug="home",
        content_type=content_type,
        locale=Locale.objects.get(language_code="zh-hans"),
        path="00010001",
        depth=2,
        numchild=0,
        url_path="/home/",
        show_in_menus=True,
    )
    Site.objects.create(
        hostname="localhost", site_name="公信", root_page_id=home.pk, is_default_site=True
    )


def unbuild(apps, schema_editor):
    ContentType = apps.get_model("contenttypes", "ContentType")
    HomePage = apps.get_model("cms", "HomePage")
    Locale = apps.get_model("wagtailcore", "Locale")
    Page = apps.get_model("wagtailcore", "Page")
    Site = apps.get_model("wagtailcore", "Site")
    HomePage.objects.all().delete()
    Page.objects.filter(depth__gte=2).delete()
    content_type, _made = ContentType.objects.get_or_create(app_label="wagtailcore", model="page")
    page = Page.objects.create(
        title="Welcome",
        draft_title="Welcome",
        slug="home",
        content_type=content_type,
        locale=Locale.objects.get(language_code="zh-hans"),
        path="00010001",
        depth=2,
        numchild=0,
        url_path="/home/",
    )
    Site.objects.create(hostname="localhost", root_page_id=page.pk, is_default_site=True)


class Migration(migrations.Migration):
    dependencies = [
        ("cms", "0001_home_page"),
        ("wagtailcore", "0097_baselogentry_uuid_action_timestamp_indexes"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(build, unbuild)]
