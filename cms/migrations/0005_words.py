"""Words of columns, so that one English word has one Chinese word."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cms", "0004_site"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="newspage",
            options={"verbose_name": "news article", "verbose_name_plural": "news articles"},
        ),
        migrations.AlterModelOptions(
            name="topic",
            options={
                "ordering": ["name"],
                "verbose_name": "subject area",
                "verbose_name_plural": "subject areas",
            },
        ),
        migrations.AlterField(
            model_name="newspage",
            name="topic",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="articles",
                to="cms.topic",
                verbose_name="subject area",
            ),
        ),
        migrations.AlterField(
            model_name="policypage",
            name="issued_on",
            field=models.DateField(verbose_name="date of issue"),
        ),
        migrations.AlterField(
            model_name="policypage",
            name="issuer",
            field=models.CharField(max_length=120, verbose_name="issuing authority"),
        ),
        migrations.AlterField(
            model_name="policypage",
            name="topic",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="policies",
                to="cms.topic",
                verbose_name="subject area",
            ),
        ),
        migrations.AlterField(
            model_name="topic",
            name="name",
            field=models.CharField(max_length=30, unique=True, verbose_name="subject area"),
        ),
    ]
