import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import iamconsole.create_tables


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("sync", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        iamconsole.create_tables.CreateTables(
            operations=[
                migrations.CreateModel(
                    name="AccessDisagreement",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("digest", models.CharField(max_length=64)),
                        ("mirror_version", models.CharField(max_length=64)),
                        ("principal", models.CharField(max_length=2048)),
                        ("action", models.CharField(max_length=256)),
                        ("resource", models.CharField(max_length=2048)),
                        ("keys", models.JSONField(default=list)),
                        (
                            "ours",
                            models.CharField(
                                choices=[
                                    ("allowed", "Allowed"),
                                    ("explicitDeny", "Denied"),
                                    ("implicitDeny", "Not allowed"),
                                    ("unknown", "Unknown"),
                                ],
                                max_length=12,
                            ),
                        ),
                        (
                            "alike",
                            models.CharField(
                                choices=[
                                    ("allowed", "Allowed"),
                                    ("explicitDeny", "Denied"),
                                    ("implicitDeny", "Not allowed"),
                                    ("unknown", "Unknown"),
                                ],
                                max_length=12,
                            ),
                        ),
                        (
                            "theirs",
                            models.CharField(
                                choices=[
                                    ("allowed", "Allowed"),
                                    ("explicitDeny", "Denied"),
                                    ("implicitDeny", "Not allowed"),
                                    ("unknown", "Unknown"),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("missing", models.JSONField(default=list)),
                        ("reasons", models.JSONField(default=list)),
                        ("is_explained", models.BooleanField(default=False)),
                        ("at", models.DateTimeField(db_index=True)),
                        (
                            "aws_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.awsaccount"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["is_explained", "-at", "pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "digest", "mirror_version"), name="access_disagreement_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AccessTestResult",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("version", models.PositiveIntegerField()),
                        (
                            "status",
                            models.CharField(
                                choices=[("passes", "Passes"), ("broken", "Broken"), ("unknown", "Unknown")],
                                max_length=8,
                            ),
                        ),
                        ("sentences", models.JSONField(default=list)),
                        ("more", models.PositiveIntegerField(default=0)),
                        ("answers", models.PositiveIntegerField(default=0)),
                        ("at", models.DateTimeField()),
                        ("since", models.DateTimeField()),
                        (
                            "aws_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.awsaccount"
                            ),
                        ),
                        (
                            "safeguard",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="test_results",
                                to="sync.safeguard",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("safeguard", "aws_account"), name="access_test_result_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="EscalationSummary",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("entries", models.JSONField(blank=True, default=dict)),
                        ("reached", models.JSONField(blank=True, default=dict)),
                        ("at", models.DateTimeField(default=django.utils.timezone.now)),
                        (
                            "aws_account",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.awsaccount"
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="SavedQuestion",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(blank=True, max_length=120)),
                        ("query", models.TextField()),
                        ("digest", models.CharField(max_length=64)),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("used_at", models.DateTimeField(default=django.utils.timezone.now)),
                        (
                            "author",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "aws_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.awsaccount"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["name", "pk"],
                        "indexes": [models.Index(fields=["name", "used_at"], name="access_save_name_16813a_idx")],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "digest", "name"), name="access_question_once"
                            )
                        ],
                    },
                ),
            ],
        ),
    ]
