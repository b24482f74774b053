from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contain", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="containment",
            name="together",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="others",
                to="contain.containment",
            ),
        ),
    ]
