import django.db.models.deletion
from django.db import migrations, models

import iamconsole.create_tables
import sync.models.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("policies", "0001_initial"),
    ]

    operations = [
        iamconsole.create_tables.CreateTables(
            operations=[
                migrations.CreateModel(
                    name="CallBudget",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("left", models.FloatField()),
                        ("counted_at", models.DateTimeField()),
                        (
                            "aws_account",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.awsaccount"
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="Resource",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("region", models.CharField(blank=True, default="", editable=False, max_length=32)),
                        ("aws_id", models.CharField(editable=False, max_length=400, verbose_name="unique id")),
                        ("arn", models.CharField(blank=True, editable=False, max_length=2048, verbose_name="ARN")),
                        ("name", models.CharField(editable=False, max_length=256)),
                        ("name_key", sync.models.fields.FoldedField(editable=False, max_length=256)),
                        ("first_seen", models.DateTimeField(editable=False)),
                        ("gone_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("in_code", models.BooleanField(default=False, editable=False, verbose_name="owned by code")),
                        ("kind", models.CharField(editable=False, max_length=40)),
                        ("service", models.CharField(editable=False, max_length=20)),
                        (
                            "located_in",
                            models.CharField(blank=True, editable=False, max_length=32, verbose_name="Region"),
                        ),
                        (
                            "policy_state",
                            models.CharField(
                                choices=[("has", "Has a policy"), ("none", "Has none"), ("not_read", "Not read")],
                                editable=False,
                                max_length=8,
                            ),
                        ),
                        (
                            "exposure",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("public", "Everybody"),
                                    ("perhaps", "Perhaps everybody"),
                                    ("accounts", "Other AWS accounts"),
                                    ("closed", "Nobody from outside"),
                                    ("unknown", "Unknown"),
                                    ("", "Not looked at yet"),
                                ],
                                default="",
                                editable=False,
                                max_length=8,
                            ),
                        ),
                        ("facts", models.JSONField(default=dict, editable=False)),
                        ("not_read", models.JSONField(default=dict, editable=False)),
                        (
                            "aws_account",
                            models.ForeignKey(
                                db_index=False,
                                editable=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.awsaccount",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "resource",
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["aws_account", "name_key", "id"], name="resource_resource_name"),
                            models.Index(
                                condition=models.Q(("in_code", True)),
                                fields=["aws_account", "name_key", "id"],
                                name="resource_in_code",
                            ),
                            models.Index(
                                condition=models.Q(("gone_at__isnull", True)),
                                fields=["aws_account", "kind", "id"],
                                name="resource_by_kind",
                            ),
                            models.Index(
                                condition=models.Q(("gone_at__isnull", True)),
                                fields=["aws_account", "located_in", "id"],
                                name="resource_by_located_in",
                            ),
                            models.Index(
                                condition=models.Q(("gone_at__isnull", True)),
                                fields=["aws_account", "policy_state", "id"],
                                name="resource_by_policy_state",
                            ),
                            models.Index(
                                condition=models.Q(("gone_at__isnull", True)),
                                fields=["aws_account", "exposure", "id"],
                                name="resource_by_exposure",
                            ),
                            models.Index(fields=["arn"], name="resource_arn"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "aws_id", "region"), name="resources_resource_aws_id"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ResourcePolicy",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("part", models.CharField(max_length=40)),
                        ("arn", models.CharField(blank=True, max_length=2048, verbose_name="ARN")),
                        (
                            "document",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="policies.document"
                            ),
                        ),
                        (
                            "resource",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="policies",
                                to="resources.resource",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["part", "arn"],
                        "constraints": [
                            models.UniqueConstraint(fields=("resource", "part", "arn"), name="resources_policy_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ResourceReading",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("services", models.JSONField(default=dict)),
                        ("calls_an_hour", models.PositiveIntegerField(default=3600)),
                        (
                            "aws_account",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="resource_reading",
                                to="accounts.awsaccount",
                            ),
                        ),
                    ],
                ),
            ],
        ),
    ]
