"""Which approvals of a change count, and whether an owner answers for the change in their place."""

from __future__ import annotations

from accounts.access import may
from accounts.roles import ADMINISTER, APPROVE
from sync.changes.sole_approver import decides_alone
from sync.models import Approval, Change


def valid(change: Change) -> list[Approval]:
    """Those under this very plan, not withdrawn, by others who may still give them.

    One of one's own counts as long as nobody else may approve.
    """
    given = change.approvals.filter(approved=True, void=False, digest=change.digest).select_related("operator")
    return [approval for approval in given if _counts(approval, change)]


def _counts(approval: Approval, change: Change) -> bool:
    if approval.operator_id == change.requested_by_id:
        return approval.alone and decides_alone(approval.operator, change.aws_account)
    return not approval.alone and may(approval.operator, APPROVE, change.aws_account)


def stands_in(change: Change) -> bool:
    """Whether an owner, still one, answers for the change instead of those whose approvals are missing."""
    glass = change.broken_glass.filter(void=False).select_related("operator").first()
    return glass is not None and may(glass.operator, ADMINISTER, change.aws_account)
