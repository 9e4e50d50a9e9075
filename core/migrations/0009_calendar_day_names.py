from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0008_letter_secret_link"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="calendarday",
            options={
                "ordering": ["on"],
                "verbose_name": "day of the calendar",
                "verbose_name_plural": "days of the calendar",
            },
        ),
    ]
