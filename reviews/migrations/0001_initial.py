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
        ("sync", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        iamconsole.create_tables.CreateTables(
            operations=[
                migrations.CreateModel(
                    name="ReviewPart",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("finished_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "review",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="parts", to="reviews.review"
                            ),
                        ),
                        (
                            "reviewer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="review_parts",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["pk"],
                        "constraints": [
                            models.UniqueConstraint(fields=("review", "reviewer"), name="review_part_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ReviewReport",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                        ("content", models.JSONField()),
                        ("sha256", models.CharField(max_length=64)),
                        (
                            "aws_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.awsaccount"
                            ),
                        ),
                        (
                            "review",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="reports", to="reviews.review"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["pk"],
                        "constraints": [
                            models.UniqueConstraint(fields=("review", "aws_account"), name="review_report_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Review",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("title", models.CharField(max_length=120, validators=[accounts.names.on_one_line])),
                        ("sources", models.JSONField(default=list)),
                        (
                            "only",
                            models.CharField(
                                choices=[
                                    ("all", "All of them"),
                                    ("writing", "Those that can write or change permissions"),
                                    ("powerful", "Those of administrators, and of who can become one"),
                                ],
                                default="all",
                                max_length=10,
                            ),
                        ),
                        ("groups", models.JSONField(blank=True, default=list)),
                        ("due_at", models.DateTimeField()),
                        ("started_at", models.DateTimeField(default=django.utils.timezone.now)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("open", "Open"),
                                    ("finished", "Finished"),
                                    ("ended", "Ended without a result"),
                                ],
                                default="open",
                                max_length=8,
                            ),
                        ),
                        ("closed_at", models.DateTimeField(blank=True, null=True)),
                        ("aws_accounts", models.ManyToManyField(related_name="reviews", to="accounts.awsaccount")),
                        (
                            "closed_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "started_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-pk"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "open")), fields=["due_at"], name="reviews_open_by_due"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ReviewedGrant",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("source", models.CharField(max_length=40)),
                        ("key", models.CharField(max_length=1000)),
                        ("fingerprint", models.CharField(blank=True, max_length=400)),
                        ("holder_kind", models.CharField(max_length=64)),
                        ("holder_id", models.CharField(max_length=400)),
                        ("holder_name", models.CharField(blank=True, max_length=256)),
                        ("what", models.CharField(max_length=256)),
                        ("since", models.DateTimeField(blank=True, null=True)),
                        ("level", models.CharField(blank=True, max_length=12)),
                        (
                            "power",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("", "Neither"),
                                    ("can_become", "Can become administrator"),
                                    ("administrator", "Administrator"),
                                ],
                                max_length=14,
                            ),
                        ),
                        ("risk", models.PositiveSmallIntegerField(default=0)),
                        (
                            "use",
                            models.CharField(
                                choices=[
                                    ("unknown", "Unknown"),
                                    ("untracked", "Not tracked by AWS"),
                                    ("nobody", "Nobody has it"),
                                    ("never", "Never"),
                                    ("used", "Used"),
                                ],
                                default="unknown",
                                max_length=9,
                            ),
                        ),
                        ("last_used_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "moved",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("", ""),
                                    ("own", "It is access of the one who would have decided"),
                                    ("left", "Who was to decide has left"),
                                    ("passed", "Somebody passed it on"),
                                ],
                                max_length=6,
                            ),
                        ),
                        (
                            "decision",
                            models.CharField(
                                blank=True,
                                choices=[("", "No decision"), ("keep", "Keep"), ("revoke", "Revoke")],
                                max_length=6,
                            ),
                        ),
                        ("reason", models.TextField(blank=True)),
                        ("decided_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "outcome",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("", ""),
                                    ("staged", "In the change"),
                                    ("gone", "Gone before the review was finished"),
                                    ("in_code", "Owned by code: as a patch of that"),
                                    ("left_out", "Not in the change"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("why", models.CharField(blank=True, max_length=1000)),
                        (
                            "aws_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.awsaccount"
                            ),
                        ),
                        (
                            "change",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="sync.change",
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
                            "previous",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="reviews.reviewedgrant",
                            ),
                        ),
                        (
                            "review",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="grants", to="reviews.review"
                            ),
                        ),
                        (
                            "reviewer",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["pk"],
                        "indexes": [
                            models.Index(fields=["review", "-risk", "-id"], name="reviewed_by_risk"),
                            models.Index(fields=["review", "reviewer", "decision"], name="reviewed_by_reviewer"),
                            models.Index(fields=["aws_account", "source", "holder_id"], name="reviewed_before"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("review", "aws_account", "source", "key"), name="reviewed_grant_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("decision", "revoke"), _negated=True),
                                    models.Q(("reason", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="revoked_with_a_reason",
                            ),
                        ],
                    },
                ),
            ],
        ),
    ]
