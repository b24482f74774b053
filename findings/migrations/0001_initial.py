import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import iamconsole.create_tables


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
                    name="AccountRefresh",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("looked_at", models.DateTimeField(null=True)),
                        ("claimed_until", models.DateTimeField(null=True)),
                        ("unread", models.JSONField(blank=True, default=list)),
                        ("broken", models.JSONField(blank=True, default=list)),
                        (
                            "aws_account",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="findings_refresh",
                                to="accounts.awsaccount",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="ControlConfirmation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("control", models.CharField(max_length=40)),
                        ("passes", models.BooleanField()),
                        ("note", models.TextField(blank=True)),
                        ("at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("until", models.DateTimeField()),
                        (
                            "aws_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.awsaccount"
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "control"), name="findings_confirmation_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ControlResult",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("control", models.CharField(max_length=40)),
                        (
                            "result",
                            models.CharField(
                                choices=[("pass", "Passes"), ("fail", "Fails"), ("not_held", "Not held")], max_length=8
                            ),
                        ),
                        ("evidence", models.CharField(max_length=600)),
                        ("as_of", models.DateTimeField(null=True)),
                        ("looked_at", models.DateTimeField()),
                        (
                            "aws_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.awsaccount"
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("aws_account", "control"), name="findings_control_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Finding",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("source", models.CharField(max_length=40)),
                        ("scope", models.CharField(blank=True, max_length=460)),
                        ("rule", models.CharField(max_length=80)),
                        (
                            "severity",
                            models.CharField(
                                choices=[
                                    ("critical", "Critical"),
                                    ("high", "High"),
                                    ("medium", "Medium"),
                                    ("low", "Low"),
                                ],
                                max_length=8,
                            ),
                        ),
                        (
                            "found_severity",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("critical", "Critical"),
                                    ("high", "High"),
                                    ("medium", "Medium"),
                                    ("low", "Low"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("kind", models.CharField(max_length=40)),
                        ("object_id", models.CharField(max_length=400)),
                        ("region", models.CharField(blank=True, default="", max_length=32)),
                        ("name", models.CharField(blank=True, max_length=256)),
                        ("sentence", models.CharField(max_length=600)),
                        ("fingerprint", models.CharField(max_length=64)),
                        ("evidence", models.JSONField(blank=True, default=dict)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("open", "Open"),
                                    ("muted", "Muted"),
                                    ("accepted", "Accepted"),
                                    ("mended", "Mended"),
                                    ("off", "Its rule is off"),
                                ],
                                default="open",
                                max_length=8,
                            ),
                        ),
                        ("state_since", models.DateTimeField()),
                        ("first_seen", models.DateTimeField()),
                        ("last_seen", models.DateTimeField()),
                        ("mended_at", models.DateTimeField(blank=True, null=True)),
                        ("mute_reason", models.TextField(blank=True)),
                        ("muted_at", models.DateTimeField(blank=True, null=True)),
                        ("muted_until", models.DateTimeField(blank=True, null=True)),
                        ("is_accepted", models.BooleanField(default=False)),
                        ("owner_tag", models.CharField(blank=True, max_length=256)),
                        ("owner_name", models.CharField(blank=True, max_length=256)),
                        (
                            "rank",
                            models.GeneratedField(
                                db_persist=True,
                                expression=models.Case(
                                    models.When(severity="critical", then=models.Value(0)),
                                    models.When(severity="high", then=models.Value(1)),
                                    models.When(severity="medium", then=models.Value(2)),
                                    models.When(severity="low", then=models.Value(3)),
                                    default=models.Value(3),
                                    output_field=models.PositiveSmallIntegerField(),
                                ),
                                output_field=models.PositiveSmallIntegerField(),
                            ),
                        ),
                        (
                            "by_rule",
                            models.GeneratedField(
                                db_persist=True,
                                expression=django.db.models.functions.text.Concat(
                                    models.Case(
                                        models.When(severity="critical", then=models.Value("0")),
                                        models.When(severity="high", then=models.Value("1")),
                                        models.When(severity="medium", then=models.Value("2")),
                                        models.When(severity="low", then=models.Value("3")),
                                        default=models.Value("3"),
                                        output_field=models.CharField(max_length=1),
                                    ),
                                    models.F("rule"),
                                ),
                                output_field=models.CharField(max_length=90),
                            ),
                        ),
                        (
                            "by_object",
                            models.GeneratedField(
                                db_persist=True,
                                expression=django.db.models.functions.text.Concat(
                                    django.db.models.functions.text.Lower("name"),
                                    models.Value("\n"),
                                    models.F("kind"),
                                    models.Value("\n"),
                                    models.F("object_id"),
                                ),
                                output_field=models.CharField(max_length=700),
                            ),
                        ),
                        (
                            "aws_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="findings",
                                to="accounts.awsaccount",
                            ),
                        ),
                        (
                            "muted_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "owner_group",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="auth.group",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["pk"],
                        "indexes": [
                            models.Index(fields=["aws_account", "source", "scope"], name="findings_scope"),
                            models.Index(fields=["aws_account", "kind", "object_id", "rule"], name="findings_object"),
                            models.Index(fields=["aws_account", "rule", "state"], name="findings_rule"),
                            models.Index(
                                condition=models.Q(("state", "muted")),
                                fields=["muted_until"],
                                name="findings_mute_ends",
                            ),
                            models.Index(
                                condition=models.Q(("state", "mended")), fields=["mended_at"], name="findings_mended"
                            ),
                            models.Index(fields=["aws_account", "state", "rank", "id"], name="findings_rank"),
                            models.Index(fields=["aws_account", "state", "by_rule", "id"], name="findings_by_rule"),
                            models.Index(fields=["aws_account", "state", "by_object", "id"], name="findings_by_object"),
                            models.Index(
                                fields=["aws_account", "state", "owner_name", "id"], name="findings_owner_name"
                            ),
                            models.Index(
                                fields=["aws_account", "state", "first_seen", "id"], name="findings_first_seen"
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("aws_account", "fingerprint"), name="findings_fingerprint")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="FindingDay",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("day", models.DateField()),
                        ("critical", models.PositiveIntegerField()),
                        ("high", models.PositiveIntegerField()),
                        ("medium", models.PositiveIntegerField()),
                        ("low", models.PositiveIntegerField()),
                        (
                            "aws_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.awsaccount"
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("aws_account", "day"), name="findings_day_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RuleSetting",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("rule", models.CharField(max_length=80)),
                        ("is_off", models.BooleanField(default=False)),
                        (
                            "severity",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("critical", "Critical"),
                                    ("high", "High"),
                                    ("medium", "Medium"),
                                    ("low", "Low"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("reason", models.TextField(blank=True)),
                        ("set_at", models.DateTimeField(default=django.utils.timezone.now)),
                        (
                            "aws_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.awsaccount"
                            ),
                        ),
                        (
                            "set_by",
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
                        "constraints": [
                            models.UniqueConstraint(fields=("aws_account", "rule"), name="findings_rule_set_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RuleTally",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("rule", models.CharField(max_length=80)),
                        ("severity", models.CharField(max_length=8)),
                        ("findings", models.PositiveIntegerField()),
                        ("objects_with", models.PositiveIntegerField()),
                        ("names", models.JSONField(default=list)),
                        ("sentence", models.CharField(blank=True, max_length=600)),
                        (
                            "aws_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.awsaccount"
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "rule", "severity"), name="findings_tally_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SavedFindingsView",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=60)),
                        ("query", models.CharField(blank=True, max_length=1000)),
                        ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                        (
                            "aws_account",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="accounts.awsaccount",
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
                            models.UniqueConstraint(
                                fields=("operator", "aws_account", "name"),
                                name="findings_view_once",
                                nulls_distinct=False,
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ScopeLook",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("source", models.CharField(max_length=40)),
                        ("scope", models.CharField(blank=True, max_length=460)),
                        ("stamp", models.CharField(max_length=64)),
                        ("began_at", models.DateTimeField()),
                        (
                            "aws_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.awsaccount"
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("aws_account", "source", "scope"), name="findings_scope_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SourceLook",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("source", models.CharField(max_length=40)),
                        ("looked_at", models.DateTimeField(null=True)),
                        ("error", models.CharField(blank=True, max_length=400)),
                        ("failing_since", models.DateTimeField(null=True)),
                        (
                            "aws_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.awsaccount"
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("aws_account", "source"), name="findings_source_once")
                        ],
                    },
                ),
            ],
        ),
    ]
