import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import cognito.models.people
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
                    name="UserPool",
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
                        ("changed_at", models.DateTimeField(null=True)),
                        ("tier", models.CharField(blank=True, max_length=20)),
                        ("mfa", models.CharField(default="OFF", max_length=10)),
                        ("self_signup", models.BooleanField(default=True)),
                        ("deletion_protection", models.BooleanField(default=False)),
                        ("estimated_users", models.IntegerField(null=True)),
                        ("username_attributes", models.JSONField(default=list)),
                        ("alias_attributes", models.JSONField(default=list)),
                        ("domain", models.CharField(blank=True, max_length=256)),
                        ("custom_domain", models.CharField(blank=True, max_length=256)),
                        ("tags", models.JSONField(default=dict)),
                        ("failures", models.JSONField(default=dict)),
                        ("settings", models.JSONField(default=dict)),
                        ("mfa_config", models.JSONField(null=True)),
                        ("risk", models.JSONField(null=True)),
                        ("sessions", models.JSONField(null=True)),
                        ("logs", models.JSONField(null=True)),
                        ("domains", models.JSONField(null=True)),
                        ("people_read_at", models.DateTimeField(null=True)),
                        ("people_read_in", models.BigIntegerField(null=True)),
                        ("people_held_why", models.CharField(blank=True, max_length=400)),
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
                            models.Index(fields=["aws_account", "name_key", "id"], name="cognito_userpool_name")
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "aws_id", "region"), name="cognito_userpool_aws_id"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SavedSearch",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=80)),
                        ("query", models.CharField(blank=True, max_length=2000)),
                        (
                            "operator",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "pool",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="saved_searches",
                                to="cognito.userpool",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "saved searches",
                        "ordering": ["name", "pk"],
                        "constraints": [
                            models.UniqueConstraint(fields=("operator", "pool", "name"), name="cognito_search_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ResourceServer",
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
                        ("changed_at", models.DateTimeField(null=True)),
                        ("settings", models.JSONField(default=dict)),
                        ("title", models.CharField(blank=True, max_length=256)),
                        ("managed_by", models.CharField(blank=True, max_length=20)),
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
                            "pool",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="%(class)ss",
                                to="cognito.userpool",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["aws_account", "name_key", "id"], name="cognito_resourceserv_name")
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "aws_id", "region"), name="cognito_resourceserver_aws_id"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PoolProvider",
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
                        ("changed_at", models.DateTimeField(null=True)),
                        ("settings", models.JSONField(default=dict)),
                        ("provider_type", models.CharField(max_length=30)),
                        ("has_secret", models.BooleanField(default=False)),
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
                            "pool",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="%(class)ss",
                                to="cognito.userpool",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "identity provider",
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["aws_account", "name_key", "id"], name="cognito_poolprovider_name")
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "aws_id", "region"), name="cognito_poolprovider_aws_id"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CognitoUser",
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
                        ("status", models.CharField(blank=True, max_length=30)),
                        ("enabled", models.BooleanField(default=True)),
                        ("created_at", models.DateTimeField(null=True)),
                        ("changed_at", models.DateTimeField(null=True)),
                        ("attributes", models.JSONField(default=dict)),
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
                        (
                            "pool",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="people",
                                to="cognito.userpool",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "person of a user pool",
                        "verbose_name_plural": "people of user pools",
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["pool", "name_key", "id"], name="cognito_people_name"),
                            models.Index(
                                condition=models.Q(("status__in", ("CONFIRMED", "EXTERNAL_PROVIDER")), _negated=True),
                                fields=["pool", "status", "name_key", "id"],
                                name="cognito_people_status",
                            ),
                            models.Index(
                                condition=models.Q(("enabled", False)),
                                fields=["pool", "name_key", "id"],
                                name="cognito_people_disabled",
                            ),
                            models.Index(
                                condition=models.Q(("gone_at__isnull", False)),
                                fields=["pool", "name_key", "id"],
                                name="cognito_people_gone",
                            ),
                            models.Index(
                                condition=models.Q(("erased_at__isnull", True), ("gone_at__isnull", False)),
                                fields=["gone_at"],
                                name="cognito_people_to_erase",
                            ),
                            models.Index(fields=["pool", "created_at"], name="cognito_people_created"),
                            models.Index(fields=["pool", "changed_at"], name="cognito_people_changed"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "aws_id", "region"), name="cognito_cognitouser_aws_id"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CognitoGroup",
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
                        ("changed_at", models.DateTimeField(null=True)),
                        ("settings", models.JSONField(default=dict)),
                        ("role_arn", models.CharField(blank=True, max_length=2048)),
                        ("precedence", models.IntegerField(null=True)),
                        ("description", models.CharField(blank=True, max_length=2048)),
                        ("members_read_at", models.DateTimeField(null=True)),
                        ("members_read_in", models.BigIntegerField(null=True)),
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
                            "pool",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="%(class)ss",
                                to="cognito.userpool",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["aws_account", "name_key", "id"], name="cognito_cognitogroup_name")
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "aws_id", "region"), name="cognito_cognitogroup_aws_id"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AppClient",
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
                        ("changed_at", models.DateTimeField(null=True)),
                        ("settings", models.JSONField(default=dict)),
                        ("has_secret", models.BooleanField(default=False)),
                        ("risk", models.JSONField(null=True)),
                        ("sessions", models.JSONField(null=True)),
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
                            "pool",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="%(class)ss",
                                to="cognito.userpool",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["aws_account", "name_key", "id"], name="cognito_appclient_name")
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "aws_id", "region"), name="cognito_appclient_aws_id"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CognitoMembership",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("read_at", models.DateTimeField()),
                        ("seen_in", models.BigIntegerField(null=True)),
                        ("written_at", models.DateTimeField(null=True)),
                        ("gone_at", models.DateTimeField(null=True)),
                        (
                            "group",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="memberships",
                                to="cognito.cognitogroup",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="memberships",
                                to="cognito.cognitouser",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["group", "user"],
                        "constraints": [
                            models.UniqueConstraint(fields=("group", "user"), name="cognito_membership_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="IdentityPool",
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
                        ("guests", models.BooleanField(default=False)),
                        ("classic_flow", models.BooleanField(default=False)),
                        ("tags", models.JSONField(default=dict)),
                        ("settings", models.JSONField(default=dict)),
                        ("roles", models.JSONField(null=True)),
                        ("role_mappings", models.JSONField(null=True)),
                        ("principal_tags", models.JSONField(null=True)),
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
                            models.Index(fields=["aws_account", "name_key", "id"], name="cognito_identitypool_name")
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "aws_id", "region"), name="cognito_identitypool_aws_id"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Logo",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("digest", models.CharField(max_length=64)),
                        ("kind", models.CharField(choices=[("png", "PNG"), ("jpeg", "JPEG")], max_length=4)),
                        ("image", models.BinaryField()),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                        (
                            "aws_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.awsaccount"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["pk"],
                        "constraints": [
                            models.UniqueConstraint(fields=("aws_account", "digest"), name="cognito_logo_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PoolPeopleSettings",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("region", models.CharField(max_length=32)),
                        ("pool_id", models.CharField(max_length=55)),
                        ("mirrors_people", models.BooleanField(default=True)),
                        ("attributes", models.JSONField(default=cognito.models.people.usual_attributes)),
                        ("erase_after_days", models.PositiveIntegerField(default=30)),
                        ("helpdesk_per_hour", models.PositiveIntegerField(default=30)),
                        (
                            "aws_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="pool_people_settings",
                                to="accounts.awsaccount",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "region", "pool_id"), name="cognito_people_settings_of_pool"
                            )
                        ],
                    },
                ),
            ],
        ),
    ]
