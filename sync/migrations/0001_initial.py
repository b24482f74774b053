import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import iamconsole.create_tables
import sync.models.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        iamconsole.create_tables.CreateTables(
            operations=[
                migrations.CreateModel(
                    name="StepCounter",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("installation", models.UUIDField(default=uuid.uuid4)),
                        ("number", models.PositiveBigIntegerField(default=0)),
                        ("on_hold_since", models.DateTimeField(null=True)),
                        ("on_hold_why", models.CharField(blank=True, max_length=400)),
                        ("outside", models.PositiveBigIntegerField(default=0)),
                    ],
                ),
                migrations.CreateModel(
                    name="TickPart",
                    fields=[
                        ("name", models.CharField(max_length=100, primary_key=True, serialize=False)),
                        ("began_at", models.DateTimeField()),
                        ("error", models.CharField(blank=True, max_length=400)),
                        ("failing_since", models.DateTimeField(null=True)),
                    ],
                ),
                migrations.CreateModel(
                    name="Change",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("title", models.CharField(max_length=200)),
                        ("does", models.CharField(blank=True, max_length=300)),
                        ("reason", models.TextField(blank=True)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("awaiting_grant", "Waiting for its grant"),
                                    ("proposed", "Proposed"),
                                    ("approved", "Approved"),
                                    ("rejected", "Rejected"),
                                    ("expired", "Expired"),
                                    ("scheduled", "Scheduled"),
                                    ("queued", "Queued"),
                                    ("applying", "Applying"),
                                    ("waiting", "Waiting for another change"),
                                    ("applied", "Applied"),
                                    ("failed", "Failed"),
                                    ("unknown", "Unknown outcome"),
                                    ("conflicted", "Conflicted"),
                                    ("cancelled", "Cancelled"),
                                ],
                                default="proposed",
                                max_length=14,
                            ),
                        ),
                        ("applied_from", models.GenericIPAddressField(blank=True, null=True)),
                        ("digest", models.CharField(max_length=64)),
                        ("approvals_required", models.PositiveSmallIntegerField(default=0)),
                        ("is_care", models.BooleanField(default=False)),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("expires_at", models.DateTimeField()),
                        ("not_before", models.DateTimeField(blank=True, null=True)),
                        ("queued_at", models.DateTimeField(blank=True, null=True)),
                        ("started_at", models.DateTimeField(blank=True, null=True)),
                        ("finished_at", models.DateTimeField(blank=True, null=True)),
                        ("claim", models.CharField(blank=True, max_length=64)),
                        ("heartbeat_at", models.DateTimeField(blank=True, null=True)),
                        ("cancel_asked", models.BooleanField(default=False)),
                        ("on_request", models.BooleanField(default=False)),
                        ("wave", models.PositiveSmallIntegerField(default=0)),
                        ("until", models.DateTimeField(blank=True, null=True)),
                        ("independent", models.BooleanField(default=False)),
                        ("warned_at", models.DateTimeField(blank=True, null=True)),
                        ("findings", models.JSONField(blank=True, default=list)),
                        ("measured", models.JSONField(blank=True, default=dict)),
                        ("safeguards", models.JSONField(blank=True, default=dict)),
                        ("error", models.JSONField(blank=True, default=dict)),
                        (
                            "applied_by",
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
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="changes",
                                to="accounts.awsaccount",
                            ),
                        ),
                        (
                            "ends",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="removal",
                                to="sync.change",
                            ),
                        ),
                        (
                            "requested_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "reverses",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reversed_by",
                                to="sync.change",
                            ),
                        ),
                        (
                            "span",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="changes",
                                to="sync.spanningchange",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-id"],
                        "indexes": [
                            models.Index(fields=["aws_account", "state"], name="sync_change_aws_acc_99d28b_idx"),
                            models.Index(fields=["state", "heartbeat_at"], name="sync_change_state_52d49f_idx"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ApprovalDemand",
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
                                blank=True,
                                choices=[
                                    ("low", "Low risk"),
                                    ("high", "High risk"),
                                    ("destructive", "Destructive"),
                                    ("secret", "With a secret"),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("approvals", models.PositiveSmallIntegerField()),
                        ("role", models.CharField(blank=True, max_length=12)),
                        ("group_name", models.CharField(blank=True, max_length=150)),
                        (
                            "group",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="auth.group",
                            ),
                        ),
                        (
                            "of_account",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="accounts.awsaccount",
                            ),
                        ),
                        (
                            "change",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="demands", to="sync.change"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["pk"],
                    },
                ),
                migrations.CreateModel(
                    name="ChangeLine",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("line", models.TextField()),
                        (
                            "change",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="sync.change"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Comment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("text", models.TextField()),
                        ("at", models.DateTimeField(default=django.utils.timezone.now)),
                        (
                            "change",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="comments", to="sync.change"
                            ),
                        ),
                        (
                            "operator",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["at", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="DryRun",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("touched_at", models.DateTimeField(auto_now=True)),
                        ("finished_at", models.DateTimeField(blank=True, null=True)),
                        ("steps", models.JSONField(blank=True, default=list)),
                        ("permissions", models.JSONField(blank=True, default=list)),
                        ("error", models.JSONField(blank=True, default=dict)),
                        (
                            "asked_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "change",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="dry_runs", to="sync.change"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-pk"],
                    },
                ),
                migrations.CreateModel(
                    name="LeftOutChange",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("reason", models.TextField()),
                        ("at", models.DateTimeField(default=django.utils.timezone.now)),
                        (
                            "change",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT, related_name="left_out", to="sync.change"
                            ),
                        ),
                        (
                            "operator",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "left out changes",
                        "ordering": ["at", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Override",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("reason", models.TextField()),
                        ("findings", models.JSONField()),
                        ("at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("until", models.DateTimeField(blank=True, null=True)),
                        (
                            "change",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="overrides", to="sync.change"
                            ),
                        ),
                        (
                            "operator",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["at", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="PullTurn",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("ended_at", models.DateTimeField()),
                        (
                            "aws_account",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.awsaccount"
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="RowWrite",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("aws_account_id", models.BigIntegerField()),
                        ("kind", models.CharField(max_length=12)),
                        ("row_id", models.BigIntegerField()),
                        ("transaction_id", models.BigIntegerField()),
                        ("token", models.BigIntegerField()),
                        ("at", models.DateTimeField()),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["aws_account_id", "transaction_id", "id"], name="sync_rowwrite_since")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Run",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("region", models.CharField(blank=True, default="", max_length=32)),
                        ("source", models.CharField(max_length=40)),
                        ("object_kind", models.CharField(blank=True, default="", max_length=40)),
                        ("object_id", models.CharField(blank=True, default="", max_length=400)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("queued", "Waiting for a worker"),
                                    ("running", "Running"),
                                    ("done", "Complete"),
                                    ("failed", "Failed"),
                                    ("cancelled", "Cancelled"),
                                ],
                                default="queued",
                                max_length=10,
                            ),
                        ),
                        (
                            "trigger",
                            models.CharField(
                                choices=[
                                    ("schedule", "Schedule"),
                                    ("operator", "Pull now"),
                                    ("command", "Command line"),
                                    ("connect", "First pull after connecting"),
                                    ("import", "Imported file"),
                                    ("event", "Event of CloudTrail"),
                                ],
                                max_length=10,
                            ),
                        ),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("started_at", models.DateTimeField(blank=True, null=True)),
                        ("finished_at", models.DateTimeField(blank=True, null=True)),
                        ("together", models.PositiveBigIntegerField(blank=True, null=True)),
                        ("claim", models.CharField(blank=True, max_length=64)),
                        ("heartbeat_at", models.DateTimeField(blank=True, null=True)),
                        ("rests", models.BooleanField(default=False, editable=False)),
                        ("cursor", models.JSONField(blank=True, default=dict)),
                        ("expected", models.PositiveIntegerField(blank=True, null=True)),
                        ("taken_at", models.DateTimeField(blank=True, null=True)),
                        ("pages", models.PositiveIntegerField(default=0)),
                        ("seen", models.PositiveIntegerField(default=0)),
                        ("new", models.PositiveIntegerField(default=0)),
                        ("changed", models.PositiveIntegerField(default=0)),
                        ("gone", models.PositiveIntegerField(default=0)),
                        ("error", models.JSONField(blank=True, default=dict)),
                        ("log", models.JSONField(blank=True, default=list)),
                        (
                            "aws_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="runs",
                                to="accounts.awsaccount",
                            ),
                        ),
                        (
                            "started_by",
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
                        "ordering": ["-id"],
                        "indexes": [
                            models.Index(fields=["state", "heartbeat_at"], name="sync_run_state_423166_idx"),
                            models.Index(fields=["aws_account", "source", "state", "id"], name="sync_run_newest"),
                            models.Index(
                                condition=models.Q(("together__isnull", False)),
                                fields=["together"],
                                name="sync_run_together",
                            ),
                            models.Index(
                                condition=models.Q(("object_id", ""), ("state", "done")),
                                fields=["aws_account", "-finished_at"],
                                name="sync_run_complete",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state__in", ["queued", "running"])),
                                fields=("aws_account", "region", "source", "object_kind", "object_id"),
                                name="sync_run_one_at_a_time",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Facet",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("region", models.CharField(blank=True, default="", max_length=32)),
                        ("kind", models.CharField(max_length=40)),
                        ("object_id", models.CharField(max_length=400)),
                        ("source", models.CharField(max_length=40)),
                        ("raw_hash", models.CharField(max_length=64)),
                        ("fingerprint", models.CharField(max_length=64)),
                        ("read_at", models.DateTimeField()),
                        ("written_at", models.DateTimeField(null=True)),
                        (
                            "coverage",
                            models.CharField(
                                choices=[
                                    ("read", "Read"),
                                    ("denied", "Not read: AWS doesn't let this console read it"),
                                    ("unsupported", "Not read: not supported there"),
                                ],
                                default="read",
                                max_length=12,
                            ),
                        ),
                        ("coverage_why", models.CharField(blank=True, max_length=400)),
                        ("extra", models.JSONField(blank=True, default=dict)),
                        ("loose_ends", models.BooleanField(default=False)),
                        ("gone_at", models.DateTimeField(null=True)),
                        (
                            "aws_account",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.awsaccount",
                            ),
                        ),
                        (
                            "missed_by",
                            models.ForeignKey(
                                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="sync.run"
                            ),
                        ),
                        (
                            "run",
                            models.ForeignKey(
                                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="sync.run"
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                fields=["aws_account", "kind", "source", "run"], name="sync_facet_aws_acc_9a708f_idx"
                            ),
                            models.Index(
                                condition=models.Q(("loose_ends", True)),
                                fields=["aws_account", "kind"],
                                name="sync_facet_loose",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "region", "kind", "object_id", "source"),
                                name="sync_facet_of_object",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Safeguard",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("kind", models.CharField(max_length=40)),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("deleted_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "aws_account",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="safeguards",
                                to="accounts.awsaccount",
                            ),
                        ),
                        (
                            "label",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="safeguards",
                                to="accounts.accountlabel",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["pk"],
                        "indexes": [
                            models.Index(
                                fields=["aws_account", "kind", "deleted_at"], name="sync_safegu_aws_acc_6afcdf_idx"
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("aws_account__isnull", False), ("label__isnull", True)),
                                    models.Q(("aws_account__isnull", True), ("label__isnull", False)),
                                    _connector="OR",
                                ),
                                name="sync_safeguard_of_one",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SafeguardVersion",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.PositiveIntegerField()),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("pending", "Waits for a second person"),
                                    ("in_force", "In force"),
                                    ("replaced", "Replaced"),
                                    ("refused", "Refused"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("name", models.CharField(max_length=200)),
                        ("content", models.JSONField(default=dict)),
                        ("is_blocking", models.BooleanField(default=False)),
                        ("deletes", models.BooleanField(default=False)),
                        ("reason", models.TextField(blank=True)),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("decided_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "author",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "decided_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "safeguard",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="versions",
                                to="sync.safeguard",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["safeguard_id", "-number"],
                        "constraints": [
                            models.UniqueConstraint(fields=("safeguard", "number"), name="sync_safeguard_version"),
                            models.UniqueConstraint(
                                condition=models.Q(("state", "in_force")),
                                fields=("safeguard",),
                                name="sync_safeguard_one_in_force",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("state", "pending")),
                                fields=("safeguard",),
                                name="sync_safeguard_one_pending",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Schedule",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("region", models.CharField(blank=True, default="", max_length=32)),
                        ("source", models.CharField(max_length=40)),
                        ("next_at", models.DateTimeField()),
                        ("empty_pulls", models.PositiveSmallIntegerField(default=0)),
                        (
                            "aws_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="schedules",
                                to="accounts.awsaccount",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["next_at"], name="sync_schedu_next_at_bcfe94_idx")],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "region", "source"), name="sync_schedule_of_source"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SealedSecret",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("reference", models.CharField(max_length=40, unique=True)),
                        ("position", models.PositiveSmallIntegerField(null=True)),
                        ("name", models.CharField(max_length=60)),
                        ("blob", models.BinaryField()),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("expires_at", models.DateTimeField()),
                        (
                            "aws_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.awsaccount"
                            ),
                        ),
                        (
                            "change",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="secrets",
                                to="sync.change",
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
                        "ordering": ["pk"],
                        "indexes": [models.Index(fields=["expires_at"], name="sync_sealed_expires_4b5ef7_idx")],
                    },
                ),
                migrations.CreateModel(
                    name="SharedRate",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("account_id", models.CharField(max_length=12)),
                        ("region", models.CharField(max_length=32)),
                        ("category", models.CharField(max_length=40)),
                        ("next_at", models.FloatField(default=0)),
                        ("urgent_at", models.FloatField(default=0)),
                        ("slowed", models.FloatField(default=1)),
                        ("refused_at", models.FloatField(default=0)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("account_id", "region", "category"), name="sync_one_rate_of_category"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SpanningChange",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("organization_id", models.CharField(max_length=34)),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("released_from", models.GenericIPAddressField(blank=True, null=True)),
                        ("released_at", models.DateTimeField(blank=True, null=True)),
                        ("halted_at", models.DateTimeField(blank=True, null=True)),
                        ("cancelled_at", models.DateTimeField(blank=True, null=True)),
                        ("finished_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "released_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "requested_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "reverses",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reversed_by",
                                to="sync.spanningchange",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-id"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("finished_at", None)),
                                fields=["finished_at"],
                                name="sync_spanning_open",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Step",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField()),
                        ("kind", models.CharField(max_length=60)),
                        ("params", models.JSONField()),
                        ("part", models.CharField(max_length=400)),
                        ("expects", models.JSONField(null=True)),
                        ("before", models.JSONField(blank=True, default=dict)),
                        ("result", models.JSONField(blank=True, default=dict)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("pending", "Not sent"),
                                    ("sending", "Running"),
                                    ("done", "Done"),
                                    ("already_done", "Was already so"),
                                    ("failed", "Failed"),
                                    ("unknown", "Unknown outcome"),
                                    ("conflicted", "Conflicted"),
                                    ("skipped", "Not sent"),
                                    ("left_out", "Left out"),
                                ],
                                default="pending",
                                max_length=12,
                            ),
                        ),
                        ("not_before", models.DateTimeField(blank=True, null=True)),
                        ("error", models.JSONField(blank=True, default=dict)),
                        ("finished_at", models.DateTimeField(blank=True, null=True)),
                        ("is_optional", models.BooleanField(default=False)),
                        (
                            "change",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="sync.change"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["change_id", "position"],
                        "indexes": [models.Index(sync.models.fields.StepSub("params"), name="sync_step_person")],
                        "constraints": [
                            models.UniqueConstraint(fields=("change", "position"), name="sync_step_position")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Revision",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.PositiveIntegerField()),
                        ("fingerprint", models.CharField(max_length=64)),
                        ("content", models.JSONField()),
                        ("gone", models.BooleanField(default=False)),
                        ("seen_at", models.DateTimeField()),
                        (
                            "origin",
                            models.CharField(
                                choices=[
                                    ("import", "First sight"),
                                    ("change", "A change of this console"),
                                    ("outside", "Changed outside this console"),
                                    ("aws", "Changed by AWS"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("accepted_at", models.DateTimeField(null=True)),
                        ("accepted_pipeline", models.CharField(blank=True, max_length=80)),
                        ("reverted_at", models.DateTimeField(null=True)),
                        (
                            "accepted_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "drift_in",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.awsaccount",
                            ),
                        ),
                        (
                            "facet",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="revisions",
                                to="sync.facet",
                            ),
                        ),
                        (
                            "reversal",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="sync.change",
                            ),
                        ),
                        (
                            "run",
                            models.ForeignKey(
                                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="sync.run"
                            ),
                        ),
                        (
                            "step",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="sync.step",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-number"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("drift_in__isnull", False)),
                                fields=["drift_in", "-seen_at", "-id"],
                                name="sync_revision_drift",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("facet", "number"), name="sync_revision_number")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PendingReread",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("region", models.CharField(blank=True, default="", max_length=32)),
                        ("kind", models.CharField(max_length=40)),
                        ("source", models.CharField(max_length=40)),
                        ("object_id", models.CharField(blank=True, max_length=400)),
                        ("arn", models.CharField(blank=True, max_length=2048)),
                        ("since", models.DateTimeField(default=django.utils.timezone.now)),
                        (
                            "aws_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.awsaccount"
                            ),
                        ),
                        (
                            "step",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="sync.step"
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                fields=["aws_account", "kind", "source"], name="sync_pendin_aws_acc_cfead9_idx"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Attempt",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.PositiveSmallIntegerField()),
                        ("started_at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("finished_at", models.DateTimeField(blank=True, null=True)),
                        ("snapshot", models.JSONField(null=True)),
                        ("outcome", models.CharField(blank=True, max_length=12)),
                        ("request_id", models.CharField(blank=True, max_length=80)),
                        ("error", models.JSONField(blank=True, default=dict)),
                        (
                            "step",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="attempts", to="sync.step"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["step_id", "number"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("request_id", ""), _negated=True),
                                fields=["request_id"],
                                name="sync_attempt_request",
                            )
                        ],
                        "constraints": [models.UniqueConstraint(fields=("step", "number"), name="sync_attempt_number")],
                    },
                ),
                migrations.CreateModel(
                    name="TrailEvent",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("event_id", models.CharField(max_length=64)),
                        ("at", models.DateTimeField()),
                        ("region", models.CharField(max_length=32)),
                        ("service", models.CharField(max_length=128)),
                        ("name", models.CharField(max_length=128)),
                        ("request_id", models.CharField(blank=True, max_length=128)),
                        (
                            "doer",
                            models.CharField(
                                choices=[
                                    ("root", "Root user"),
                                    ("user", "IAM user"),
                                    ("role", "Role"),
                                    ("person", "Person of Identity Center"),
                                    ("federated", "Federated user"),
                                    ("service", "AWS service"),
                                    ("account", "Another AWS account"),
                                    ("unknown", "Unknown"),
                                ],
                                max_length=9,
                            ),
                        ),
                        ("called", models.CharField(blank=True, max_length=256)),
                        ("unique_id", models.CharField(blank=True, max_length=128)),
                        ("tool", models.CharField(blank=True, max_length=80)),
                        ("personal", models.TextField(blank=True)),
                        ("with_our_role", models.BooleanField(default=False)),
                        ("reported", models.BooleanField(default=False)),
                        (
                            "aws_account",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="accounts.awsaccount",
                            ),
                        ),
                        (
                            "step",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="sync.step",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("personal", ""), _negated=True),
                                fields=["at"],
                                name="sync_trailevent_personal",
                            ),
                            models.Index(
                                condition=models.Q(("with_our_role", True)),
                                fields=["aws_account"],
                                name="sync_trailevent_ours",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("aws_account", "event_id"), name="sync_trailevent_id")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Authorship",
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
                                choices=[
                                    ("waiting", "CloudTrail hasn’t told yet"),
                                    ("reported", "Reported by an event that CloudTrail hasn’t confirmed yet"),
                                    ("found", "Known"),
                                    ("nobody", "CloudTrail has nothing"),
                                    ("denied", "Not read: AWS doesn’t let this console ask CloudTrail"),
                                    ("too_old", "Older than CloudTrail’s history"),
                                ],
                                default="waiting",
                                max_length=8,
                            ),
                        ),
                        ("partly", models.BooleanField(default=False)),
                        ("by_name_only", models.BooleanField(default=False)),
                        ("exactly", models.BooleanField(default=False)),
                        ("asked_at", models.DateTimeField(null=True)),
                        ("weighed_at", models.DateTimeField(null=True)),
                        ("not_accepted_why", models.CharField(blank=True, max_length=300)),
                        (
                            "aws_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.awsaccount"
                            ),
                        ),
                        (
                            "revision",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="authorship",
                                to="sync.revision",
                            ),
                        ),
                        ("events", models.ManyToManyField(related_name="authorships", to="sync.trailevent")),
                    ],
                ),
                migrations.CreateModel(
                    name="TrailQuestion",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("region", models.CharField(blank=True, default="", max_length=32)),
                        ("kind", models.CharField(max_length=40)),
                        ("object_id", models.CharField(max_length=400)),
                        ("next_at", models.DateTimeField()),
                        ("tries", models.PositiveSmallIntegerField(default=0)),
                        ("error", models.JSONField(blank=True, default=dict)),
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
                        "indexes": [models.Index(fields=["next_at"], name="sync_trailq_next_at_5c6799_idx")],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "region", "kind", "object_id"),
                                name="sync_trailquestion_of_object",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AcceptedPipeline",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=80)),
                        ("role_id", models.CharField(max_length=128)),
                        ("role_name", models.CharField(max_length=64)),
                        ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("ended_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "aws_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="accepted_pipelines",
                                to="accounts.awsaccount",
                            ),
                        ),
                        (
                            "made_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["name"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("ended_at__isnull", True)),
                                fields=("aws_account", "role_id"),
                                name="sync_acceptedpipeline_of_role",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ActivityAnswer",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("kind", models.CharField(max_length=40)),
                        ("object_id", models.CharField(max_length=400)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("waiting", "Being asked"),
                                    ("answered", "Answered"),
                                    ("failed", "Not answered"),
                                ],
                                default="waiting",
                                max_length=8,
                            ),
                        ),
                        ("asked_at", models.DateTimeField()),
                        ("claimed_at", models.DateTimeField(null=True)),
                        ("answered_at", models.DateTimeField(null=True)),
                        ("calls", models.TextField(blank=True)),
                        ("more", models.BooleanField(default=False)),
                        ("error", models.JSONField(blank=True, default=dict)),
                        (
                            "asked_by",
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
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="accounts.awsaccount",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "kind", "object_id"), name="sync_activityanswer_of_object"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="BreakGlass",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("reason", models.TextField()),
                        ("at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("void", models.BooleanField(default=False)),
                        ("reviewed_at", models.DateTimeField(blank=True, null=True)),
                        ("review", models.TextField(blank=True)),
                        (
                            "operator",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "reviewed_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "change",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="broken_glass",
                                to="sync.change",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "broken glasses",
                        "ordering": ["at", "pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("void", False)), fields=("change",), name="sync_glass_broken_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Approval",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("approved", models.BooleanField()),
                        ("digest", models.CharField(max_length=64)),
                        ("span_digest", models.CharField(blank=True, max_length=64)),
                        ("comment", models.TextField(blank=True)),
                        ("at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("void", models.BooleanField(default=False)),
                        ("alone", models.BooleanField(default=False)),
                        (
                            "operator",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "change",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="approvals", to="sync.change"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["at"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("void", False)),
                                fields=("change", "operator"),
                                name="sync_approval_one_each",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="EventQueue",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("region", models.CharField(max_length=32, verbose_name="Region")),
                        ("name", models.CharField(max_length=80)),
                        ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("next_at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("asked_at", models.DateTimeField(null=True)),
                        ("error", models.JSONField(blank=True, default=dict)),
                        ("failing_since", models.DateTimeField(null=True)),
                        ("received_at", models.DateTimeField(null=True)),
                        ("event_at", models.DateTimeField(null=True)),
                        ("late_s", models.PositiveIntegerField(null=True)),
                        ("events", models.PositiveBigIntegerField(default=0)),
                        ("refused", models.PositiveBigIntegerField(default=0)),
                        ("refused_why", models.CharField(blank=True, max_length=200)),
                        ("refused_at", models.DateTimeField(null=True)),
                        (
                            "aws_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="event_queues",
                                to="accounts.awsaccount",
                            ),
                        ),
                        (
                            "made_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["next_at"], name="sync_eventq_next_at_824675_idx")],
                        "constraints": [
                            models.UniqueConstraint(fields=("aws_account", "region"), name="sync_eventqueue_of_region")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Fact",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("kind", models.CharField(max_length=40)),
                        ("object_id", models.CharField(max_length=400)),
                        ("name", models.CharField(max_length=40)),
                        ("value", models.JSONField()),
                        ("sort_key", models.CharField(blank=True, db_index=True, max_length=80)),
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
                                fields=("aws_account", "kind", "object_id", "name"), name="sync_fact_of_object"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LabelRemoval",
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
                                choices=[
                                    ("pending", "Waits for a second person"),
                                    ("agreed", "Agreed"),
                                    ("refused", "Refused"),
                                ],
                                default="pending",
                                max_length=8,
                            ),
                        ),
                        ("reason", models.TextField(blank=True)),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("decided_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "author",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "aws_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="label_removals",
                                to="accounts.awsaccount",
                            ),
                        ),
                        (
                            "decided_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "label",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="removals",
                                to="accounts.accountlabel",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state", "pending")),
                                fields=("label", "aws_account"),
                                name="sync_label_removal_one_pending",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Lease",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("object_key", models.CharField(max_length=500)),
                        ("taken_at", models.DateTimeField(default=django.utils.timezone.now)),
                        (
                            "aws_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.awsaccount"
                            ),
                        ),
                        (
                            "change",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="leases", to="sync.change"
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("aws_account", "object_key"), name="sync_lease_of_object")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ObjectHint",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("region", models.CharField(blank=True, default="", max_length=32)),
                        ("kind", models.CharField(blank=True, max_length=40)),
                        ("object_id", models.CharField(blank=True, max_length=400)),
                        ("source", models.CharField(blank=True, max_length=40)),
                        ("name", models.CharField(blank=True, max_length=256)),
                        ("arn", models.CharField(blank=True, max_length=2048)),
                        ("hinted_at", models.DateTimeField()),
                        ("newest_at", models.DateTimeField()),
                        ("next_at", models.DateTimeField()),
                        ("tries", models.PositiveSmallIntegerField(default=0)),
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
                        "indexes": [models.Index(fields=["next_at"], name="sync_object_next_at_9eff60_idx")],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "region", "kind", "object_id", "source"),
                                name="sync_objecthint_of_object",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="OverriddenObject",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("kind", models.CharField(max_length=40)),
                        ("object_id", models.CharField(max_length=400)),
                        (
                            "aws_account",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="accounts.awsaccount",
                            ),
                        ),
                        (
                            "override",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="objects_overridden",
                                to="sync.override",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["pk"],
                        "indexes": [
                            models.Index(fields=["aws_account", "kind", "object_id"], name="sync_overridden_object")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="OwnershipRule",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("position", models.PositiveIntegerField()),
                        (
                            "matches",
                            models.CharField(
                                choices=[("tag", "Tag"), ("path", "Path"), ("name", "Name")], max_length=4
                            ),
                        ),
                        ("tag_key", models.CharField(blank=True, max_length=128)),
                        ("pattern", models.CharField(max_length=512)),
                        (
                            "ownership",
                            models.CharField(
                                choices=[
                                    ("managed", "Managed here"),
                                    ("read_only", "Read-only: somebody else manages it"),
                                    ("ignored", "Ignored: hidden from lists and drift"),
                                ],
                                max_length=9,
                            ),
                        ),
                        (
                            "aws_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="ownership_rules",
                                to="accounts.awsaccount",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["position"],
                        "constraints": [
                            models.UniqueConstraint(fields=("aws_account", "position"), name="sync_ownership_position")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ReceivedEvent",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("event_id", models.CharField(max_length=64)),
                        ("at", models.DateTimeField()),
                        ("received_at", models.DateTimeField()),
                        ("record", models.TextField(blank=True)),
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
                        "indexes": [
                            models.Index(
                                condition=models.Q(("record", ""), _negated=True),
                                fields=["aws_account", "at"],
                                name="sync_receivedevent_told",
                            ),
                            models.Index(fields=["received_at"], name="sync_receiv_receive_e8b9a4_idx"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("aws_account", "event_id"), name="sync_receivedevent_id")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Region",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=32)),
                        ("enabled", models.BooleanField()),
                        ("opt_in", models.BooleanField(default=False)),
                        ("checked_at", models.DateTimeField()),
                        (
                            "aws_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="regions",
                                to="accounts.awsaccount",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["name"],
                        "constraints": [
                            models.UniqueConstraint(fields=("aws_account", "name"), name="sync_region_once")
                        ],
                    },
                ),
            ],
        ),
    ]
