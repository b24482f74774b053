from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cognito", "0003_share_of_quotas_is_the_aws_accounts"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="cognitouser",
            index=models.Index(fields=["pool", "created_at"], name="cognito_people_created"),
        ),
        migrations.AddIndex(
            model_name="cognitouser",
            index=models.Index(fields=["pool", "changed_at"], name="cognito_people_changed"),
        ),
    ]
