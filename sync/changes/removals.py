"""Removals, which end temporary access: who may stop or delay one, and when a failed one is tried again.

Everything that could keep a removal from running asks `check_may_decide`: in every state that isn't over, only somebody
who may approve and didn't ask for the access decides that it ends later, otherwise or not at all. An only owner does so
alone (sync/changes/approvers.py). Nobody has to: what fails or conflicts is tried again by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Q

from accounts.access import may
from accounts.models import Operator
from accounts.roles import APPROVE
from sync import clock, operations
from sync.changes.affected import affected_by, concerned
from sync.changes.bookkeeping import PlanError, locked_if_free, log_line, record
from sync.changes.plan import digest
from sync.changes.sole_owner import decides_alone
from sync.changes.steps import planned_step
from sync.changes.system_events import BRING_BACK
from sync.error_isolation import for_each_isolated
from sync.models import Change, Step
from sync.operation_mixins import FollowsRenames
from sync.operations import BadParams, Guarantee

State = Change.State
# Once something of the grant was done, until it is taken away: before that it waits for the grant.
UNDER_WAY = (State.SCHEDULED, *Change.MOVING, *Change.STUCK)
LATE_AFTER = timedelta(minutes=5)
_AT_LEAST, _AT_MOST = timedelta(minutes=1), timedelta(hours=1)
_SOMEBODY_ELSE = (
    "Who asked for access can’t stop or delay its end: that takes somebody else who may approve in this AWS account."
)
_ELSEWHERE = (
    "It gives or takes access in other AWS accounts, too: stopping or delaying its end takes somebody who may approve "
    "in each of these."
)

_AS_GRANTED = (
    "This access was asked for, and granted up to this end: nobody delays or stops it. Who needs it for longer asks "
    "again when it has ended."
)
COMES_AGAIN = (
    "The end of access isn’t planned anew: it is tried again by itself. Undo in AWS what it meets, or propose a change "
    "that takes the access away."
)


# ---- Who may decide ------------------------------------------------------------------------------------------------
def why_not(removal: Change, actor: Operator) -> str:
    """Why `actor` may not stop or delay it; "" where they may, perhaps alone and with a reason.

    Access that lasts longer in another AWS account needs who may approve there, too: whoever approved the end there did
    so of that end.
    """
    if removal.ends is not None and removal.ends.on_request:
        return _AS_GRANTED
    elsewhere = affected_by(removal)
    if not all(may(actor, APPROVE, each) for each in (removal.aws_account, *elsewhere)):
        return _ELSEWHERE if elsewhere and may(actor, APPROVE, removal.aws_account) else _SOMEBODY_ELSE
    return _SOMEBODY_ELSE if is_requested_by(removal, actor) and not _decides_alone(removal, actor) else ""


def is_requested_by(removal: Change, actor: Operator) -> bool:
    return actor.pk in {removal.requested_by_id, removal.ends.requested_by_id if removal.ends else None}


def is_alone(removal: Change, actor: Operator) -> bool:
    """Whether they decide about access that they asked for themselves: that takes a reason."""
    return is_requested_by(removal, actor) and _decides_alone(removal, actor)


def _decides_alone(removal: Change, actor: Operator) -> bool:
    return all(decides_alone(actor, each) for each in concerned(removal))


def check_may_decide(change: Change, actor: Operator, reason: str = "") -> None:
    """Of what is no removal it says nothing. Raises PlanError."""
    if not change.ends_id:
        return
    if sentence := why_not(change, actor):
        raise PlanError(sentence)
    if is_alone(change, actor):
        record_alone("change.end_decided_alone", change, actor=actor, reason=reason)


def record_alone(verb: str, change: Change, *, actor: Operator, reason: str) -> None:
    """Raises PlanError without a reason."""
    if not reason.strip():
        raise PlanError("Say why you decide it alone: everybody with a role here reads it.")
    record(verb, change, actor=actor, reason=reason.strip(), digest=change.digest)


# ---- Which have not ended in time ----------------------------------------------------------------------------------
def overdue() -> Q:
    """Removals that should have taken access away by now."""
    late = Q(state__in=UNDER_WAY, not_before__lte=clock.now() - LATE_AFTER)
    return Q(ends__isnull=False) & (Q(state__in=Change.STUCK) | late)


def is_overdue(removal: Change) -> bool:
    if not removal.ends_id or removal.not_before is None:
        return False
    late = removal.state in UNDER_WAY and removal.not_before <= clock.now() - LATE_AFTER
    return removal.state in Change.STUCK or late


# ---- Coming again --------------------------------------------------------------------------------------------------
def next_try(removal: Change) -> datetime | None:
    """As long after the last try as that was after the end, but between a minute and an hour; None: not by itself."""
    if removal.state not in BRING_BACK.starts_from or removal.finished_at is None or removal.not_before is None:
        return None
    if not removal.aws_account.writes_enabled or any(map(_nobody_can_tell, removal.steps.all())):
        return None
    return removal.finished_at + _delay(removal.finished_at - removal.not_before)


def _delay(elapsed: timedelta) -> timedelta:
    return min(max(elapsed, _AT_LEAST), _AT_MOST)


def _nobody_can_tell(step: Step) -> bool:
    """Whether an operator has to find out if it was done."""
    operation = operations.registry.get(step.kind)
    return step.state == State.UNKNOWN and (operation is None or operation.guarantee is Guarantee.AT_MOST_ONCE)


def bring_back() -> None:
    """Queues, once a minute, the removals whose next try is due."""
    stuck = Change.objects.filter(ends__isnull=False, state__in=BRING_BACK.starts_from)
    stuck = stuck.filter(aws_account__writes_enabled=True)
    for_each_isolated(list(stuck.values_list("pk", flat=True)), _bring_back)


def _bring_back(pk: int) -> None:
    with locked_if_free(pk) as removal:
        due = next_try(removal) if removal is not None else None
        if removal is None or due is None or due > clock.now():
            return
        removal.steps.exclude(state__in=Step.SETTLED).update(state=Step.State.PENDING, error={})
        removal.state, removal.error, removal.cancel_asked = State.QUEUED, {}, False
        removal.queued_at, removal.finished_at = clock.now(), None
        follow_names(removal)
        removal.save()
        log_line(removal, "Tried again by itself: the access has not ended.")


# ---- Whose access it is, whatever it is called now ------------------------------------------------------------------
def follow_names(removal: Change) -> None:
    """Users and groups are renamed, and keep what they have: the removal then means them by the names of now.

    By the mirror. What it has not seen yet stops the removal (sync/changes/protocol.py), which then comes again.
    """
    if not removal.ends_id:
        return
    moved = list(_renamed(removal))
    if not moved:
        return
    Step.objects.bulk_update(moved, ["params", "part"])
    removal.digest = digest(removal.aws_account, removal.steps.all())
    removal.save(update_fields=["digest"])
    log_line(removal, "What it is about was renamed since: it goes by the new name.")


def _renamed(removal: Change) -> Iterator[Step]:
    for step in removal.steps.exclude(state__in=Step.SETTLED):
        try:
            planned = planned_step(step, {})
        except (BadParams, KeyError):
            continue
        operation = planned.operation
        if not isinstance(operation, FollowsRenames):
            continue
        now = operation.named_as_now(removal.aws_account, planned.params, step.expects)
        if now != planned.params:
            step.params, step.part = dict(operation.spec(now).params), operation.part(now)
            yield step
