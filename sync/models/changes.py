"""Change → Step → Attempt: an operator's intent in one AWS account, its ordered steps, each try to send one."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import AwsAccount
from sync.models.fields import StepSub


class SpanningChange(models.Model):
    """An intent in several AWS accounts of one organization: an ordinary change in each, carried out in waves.

    Its state is that of these changes (sync/spanning/state.py); here stands only what its operators decided.
    """

    organization_id = models.CharField(max_length=34)  # o-…
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    released_from = models.GenericIPAddressField(null=True, blank=True)  # of the request by which they did
    released_at = models.DateTimeField(null=True, blank=True)
    halted_at = models.DateTimeField(null=True, blank=True)  # no change of it is begun until it is resumed
    cancelled_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)  # nothing more is begun
    reverses = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="reversed_by")

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["finished_at"], condition=models.Q(finished_at=None), name="sync_spanning_open")
        ]

    def __str__(self) -> str:
        return f"Change {self.pk} across AWS accounts"

    @property
    def is_open(self) -> bool:
        """Whether it still says when its changes are begun."""
        return self.cancelled_at is None and self.finished_at is None


class Change(models.Model):
    searched = ("title", "does")

    class State(models.TextChoices):
        AWAITING_GRANT = "awaiting_grant", "Waiting for its grant"  # the end of temporary access
        PROPOSED = "proposed", "Proposed"
        APPROVED = "approved", "Approved"
        REJECTED = "rejected", "Rejected"
        EXPIRED = "expired", "Expired"
        SCHEDULED = "scheduled", "Scheduled"
        QUEUED = "queued", "Queued"
        APPLYING = "applying", "Applying"
        WAITING = "waiting", "Waiting for another change"
        APPLIED = "applied", "Applied"
        FAILED = "failed", "Failed"
        UNKNOWN = "unknown", "Unknown outcome"
        CONFLICTED = "conflicted", "Conflicted"
        CANCELLED = "cancelled", "Cancelled"

    # Somebody may still approve, reject or apply it.
    UNDECIDED = (State.PROPOSED, State.APPROVED)
    # A worker may take it.
    CLAIMABLE = (State.QUEUED, State.WAITING)
    # A worker has it or should have.
    MOVING = (State.QUEUED, State.APPLYING, State.WAITING)
    # It was stopped in the middle, and waits for its people.
    STUCK = (State.FAILED, State.CONFLICTED, State.UNKNOWN)
    # Nobody applies it any more.
    GIVEN_UP = (State.REJECTED, State.EXPIRED, State.CANCELLED)
    # Nothing becomes of it any more: what it needed is what was kept with it.
    OVER = (State.APPLIED, *GIVEN_UP)
    # Nothing of it was sent, unless it waits in the middle (`is_at_gate`): its plan says all.
    UNSENT = (State.AWAITING_GRANT, *UNDECIDED, State.SCHEDULED, State.REJECTED, State.EXPIRED)
    # Somebody or something still has to act on it.
    OPEN = (State.AWAITING_GRANT, *UNDECIDED, State.SCHEDULED, *MOVING, *STUCK)

    aws_account = models.ForeignKey(AwsAccount, models.PROTECT, related_name="changes")
    title = models.CharField(max_length=200)
    # What its steps do, as the console puts it: it stands beside the title, which is whatever its author typed.
    does = models.CharField(max_length=300, blank=True)
    reason = models.TextField(blank=True)
    state = models.CharField(max_length=14, choices=State, default=State.PROPOSED)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    applied_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    applied_from = models.GenericIPAddressField(null=True, blank=True)  # of the request by which they applied it
    digest = models.CharField(max_length=64)  # of the plan: what approvals sign
    approvals_required = models.PositiveSmallIntegerField(default=0)
    # All of it is looking after people (accounts.roles.CARE): no approvals but those that rules ask for.
    is_care = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    not_before = models.DateTimeField(null=True, blank=True)
    queued_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    claim = models.CharField(max_length=64, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    cancel_asked = models.BooleanField(default=False)  # stop after the step that runs
    reverses = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="reversed_by")
    # Asked for by somebody who may not propose it: others decide, and with their approvals it is applied
    # (sync/changes/requested.py). Part of the digest.
    on_request = models.BooleanField(default=False)
    # One of a change across AWS accounts, and of which of its waves, from 1; of each AWS account its newest counts.
    span = models.ForeignKey(SpanningChange, models.PROTECT, null=True, blank=True, related_name="changes")
    wave = models.PositiveSmallIntegerField(default=0)
    until = models.DateTimeField(null=True, blank=True)  # what it gives is taken away then, by its removal
    ends = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="removal")
    # No step stops the others, and what is gone or so already counts as done: it is to be quick. Part of the digest.
    independent = models.BooleanField(default=False)
    warned_at = models.DateTimeField(null=True, blank=True)  # of a removal: when its people were told that it comes
    findings = models.JSONField(default=list, blank=True)  # what the registered checks found when it was proposed
    # What the registered checks measured of it, by the name of the check: what its approvals agree to.
    measured = models.JSONField(default=dict, blank=True)
    # The blocking safeguards as its plan was made: by id the number of the version. Part of the digest.
    safeguards = models.JSONField(default=dict, blank=True)
    error = models.JSONField(default=dict, blank=True)

    # For a page: with what people are called (sync/naming.py); never stored.
    named_title = ""
    named_does = ""

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["aws_account", "state"]), models.Index(fields=["state", "heartbeat_at"])]

    def __str__(self) -> str:
        return f"{self.pk} {self.titled}"

    @property
    def says_otherwise(self) -> bool:
        """Whether what it does has to be said beside its title."""
        return self.does not in ("", self.title)

    @property
    def titled(self) -> str:
        """The title, and what it does: no title is shown without."""
        return f"{self.title} ({self.does})" if self.says_otherwise else self.title

    @property
    def is_at_gate(self) -> bool:
        """It waits in the middle, at a step that sends nothing, until something has come to pass."""
        return self.state == self.State.SCHEDULED and self.started_at is not None

    @property
    def scheduled_for(self) -> datetime | None:
        """Until when it waits before it begins; None where it doesn't, or has begun."""
        waits = self.not_before is not None and self.started_at is None and self.not_before > timezone.now()
        return self.not_before if waits else None

    @property
    def approvals_needed(self) -> int:
        """As many as were asked for when it was proposed, or, while it isn't over, as are now: whichever is more.

        The end of temporary access was approved with the access.
        """
        if self.ends_id:
            return 0
        if self.state in self.OVER or self.is_care:
            return self.approvals_required
        return max(self.approvals_required, self.aws_account.approvals_required)


