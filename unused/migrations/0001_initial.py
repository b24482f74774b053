import django.db.models.deletion
from django.db import migrations, models

import iamconsole.create_tables
import sync.models.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        iamconsole.create_tables.CreateTables(
            operations=[
                migrations.CreateModel(
                    name="UnusedObject",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("aws_id", models.CharField(max_length=460)),
                        ("kind", models.CharField(max_length=24)),
                        ("object_id", models.CharField(max_length=400)),
                        ("name", models.CharField(max_length=300)),
                        ("name_key", sync.models.fields.FoldedField(max_length=300)),
                        ("whose", models.CharField(blank=True, max_length=256)),
                        ("arn", models.CharField(blank=True, max_length=2048)),
                        ("page", models.CharField(max_length=60)),
                        ("page_id", models.CharField(max_length=400)),
                        (
                            "state",
                            models.CharField(
                                choices=[("unused", "Unused"), ("unknown", "Last use unknown")], max_length=8
                            ),
                        ),
                        ("created_at", models.DateTimeField(null=True)),
                        ("last_used_at", models.DateTimeField(null=True)),
                        ("idle_since", models.DateTimeField()),
                        ("evidence_at", models.DateTimeField(null=True)),
                        ("why", models.CharField(max_length=400)),
                        ("caveats", models.JSONField(blank=True, default=list)),
                        ("why_not", models.CharField(blank=True, max_length=300)),
                        ("can_clean", models.BooleanField(default=False)),
                        ("in_code", models.BooleanField(default=False)),
                        ("owner", models.CharField(blank=True, max_length=256)),
                        (
                            "aws_account",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="accounts.awsaccount",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["name_key", "pk"],
                        "indexes": [
                            models.Index(fields=["aws_account", "name_key", "id"], name="unused_by_name"),
                            models.Index(fields=["aws_account", "idle_since", "id"], name="unused_by_idle"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("aws_account", "aws_id"), name="unused_object_once")
                        ],
                    },
                ),
            ],
        ),
    ]
