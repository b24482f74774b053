"""Approves and rejects changes, reviews them, and lets owners pass over what is missing.

An approval signs the digest of the plan, and nobody approves their own change.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from accounts.models import Operator
from sync import sealed
from sync.changes import demands, temporary
from sync.changes.approvers import valid_approvals
from sync.changes.bookkeeping import PlanError, handing_over, locked, log_line, record
from sync.changes.events import OperatorEvent
from sync.changes.guards import Objection, void_approvals
from sync.changes.lifecycle import apply, hand_over_decided
from sync.changes.plan import digest_of
from sync.changes.removals import record_alone
from sync.changes.rules import check
from sync.changes.span import digest_to_sign
from sync.changes.transitions import (
    APPROVE_ALONE,
    APPROVE_IT,
    BREAK_GLASS,
    COMMENT,
    OVERRIDE,
    OVERRIDE_GUARD_RAIL,
    REJECT,
    REVIEW,
    WITHDRAW,
)
from sync.models import BreakGlass, Change, Comment, Override


def approve(*, change: Change, actor: Operator, comment: str = "") -> Change:
    """What somebody asked for goes to the workers with the last approval (sync/changes/requested.py)."""
    with handing_over(change.pk) as change:
        _sign(APPROVE_IT, change, actor, comment=comment)
        if not demands.unmet_demands(change, valid_approvals(change)):
            change.state = Change.State.APPROVED
        change.error = {}
        log_line(change, f"Approved by {actor}.")
        change.save(update_fields=["state", "error"])
        record("change.approved", change, actor=actor, reason=comment, digest=change.digest)
        if change.on_request and change.state == Change.State.APPROVED:
            hand_over_decided(change, actor)
    return change


def approve_alone(*, change: Change, actor: Operator, reason: str) -> Change:
    """Approves one's own change, as its only owner (sync/changes/approvers.py). Raises PlanError."""
    with locked(change.pk) as change:
        _sign(APPROVE_ALONE, change, actor, comment=reason.strip())
        if not demands.unmet_demands(change, valid_approvals(change)):  # another AWS account may ask for more
            change.state = Change.State.APPROVED
        change.error = {}
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
        record("change.rejected", change, actor=actor, reason=comment)
        temporary.follow(change)
    return change


def withdraw_approval(*, change: Change, actor: Operator) -> Change:
    """Takes back one's own approval, as long as nobody has asked to apply the change."""
    with locked(change.pk) as change:
        check(WITHDRAW, change, actor)
        change.approvals.filter(operator=actor, approved=True, void=False).update(void=True)
        if demands.unmet_demands(change, valid_approvals(change)):
            change.state = Change.State.PROPOSED
        log_line(change, f"{actor} withdrew the approval.")
        change.save(update_fields=["state"])
        record("change.approval_withdrawn", change, actor=actor)
    return change


def comment(*, change: Change, actor: Operator, comment: str) -> Comment:
    """Adds a comment to a change, in any state."""
    check(COMMENT, change, actor)
    with transaction.atomic():
        record("change.commented", change, actor=actor, reason=comment)
        return Comment.objects.create(change=change, operator=actor, text=comment)


def _sign(event: OperatorEvent, change: Change, actor: Operator, *, comment: str) -> None:
    check(event, change, actor)
    change.approvals.filter(operator=actor, void=False).update(void=True)
    change.approvals.create(
        operator=actor,
        approved=event is not REJECT,
        alone=event is APPROVE_ALONE,
        digest=change.digest,
        span_digest=digest_to_sign(change),
        comment=comment,
    )


# ---- Break-glass and overrides -------------------------------------------------------------------------------------
# Owners apply a change without its approvals (break-glass), or let it touch what is protected (override).
# Break-glass applies a change at once. Everybody with a grant in the AWS account is told, and it stays open until
# somebody else has reviewed it. What stands against the change beside the missing approvals still does.
@transaction.atomic
def break_glass(*, change: Change, actor: Operator, reason: str) -> Change:
    """Applies it. Raises PlanError, and leaves nothing behind then."""
    with locked(change.pk) as change:
        check(BREAK_GLASS, change, actor)
        pass_over_approvals(change, actor, reason)
    return apply(change=change, actor=actor)


def pass_over_approvals(change: Change, actor: Operator, reason: str) -> None:
    """Those that are missing. The caller holds the row, and has looked whether the actor may. Raises PlanError."""
    if not reason.strip():
        raise PlanError("Say why it can't wait: everybody with a role here reads it.")
    change.broken_glass.create(operator=actor, reason=reason)
    log_line(change, f"{actor} applies it without the approvals that it needs.")
    record("change.glass_broken", change, actor=actor, reason=reason, digest=change.digest)


def review(*, change: Change, actor: Operator, comment: str) -> BreakGlass:
    """Records that somebody else reviewed what was done. Raises PlanError."""
    with locked(change.pk) as change:
        glass = check(REVIEW, change, actor).to_review
        assert glass is not None  # noqa: S101  by the rule of the event
        if not comment.strip():
            raise PlanError("Say in the comment what you found.")
        glass.reviewed_by, glass.reviewed_at, glass.review = actor, timezone.now(), comment
        glass.save(update_fields=["reviewed_by", "reviewed_at", "review"])
        log_line(change, f"Reviewed by {actor}.")
        record("change.reviewed", change, actor=actor, reason=comment)
    return glass


def override(*, change: Change, actor: Operator, reason: str) -> Override:
    """Lets the change touch what its plan says is protected. Raises PlanError."""
    with locked(change.pk) as change:
        at = check(OVERRIDE, change, actor)
        found = at.overridable(at.protected)  # owners of other AWS accounts let through what is theirs
        if not reason.strip():
            raise PlanError("Say why what is protected has to be touched.")
        made = change.overrides.create(operator=actor, reason=reason, findings=[each.as_json() for each in found])
        log_line(change, f"{actor} overrides what is protected.")
        record("change.overridden", change, actor=actor, reason=reason, protected=[each.message for each in found])
    return made


def override_guard_rail(*, change: Change, actor: Operator, reason: str) -> Override:
    """Lets the change through guard rails that the actor may override. Raises PlanError.

    The override is part of the plan's digest: who approved it before is asked again, with the override in sight.
    """
    with locked(change.pk) as change:
        at = check(OVERRIDE_GUARD_RAIL, change, actor)
        found = at.overridable(at.guarded)
        if not reason.strip():
            raise PlanError("Say why the guard rail doesn’t hold for this change.")
        made = change.overrides.create(operator=actor, reason=reason, findings=[each.as_json() for each in found])
        change.digest = digest_of(change)
        void_approvals(change, Objection("A guard rail was overridden since."))
        unmet = demands.unmet_demands(change, valid_approvals(change))
        change.state = Change.State.PROPOSED if unmet else change.state
        log_line(change, f"{actor} overrides a guard rail.")
        change.save(update_fields=["state", "digest"])
        rails = [each.message for each in found]
        record("change.guard_rail_overridden", change, actor=actor, reason=reason, rails=rails, digest=change.digest)
    return made