class ChangeLine(models.Model):
    """What a worker or an operator did with a change, for its page. Rows: a thousand steps have three thousand."""

    change = models.ForeignKey(Change, models.CASCADE, related_name="lines")
    at = models.DateTimeField(default=timezone.now)
    line = models.TextField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.line


class Step(models.Model):
    class State(models.TextChoices):
        PENDING = "pending", "Not sent"
        SENDING = "sending", "Running"
        DONE = "done", "Done"
        ALREADY_DONE = "already_done", "Was already so"
        FAILED = "failed", "Failed"
        UNKNOWN = "unknown", "Unknown outcome"
        CONFLICTED = "conflicted", "Conflicted"
        SKIPPED = "skipped", "Not sent"
        LEFT_OUT = "left_out", "Left out"

    FINISHED = (State.DONE, State.ALREADY_DONE)
    SETTLED = (*FINISHED, State.LEFT_OUT)  # nothing of it is left to do
    STOPPED = (State.FAILED, State.UNKNOWN, State.CONFLICTED)

    change = models.ForeignKey(Change, models.PROTECT, related_name="steps")
    position = models.PositiveSmallIntegerField()  # from 1
    kind = models.CharField(max_length=60)  # of the operation, such as "iam.policy.update"
    params = models.JSONField()
    # The part of the live object that the operation depends on, as the plan expects to find it.
    part = models.CharField(max_length=400)
    expects = models.JSONField(null=True)
    before = models.JSONField(default=dict, blank=True)  # what was there before, enough to build the reverse
    result = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=12, choices=State, default=State.PENDING)
    not_before = models.DateTimeField(null=True, blank=True)
    error = models.JSONField(default=dict, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    is_optional = models.BooleanField(default=False)  # where it fails, the rest may go on without it

    class Meta:
        ordering = ["change_id", "position"]
        constraints = [models.UniqueConstraint(fields=["change", "position"], name="sync_step_position")]
        indexes = [models.Index(StepSub("params"), name="sync_step_person")]

    def __str__(self) -> str:
        return f"Step {self.position} of change {self.change_id}"


class Attempt(models.Model):
    """One try to send a step. It is written, with what was live, before anything is sent."""

    step = models.ForeignKey(Step, models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    snapshot = models.JSONField(null=True)  # the part as it was live
    outcome = models.CharField(max_length=12, blank=True)  # a Step.State, "" while it runs or when its worker died
    request_id = models.CharField(max_length=80, blank=True)
    error = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["step_id", "number"]
        constraints = [models.UniqueConstraint(fields=["step", "number"], name="sync_attempt_number")]
        indexes = [models.Index(fields=["request_id"], condition=~models.Q(request_id=""), name="sync_attempt_request")]

    def __str__(self) -> str:
        return f"Attempt {self.number} at step {self.step_id}"


class Lease(models.Model):
    """One change at a time writes an object; the others wait."""

    aws_account = models.ForeignKey(AwsAccount, models.PROTECT, related_name="+")
    object_key = models.CharField(max_length=500)  # "iam.policy:arn:aws:iam::…:policy/reports-write"
    change = models.ForeignKey(Change, models.CASCADE, related_name="leases")
    taken_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["aws_account", "object_key"], name="sync_lease_of_object")]

    def __str__(self) -> str:
        return f"{self.object_key} for change {self.change_id}"


