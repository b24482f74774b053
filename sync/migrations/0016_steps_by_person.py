from django.db import migrations, models

from sync.models.listed import SubOf


class Migration(migrations.Migration):
    dependencies = [
        ("sync", "0015_changes_of_care"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="step",
            index=models.Index(SubOf("params"), name="sync_step_person"),
        ),
    ]
