"""What people decide about a change, and say to it, beside their approvals."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.utils import timezone

from accounts.models import AwsAccount, Risk
from sync.models.changes import Change


class ApprovalDemand(models.Model):
    """An approval rule of the AWS account, as it was in force when the change was proposed (accounts.ApprovalRule)."""

    change = models.ForeignKey(Change, models.CASCADE, related_name="demands")
    risk = models.CharField(max_length=12, choices=Risk, blank=True)
    approvals = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=12, blank=True)
    group = models.ForeignKey(Group, models.SET_NULL, null=True, blank=True, related_name="+")
    group_name = models.CharField(max_length=150, blank=True)  # stays when the group is gone
    # Of another AWS account, in which the change takes or gives access; None: of its own.
    of_account = models.ForeignKey(AwsAccount, models.CASCADE, null=True, blank=True, related_name="+")

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


class BreakGlass(models.Model):
    """An owner applied a change without the approvals that it needed. Open until somebody else has reviewed it."""

    change = models.ForeignKey(Change, models.PROTECT, related_name="broken_glass")
    operator = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.TextField()
    at = models.DateTimeField(default=timezone.now)
    void = models.BooleanField(default=False)  # the change was turned back before anything was sent
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True, blank=True)
    review = models.TextField(blank=True)

    class Meta:
        ordering = ["at", "pk"]
        verbose_name_plural = "broken glasses"
        constraints = [
            models.UniqueConstraint(fields=["change"], condition=models.Q(void=False), name="sync_glass_broken_once"),
        ]

    def __str__(self) -> str:
        return f"{self.operator} for change {self.change_id}"


class Override(models.Model):
    """Somebody lets a change touch what is protected or what code owns, or through guard rails; for these findings and
    no others."""

    change = models.ForeignKey(Change, models.PROTECT, related_name="overrides")
    operator = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.TextField()
    findings = models.JSONField()  # as Change.findings keeps them
    at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True)  # when one of what code owns ends

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.operator} for change {self.change_id}"

    @property
    def is_of_guard_rails(self) -> bool:
        return any(finding["severity"] == "guarded" for finding in self.findings)

    @property
    def is_of_code(self) -> bool:
        return self.until is not None


class OverriddenObject(models.Model):
    """An object that code owns, and of which a change is let through until the override ends."""

    override = models.ForeignKey(Override, models.CASCADE, related_name="objects_overridden")
    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=40)
    object_id = models.CharField(max_length=400)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["aws_account", "kind", "object_id"], name="sync_overridden_object")]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id} by override {self.override_id}"


class LeftOutChange(models.Model):
    """A change across AWS accounts goes on without this one of its changes, which is an ordinary one from then on."""

    change = models.OneToOneField(Change, models.PROTECT, related_name="left_out")
    operator = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.TextField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "pk"]
        verbose_name_plural = "left out changes"

    def __str__(self) -> str:
        return f"Change {self.change_id} by {self.operator}"


class DryRun(models.Model):
    """A look at AWS with the plan in hand, by which nothing is written. Ended when it has `finished_at`."""

    change = models.ForeignKey(Change, models.CASCADE, related_name="dry_runs")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    touched_at = models.DateTimeField(auto_now=True)  # a worker's sign of life
    finished_at = models.DateTimeField(null=True, blank=True)
    steps = models.JSONField(default=list, blank=True)  # [{"position", "outcome", "sentence"}]
    permissions = models.JSONField(default=list, blank=True)  # [{"action", "resource", "state", "detail"}]
    error = models.JSONField(default=dict, blank=True)  # why nothing could be looked at

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.pk} of change {self.change_id}"


class HeldDecision(models.Model):
    """What an owner decided about a change that was open when the queue was put on hold; gone when it is released.

    Where the change needed approvals, somebody else has to confirm it before anything comes of it.
    """

    class Choice(models.TextChoices):
        RELEASE = "release", "Release"  # it goes on when the queue is released
        DONE = "done", "Mark as done"
        GIVE_UP = "give_up", "Give up"

    change = models.OneToOneField(Change, models.CASCADE, related_name="held_decision")
    choice = models.CharField(max_length=8, choices=Choice)
    reason = models.TextField()
    done_positions = models.JSONField(default=list)  # of the steps that AWS showed as done
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(default=timezone.now)
    is_in_force = models.BooleanField(default=False)  # nobody has to confirm it any more

    def __str__(self) -> str:
        return f"{self.get_choice_display()} change {self.change_id}"
