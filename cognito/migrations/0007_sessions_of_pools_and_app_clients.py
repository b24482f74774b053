from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cognito", "0006_threat_protection_of_app_clients"),
    ]

    operations = [
        migrations.AddField(
            model_name="userpool",
            name="sessions",
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name="appclient",
            name="sessions",
            field=models.JSONField(null=True),
        ),
    ]
