"""Containments: who was cut off, by which change; and the reports that were sealed of them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import AwsAccount
from sync.models import Change


class Containment(models.Model):
    """One act: a user, a role or a person is cut off by an ordinary change.

    `slug` and `object_id` say who that is, `name` what they are called; people have none here, but their id.
    """

    aws_account = models.ForeignKey(AwsAccount, models.PROTECT, related_name="containments")
    change = models.OneToOneField(Change, models.PROTECT, related_name="containment")
    slug = models.CharField(max_length=20)  # of contain.subjects.registry
    object_id = models.CharField(max_length=400)
    name = models.CharField(max_length=256, blank=True)
    key = models.CharField(max_length=128, blank=True)  # the access key id with which it began
    uncut = models.JSONField(default=list, blank=True)  # what it can't cut: contain/uncut.py
    # That of the page on which it was begun, where that is another one: in another AWS account, mostly.
    together = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="others", db_index=False)
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    begun_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["aws_account", "slug", "object_id"], name="contain_of_object"),
            models.Index(fields=["together"], name="contain_together"),
        ]

    def __str__(self) -> str:
        return f"Containment of {self.called}"

    @property
    def called(self) -> str:
        return self.name or self.object_id


class ContainmentReport(models.Model):
    """What was known of a containment at a moment. Its digest is in the audit trail; it holds no personal data."""

    containment = models.ForeignKey(Containment, models.CASCADE, related_name="reports")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    content = models.JSONField()  # as contain/reports.py makes it
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"Report of {self.made_at:%Y-%m-%d %H:%M} on {self.containment}"
