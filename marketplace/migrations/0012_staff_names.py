from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("marketplace", "0011_authorised_person"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="qualificationcategory",
            options={
                "ordering": ["place", "code"],
                "verbose_name": "qualification category",
                "verbose_name_plural": "qualification categories",
            },
        ),
        migrations.AlterModelOptions(
            name="serviceitem",
            options={
                "ordering": ["place", "code"],
                "verbose_name": "service item",
                "verbose_name_plural": "service items",
            },
        ),
        migrations.AlterField(
            model_name="qualificationcategory",
            name="code",
            field=models.SlugField(max_length=60, unique=True, verbose_name="code"),
        ),
        migrations.AlterField(
            model_name="serviceitem",
            name="revised_at",
            field=models.DateTimeField(editable=False, verbose_name="revised at"),
        ),
    ]
