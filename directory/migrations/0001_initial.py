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
                    name="DirectorySettings",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("mirrors_people", models.BooleanField(default=True)),
                        ("keeps_email", models.BooleanField(default=True)),
                        ("erase_after_days", models.PositiveIntegerField(default=30)),
                        (
                            "aws_account",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="directory_settings",
                                to="accounts.awsaccount",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "directory settings",
                    },
                ),
                migrations.CreateModel(
                    name="AccountAssignment",
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
                        ("set_id", models.CharField(max_length=20)),
                        ("target_id", models.CharField(max_length=12)),
                        (
                            "principal_type",
                            models.CharField(choices=[("USER", "Person"), ("GROUP", "Group")], max_length=5),
                        ),
                        ("principal_id", models.CharField(max_length=47)),
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
                        "verbose_name": "assignment of a permission set",
                        "verbose_name_plural": "assignments of permission sets",
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["aws_account", "name_key", "id"], name="director_accountassig_name"),
                            models.Index(fields=["target_id", "set_id"], name="directory_assignment_where"),
                            models.Index(fields=["aws_account", "principal_id"], name="directory_assignment_whose"),
                            models.Index(fields=["aws_account", "set_id"], name="directory_assignment_set"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "aws_id", "region"), name="directory_accountassignment_aws_id"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DirectoryGroup",
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
                        ("description", models.CharField(blank=True, max_length=1024)),
                        ("issuer", models.CharField(blank=True, max_length=100)),
                        ("created_at", models.DateTimeField(null=True)),
                        ("changed_at", models.DateTimeField(null=True)),
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
                        "verbose_name": "group of Identity Center",
                        "verbose_name_plural": "groups of Identity Center",
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["aws_account", "name_key", "id"], name="director_directorygro_name")
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "aws_id", "region"), name="directory_directorygroup_aws_id"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DirectoryMembership",
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
                        ("group_id", models.CharField(max_length=47)),
                        ("user_id", models.CharField(max_length=47)),
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
                        "verbose_name": "membership in Identity Center",
                        "verbose_name_plural": "memberships in Identity Center",
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["aws_account", "name_key", "id"], name="director_directorymem_name"),
                            models.Index(fields=["aws_account", "group_id"], name="directory_membership_group"),
                            models.Index(fields=["aws_account", "user_id"], name="directory_membership_user"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "aws_id", "region"), name="directory_directorymembership_aws_id"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DirectoryUser",
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
                        ("status", models.CharField(blank=True, max_length=10)),
                        ("display_name", models.CharField(blank=True, max_length=1024)),
                        ("email", models.CharField(blank=True, max_length=1024)),
                        ("issuer", models.CharField(blank=True, max_length=100)),
                        ("created_at", models.DateTimeField(null=True)),
                        ("changed_at", models.DateTimeField(null=True)),
                        ("words", models.TextField(blank=True)),
                        ("content_hash", models.CharField(editable=False, max_length=32)),
                        ("read_at", models.DateTimeField(editable=False)),
                        ("seen_in", models.BigIntegerField(editable=False, null=True)),
                        ("missed_in", models.BigIntegerField(editable=False, null=True)),
                        ("written_at", models.DateTimeField(editable=False, null=True)),
                        ("erased_at", models.DateTimeField(editable=False, null=True)),
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
                        "verbose_name": "person of Identity Center",
                        "verbose_name_plural": "people of Identity Center",
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["aws_account", "name_key", "id"], name="director_directoryuse_name"),
                            models.Index(
                                condition=models.Q(("erased_at__isnull", True), ("gone_at__isnull", False)),
                                fields=["gone_at"],
                                name="directory_people_to_erase",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "aws_id", "region"), name="directory_directoryuser_aws_id"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Instance",
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
                        ("owner_id", models.CharField(max_length=12)),
                        ("primary_region", models.CharField(max_length=32)),
                        ("store_id", models.CharField(max_length=40)),
                        ("status", models.CharField(blank=True, max_length=30)),
                        ("created_at", models.DateTimeField(null=True)),
                        ("administers", models.BooleanField(default=False)),
                        ("has_permission_sets", models.BooleanField(default=True)),
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
                        "verbose_name": "instance of Identity Center",
                        "verbose_name_plural": "instances of Identity Center",
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["aws_account", "name_key", "id"], name="director_instance_name")
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "aws_id", "region"), name="directory_instance_aws_id"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PermissionSet",
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
                        ("instance_arn", models.CharField(max_length=100)),
                        ("description", models.CharField(blank=True, max_length=700)),
                        ("session_s", models.PositiveIntegerField(default=3600)),
                        ("relay_state", models.CharField(blank=True, max_length=240)),
                        ("created_at", models.DateTimeField(null=True)),
                        ("managed", models.JSONField(default=list)),
                        ("customer", models.JSONField(default=list)),
                        ("boundary", models.CharField(blank=True, max_length=2048)),
                        ("tags", models.JSONField(default=dict)),
                        ("accounts", models.JSONField(default=list)),
                        ("outdated", models.JSONField(default=list)),
                        ("account_count", models.PositiveIntegerField(default=0)),
                        ("outdated_count", models.PositiveIntegerField(default=0)),
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
                            "inline",
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
                            models.Index(fields=["aws_account", "name_key", "id"], name="director_permissionse_name")
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "aws_id", "region"), name="directory_permissionset_aws_id"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RoleEntitlement",
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
                        ("role_arn", models.CharField(max_length=2048)),
                        ("target_id", models.CharField(max_length=12)),
                        (
                            "principal_type",
                            models.CharField(choices=[("USER", "Person"), ("GROUP", "Group")], max_length=5),
                        ),
                        ("principal_id", models.CharField(max_length=47)),
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
                    ],
                    options={
                        "verbose_name": "entitlement to a role",
                        "verbose_name_plural": "entitlements to roles",
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["aws_account", "name_key", "id"], name="director_roleentitlem_name"),
                            models.Index(fields=["role_arn"], name="directory_entitlement_role"),
                            models.Index(fields=["aws_account", "principal_id"], name="directory_entitlement_whose"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "aws_id", "region"), name="directory_roleentitlement_aws_id"
                            )
                        ],
                    },
                ),
            ],
        ),
    ]
