from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("cognito", "0007_sessions_of_pools_and_app_clients"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="cognitouser",
            index=models.Index(
                fields=["pool", "name_key", "id"], condition=Q(gone_at__isnull=False), name="cognito_people_gone"
            ),
        ),
    ]
