"""Approves and rejects changes: an approval signs the digest of the plan, and nobody approves their own change."""

from __future__ import annotations

from django.db import transaction

from accounts.models import Operator
from sync import sealed
from sync.changes import demands, temporary, verbs
from sync.changes.errors import PlanError
from sync.changes.events import OperatorEvent
from sync.changes.rows import locked, log_line
from sync.changes.rules import check
from sync.changes.sole_approver import record_alone
from sync.changes.transitions import APPROVE_ALONE, APPROVE_IT, COMMENT, REJECT, WITHDRAW
from sync.changes.valid_approvals import valid
from sync.models import Change, Comment


def approve(*, change: Change, actor: Operator, comment: str = "") -> Change:
    with locked(change.pk) as change:
        _sign(APPROVE_IT, change, actor, comment=comment)
        if not demands.unmet_demands(change, valid(change)):
            change.state = Change.State.APPROVED
        change.error = {}
        log_line(change, f"Approved by {actor}.")
        change.save(update_fields=["state", "error"])
        verbs.record("change.approved", change, actor=actor, reason=comment, digest=change.digest)
    return change


def approve_alone(*, change: Change, actor: Operator, reason: str) -> Change:
    """Approves one's own change, as its only owner (sync/changes/sole_approver.py). Raises PlanError."""
    with locked(change.pk) as change:
        _sign(APPROVE_ALONE, change, actor, comment=reason.strip())
        change.state, change.error = Change.State.APPROVED, {}
        log_line(change, f"{actor} approved it alone, as the only one who may approve.")
        change.save(update_fields=["state", "error"])
        record_alone("change.approved_alone", change, actor=actor, reason=reason)
    return change


def reject(*, change: Change, actor: Operator, comment: str) -> Change:
    with locked(change.pk) as change:
        if not comment.strip():
            raise PlanError("Say in the comment why you reject it: its requester reads that.")
        _sign(REJECT, change, actor, comment=comment)
        change.state = Change.State.REJECTED
        log_line(change, f"Rejected by {actor}.")
        sealed.erase_typed(change)
        change.save(update_fields=["state"])
        verbs.record("change.rejected", change, actor=actor, reason=comment)
        temporary.follow(change)
    return change


def withdraw_approval(*, change: Change, actor: Operator) -> Change:
    """Takes back one's own approval, as long as nobody has asked to apply the change."""
    with locked(change.pk) as change:
        check(WITHDRAW, change, actor)
        change.approvals.filter(operator=actor, approved=True, void=False).update(void=True)
        if demands.unmet_demands(change, valid(change)):
            change.state = Change.State.PROPOSED
        log_line(change, f"{actor} withdrew the approval.")
        change.save(update_fields=["state"])
        verbs.record("change.approval_withdrawn", change, actor=actor)
    return change


def comment(*, change: Change, actor: Operator, comment: str) -> Comment:
    """Adds a comment to a change, in any state."""
    check(COMMENT, change, actor)
    with transaction.atomic():
        verbs.record("change.commented", change, actor=actor, reason=comment)
        return Comment.objects.create(change=change, operator=actor, text=comment)


def _sign(event: OperatorEvent, change: Change, actor: Operator, *, comment: str) -> None:
    check(event, change, actor)
    change.approvals.filter(operator=actor, void=False).update(void=True)
    change.approvals.create(
        operator=actor,
        approved=event is not REJECT,
        alone=event is APPROVE_ALONE,
        digest=change.digest,
        comment=comment,
    )
