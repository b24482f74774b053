import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import iamconsole.create_tables


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        iamconsole.create_tables.CreateTables(
            operations=[
                migrations.CreateModel(
                    name="AccountEnrolment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("organization_id", models.CharField(max_length=34)),
                        ("key", models.CharField(max_length=12, unique=True)),
                        ("external_id", models.CharField(max_length=1224, unique=True)),
                        ("principal_arn", models.CharField(max_length=2048)),
                        ("asks_organization", models.BooleanField(default=False)),
                        ("people", models.BooleanField(default=False)),
                        ("writes", models.BooleanField(default=False)),
                        ("parts", models.JSONField(default=list)),
                        ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("lasts_until", models.DateTimeField()),
                        ("ended_at", models.DateTimeField(null=True)),
                        (
                            "held_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.awsaccount"
                            ),
                        ),
                        (
                            "made_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-pk"],
                    },
                ),
                migrations.CreateModel(
                    name="EnrolledAccount",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("account_id", models.CharField(db_index=True, max_length=12)),
                        ("name", models.CharField(max_length=128)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("chosen", "Not tried yet"),
                                    ("waiting", "Being tried"),
                                    ("works", "Works"),
                                    ("missing", "Not deployed yet"),
                                    ("refused", "Refused"),
                                    ("connecting", "Being connected"),
                                    ("connected", "Connected"),
                                ],
                                default="chosen",
                                max_length=12,
                            ),
                        ),
                        ("why", models.TextField(blank=True)),
                        ("why_no_writes", models.TextField(blank=True)),
                        ("tried_at", models.DateTimeField(null=True)),
                        ("failures", models.PositiveSmallIntegerField(default=0)),
                        ("not_before", models.DateTimeField(null=True)),
                        ("claim", models.CharField(blank=True, max_length=32)),
                        ("heartbeat_at", models.DateTimeField(null=True)),
                        (
                            "environment",
                            models.CharField(
                                choices=[("production", "Production"), ("staging", "Staging"), ("sandbox", "Sandbox")],
                                default="production",
                                max_length=12,
                            ),
                        ),
                        ("turn_writes_on", models.BooleanField(default=False)),
                        (
                            "connected_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "enrolment",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="accounts",
                                to="estate.accountenrolment",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["name", "account_id"],
                        "constraints": [
                            models.UniqueConstraint(fields=("enrolment", "account_id"), name="enrolled_account_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LeftOutAccount",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("organization_id", models.CharField(max_length=34)),
                        ("account_id", models.CharField(max_length=12)),
                        ("at", models.DateTimeField(default=django.utils.timezone.now)),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["organization_id", "account_id"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("organization_id", "account_id"), name="left_out_account_once"
                            )
                        ],
                    },
                ),
            ],
        ),
    ]
