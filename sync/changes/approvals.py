"""Approving and rejecting: a signature under the digest of the plan, never under one's own change."""

from __future__ import annotations

from django.db import transaction

from accounts.access import may
from accounts.models import Operator
from accounts.roles import ADMINISTER, APPROVE, PROPOSE
from sync import sealed
from sync.changes import demands, temporary, verbs
from sync.changes.errors import PlanError
from sync.changes.rows import locked, log_line
from sync.changes.sole_approver import decides_alone, record_alone
from sync.models import Approval, Change, Comment

UNDECIDED = (Change.State.PROPOSED, Change.State.APPROVED)


def approve(*, change: Change, actor: Operator, comment: str = "") -> Change:
    with locked(change.pk) as change:
        _sign(change, actor, approved=True, comment=comment)
        if not demands.unmet_demands(change, valid(change)):
            change.state = Change.State.APPROVED
        change.error = {}
        log_line(change, f"Approved by {actor}.")
        change.save(update_fields=["state", "error"])
        verbs.record("change.approved", change, actor=actor, reason=comment, digest=change.digest)
    return change


def approve_alone(*, change: Change, actor: Operator, reason: str) -> Change:
    """An only owner approves a change of their own (sync/changes/sole_approver.py). Raises PlanError."""
    with locked(change.pk) as change:
        if why := why_not_alone(change, actor):
            raise PlanError(why)
        change.approvals.filter(operator=actor, void=False).update(void=True)
        change.approvals.create(operator=actor, approved=True, alone=True, digest=change.digest, comment=reason.strip())
        change.state, change.error = Change.State.APPROVED, {}
        log_line(change, f"{actor} approved it alone, as the only one who may approve.")
        change.save(update_fields=["state", "error"])
        record_alone("change.approved_alone", change, actor=actor, reason=reason)
    return change


def why_not_alone(change: Change, actor: Operator) -> str:
    """A sentence; "" where they may approve it alone."""
    if actor.pk != change.requested_by_id:
        return "Only a change of your own can be approved alone: approve this one as usual."
    if not decides_alone(actor, change.aws_account):
        return "You proposed this change: somebody else must approve it."
    if change.state not in UNDECIDED:
        return f"This change can no longer be decided: it is {change.get_state_display().lower()}."
    if not demands.unmet_demands(change, valid(change)):
        return "This change needs no approval that it doesn’t have."
    return ""


def reject(*, change: Change, actor: Operator, comment: str = "") -> Change:
    with locked(change.pk) as change:
        _sign(change, actor, approved=False, comment=comment)
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
        own = change.approvals.filter(operator=actor, approved=True, void=False)
        if change.state not in (*UNDECIDED, Change.State.SCHEDULED):
            raise PlanError("It is too late to withdraw: the change is no longer waiting. Cancel it instead.")
        if not own.update(void=True):
            raise PlanError("You have not approved this change.")
        if demands.unmet_demands(change, valid(change)):
            change.state = Change.State.PROPOSED
        log_line(change, f"{actor} withdrew the approval.")
        change.save(update_fields=["state"])
        verbs.record("change.approval_withdrawn", change, actor=actor)
    return change


def may_comment(operator: Operator, change: Change) -> bool:
    return may(operator, PROPOSE, change.aws_account) or may(operator, APPROVE, change.aws_account)


def comment(*, change: Change, actor: Operator, text: str) -> Comment:
    """A word to a change, whatever its state."""
    if not may_comment(actor, change):
        raise PlanError(f"You may not comment on changes in {change.aws_account}.")
    with transaction.atomic():
        verbs.record("change.commented", change, actor=actor, reason=text)
        return Comment.objects.create(change=change, operator=actor, text=text)


def valid(change: Change) -> list[Approval]:
    """The approvals that count: under this very plan, not withdrawn, by others who may still give them.

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


def _sign(change: Change, actor: Operator, *, approved: bool, comment: str) -> None:
    if not may(actor, APPROVE, change.aws_account):
        raise PlanError(f"You may not approve changes in {change.aws_account}.")
    if actor.pk == change.requested_by_id:
        raise PlanError("You proposed this change: somebody else must approve it.")
    if change.state not in UNDECIDED:
        raise PlanError(f"This change can no longer be decided: it is {change.get_state_display().lower()}.")
    if approved:
        _check_counts(change, actor)
    if approved and change.approvals.filter(operator=actor, approved=True, void=False).exists():
        raise PlanError("You have approved this change already.")
    change.approvals.filter(operator=actor, void=False).update(void=True)
    change.approvals.create(operator=actor, approved=approved, digest=change.digest, comment=comment)


def _check_counts(change: Change, actor: Operator) -> None:
    asked = demands.demands(change, [])
    if not asked:
        raise PlanError("This change needs no approval.")
    if not any(demand.takes(actor, change.aws_account) for demand in asked):
        words = " and ".join(demand.words for demand in asked)
        raise PlanError(f"This change needs {words}: yours wouldn’t count.")
