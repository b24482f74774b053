from __future__ import annotations

from django.db import migrations, models

from iamconsole.online_migrations import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("contain", "0002_begun_together")]

    operations = [
        AddIndexOnline(
            model_name="containment",
            index=models.Index(fields=["together"], name="contain_together"),
        ),
    ]
