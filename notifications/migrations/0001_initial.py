import datetime

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import accounts.names
import iamconsole.create_tables


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
                    name="NotificationRoute",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("choices", models.JSONField(blank=True, default=dict)),
                        (
                            "least_severity",
                            models.CharField(
                                choices=[
                                    ("critical", "Critical only"),
                                    ("high", "High and critical"),
                                    ("medium", "Medium and worse"),
                                    ("low", "All"),
                                ],
                                default="high",
                                max_length=8,
                                verbose_name="findings from",
                            ),
                        ),
                        ("digest_at", models.TimeField(default=datetime.time(8, 0), verbose_name="digest at")),
                        ("quiet_from", models.TimeField(blank=True, null=True, verbose_name="quiet from")),
                        ("quiet_until", models.TimeField(blank=True, null=True, verbose_name="quiet until")),
                        ("time_zone", models.CharField(default="UTC", max_length=64, verbose_name="time zone")),
                        ("failing_since", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("failed_as", models.CharField(blank=True, editable=False, max_length=300)),
                        ("uid", models.CharField(editable=False, max_length=32, unique=True)),
                        ("name", models.CharField(max_length=80, validators=[accounts.names.on_one_line])),
                        (
                            "channel",
                            models.CharField(
                                choices=[
                                    ("webhook", "Signed webhook"),
                                    ("slack", "Slack"),
                                    ("teams", "Microsoft Teams"),
                                    ("mail", "E-mail"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("is_on", models.BooleanField(default=True, verbose_name="on")),
                        ("off_because", models.CharField(blank=True, editable=False, max_length=300)),
                        ("host", models.CharField(editable=False, max_length=300)),
                        ("address", models.TextField(editable=False)),
                        ("secret", models.TextField(blank=True, editable=False)),
                        ("secret_shown_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("former_secret", models.TextField(blank=True, editable=False)),
                        ("former_until", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("unkept_since", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        (
                            "aws_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="notification_routes",
                                to="accounts.awsaccount",
                            ),
                        ),
                        (
                            "kept_by",
                            models.ForeignKey(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["name", "pk"],
                        "constraints": [
                            models.UniqueConstraint(fields=("aws_account", "name"), name="notifications_route_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="NotifiedEvent",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("kind", models.CharField(max_length=40)),
                        ("severity", models.CharField(blank=True, max_length=8)),
                        ("title", models.CharField(max_length=300)),
                        ("text", models.CharField(blank=True, max_length=1000)),
                        ("path", models.CharField(blank=True, max_length=300)),
                        ("data", models.JSONField(blank=True, default=dict)),
                        ("at", models.DateTimeField()),
                        ("key", models.CharField(editable=False, max_length=120, null=True, unique=True)),
                        (
                            "aws_account",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="accounts.awsaccount",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["at"], name="notificatio_at_914c13_idx")],
                    },
                ),
                migrations.CreateModel(
                    name="Delivery",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("message_id", models.CharField(max_length=40, unique=True)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("waiting", "Waiting"),
                                    ("sending", "Being sent"),
                                    ("delivered", "Accepted"),
                                    ("failed", "Failed"),
                                    ("unknown", "Outcome unknown"),
                                    ("dropped", "Not sent"),
                                ],
                                default="waiting",
                                max_length=9,
                            ),
                        ),
                        ("by_kind", models.CharField(max_length=40)),
                        ("is_digest", models.BooleanField(default=False)),
                        ("created_at", models.DateTimeField()),
                        ("not_before", models.DateTimeField()),
                        ("tries", models.PositiveSmallIntegerField(default=0)),
                        ("said", models.CharField(blank=True, max_length=300)),
                        ("claim", models.CharField(blank=True, max_length=32)),
                        ("claimed_at", models.DateTimeField(null=True)),
                        ("ended_at", models.DateTimeField(null=True)),
                        (
                            "lead",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="followers",
                                to="notifications.delivery",
                            ),
                        ),
                        (
                            "operator",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "route",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="deliveries",
                                to="notifications.notificationroute",
                            ),
                        ),
                        (
                            "event",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="deliveries",
                                to="notifications.notifiedevent",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "deliveries",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "waiting")),
                                fields=["not_before", "id"],
                                name="notifications_due",
                            ),
                            models.Index(
                                condition=models.Q(("state", "sending")),
                                fields=["claimed_at"],
                                name="notifications_claimed",
                            ),
                            models.Index(fields=["operator", "-id"], name="notifications_of_operator"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("operator__isnull", False), ("route__isnull", True)),
                                    models.Q(("operator__isnull", True), ("route__isnull", False)),
                                    _connector="OR",
                                ),
                                name="notifications_one_recipient",
                            ),
                            models.UniqueConstraint(fields=("event", "operator"), name="notifications_once_operator"),
                            models.UniqueConstraint(fields=("event", "route"), name="notifications_once_route"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="OperatorNotifications",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("choices", models.JSONField(blank=True, default=dict)),
                        (
                            "least_severity",
                            models.CharField(
                                choices=[
                                    ("critical", "Critical only"),
                                    ("high", "High and critical"),
                                    ("medium", "Medium and worse"),
                                    ("low", "All"),
                                ],
                                default="high",
                                max_length=8,
                                verbose_name="findings from",
                            ),
                        ),
                        ("digest_at", models.TimeField(default=datetime.time(8, 0), verbose_name="digest at")),
                        ("quiet_from", models.TimeField(blank=True, null=True, verbose_name="quiet from")),
                        ("quiet_until", models.TimeField(blank=True, null=True, verbose_name="quiet until")),
                        ("time_zone", models.CharField(default="UTC", max_length=64, verbose_name="time zone")),
                        ("failing_since", models.DateTimeField(blank=True, editable=False, null=True)),
                        ("failed_as", models.CharField(blank=True, editable=False, max_length=300)),
                        ("weekly_report", models.BooleanField(default=False, verbose_name="weekly report")),
                        ("weekly_at", models.DateTimeField(blank=True, editable=False, null=True)),
                        (
                            "aws_accounts",
                            models.ManyToManyField(
                                blank=True,
                                help_text="None: all that the operator may see.",
                                related_name="+",
                                to="accounts.awsaccount",
                            ),
                        ),
                        (
                            "operator",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="notifications",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "notifications of operators",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("weekly_report", True)),
                                fields=["weekly_at"],
                                name="notifications_weekly_due",
                            )
                        ],
                    },
                ),
            ],
        ),
    ]
