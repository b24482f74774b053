"""A policy in the mirror and changes on it, as the tests of pages need them: nothing here talks to AWS."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from accounts.models import AwsAccount, Operator
from policies.operations import plan_update
from sync import changes
from sync.models import Change
from sync.operations import StepSpec
from tests.services.rows import make_policy
from tests.services.statements import reports_policy


def proposed(aws_account: AwsAccount, actor: Operator, *, versions: int = 1, **about: Any) -> Change:
    """A change that edits a policy: one step, or two where all five versions are used."""
    policy = make_policy(aws_account, about.get("name", "reports-write"), versions=versions)
    steps = plan_update(policy, reports_policy("s3:GetObject", "s3:PutObject"))
    return changes.propose(
        aws_account=aws_account,
        actor=actor,
        title=about.get("title", "Give reports-writer its archive bucket"),
        reason=about.get("reason", "The nightly export moves. Ticket DATA-2217."),
        steps=steps,
    )


def proposed_deletion(aws_account: AwsAccount, actor: Operator) -> Change:
    """A destructive change: it deletes a version of a policy, and not to make room."""
    policy = make_policy(aws_account, "reports-write", versions=5)
    step = StepSpec("iam.policy.delete_version", {"policy_arn": policy.arn, "version": "v2"})
    return changes.propose(aws_account=aws_account, actor=actor, title="Tidy up", reason="", steps=[step])


def rested(change: Change, state: str, *steps: str, error: dict[str, Any] | None = None) -> Change:
    """The change as a worker would leave it: in `state`, its steps in `steps`."""
    now = timezone.now()
    for step, step_state in zip(change.steps.all(), steps, strict=True):
        step.state = step_state
        step.result = {"version": "v2"} if step_state == "done" else {}
        if step_state not in ("pending", "skipped"):
            outcome = "" if step_state == "sending" else step_state
            failed = error if step_state in ("failed", "unknown", "conflicted") else None
            step.error = failed or {}
            step.attempts.create(
                number=1,
                started_at=now,
                finished_at=None if step_state == "sending" else now,
                snapshot={"part": step.expects},
                outcome=outcome,
                request_id=f"request-{step.position}",
                error=failed or {},
            )
        step.save()
    change.state, change.error = state, error or {}
    change.queued_at = change.started_at = now
    change.finished_at = None if state in Change.MOVING else now
    change.save()
    change.lines.create(at=now, line="Claimed by a worker.")
    return change


def proposed_for_approval(aws_account: AwsAccount, actor: Operator) -> Change:
    """A change that needs one approval, as others of the AWS account do from now on."""
    aws_account.approvals_required = 1
    aws_account.save()
    return proposed(aws_account, actor)
