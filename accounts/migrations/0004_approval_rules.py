import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_schedules_of_their_own"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="ApprovalRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "risk",
                    models.CharField(
                        choices=[
                            ("low", "Low risk"),
                            ("high", "High risk"),
                            ("destructive", "Destructive"),
                            ("secret", "With a secret"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "approvals",
                    models.PositiveSmallIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(9),
                        ]
                    ),
                ),
                (
                    "role",
                    models.CharField(blank=True, choices=[("approver", "Approver"), ("owner", "Owner")], max_length=12),
                ),
                (
                    "aws_account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="approval_rules",
                        to="accounts.awsaccount",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="auth.group",
                    ),
                ),
            ],
            options={
                "ordering": ["aws_account", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("role", ""), ("group__isnull", True), _connector="OR"),
                        name="approval_rule_role_or_group",
                    ),
                    models.UniqueConstraint(
                        fields=("aws_account", "risk", "role", "group"), name="approval_rule_once", nulls_distinct=False
                    ),
                ],
            },
        ),
    ]
