from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sync", "0007_logs_of_changes_are_lines")]

    operations = [
        migrations.AddField(
            model_name="change",
            name="measured",
            field=models.JSONField(blank=True, default=dict),
        ),
    ]
