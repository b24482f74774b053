import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import iamconsole.create_tables


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("resources", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        iamconsole.create_tables.CreateTables(
            operations=[
                migrations.CreateModel(
                    name="StateFile",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=200)),
                        ("read_at", models.DateTimeField()),
                        ("elsewhere", models.PositiveIntegerField(default=0)),
                        (
                            "aws_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.awsaccount"
                            ),
                        ),
                        (
                            "read_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["name"],
                        "constraints": [
                            models.UniqueConstraint(fields=("aws_account", "name"), name="infrastructure_state_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="OwnedResource",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("kind", models.CharField(max_length=40)),
                        ("name", models.CharField(max_length=256)),
                        ("arn", models.CharField(blank=True, max_length=2048)),
                        ("unique_id", models.CharField(blank=True, max_length=128)),
                        ("address", models.CharField(max_length=1024)),
                        ("is_own", models.BooleanField(default=True)),
                        (
                            "aws_account",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="accounts.awsaccount",
                            ),
                        ),
                        (
                            "stack",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="resources.resource",
                            ),
                        ),
                        (
                            "state",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="resources",
                                to="infrastructure.statefile",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["address"],
                        "indexes": [
                            models.Index(fields=["aws_account", "kind", "name"], name="infrastructure_owned_name"),
                            models.Index(fields=["aws_account", "kind", "arn"], name="infrastructure_owned_arn"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("state__isnull", True), ("stack__isnull", True), _connector="XOR"),
                                name="infrastructure_owned_by_one",
                            )
                        ],
                    },
                ),
            ],
        ),
    ]
