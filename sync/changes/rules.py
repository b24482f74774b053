"""What an event asks for beside the state of the change and the permission: the same for its service and its button.

`why_not` is the one answer whether somebody may do something with a change now. Services raise it, the page leaves the
button away. What stands against a plan at its apply is in sync/changes/guards.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from accounts.models import Operator
from sync.changes import guards, removals
from sync.changes.approvers import ChangeSituation, may_review, owns_all, valid_approvals, why_no_override
from sync.changes.bookkeeping import PlanError
from sync.changes.events import OperatorEvent, refusal
from sync.changes.plan import digest_of
from sync.changes.span import why_not_by_itself
from sync.changes.steps import reversals, why_needed
from sync.changes.transitions import (
    APPLY_IT,
    APPROVE_ALONE,
    APPROVE_IT,
    BREAK_GLASS,
    CANCEL,
    DELETE_APPEARED,
    LEAVE_APPEARED,
    LEAVE_OUT,
    LOOK_AGAIN,
    MOVE_END,
    OVERRIDE,
    OVERRIDE_CODE,
    OVERRIDE_GUARD_RAIL,
    REPLAN,
    RETRY,
    REVERSE,
    REVIEW,
    WITHDRAW,
)
from sync.models import Change

NOTHING_TO_REVERSE = "There is nothing to reverse: none of its steps was done, or none can be undone."
ASKED_FOR = "It was asked for: whoever may approve decides about it, and never who asked."
UNAPPROVED = "A token applies only what somebody else than its requester approved: nobody has approved this change."
_ASK_AGAIN = "It was asked for: whoever did asks again."
_DECIDE_FIRST = "Something appeared while it was carried out: say first whose it is."


def why_not(event: OperatorEvent, at: ChangeSituation) -> str:
    """Why the operator can't do it with the change as it is, in a sentence; "" where they can."""
    if against := refusal(event, at.change, at.operator):
        return against
    return _RULES[event](at) if event in _RULES else ""


def check(event: OperatorEvent, change: Change, operator: Operator) -> ChangeSituation:
    """Raises PlanError where they can't. To be called while the row of the change is held."""
    at = ChangeSituation(change, operator)
    if against := why_not(event, at):
        raise PlanError(against)
    return at


def _apply(at: ChangeSituation) -> str:
    return why_not_by_itself(at.change) or _why_no_token(at)


def _why_no_token(at: ChangeSituation) -> str:
    """A program applies only what a person looked at, however little approval the change needs."""
    if at.operator.token_limits is None:
        return ""
    others = (each for each in valid_approvals(at.change) if each.operator_id != at.change.requested_by_id)
    return "" if any(others) else UNAPPROVED


def _approve(at: ChangeSituation) -> str:
    if not at.demands:
        return "This change needs no approval."
    if not any(demand.takes(at.operator, at.change.aws_account) for demand in at.demands):
        return f"This change needs {' and '.join(demand.words for demand in at.demands)}: yours wouldn’t count."
    return "You have approved this change already." if at.has_approved else ""


def _approve_alone(at: ChangeSituation) -> str:
    if at.change.on_request:
        return ASKED_FOR
    if not at.decides_alone:
        return "You proposed this change: somebody else must approve it."
    return "" if at.missing else "This change needs no approval that it doesn’t have."


def _withdraw(at: ChangeSituation) -> str:
    return "" if at.has_approved else "You have not approved this change."


def _break_glass(at: ChangeSituation) -> str:
    return why_not_by_itself(at.change) or why_no_glass(at)


def why_no_glass(at: ChangeSituation) -> str:
    """Why the operator can't pass over the approvals that are missing, in a sentence; "" where they can."""
    if not at.missing:
        return "No approval is missing: apply it as usual."
    if at.change.on_request:
        return ASKED_FOR
    if not why_not(APPROVE_ALONE, at):
        return "Nobody else may approve here: approve it alone."
    if not owns_all(at.operator, at.change):
        return "It takes or gives access in other AWS accounts: that takes an owner of all of them."
    others = (each for each in guards.at_a_glance(at) if not each.is_missing_approval)
    return next((each.sentence for each in others), "")


def _override(at: ChangeSituation) -> str:
    if not at.protected:
        return "There is nothing to override: it touches nothing that is protected."
    return "" if at.overridable(at.protected) else why_no_override(at.operator, at.protected[0], at.change)


def _override_guard_rail(at: ChangeSituation) -> str:
    if not at.guarded:
        return "There is nothing to override: it is against no guard rail."
    if not at.overridable(at.guarded):
        return why_no_override(at.operator, at.guarded[0], at.change)
    return "" if at.change.digest == digest_of(at.change) else guards.ALTERED


def _override_code(at: ChangeSituation) -> str:
    if not at.owned:
        return "There is nothing to override: no code that was read owns what it changes."
    return "" if at.change.digest == digest_of(at.change) else guards.ALTERED


def _review(at: ChangeSituation) -> str:
    if at.to_review is None:
        return "There is nothing to review."
    if not may_review(at.operator, at.to_review):
        return "Somebody else has to review it: an approver or owner who neither proposed nor applied it."
    return ""


def _cancel(at: ChangeSituation) -> str:
    if at.change.state == Change.State.APPLYING and at.change.cancel_asked:
        return "It stops already, after the step that runs."
    return _stops_no_end(at)


def _stops_no_end(at: ChangeSituation) -> str:
    """The end of temporary access is stopped, or cut short, only by who may decide about it."""
    return removals.why_not(at.change, at.operator) if at.change.ends_id else ""


def _move_end(at: ChangeSituation) -> str:
    return "" if at.change.ends_id and at.change.not_before else "It isn’t the end of temporary access."


def _retry(at: ChangeSituation) -> str:
    return _DECIDE_FIRST if at.appeared else ""


def _leave_out(at: ChangeSituation) -> str:
    if not at.to_leave_out:
        return "There is no step to leave out."
    return why_needed(at.to_leave_out) or _stops_no_end(at)


def _look_again(at: ChangeSituation) -> str:
    return "" if at.change.is_at_gate else "It doesn't wait for anything that came to pass by now."


def _replan(at: ChangeSituation) -> str:
    if at.change.ends_id:  # closed by a plan that waits for its people, the access would stay
        return removals.COMES_AGAIN
    if at.change.on_request:
        return _ASK_AGAIN
    return _DECIDE_FIRST if at.appeared else ""


def _decide(at: ChangeSituation) -> str:
    if not at.appeared:
        return "There is nothing to decide: nothing appeared while the change was carried out."
    return removals.COMES_AGAIN if at.change.ends_id else ""


def _reverse(at: ChangeSituation) -> str:
    return "" if any(undoing for _, undoing in reversals(at.change)) else NOTHING_TO_REVERSE


_RULES: Mapping[OperatorEvent, Callable[[ChangeSituation], str]] = {
    APPLY_IT: _apply,
    APPROVE_IT: _approve,
    APPROVE_ALONE: _approve_alone,
    WITHDRAW: _withdraw,
    BREAK_GLASS: _break_glass,
    OVERRIDE: _override,
    OVERRIDE_GUARD_RAIL: _override_guard_rail,
    OVERRIDE_CODE: _override_code,
    REVIEW: _review,
    CANCEL: _cancel,
    MOVE_END: _move_end,
    RETRY: _retry,
    LEAVE_OUT: _leave_out,
    LOOK_AGAIN: _look_again,
    REPLAN: _replan,
    DELETE_APPEARED: _decide,
    LEAVE_APPEARED: _decide,
    REVERSE: _reverse,
}
