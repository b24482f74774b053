from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cognito", "0005_logos_of_sign_in_pages"),
    ]

    operations = [
        migrations.AddField(
            model_name="appclient",
            name="risk",
            field=models.JSONField(null=True),
        ),
    ]