class Approval(models.Model):
    """An approver's signature under the digest of a plan, or a refusal."""

    change = models.ForeignKey(Change, models.PROTECT, related_name="approvals")
    operator = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    approved = models.BooleanField()
    digest = models.CharField(max_length=64)
    span_digest = models.CharField(max_length=64, blank=True)  # of the change across AWS accounts that it is one of
    comment = models.TextField(blank=True)
    at = models.DateTimeField(default=timezone.now)
    void = models.BooleanField(default=False)  # withdrawn, or the plan got worse since
    # Of one's own change, as the sole approver of an AWS account (sync/changes/approvers.py).
    alone = models.BooleanField(default=False)

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(
                fields=["change", "operator"], condition=models.Q(void=False), name="sync_approval_one_each"
            )
        ]

    def __str__(self) -> str:
        return f"{self.operator} on change {self.change_id}"


class StepCounter(models.Model):
    """One row. A database that was set back has a smaller number than what stands outside it, and holds the queue."""

    ONLY = 1

    installation = models.UUIDField(default=uuid.uuid4)  # whose number it is, where others keep theirs
    number = models.PositiveBigIntegerField(default=0)
    on_hold_since = models.DateTimeField(null=True)  # nothing is sent to AWS
    on_hold_why = models.CharField(max_length=400, blank=True)
    outside = models.PositiveBigIntegerField(default=0)  # the number that stood outside when that was noticed

    def __str__(self) -> str:
        return f"{self.number} of {self.installation}"


class PendingReread(models.Model):
    """A facet that a step of ours wrote, and that AWS didn't let us read again: who reads it next knows whose it is."""

    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, related_name="+")
    region = models.CharField(max_length=32, default="", blank=True)
    kind = models.CharField(max_length=40)
    source = models.CharField(max_length=40)  # the name of the facet
    object_id = models.CharField(max_length=400, blank=True)  # "" of what the step made
    arn = models.CharField(max_length=2048, blank=True)
    step = models.ForeignKey(Step, models.CASCADE, related_name="+")
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["aws_account", "kind", "source"])]

    def __str__(self) -> str:
        return f"{self.source} of {self.kind} {self.object_id or self.arn}"


class SealedSecret(models.Model):
    """Its row goes when it was sent or seen, and at the latest at `expires_at`. Steps know it by its reference."""

    reference = models.CharField(max_length=40, unique=True)
    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, related_name="+")
    # Who typed it; or for whom AWS made it, and who alone sees it.
    operator = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    change = models.ForeignKey(Change, models.CASCADE, null=True, related_name="secrets")
    position = models.PositiveSmallIntegerField(null=True)  # of the step whose answer it is; None: it was typed
    name = models.CharField(max_length=60)  # "Secret access key"
    blob = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["expires_at"])]

    def __str__(self) -> str:
        return f"{self.name} of change {self.change_id}"
