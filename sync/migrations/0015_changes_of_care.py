from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sync", "0014_shared_rates"),
    ]

    operations = [
        migrations.AddField(model_name="change", name="is_care", field=models.BooleanField(default=False)),
    ]
