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
                    name="StagedChange",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("step", models.CharField(max_length=40)),
                        (
                            "change",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="staged_by_task",
                                to="sync.change",
                            ),
                        ),
                        (
                            "run",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="staged", to="guides.taskrun"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-pk"],
                    },
                ),
                migrations.CreateModel(
                    name="TaskRun",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("task", models.CharField(max_length=40)),
                        ("about", models.CharField(blank=True, max_length=400)),
                        ("answers", models.JSONField(blank=True, default=dict)),
                        ("begun_at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("closed_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "aws_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="task_runs",
                                to="accounts.awsaccount",
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-pk"],
                        "indexes": [models.Index(fields=["aws_account", "closed_at", "task"], name="guides_run_open")],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("closed_at", None), models.Q(("about", ""), _negated=True)),
                                fields=("aws_account", "task", "about"),
                                name="guides_run_one_open",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LeaverReport",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("content", models.JSONField()),
                        ("sha256", models.CharField(max_length=64)),
                        (
                            "made_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "run",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="reports", to="guides.taskrun"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-pk"],
                    },
                ),
            ],
        ),
    ]
