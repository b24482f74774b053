import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import iamconsole.create_tables
import sync.models.fields


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
                    name="Document",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("text_hash", models.CharField(max_length=64, unique=True)),
                        ("canonical_hash", models.CharField(db_index=True, max_length=64)),
                        ("text", models.TextField()),
                        ("size", models.PositiveIntegerField()),
                        ("problem", models.CharField(blank=True, max_length=400)),
                        ("reach_version", models.PositiveSmallIntegerField(db_index=True, default=0, editable=False)),
                    ],
                ),
                migrations.CreateModel(
                    name="ManagedPolicy",
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
                        ("path", models.CharField(default="/", max_length=512)),
                        (
                            "ownership",
                            models.CharField(
                                choices=[
                                    ("managed", "Managed here"),
                                    ("read_only", "Read-only: somebody else manages it"),
                                    ("ignored", "Ignored: hidden from lists and drift"),
                                ],
                                default="managed",
                                editable=False,
                                max_length=9,
                            ),
                        ),
                        ("is_aws", models.BooleanField(default=False, verbose_name="managed by AWS")),
                        ("default_version", models.CharField(blank=True, max_length=40)),
                        ("attachable", models.BooleanField(default=True)),
                        ("version_count", models.PositiveIntegerField(default=0)),
                        ("attachment_count", models.PositiveIntegerField(default=0)),
                        ("boundary_count", models.PositiveIntegerField(default=0)),
                        ("created_at", models.DateTimeField(null=True)),
                        ("updated_at", models.DateTimeField(null=True)),
                        ("description", models.CharField(blank=True, max_length=1000)),
                        ("tags", models.JSONField(null=True)),
                        ("level", models.PositiveSmallIntegerField(editable=False, null=True)),
                        ("worst_finding", models.PositiveSmallIntegerField(editable=False, null=True)),
                        ("finding_count", models.PositiveIntegerField(editable=False, null=True)),
                        ("holder_count", models.PositiveIntegerField(editable=False, null=True)),
                        (
                            "use",
                            models.CharField(
                                choices=[
                                    ("unknown", "Unknown"),
                                    ("used", "Used"),
                                    ("never", "No use tracked"),
                                    ("untracked", "Not tracked"),
                                    ("nobody", "Nobody has it"),
                                ],
                                db_default="unknown",
                                default="unknown",
                                editable=False,
                                max_length=9,
                            ),
                        ),
                        ("last_used_at", models.DateTimeField(editable=False, null=True)),
                        ("unused_count", models.PositiveIntegerField(editable=False, null=True)),
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
                        "verbose_name_plural": "managed policies",
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["aws_account", "name_key", "id"], name="policies_managedpolic_name"),
                            models.Index(
                                condition=models.Q(("in_code", True)),
                                fields=["aws_account", "name_key", "id"],
                                name="managedpolic_in_code",
                            ),
                            models.Index(
                                condition=models.Q(("gone_at__isnull", False)),
                                fields=["aws_account", "name_key", "id"],
                                name="managedpolic_gone",
                            ),
                            models.Index(
                                condition=models.Q(("ownership", "managed"), _negated=True),
                                fields=["aws_account", "ownership", "name_key", "id"],
                                name="managedpolic_ownership",
                            ),
                            models.Index(
                                condition=models.Q(("gone_at__isnull", True)),
                                fields=["aws_account", "is_aws", "id"],
                                name="managedpo_by_is_aws",
                            ),
                            models.Index(
                                condition=models.Q(("gone_at__isnull", True)),
                                fields=["aws_account", "version_count", "id"],
                                name="managedpo_by_version_count",
                            ),
                            models.Index(
                                condition=models.Q(("gone_at__isnull", True)),
                                fields=["aws_account", "attachment_count", "id"],
                                name="managedpo_by_attachment_count",
                            ),
                            models.Index(
                                condition=models.Q(("gone_at__isnull", True)),
                                fields=["aws_account", "boundary_count", "id"],
                                name="managedpo_by_boundary_count",
                            ),
                            models.Index(
                                condition=models.Q(("gone_at__isnull", True)),
                                fields=["aws_account", "updated_at", "id"],
                                name="managedpo_by_updated_at",
                            ),
                            models.Index(
                                condition=models.Q(("gone_at__isnull", True)),
                                fields=["aws_account", "level", "id"],
                                name="managedpo_by_level",
                            ),
                            models.Index(
                                condition=models.Q(("gone_at__isnull", True)),
                                fields=["aws_account", "worst_finding", "id"],
                                name="managedpo_by_worst_finding",
                            ),
                            models.Index(
                                condition=models.Q(("gone_at__isnull", True)),
                                fields=["aws_account", "holder_count", "id"],
                                name="managedpo_by_holder_count",
                            ),
                            models.Index(
                                condition=models.Q(("gone_at__isnull", True)),
                                fields=["aws_account", "last_used_at", "id"],
                                name="managedpo_by_last_used_at",
                            ),
                            models.Index(
                                condition=models.Q(("gone_at__isnull", True)),
                                fields=["aws_account", "unused_count", "id"],
                                name="managedpo_by_unused_count",
                            ),
                            models.Index(fields=["aws_account", "arn"], name="managedpolicy_arn"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "aws_id", "region"), name="policies_managedpolicy_aws_id"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="OrgAccount",
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
                        ("parent_id", models.CharField(blank=True, max_length=68)),
                        ("state", models.CharField(blank=True, max_length=24)),
                        ("invited", models.BooleanField(default=False)),
                        ("joined_at", models.DateTimeField(null=True)),
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
                        "verbose_name": "account of the organization",
                        "verbose_name_plural": "accounts of the organization",
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["aws_account", "name_key", "id"], name="policies_orgaccount_name")
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "aws_id", "region"), name="policies_orgaccount_aws_id"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Organization",
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
                        ("management_id", models.CharField(max_length=12, verbose_name="management account")),
                        ("all_features", models.BooleanField(default=True)),
                        ("delegated", models.BooleanField(default=False)),
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
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["aws_account", "name_key", "id"], name="policies_organization_name")
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "aws_id", "region"), name="policies_organization_aws_id"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="OrgPolicy",
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
                        (
                            "type",
                            models.CharField(
                                choices=[
                                    ("SERVICE_CONTROL_POLICY", "Service control policy"),
                                    ("RESOURCE_CONTROL_POLICY", "Resource control policy"),
                                ],
                                max_length=32,
                            ),
                        ),
                        ("description", models.CharField(blank=True, max_length=512)),
                        ("is_aws", models.BooleanField(default=False, verbose_name="made by AWS")),
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
                        (
                            "document",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="policies.document"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "control policy",
                        "verbose_name_plural": "control policies",
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["aws_account", "name_key", "id"], name="policies_orgpolicy_name")
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "aws_id", "region"), name="policies_orgpolicy_aws_id"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="OrgTarget",
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
                        ("target_id", models.CharField(db_index=True, max_length=68)),
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
                        (
                            "policy",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="targets",
                                to="policies.orgpolicy",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["aws_account", "name_key", "id"], name="policies_orgtarget_name")
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "aws_id", "region"), name="policies_orgtarget_aws_id"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="OrgUnit",
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
                        ("parent_id", models.CharField(blank=True, max_length=68)),
                        ("path", models.CharField(max_length=600)),
                        ("policy_types", models.JSONField(blank=True, default=list)),
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
                        "verbose_name": "organizational unit",
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["aws_account", "name_key", "id"], name="policies_orgunit_name")
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "aws_id", "region"), name="policies_orgunit_aws_id"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PolicyVersion",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("version_id", models.CharField(max_length=40)),
                        ("number", models.PositiveIntegerField()),
                        ("created_at", models.DateTimeField(null=True)),
                        ("gone_at", models.DateTimeField(null=True)),
                        (
                            "document",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="policies.document"
                            ),
                        ),
                        (
                            "policy",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="versions",
                                to="policies.managedpolicy",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-number"],
                        "constraints": [
                            models.UniqueConstraint(fields=("policy", "version_id"), name="policies_version_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AllowedPrefix",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("service", models.CharField(max_length=64)),
                        ("prefix", models.CharField(blank=True, max_length=200)),
                        (
                            "document",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="reach",
                                to="policies.document",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["service", "prefix"], name="allowed_prefix")],
                    },
                ),
                migrations.CreateModel(
                    name="EditorDraft",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("place", models.CharField(max_length=60)),
                        ("aws_id", models.CharField(blank=True, max_length=160)),
                        ("action", models.CharField(max_length=60)),
                        ("part", models.CharField(blank=True, max_length=128)),
                        ("object_name", models.CharField(blank=True, max_length=512)),
                        ("text", models.TextField(blank=True)),
                        ("fields", models.JSONField(default=dict)),
                        ("base", models.CharField(blank=True, max_length=64)),
                        ("revision", models.PositiveIntegerField(default=1)),
                        ("tab", models.CharField(blank=True, max_length=40)),
                        ("sequence", models.PositiveBigIntegerField(default=0)),
                        ("is_beside", models.BooleanField(default=False)),
                        ("created_at", models.DateTimeField()),
                        ("saved_at", models.DateTimeField(db_index=True)),
                        (
                            "aws_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.awsaccount"
                            ),
                        ),
                        (
                            "operator",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                fields=["aws_account", "place", "aws_id", "action", "part"], name="editor_draft_of"
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("is_beside", False)),
                                fields=("operator", "aws_account", "place", "aws_id", "action", "part"),
                                name="editor_draft_once",
                            )
                        ],
                    },
                ),
            ],
        ),
    ]
