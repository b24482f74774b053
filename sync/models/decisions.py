"""What people decide about a change, and say to it, beside their approvals."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.utils import timezone

from accounts.risk import Risk
from sync.models.changes import Change


class ApprovalDemand(models.Model):
    """An approval rule of the AWS account, as it was in force when the change was proposed (accounts.ApprovalRule)."""

    change = models.ForeignKey(Change, models.CASCADE, related_name="demands")
    risk = models.CharField(max_length=12, choices=Risk)
    approvals = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=12, blank=True)
    group = models.ForeignKey(Group, models.SET_NULL, null=True, blank=True, related_name="+")
    group_name = models.CharField(max_length=150, blank=True)  # stays when the group is gone

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.approvals} of {self.role or self.group_name or 'anybody'} for change {self.change_id}"


class Comment(models.Model):
    """A word to a change, which decides nothing."""

    change = models.ForeignKey(Change, models.PROTECT, related_name="comments")
    operator = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.TextField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.operator} on change {self.change_id}"
