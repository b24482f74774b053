from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_sign_in_by_oidc"),
    ]

    operations = [
        migrations.AddField(
            model_name="operator",
            name="wants_mail",
            field=models.BooleanField(default=True, verbose_name="mails about changes"),
        ),
    ]
