"""Groups are shown to the operator by their names: these are Chinese, Wagtail's own two with them."""

from django.db import migrations

NAMES = {
    "Operator": "运营人员",
    "Regulator": "监管人员",
    "Site editors": "网站编辑",
    "Chief editors": "网站审核人员",
    "Editors": "编辑（预设）",
    "Moderators": "审核（预设）",
}


def rename(apps, names):
    groups = apps.get_model("auth.Group").objects
    for old, new in names.items():
        if not groups.filter(name=new).exists():
            groups.filter(name=old).update(name=new)


def forwards(apps, schema_editor):
    rename(apps, NAMES)


def backwards(apps, schema_editor):
    rename(apps, {new: old for old, new in NAMES.items()})


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_editor_groups"),
        ("wagtailcore", "0048_add_default_workflows"),
    ]
    operations = [migrations.RunPython(forwards, backwards)]
