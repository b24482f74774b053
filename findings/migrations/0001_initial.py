import django.db.models.deletion
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
                    name="AccountRefresh",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("looked_at", models.DateTimeField(null=True)),
                        ("claimed_until", models.DateTimeField(null=True)),
                        (
                            "aws_account",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="findings_refresh",
                                to="accounts.awsaccount",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="Finding",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("source", models.CharField(max_length=40)),
                        ("scope", models.CharField(blank=True, max_length=460)),
                        ("rule", models.CharField(max_length=80)),
                        (
                            "severity",
                            models.CharField(
                                choices=[
                                    ("critical", "Critical"),
                                    ("high", "High"),
                                    ("medium", "Medium"),
                                    ("low", "Low"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("kind", models.CharField(max_length=40)),
                        ("object_id", models.CharField(max_length=400)),
                        ("region", models.CharField(blank=True, default="", max_length=32)),
                        ("name", models.CharField(blank=True, max_length=256)),
                        ("sentence", models.CharField(max_length=600)),
                        ("fingerprint", models.CharField(max_length=64)),
                        ("evidence", models.JSONField(blank=True, default=dict)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("open", "Open"),
                                    ("muted", "Muted"),
                                    ("accepted", "Accepted"),
                                    ("mended", "Mended"),
                                ],
                                default="open",
                                max_length=8,
                            ),
                        ),
                        ("state_since", models.DateTimeField()),
                        ("first_seen", models.DateTimeField()),
                        ("last_seen", models.DateTimeField()),
                        ("mended_at", models.DateTimeField(blank=True, null=True)),
                        ("mute_reason", models.TextField(blank=True)),
                        ("muted_at", models.DateTimeField(blank=True, null=True)),
                        ("muted_until", models.DateTimeField(blank=True, null=True)),
                        (
                            "aws_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="findings",
                                to="accounts.awsaccount",
                            ),
                        ),
                        (
                            "muted_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["pk"],
                        "indexes": [
                            models.Index(fields=["aws_account", "source", "scope"], name="findings_scope"),
                            models.Index(fields=["aws_account", "kind", "object_id"], name="findings_object"),
                            models.Index(fields=["aws_account", "state", "rule"], name="findings_state"),
                            models.Index(
                                condition=models.Q(("state", "muted")),
                                fields=["muted_until"],
                                name="findings_mute_ends",
                            ),
                            models.Index(
                                condition=models.Q(("state", "mended")), fields=["mended_at"], name="findings_mended"
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("aws_account", "fingerprint"), name="findings_fingerprint")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ScopeLook",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("source", models.CharField(max_length=40)),
                        ("scope", models.CharField(blank=True, max_length=460)),
                        ("stamp", models.CharField(max_length=64)),
                        ("began_at", models.DateTimeField()),
                        (
                            "aws_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.awsaccount"
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "source", "scope"), name="findings_scope_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SourceLook",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("source", models.CharField(max_length=40)),
                        ("looked_at", models.DateTimeField(null=True)),
                        ("error", models.CharField(blank=True, max_length=400)),
                        ("failing_since", models.DateTimeField(null=True)),
                        (
                            "aws_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.awsaccount"
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("aws_account", "source"), name="findings_source_once")
                        ],
                    },
                ),
            ],
        ),
    ]
