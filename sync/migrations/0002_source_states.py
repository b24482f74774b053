import django.db.models.deletion
from django.db import migrations, models

from iamconsole.online_migrations import MakeTriggers
from sync.source_states import drop, make_missing


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("sync", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="PullDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(max_length=40)),
                ("day", models.DateField()),
                ("runs", models.PositiveIntegerField()),
                ("seen", models.PositiveBigIntegerField()),
                ("took_ms", models.PositiveBigIntegerField()),
                (
                    "aws_account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="pull_days", to="accounts.awsaccount"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["day"], name="sync_pullda_day_42fd61_idx")],
                "constraints": [
                    models.UniqueConstraint(fields=("aws_account", "source", "day"), name="sync_day_of_source")
                ],
            },
        ),
        migrations.CreateModel(
            name="SourceState",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(max_length=40)),
                ("region", models.CharField(blank=True, db_default="", default="", max_length=32)),
                (
                    "aws_account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="source_states",
                        to="accounts.awsaccount",
                    ),
                ),
                (
                    "done",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="sync.run",
                    ),
                ),
                (
                    "failed",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="sync.run",
                    ),
                ),
                (
                    "first_done",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="sync.run",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("aws_account", "source", "region"), name="sync_state_of_source")
                ],
            },
        ),
        MakeTriggers(make_missing, drop),
    ]
