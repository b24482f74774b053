from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_mails_of_operators"),
    ]

    operations = [
        migrations.AddField(
            model_name="awsaccount",
            name="break_glass_roles",
            field=models.TextField(blank=True),
        ),
    ]
