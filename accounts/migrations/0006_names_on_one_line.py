from django.db import migrations, models

import accounts.names


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_audit_checks"),
    ]

    operations = [
        migrations.AlterField(
            model_name="awsaccount",
            name="name",
            field=models.CharField(max_length=80, validators=[accounts.names.on_one_line]),
        ),
        migrations.AlterField(
            model_name="operator",
            name="name",
            field=models.CharField(max_length=120, validators=[accounts.names.on_one_line]),
        ),
    ]
