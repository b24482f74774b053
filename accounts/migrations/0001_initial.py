import re

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import accounts.names
import iamconsole.create_tables


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        iamconsole.create_tables.CreateTables(
            operations=[
                migrations.CreateModel(
                    name="AccountLabel",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=60, validators=[accounts.names.on_one_line])),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("deleted_at", models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        "ordering": ["name", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="AuditHead",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.PositiveBigIntegerField(default=0)),
                        ("seal", models.CharField(blank=True, max_length=64)),
                    ],
                ),
                migrations.CreateModel(
                    name="AwsAccount",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "account_id",
                            models.CharField(
                                max_length=12,
                                unique=True,
                                validators=[
                                    django.core.validators.RegexValidator(
                                        "^\\d{12}$", "An AWS account id has 12 digits."
                                    )
                                ],
                                verbose_name="account id",
                            ),
                        ),
                        ("name", models.CharField(max_length=80, validators=[accounts.names.on_one_line])),
                        (
                            "partition",
                            models.CharField(
                                choices=[("aws", "AWS"), ("aws-cn", "AWS China"), ("aws-us-gov", "AWS GovCloud (US)")],
                                default="aws",
                                max_length=12,
                            ),
                        ),
                        (
                            "environment",
                            models.CharField(
                                choices=[("production", "Production"), ("staging", "Staging"), ("sandbox", "Sandbox")],
                                default="production",
                                max_length=12,
                            ),
                        ),
                        ("default_region", models.CharField(default="us-east-1", max_length=32)),
                        (
                            "connection",
                            models.CharField(
                                choices=[
                                    ("ambient", "The console's own AWS credentials"),
                                    ("assume_role", "Roles that the console assumes"),
                                    ("snapshot", "None: an imported file"),
                                ],
                                default="assume_role",
                                max_length=12,
                            ),
                        ),
                        (
                            "read_role_arn",
                            models.CharField(blank=True, max_length=2048, verbose_name="ARN of the role to read"),
                        ),
                        (
                            "write_role_arn",
                            models.CharField(blank=True, max_length=2048, verbose_name="ARN of the role to write"),
                        ),
                        ("external_id", models.CharField(blank=True, max_length=1224)),
                        ("enrolled_in", models.CharField(blank=True, max_length=34, verbose_name="enrolled in")),
                        ("writes_enabled", models.BooleanField(default=False)),
                        (
                            "emulated",
                            models.BooleanField(
                                default=False, help_text="Talks to the emulator at AWS_EMULATOR_URL, not to AWS."
                            ),
                        ),
                        (
                            "resting",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("suspended", "Suspended in AWS"),
                                    ("closed", "Closed in AWS"),
                                    ("left", "Left its organization"),
                                ],
                                max_length=12,
                                verbose_name="rests",
                            ),
                        ),
                        ("rests_since", models.DateTimeField(blank=True, null=True)),
                        (
                            "pull_every_minutes",
                            models.PositiveIntegerField(default=60, help_text="0 = only when somebody asks."),
                        ),
                        (
                            "quota_share",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                null=True,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(100),
                                ],
                                verbose_name="share of Cognito’s quotas",
                            ),
                        ),
                        (
                            "approvals_required",
                            models.PositiveSmallIntegerField(
                                default=0, help_text="Approvals that a change needs, never the requester's own."
                            ),
                        ),
                        ("break_glass_roles", models.TextField(blank=True)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        "ordering": ["name", "account_id"],
                    },
                ),
                migrations.CreateModel(
                    name="Operator",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("password", models.CharField(max_length=128, verbose_name="password")),
                        ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                        ("email", models.EmailField(max_length=254, unique=True, verbose_name="e-mail")),
                        ("name", models.CharField(max_length=120, validators=[accounts.names.on_one_line])),
                        ("is_active", models.BooleanField(default=True)),
                        ("is_demo", models.BooleanField(default=False)),
                        (
                            "oidc_may_join",
                            models.BooleanField(
                                default=False,
                                help_text="Whom it says to have this e-mail address, verified, signs in as this operator from then on.",
                                verbose_name="may be joined by the identity provider",
                            ),
                        ),
                        ("date_joined", models.DateTimeField(default=django.utils.timezone.now)),
                        (
                            "groups",
                            models.ManyToManyField(
                                blank=True,
                                help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                                related_name="user_set",
                                related_query_name="user",
                                to="auth.group",
                                verbose_name="groups",
                            ),
                        ),
                        (
                            "user_permissions",
                            models.ManyToManyField(
                                blank=True,
                                help_text="Specific permissions for this user.",
                                related_name="user_set",
                                related_query_name="user",
                                to="auth.permission",
                                verbose_name="user permissions",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                django.db.models.functions.text.Lower("email"), name="operator_email_any_case"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AuditCheck",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("seen_at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("finished_at", models.DateTimeField(blank=True, null=True)),
                        ("is_running", models.BooleanField(default=True)),
                        ("expected", models.PositiveBigIntegerField(default=1)),
                        ("previous", models.CharField(blank=True, max_length=64)),
                        ("sealed", models.PositiveBigIntegerField(default=0)),
                        ("problems", models.JSONField(blank=True, default=list)),
                        ("found", models.PositiveIntegerField(default=0)),
                        (
                            "asked_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("is_running", True)),
                                fields=("is_running",),
                                name="audit_check_one_runs",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AuditText",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("object_kind", models.CharField(max_length=64)),
                        ("object_id", models.CharField(max_length=400)),
                        ("digest", models.CharField(max_length=64, unique=True)),
                        ("salt", models.CharField(max_length=32)),
                        ("text", models.TextField()),
                        (
                            "aws_account",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.awsaccount",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["object_kind", "object_id"], name="accounts_audittext_object")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AuditEntry",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("at", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                        ("verb", models.CharField(db_index=True, max_length=64)),
                        ("actor_name", models.CharField(max_length=254)),
                        ("object_kind", models.CharField(blank=True, max_length=64)),
                        ("object_id", models.CharField(blank=True, max_length=400)),
                        ("object_name", models.CharField(blank=True, max_length=400)),
                        ("reason", models.TextField(blank=True)),
                        ("data", models.JSONField(blank=True, default=dict)),
                        ("address", models.GenericIPAddressField(blank=True, null=True)),
                        ("number", models.PositiveBigIntegerField(blank=True, null=True, unique=True)),
                        ("seal", models.CharField(blank=True, max_length=64)),
                        (
                            "actor",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "aws_account",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.awsaccount",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "audit entries",
                        "ordering": ["-id"],
                        "indexes": [
                            models.Index(fields=["aws_account", "-id"], name="accounts_au_aws_acc_107cbc_idx"),
                            models.Index(
                                fields=["object_kind", "object_id", "-id"], name="accounts_au_object__8c3f47_idx"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ApprovalRule",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "risk",
                            models.CharField(
                                choices=[
                                    ("low", "Low risk"),
                                    ("high", "High risk"),
                                    ("destructive", "Destructive"),
                                    ("secret", "With a secret"),
                                ],
                                max_length=12,
                            ),
                        ),
                        (
                            "approvals",
                            models.PositiveSmallIntegerField(
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(9),
                                ]
                            ),
                        ),
                        (
                            "role",
                            models.CharField(
                                blank=True, choices=[("approver", "Approver"), ("owner", "Owner")], max_length=12
                            ),
                        ),
                        (
                            "group",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="auth.group",
                            ),
                        ),
                        (
                            "aws_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="approval_rules",
                                to="accounts.awsaccount",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["aws_account", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("role", ""), ("group__isnull", True), _connector="OR"),
                                name="approval_rule_role_or_group",
                            ),
                            models.UniqueConstraint(
                                fields=("aws_account", "risk", "role", "group"),
                                name="approval_rule_once",
                                nulls_distinct=False,
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ClaimedMembership",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "group",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="auth.group"
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
                        "constraints": [
                            models.UniqueConstraint(fields=("operator", "group"), name="claimed_membership_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ClaimGroup",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "value",
                            models.CharField(
                                help_text="As the provider’s claim says it, to the letter.", max_length=400
                            ),
                        ),
                        (
                            "group",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="claims", to="auth.group"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "claim of the identity provider",
                        "verbose_name_plural": "claims of the identity provider",
                        "ordering": ["value", "group"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("value", "group"),
                                name="claim_group_once",
                                violation_error_message="This claim puts operators into this group already.",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="GrantRule",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("requester", "Requester"),
                                    ("viewer", "Viewer"),
                                    ("helpdesk", "Helpdesk"),
                                    ("editor", "Editor"),
                                    ("approver", "Approver"),
                                    ("owner", "Owner"),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("organization_id", models.CharField(blank=True, max_length=34)),
                        ("unit_id", models.CharField(blank=True, max_length=68)),
                        ("unit_name", models.CharField(blank=True, max_length=128)),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                        (
                            "group",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="grant_rules",
                                to="auth.group",
                            ),
                        ),
                        (
                            "label",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="grant_rules",
                                to="accounts.accountlabel",
                            ),
                        ),
                        (
                            "operator",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="grant_rules",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("group__isnull", True), ("operator__isnull", False)),
                                    models.Q(("group__isnull", False), ("operator__isnull", True)),
                                    _connector="OR",
                                ),
                                name="grant_rule_to_operator_or_group",
                                violation_error_message="A grant is for an operator or for a group: choose one of the two.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("label__isnull", False), ("organization_id", ""), ("unit_id", "")),
                                    models.Q(
                                        ("label__isnull", True),
                                        models.Q(("unit_id", ""), _negated=True),
                                        models.Q(("organization_id", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="grant_rule_of_label_or_unit",
                                violation_error_message="A grant is for a label or for an organizational unit: choose one of the two.",
                            ),
                            models.UniqueConstraint(
                                fields=("operator", "group", "role", "label", "organization_id", "unit_id"),
                                name="grant_rule_once",
                                nulls_distinct=False,
                                violation_error_message="This grant is there already.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="GrantGain",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[("waiting", "Waits for an owner of all AWS accounts"), ("refused", "Refused")],
                                default="waiting",
                                max_length=8,
                            ),
                        ),
                        ("since", models.DateTimeField(default=django.utils.timezone.now)),
                        (
                            "aws_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.awsaccount"
                            ),
                        ),
                        (
                            "rule",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="gains",
                                to="accounts.grantrule",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["since", "pk"],
                        "constraints": [
                            models.UniqueConstraint(fields=("rule", "aws_account"), name="grant_gain_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Grant",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("requester", "Requester"),
                                    ("viewer", "Viewer"),
                                    ("helpdesk", "Helpdesk"),
                                    ("editor", "Editor"),
                                    ("approver", "Approver"),
                                    ("owner", "Owner"),
                                ],
                                max_length=12,
                            ),
                        ),
                        (
                            "pool_id",
                            models.CharField(
                                blank=True,
                                help_text="Of helpdesk: the id of the one user pool whose people they look after. Empty = all.",
                                max_length=55,
                                validators=[
                                    django.core.validators.RegexValidator(
                                        re.compile("[a-z0-9-]+_[0-9a-zA-Z]+\\Z"),
                                        "The id of a user pool reads like eu-west-1_Ab12Cd34E.",
                                    )
                                ],
                                verbose_name="user pool",
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "aws_account",
                            models.ForeignKey(
                                blank=True,
                                help_text="Empty = all AWS accounts.",
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="grants",
                                to="accounts.awsaccount",
                            ),
                        ),
                        (
                            "group",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="grants",
                                to="auth.group",
                            ),
                        ),
                        (
                            "operator",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="grants",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "rule",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="grants",
                                to="accounts.grantrule",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("group__isnull", True), ("operator__isnull", False)),
                                    models.Q(("group__isnull", False), ("operator__isnull", True)),
                                    _connector="OR",
                                ),
                                name="grant_to_operator_or_group",
                                violation_error_message="A grant is for an operator or for a group: choose one of the two.",
                            ),
                            models.UniqueConstraint(
                                fields=("operator", "group", "aws_account", "role", "pool_id", "rule"),
                                name="grant_once",
                                nulls_distinct=False,
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("rule", None),
                                    models.Q(("aws_account__isnull", False), ("pool_id", "")),
                                    _connector="OR",
                                ),
                                name="grant_of_rule_in_aws_account",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("pool_id", ""),
                                    models.Q(("aws_account__isnull", False), ("role", "helpdesk")),
                                    _connector="OR",
                                ),
                                name="grant_of_pool_to_helpdesk",
                                violation_error_message="A grant of one user pool is for helpdesk, in the AWS account of the pool.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="KeyCheck",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=20)),
                        ("value", models.CharField(max_length=16)),
                        ("since", models.DateTimeField(default=django.utils.timezone.now)),
                    ],
                    options={
                        "ordering": ["pk"],
                        "constraints": [models.UniqueConstraint(fields=("name", "value"), name="key_check_once")],
                    },
                ),
                migrations.CreateModel(
                    name="LabelledAwsAccount",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("since", models.DateTimeField(default=django.utils.timezone.now)),
                        (
                            "aws_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="labelled",
                                to="accounts.awsaccount",
                            ),
                        ),
                        (
                            "label",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="labelled",
                                to="accounts.accountlabel",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["label", "aws_account"],
                        "constraints": [models.UniqueConstraint(fields=("label", "aws_account"), name="labelled_once")],
                    },
                ),
                migrations.CreateModel(
                    name="OrganizationPlace",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("path", models.CharField(blank=True, max_length=600)),
                        ("units", models.JSONField(blank=True, default=list)),
                        (
                            "aws_account",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="organization_place",
                                to="accounts.awsaccount",
                            ),
                        ),
                    ],
                ),
            ],
        ),
    ]
