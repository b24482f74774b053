"""Who may review what an owner applied without its approvals (sync/changes/emergency.py)."""

from __future__ import annotations

from accounts.access import may, who_may
from accounts.models import Operator
from accounts.roles import APPROVE
from sync.models import BreakGlass, Change

NOBODY_REVIEWS = (
    "Nobody else may review it as things are: an owner has to give somebody else the role approver or owner in this "
    "AWS account."
)


def to_review(change: Change) -> BreakGlass | None:
    glass = change.broken_glass.filter(void=False, reviewed_at=None)
    return glass.select_related("operator", "change__aws_account").first()


def nobody_reviews(change: Change, breaker: Operator) -> str:
    """What to do where nobody is left to review what `breaker` applies without approvals; "" where somebody is."""
    others = who_may(APPROVE, change.aws_account).exclude(pk__in=_taking_part(change, breaker.pk))
    return "" if others.exists() else NOBODY_REVIEWS


def may_review(operator: Operator, glass: BreakGlass) -> bool:
    change = glass.change
    return may(operator, APPROVE, change.aws_account) and operator.pk not in _taking_part(change, glass.operator_id)


def _taking_part(change: Change, breaker_id: int) -> set[int]:
    """Who proposed it and who applied it; also who did so later, by a retry on the breaker's word."""
    return {breaker_id, change.requested_by_id, change.applied_by_id or breaker_id}
