import django.db.models.deletion
from django.db import migrations, models

import iamconsole.create_tables
import identities.models.account
import identities.models.principals
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
                    name="IamGroup",
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
                        ("created_at", models.DateTimeField(null=True)),
                        ("attached_count", models.PositiveIntegerField(default=0, editable=False)),
                        ("inline_count", models.PositiveIntegerField(default=0, editable=False)),
                        ("policy_count", models.PositiveIntegerField(default=0, editable=False)),
                        ("member_count", models.PositiveIntegerField(default=0, editable=False)),
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
                        "verbose_name": "IAM group",
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["aws_account", "name_key", "id"], name="identiti_iamgroup_name"),
                            models.Index(
                                condition=models.Q(("in_code", True)),
                                fields=["aws_account", "name_key", "id"],
                                name="iamgroup_in_code",
                            ),
                            models.Index(
                                condition=models.Q(("gone_at__isnull", False)),
                                fields=["aws_account", "name_key", "id"],
                                name="iamgroup_gone",
                            ),
                            models.Index(
                                condition=models.Q(("ownership", "managed"), _negated=True),
                                fields=["aws_account", "ownership", "name_key", "id"],
                                name="iamgroup_ownership",
                            ),
                            models.Index(
                                condition=models.Q(("gone_at__isnull", True)),
                                fields=["aws_account", "created_at", "id"],
                                name="iamgroup_by_created_at",
                            ),
                            models.Index(
                                condition=models.Q(("gone_at__isnull", True)),
                                fields=["aws_account", "policy_count", "id"],
                                name="iamgroup_by_policy_count",
                            ),
                            models.Index(
                                condition=models.Q(("gone_at__isnull", True)),
                                fields=["aws_account", "member_count", "id"],
                                name="iamgroup_by_member_count",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "aws_id", "region"), name="identities_iamgroup_aws_id"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="IamRole",
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
                        ("created_at", models.DateTimeField(null=True)),
                        ("attached_count", models.PositiveIntegerField(default=0, editable=False)),
                        ("inline_count", models.PositiveIntegerField(default=0, editable=False)),
                        ("policy_count", models.PositiveIntegerField(default=0, editable=False)),
                        ("boundary_arn", models.CharField(blank=True, max_length=2048)),
                        ("tags", models.JSONField(blank=True, default=dict)),
                        ("trusted", models.JSONField(blank=True, default=list)),
                        ("last_used_at", models.DateTimeField(null=True)),
                        ("last_used_region", models.CharField(blank=True, max_length=32)),
                        ("description", models.CharField(blank=True, max_length=1000)),
                        ("max_session_s", models.PositiveIntegerField(null=True)),
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
                            "trust",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="policies.document",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "IAM role",
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["aws_account", "name_key", "id"], name="identiti_iamrole_name"),
                            models.Index(
                                condition=models.Q(("in_code", True)),
                                fields=["aws_account", "name_key", "id"],
                                name="iamrole_in_code",
                            ),
                            models.Index(
                                condition=models.Q(("gone_at__isnull", False)),
                                fields=["aws_account", "name_key", "id"],
                                name="iamrole_gone",
                            ),
                            models.Index(
                                condition=models.Q(("ownership", "managed"), _negated=True),
                                fields=["aws_account", "ownership", "name_key", "id"],
                                name="iamrole_ownership",
                            ),
                            models.Index(
                                condition=models.Q(("gone_at__isnull", True)),
                                fields=["aws_account", "created_at", "id"],
                                name="iamrole_by_created_at",
                            ),
                            models.Index(
                                condition=models.Q(("gone_at__isnull", True)),
                                fields=["aws_account", "policy_count", "id"],
                                name="iamrole_by_policy_count",
                            ),
                            models.Index(
                                condition=models.Q(("gone_at__isnull", True)),
                                fields=["aws_account", "boundary_arn", "id"],
                                name="iamrole_by_boundary_arn",
                            ),
                            models.Index(
                                condition=models.Q(("gone_at__isnull", True)),
                                fields=["aws_account", "last_used_at", "id"],
                                name="iamrole_by_last_used_at",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "aws_id", "region"), name="identities_iamrole_aws_id"
                            )
                        ],
                    },
                    bases=(identities.models.principals.BoundedAndTagged, models.Model),
                ),
                migrations.CreateModel(
                    name="IamUser",
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
                        ("key_count", models.PositiveSmallIntegerField(editable=False, null=True)),
                        ("active_key_count", models.PositiveSmallIntegerField(editable=False, null=True)),
                        ("oldest_key_at", models.DateTimeField(editable=False, null=True)),
                        ("keys_used_at", models.DateTimeField(editable=False, null=True)),
                        ("mfa_count", models.PositiveSmallIntegerField(editable=False, null=True)),
                        ("mfa_kinds", models.CharField(blank=True, default="", editable=False, max_length=60)),
                        ("has_password", models.BooleanField(editable=False, null=True)),
                        ("is_reported", models.BooleanField(default=False, editable=False)),
                        ("reported_use_at", models.DateTimeField(editable=False, null=True)),
                        ("last_activity_at", models.DateTimeField(editable=False, null=True)),
                        ("created_at", models.DateTimeField(null=True)),
                        ("attached_count", models.PositiveIntegerField(default=0, editable=False)),
                        ("inline_count", models.PositiveIntegerField(default=0, editable=False)),
                        ("policy_count", models.PositiveIntegerField(default=0, editable=False)),
                        ("boundary_arn", models.CharField(blank=True, max_length=2048)),
                        ("tags", models.JSONField(blank=True, default=dict)),
                        ("group_count", models.PositiveIntegerField(default=0, editable=False)),
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
                        "verbose_name": "IAM user",
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["aws_account", "name_key", "id"], name="identiti_iamuser_name"),
                            models.Index(
                                condition=models.Q(("in_code", True)),
                                fields=["aws_account", "name_key", "id"],
                                name="iamuser_in_code",
                            ),
                            models.Index(
                                condition=models.Q(("gone_at__isnull", False)),
                                fields=["aws_account", "name_key", "id"],
                                name="iamuser_gone",
                            ),
                            models.Index(
                                condition=models.Q(("ownership", "managed"), _negated=True),
                                fields=["aws_account", "ownership", "name_key", "id"],
                                name="iamuser_ownership",
                            ),
                            models.Index(
                                condition=models.Q(("gone_at__isnull", True)),
                                fields=["aws_account", "created_at", "id"],
                                name="iamuser_by_created_at",
                            ),
                            models.Index(
                                condition=models.Q(("gone_at__isnull", True)),
                                fields=["aws_account", "policy_count", "id"],
                                name="iamuser_by_policy_count",
                            ),
                            models.Index(
                                condition=models.Q(("gone_at__isnull", True)),
                                fields=["aws_account", "group_count", "id"],
                                name="iamuser_by_group_count",
                            ),
                            models.Index(
                                condition=models.Q(("gone_at__isnull", True)),
                                fields=["aws_account", "boundary_arn", "id"],
                                name="iamuser_by_boundary_arn",
                            ),
                            models.Index(
                                condition=models.Q(("gone_at__isnull", True)),
                                fields=["aws_account", "oldest_key_at", "id"],
                                name="iamuser_by_oldest_key_at",
                            ),
                            models.Index(
                                condition=models.Q(("gone_at__isnull", True)),
                                fields=["aws_account", "last_activity_at", "id"],
                                name="iamuser_by_last_activity_at",
                            ),
                            models.Index(
                                condition=models.Q(("gone_at__isnull", True)),
                                fields=["aws_account", "mfa_count", "has_password", "name_key"],
                                name="iamuser_by_mfa",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "aws_id", "region"), name="identities_iamuser_aws_id"
                            )
                        ],
                    },
                    bases=(identities.models.principals.BoundedAndTagged, models.Model),
                ),
                migrations.CreateModel(
                    name="Attachment",
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
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="attachments",
                                to="policies.managedpolicy",
                            ),
                        ),
                        (
                            "group",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="%(class)ss",
                                to="identities.iamgroup",
                            ),
                        ),
                        (
                            "role",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="%(class)ss",
                                to="identities.iamrole",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="%(class)ss",
                                to="identities.iamuser",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "indexes": [
                            models.Index(
                                condition=models.Q(("gone_at__isnull", True)),
                                fields=["name"],
                                name="attachment_live_name",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "aws_id", "region"), name="identities_attachment_aws_id"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("group__isnull", True), ("role__isnull", True), ("user__isnull", False)),
                                    models.Q(("group__isnull", False), ("role__isnull", True), ("user__isnull", True)),
                                    models.Q(("group__isnull", True), ("role__isnull", False), ("user__isnull", True)),
                                    _connector="OR",
                                ),
                                name="identities_attachment_one_owner",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AccessKey",
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
                            "status",
                            models.CharField(
                                choices=[("Active", "Active"), ("Inactive", "Inactive"), ("Expired", "Expired")],
                                default="Active",
                                max_length=10,
                            ),
                        ),
                        ("created_at", models.DateTimeField(null=True)),
                        ("last_used_at", models.DateTimeField(null=True)),
                        ("last_used_service", models.CharField(blank=True, max_length=64)),
                        ("last_used_region", models.CharField(blank=True, max_length=32)),
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
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="%(class)ss",
                                to="identities.iamuser",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["aws_account", "name_key", "id"], name="identiti_accesskey_name")
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "aws_id", "region"), name="identities_accesskey_aws_id"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="InlinePolicy",
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
                        (
                            "group",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="%(class)ss",
                                to="identities.iamgroup",
                            ),
                        ),
                        (
                            "role",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="%(class)ss",
                                to="identities.iamrole",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="%(class)ss",
                                to="identities.iamuser",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "inline policies",
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["aws_account", "name_key", "id"], name="identiti_inlinepolicy_name")
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "aws_id", "region"), name="identities_inlinepolicy_aws_id"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("group__isnull", True), ("role__isnull", True), ("user__isnull", False)),
                                    models.Q(("group__isnull", False), ("role__isnull", True), ("user__isnull", True)),
                                    models.Q(("group__isnull", True), ("role__isnull", False), ("user__isnull", True)),
                                    _connector="OR",
                                ),
                                name="identities_inlinepolicy_one_owner",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="InstanceProfile",
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
                        ("created_at", models.DateTimeField(null=True)),
                        ("tags", models.JSONField(null=True)),
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
                            "role",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="instance_profiles",
                                to="identities.iamrole",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["aws_account", "name_key", "id"], name="identiti_instanceprof_name"),
                            models.Index(
                                condition=models.Q(("in_code", True)),
                                fields=["aws_account", "name_key", "id"],
                                name="instanceprof_in_code",
                            ),
                            models.Index(
                                condition=models.Q(("gone_at__isnull", False)),
                                fields=["aws_account", "name_key", "id"],
                                name="instanceprof_gone",
                            ),
                            models.Index(
                                condition=models.Q(("ownership", "managed"), _negated=True),
                                fields=["aws_account", "ownership", "name_key", "id"],
                                name="instanceprof_ownership",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "aws_id", "region"), name="identities_instanceprofile_aws_id"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LoginProfile",
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
                            "status",
                            models.CharField(
                                choices=[("Active", "Active"), ("Inactive", "Inactive"), ("Expired", "Expired")],
                                default="Active",
                                max_length=10,
                            ),
                        ),
                        ("created_at", models.DateTimeField(null=True)),
                        ("reset_required", models.BooleanField(default=False)),
                        ("longest_session_s", models.PositiveIntegerField(null=True)),
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
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="%(class)ss",
                                to="identities.iamuser",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "aws_id", "region"), name="identities_loginprofile_aws_id"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Membership",
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
                            "group",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="memberships",
                                to="identities.iamgroup",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="memberships",
                                to="identities.iamuser",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "indexes": [
                            models.Index(
                                condition=models.Q(("gone_at__isnull", True)),
                                fields=["name"],
                                name="membership_live_name",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "aws_id", "region"), name="identities_membership_aws_id"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="MfaDevice",
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
                            "status",
                            models.CharField(
                                choices=[("Active", "Active"), ("Inactive", "Inactive"), ("Expired", "Expired")],
                                default="Active",
                                max_length=10,
                            ),
                        ),
                        ("created_at", models.DateTimeField(null=True)),
                        (
                            "factor",
                            models.CharField(
                                choices=[("passkey", "Passkey"), ("app", "App"), ("hardware", "Hardware")], max_length=8
                            ),
                        ),
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
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="%(class)ss",
                                to="identities.iamuser",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "aws_id", "region"), name="identities_mfadevice_aws_id"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="OidcProvider",
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
                        ("created_at", models.DateTimeField(null=True)),
                        ("client_ids", models.JSONField(default=list)),
                        ("thumbprints", models.JSONField(default=list)),
                        ("tags", models.JSONField(default=dict)),
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
                        "verbose_name": "OIDC provider",
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["aws_account", "name_key", "id"], name="identiti_oidcprovider_name")
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "aws_id", "region"), name="identities_oidcprovider_aws_id"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ReportedUser",
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
                        ("generated_at", models.DateTimeField()),
                        ("password_enabled", models.BooleanField(null=True)),
                        ("password_last_used_at", models.DateTimeField(null=True)),
                        ("password_changed_at", models.DateTimeField(null=True)),
                        ("password_next_rotation_at", models.DateTimeField(null=True)),
                        ("mfa_active", models.BooleanField(null=True)),
                        ("keys", models.JSONField(blank=True, default=list)),
                        ("certificates", models.JSONField(blank=True, default=list)),
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
                            "user",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reported",
                                to="identities.iamuser",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "aws_id", "region"), name="identities_reporteduser_aws_id"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RootUser",
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
                        ("generated_at", models.DateTimeField()),
                        ("password_enabled", models.BooleanField(null=True)),
                        ("password_last_used_at", models.DateTimeField(null=True)),
                        ("password_changed_at", models.DateTimeField(null=True)),
                        ("password_next_rotation_at", models.DateTimeField(null=True)),
                        ("mfa_active", models.BooleanField(null=True)),
                        ("keys", models.JSONField(blank=True, default=list)),
                        ("certificates", models.JSONField(blank=True, default=list)),
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
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "aws_id", "region"), name="identities_rootuser_aws_id"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SamlProvider",
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
                        ("created_at", models.DateTimeField(null=True)),
                        ("valid_until", models.DateTimeField(null=True)),
                        ("metadata_hash", models.CharField(max_length=64)),
                        ("metadata", models.TextField(blank=True)),
                        ("entity_id", models.CharField(blank=True, max_length=1024)),
                        ("certificates", models.JSONField(default=list)),
                        ("certificate_expires_at", models.DateTimeField(null=True)),
                        ("tags", models.JSONField(default=dict)),
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
                        "verbose_name": "SAML provider",
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["aws_account", "name_key", "id"], name="identiti_samlprovider_name")
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "aws_id", "region"), name="identities_samlprovider_aws_id"
                            )
                        ],
                    },
                    bases=(identities.models.account.ExpiringObject, models.Model),
                ),
                migrations.CreateModel(
                    name="ServerCertificate",
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
                        ("created_at", models.DateTimeField(null=True)),
                        ("expires_at", models.DateTimeField(null=True)),
                        ("domains", models.JSONField(null=True)),
                        ("issuer", models.CharField(blank=True, max_length=300)),
                        ("tags", models.JSONField(null=True)),
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
                            models.Index(fields=["aws_account", "name_key", "id"], name="identiti_servercertif_name"),
                            models.Index(
                                condition=models.Q(("in_code", True)),
                                fields=["aws_account", "name_key", "id"],
                                name="servercertif_in_code",
                            ),
                            models.Index(
                                condition=models.Q(("gone_at__isnull", False)),
                                fields=["aws_account", "name_key", "id"],
                                name="servercertif_gone",
                            ),
                            models.Index(
                                condition=models.Q(("ownership", "managed"), _negated=True),
                                fields=["aws_account", "ownership", "name_key", "id"],
                                name="servercertif_ownership",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "aws_id", "region"), name="identities_servercertificate_aws_id"
                            )
                        ],
                    },
                    bases=(identities.models.account.ExpiringObject, models.Model),
                ),
                migrations.CreateModel(
                    name="ServiceCredential",
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
                            "status",
                            models.CharField(
                                choices=[("Active", "Active"), ("Inactive", "Inactive"), ("Expired", "Expired")],
                                default="Active",
                                max_length=10,
                            ),
                        ),
                        ("created_at", models.DateTimeField(null=True)),
                        ("service", models.CharField(max_length=128)),
                        ("alias", models.CharField(blank=True, max_length=256)),
                        ("service_user_name", models.CharField(blank=True, max_length=256)),
                        ("expires_at", models.DateTimeField(null=True)),
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
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="%(class)ss",
                                to="identities.iamuser",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "aws_id", "region"), name="identities_servicecredential_aws_id"
                            )
                        ],
                    },
                    bases=(identities.models.account.ExpiringObject, models.Model),
                ),
                migrations.CreateModel(
                    name="ServiceLastAccessed",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("kind", models.CharField(max_length=40)),
                        ("object_id", models.CharField(max_length=400)),
                        ("service", models.CharField(max_length=64)),
                        ("service_name", models.CharField(max_length=200)),
                        ("at", models.DateTimeField(null=True)),
                        ("region", models.CharField(blank=True, max_length=32)),
                        ("tracked_actions", models.JSONField(default=list)),
                        (
                            "aws_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.awsaccount"
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "kind", "object_id", "service"),
                                name="identities_service_of_object",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SigningCertificate",
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
                            "status",
                            models.CharField(
                                choices=[("Active", "Active"), ("Inactive", "Inactive"), ("Expired", "Expired")],
                                default="Active",
                                max_length=10,
                            ),
                        ),
                        ("created_at", models.DateTimeField(null=True)),
                        ("subject", models.CharField(blank=True, max_length=300)),
                        ("expires_at", models.DateTimeField(null=True)),
                        ("sha256", models.CharField(blank=True, max_length=64)),
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
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="%(class)ss",
                                to="identities.iamuser",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "aws_id", "region"), name="identities_signingcertificate_aws_id"
                            )
                        ],
                    },
                    bases=(identities.models.account.ExpiringObject, models.Model),
                ),
                migrations.CreateModel(
                    name="SshKey",
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
                            "status",
                            models.CharField(
                                choices=[("Active", "Active"), ("Inactive", "Inactive"), ("Expired", "Expired")],
                                default="Active",
                                max_length=10,
                            ),
                        ),
                        ("created_at", models.DateTimeField(null=True)),
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
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="%(class)ss",
                                to="identities.iamuser",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "aws_id", "region"), name="identities_sshkey_aws_id"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TrustedPrincipal",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("type", models.CharField(max_length=20)),
                        ("value", models.CharField(max_length=2048)),
                        ("outside_account", models.CharField(blank=True, max_length=12)),
                        ("is_unique_id", models.BooleanField(default=False)),
                        (
                            "role",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="trusted_principals",
                                to="identities.iamrole",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["value"], name="trusted_value"),
                            models.Index(fields=["type", "role"], name="trusted_type"),
                            models.Index(
                                condition=models.Q(("outside_account", ""), _negated=True),
                                fields=["outside_account", "role"],
                                name="trusted_outside_account",
                            ),
                            models.Index(
                                condition=models.Q(("is_unique_id", True)), fields=["role"], name="trusted_unique_id"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DelegationRequest",
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
                        ("created_at", models.DateTimeField(null=True)),
                        ("expires_at", models.DateTimeField(null=True)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("UNASSIGNED", "Nobody’s yet"),
                                    ("ASSIGNED", "Waits for an answer"),
                                    ("PENDING_APPROVAL", "Waits for an administrator"),
                                    ("ACCEPTED", "Accepted, not in use yet"),
                                    ("FINALIZED", "Access given"),
                                    ("REJECTED", "Rejected"),
                                    ("EXPIRED", "Expired"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("requestor", models.CharField(max_length=12)),
                        ("settings", models.JSONField(default=dict)),
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
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="policies.document",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["aws_account", "name_key", "id"], name="identiti_delegationre_name")
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "aws_id", "region"), name="identities_delegationrequest_aws_id"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="IamAccount",
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
                        ("alias", models.CharField(blank=True, max_length=63)),
                        ("password_policy", models.JSONField(null=True)),
                        ("summary", models.JSONField(default=dict)),
                        ("root_mfa_apps", models.JSONField(null=True)),
                        ("unassigned_mfa", models.JSONField(null=True)),
                        ("root_access", models.JSONField(null=True)),
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
                        "verbose_name": "IAM settings",
                        "verbose_name_plural": "IAM settings",
                        "abstract": False,
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "aws_id", "region"), name="identities_iamaccount_aws_id"
                            )
                        ],
                    },
                ),
            ],
        ),
    ]
