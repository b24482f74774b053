import re

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_break_glass_roles"),
    ]

    operations = [
        migrations.AddField(
            model_name="grant",
            name="pool_id",
            field=models.CharField(
                blank=True,
                default="",
                help_text="Of helpdesk: the id of the one user pool whose people they look after. Empty = all.",
                max_length=55,
                validators=[
                    django.core.validators.RegexValidator(
                        re.compile("[a-z0-9-]+_[0-9a-zA-Z]+\\Z", re.ASCII),
                        "The id of a user pool reads like eu-west-1_Ab12Cd34E.",
                    )
                ],
                verbose_name="user pool",
            ),
            preserve_default=False,
        ),
        migrations.RemoveConstraint(model_name="grant", name="grant_once"),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.UniqueConstraint(
                fields=["operator", "group", "aws_account", "role", "pool_id"],
                nulls_distinct=False,
                name="grant_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(("pool_id", "")) | models.Q(("aws_account__isnull", False), ("role", "helpdesk")),
                name="grant_of_pool_to_helpdesk",
                violation_error_message="A grant of one user pool is for helpdesk, in the AWS account of the pool.",
            ),
        ),
    ]
