"""What the audit trail says of changes."""

from __future__ import annotations

from typing import Any

from accounts import audit
from accounts.models import Operator
from sync.models import Change

audit.register(
    {
        "change.proposed": "proposed change {change}, {title}",
        "change.approved": "approved change {change}, {title}",
        "change.rejected": "rejected change {change}, {title}",
        "change.approval_withdrawn": "withdrew the approval of change {change}, {title}",
        "change.approvals_voided": "voided the approvals of change {change}, {title}: {why}",
        "change.apply_asked": "asked to apply change {change}, {title}",
        "change.scheduled": "scheduled change {change}, {title}",
        "change.retried": "asked to go on with change {change}, {title}",
        "change.cancel_asked": "asked to stop change {change}, {title}, after the step that runs",
        "change.cancelled": "cancelled change {change}, {title}",
        "change.expired": "let change {change}, {title}, expire",
        "change.applied": "applied change {change}, {title}",
        "change.failed": "stopped change {change}, {title}: {why}",
        "change.conflicted": "stopped change {change}, {title}: {why}",
        "change.unknown": "stopped change {change}, {title}: {why}",
        "step.done": "did step {step} of change {change}: {title}",
        "step.already_done": "found step {step} of change {change} done: {title}",
    }
)


def record(verb: str, change: Change, *, actor: Operator | None, reason: str = "", **data: Any) -> None:
    """An entry about the change itself; call it in the transaction that changes its state."""
    audit.record(
        verb,
        actor=actor,
        aws_account=change.aws_account,
        obj=("change", change.pk, change.title),
        reason=reason,
        data={"change": change.pk, "title": change.title, **data},
    )
