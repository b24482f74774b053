"""Break-glass: an owner applies a change at once, without the approvals that it needs, and answers for it afterwards.

Everybody with a grant in the AWS account is told, and it stays open until somebody else has reviewed it. What stands
against the change beside the missing approvals still does.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from accounts.access import may
from accounts.models import Operator
from accounts.roles import ADMINISTER
from sync.changes import demands, verbs
from sync.changes.approvals import UNDECIDED, valid
from sync.changes.errors import PlanError
from sync.changes.lifecycle import apply
from sync.changes.reviews import may_review, to_review
from sync.changes.rows import locked, log_line
from sync.models import BreakGlass, Change


@transaction.atomic
def break_glass(*, change: Change, actor: Operator, reason: str) -> Change:
    """Applies it. Raises PlanError, and leaves nothing behind then."""
    with locked(change.pk) as change:
        if not may(actor, ADMINISTER, change.aws_account):
            raise PlanError(f"Only an owner of {change.aws_account} may apply a change without its approvals.")
        if change.state not in UNDECIDED:
            raise PlanError(f"This change can't be applied: it is {change.get_state_display().lower()}.")
        if not reason.strip():
            raise PlanError("Say why it can't wait: everybody with a role here reads it.")
        if not demands.unmet_demands(change, valid(change)):
            raise PlanError("No approval is missing: apply it as usual.")
        change.broken_glass.create(operator=actor, reason=reason)
        log_line(change, f"{actor} applies it without the approvals that it needs.")
        verbs.record("change.glass_broken", change, actor=actor, reason=reason, digest=change.digest)
    return apply(change=change, actor=actor)


def review(*, change: Change, actor: Operator, comment: str) -> BreakGlass:
    """Somebody else looks at what was done, and says so. Raises PlanError."""
    with locked(change.pk) as change:
        glass = to_review(change)
        if glass is None:
            raise PlanError("There is nothing to review.")
        if not may_review(actor, glass):
            raise PlanError("Somebody else has to review it: an approver or owner who neither proposed nor applied it.")
        if change.state in Change.MOVING:
            raise PlanError("The change is still running: wait until it has ended.")
        if not comment.strip():
            raise PlanError("Say in the comment what you found.")
        glass.reviewed_by, glass.reviewed_at, glass.review = actor, timezone.now(), comment
        glass.save(update_fields=["reviewed_by", "reviewed_at", "review"])
        log_line(change, f"Reviewed by {actor}.")
        verbs.record("change.reviewed", change, actor=actor, reason=comment)
    return glass
